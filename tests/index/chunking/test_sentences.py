"""Sentences: where they end in Spanish prose, and what becomes of lists, tables and introductions."""

from __future__ import annotations

import pytest

from alpie.index.chunking.sentences import document_sentences, sentence_bounds, split_sentences
from alpie.index.layout import lay_out
from alpie.index.records import Block, BlockKind, Sentence, SentenceRole, Span
from alpie.index.sources.document_folder import read_sources
from support.places import DOCS_SRC
from support.tables import cases

DOCUMENTS = {document.id: document for document in read_sources(DOCS_SRC).documents}


def split(text: str) -> list[str]:
    return [text[bounds.start : bounds.end] for bounds in sentence_bounds(text)]


def sentences_of(document_id: str) -> list[Sentence]:
    document = DOCUMENTS[document_id]
    return [one for block in document_sentences(document, lay_out(document)) for one in block]


def group_with(document_id: str, words: str) -> list[Sentence]:
    sentences = sentences_of(document_id)
    group = next(
        sentence.group for sentence in sentences if words in sentence.text and sentence.group is not None
    )
    return [sentence for sentence in sentences if sentence.group == group]


@cases("text")
def test_sentences_end_where_a_reader_ends_them(text: str) -> None:
    assert split(text.replace("|", " ")) == text.split("|")


def test_a_trailing_call_lies_outside_the_last_span() -> None:
    text = "La casa es grande.12"
    block = Block(BlockKind.PARAGRAPH, (Span(0, 18),), ())
    (sentence,) = split_sentences(text, block, 0, 0)
    assert (sentence.text, sentence.end) == ("La casa es grande.", 18)


def test_headings_and_call_outs_have_no_sentences() -> None:
    for kind in (BlockKind.HEADING, BlockKind.CALLOUT):
        assert split_sentences("Datos clave", Block(kind, (Span(0, 11),), ()), 0, 0) == []


@cases("sentence")
def test_known_sentences_come_out_right(sentence: str) -> None:
    assert sentence in [one.text for one in sentences_of("weprotect-2019")]


LEAD_IN, HEADER, ITEM, ROW = SentenceRole.LEAD_IN, SentenceRole.HEADER, SentenceRole.ITEM, SentenceRole.ROW


@pytest.mark.parametrize(("words", "opening", "roles"), [
    ("Artículo 22: Corrupción de menores", "El Convenio define los seis siguientes tipos de delitos:", [LEAD_IN] + [ITEM] * 6),
    ("una posición reactiva respecto a la OCSE", "Para abordar este persistente problema", [LEAD_IN] + [ITEM] * 13),
    ("Edad Niñas (96 %)", "", [HEADER] + [ROW] * 4),  # rows of a table know their header
    ("21 países cumplen los cinco", "El informe de 2018 muestra que:", [LEAD_IN, HEADER] + [ROW] * 6),
    ("meterse con cuidado en una piscina", "Como lo describió un investigador de INTERPOL:", [LEAD_IN, ITEM]),
])  # fmt: skip
def test_what_belongs_together_has_its_introduction(
    words: str, opening: str, roles: list[SentenceRole]
) -> None:
    group = group_with("weprotect-2019", words)
    assert group[0].text.startswith(opening)
    assert [one.role for one in group] == roles


def test_bullets_within_a_bullet_are_items_of_its_list() -> None:
    group = group_with("weprotect-2019", "la víctima es un menor real")
    assert [one.text for one in group] == [
        "Los criterios propuestos:",
        "• la víctima es un menor real;",
        "• la víctima es preadolescente, o muestra las primeras señales de la adolescencia "
        "(normalmente, menor de 13 años);",
        "• la imagen bien:",
        "– muestra actividad sexual del menor, con el menor, en la presencia del menor o entre menores; o",
        "– se centra en la vagina, el pene o la región anal del menor; y",
        "• la imagen es verificada por varios especialistas de distintos países.",
    ]


@cases("text, parts")
def test_a_list_inside_a_paragraph_is_a_list(text: str, parts: list[str]) -> None:
    block = Block(BlockKind.PARAGRAPH, (Span(0, len(text)),), ())
    sentences = split_sentences(text, block, 0, 5)
    assert [sentence.text for sentence in sentences] == parts
    assert [text[sentence.start : sentence.end] for sentence in sentences] == parts
    groups = {
        sentence.group for sentence in sentences if sentence.role in (SentenceRole.LEAD_IN, SentenceRole.ITEM)
    }
    assert groups == set(range(5, 5 + sum(sentence.role is SentenceRole.LEAD_IN for sentence in sentences)))
