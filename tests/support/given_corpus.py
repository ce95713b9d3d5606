"""A corpus of given texts with one passage for each paragraph, for tests that check quotations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from alpie.app.answering.corpus import Corpus
from alpie.index.records import Block, BlockKind, Document, Layout, Passage, Sentence, Span, readable_text
from support.fake_encoder import corpus_from

PRESS = """Detenciones en España
De las 25 detenciones realizadas, dos se han producido
en territorio español, en «Madrid» y Barcelona.

La operación sigue abierta y no se descartan nuevas detenciones.
"""
REPORT = """Los niños usan el móvil.7 En 20183 se identificaron más
Informe 2019 13
de 18 millones de imágenes. No hay pruebas de lo contrario.

La operación sigue abierta y no se descartan nuevas detenciones.
"""
TABLE = "Países por criterio\nEspaña: cinco\nFrancia: siete\nItalia: nueve\n"


def given_corpus(*documents: Document, left_out: Mapping[str, Sequence[str]] | None = None) -> Corpus:
    """These documents; of one whose id is in `left_out`, its layout leaves out those words."""
    layouts = {one.id: layout_of(one, (left_out or {}).get(one.id, ())) for one in documents}
    passages = [passage for one in documents for passage in passages_of(one, layouts[one.id])]
    return corpus_from(documents, passages, layouts=layouts, fingerprint="f" * 8)


def document(name: str, text: str) -> Document:
    return Document(name, f"Título de {name}", "Organismo", "2024", "informe", "es", f"{name}.txt", text)


def layout_of(one: Document, left_out: Sequence[str]) -> Layout:
    """A block for each paragraph, without the words that are `left_out` as calls of notes."""
    calls = sorted(Span(start, start + len(words)) for words in left_out for start in [one.text.index(words)])
    blocks = []
    for start, end in (found.span() for found in re.finditer(r"\S(?:(?:[^\n]|\n(?!\n))*\S)?", one.text)):
        inside = [edge for call in calls if start <= call.start < end for edge in (call.start, call.end)]
        edges = [start, *inside, end]
        blocks.append(Block(BlockKind.PARAGRAPH, tuple(map(Span, edges[::2], edges[1::2])), ()))
    return Layout(one.id, tuple(blocks), (), tuple(calls), ())


def passages_of(one: Document, layout: Layout) -> list[Passage]:
    """A passage and a section for each block, all of it one sentence."""
    return [
        Passage(
            f"{one.id}/{number}", one.id, (Sentence(readable_text(one.text, block.spans), block.spans),),
            (f"Sección {number}",), BlockKind.PARAGRAPH, paragraph=1, ordinal=number,
        )
        for number, block in enumerate(layout.blocks)
    ]  # fmt: skip


CORPUS = given_corpus(
    document("prensa", PRESS),
    document("informe", REPORT),
    left_out={"informe": ["7", "3", "Informe 2019 13\n"]},
)
