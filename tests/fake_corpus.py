"""A small real class in the place of the corpus: the seed texts, split by lines, searched by shared words.

Only for working on the page and for its fast tests; the browser journeys run on the real corpus.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from alpie.app.answering.answers import Answer, Quote, SearchStatement
from alpie.app.answering.citation import cite
from alpie.index.database.text_database import StoredPassages
from alpie.index.errors import AddressError
from alpie.index.notices import Unread
from alpie.index.readable import readable_text
from alpie.index.records import Block, BlockKind, Document, Hit, Layout, Passage, Sentence, Span
from alpie.index.retrieval.word_search import Held, WordIndex, WordQuery

ROOT = Path(__file__).resolve().parents[1]
_ENTRIES = (
    (
        "europol-ia-2025",
        "policia_nacional_2025_operacion_europol_ia.txt",
        "Policía Nacional (España)",
        "2025",
        "Operación internacional contra la explotación sexual infantil generada por inteligencia artificial",
        "nota de prensa",
    ),
    (
        "alicante-2025", "policia_nacional_2025_detencion_alicante.txt", "Policía Nacional (España)",
        "2025-12-23", "Detención en Alicante y Argentina", "nota de prensa",
    ),
    (
        "weprotect-2019", "weprotect_2019_evaluacion_amenaza_global.txt", "Alianza Global WePROTECT", "2019",
        "Evaluación de la Amenaza Global 2019", "informe",
    ),
    (
        "interpol-2021", "interpol_2021_resolucion_ga_2021_89_res_09.txt", "OIPC-INTERPOL, Asamblea General",
        "2021-11-23/2021-11-25", "Resolución nº 9, GA-2021-89-RES-09: Proteger a los menores", "resolución",
    ),
)  # fmt: skip
_STOP = set(
    "el la los las de del en y a que un una por con se su para hubo hay es son fue qué cuántas cuál".split()
)


def _terms(text: str) -> set[str]:
    return {w for w in re.findall(r"\w+", text.lower()) if w not in _STOP and len(w) > 2}


class FakeCorpus:
    """Answers when half of the question's words stand in one sentence."""

    unread: tuple[Unread, ...] = ()
    built_at = "2026-11-22T05:00:00+00:00"
    fingerprint = "0123456789abcdef"

    def __init__(self) -> None:
        self.documents: Mapping[str, Document] = {}
        self.layouts: Mapping[str, Layout] = {}
        passages: list[Passage] = []
        documents: dict[str, Document] = {}
        layouts: dict[str, Layout] = {}
        for identifier, name, publisher, date, title, kind in _ENTRIES:
            text = (ROOT / "docs_src" / name).read_text(encoding="utf-8")
            document = Document(identifier, title, publisher, date, kind, "es", name, text)
            documents[identifier] = document
            blocks, own = self._read(document)
            layouts[identifier] = Layout(identifier, tuple(blocks), (), (), ())
            passages += own
        self.documents, self.layouts, self.passages = documents, layouts, tuple(passages)
        self._by_address = {p.address: p for p in passages}

    def _read(self, document: Document) -> tuple[list[Block], list[Passage]]:
        blocks: list[Block] = []
        passages: list[Passage] = []
        path: tuple[str, ...] = ()
        pattern = r"[^\n]+" if document.id != "weprotect-2019" else r"\S[\s\S]*?(?=\n\s*\n|\Z)"
        for match in re.finditer(pattern, document.text):
            span = Span(*match.span())
            text = readable_text(document.text, (span,))
            if not text:
                continue
            if len(text) < 90 and text[-1] not in ".,;:":
                blocks.append(Block(BlockKind.HEADING, (span,), (), level=2))
                path = (text,)
                continue
            blocks.append(Block(BlockKind.PARAGRAPH, (span,), path))
            sentences = []
            for part in re.finditer(r"\S[\s\S]*?(?:[.;](?=\s|$)|$)(?!\S)", match.group()):
                own = Span(span.start + part.start(), span.start + part.end())
                words = readable_text(document.text, (own,))
                if words:
                    sentences.append(Sentence(words, (own,), paragraph=len(blocks) - 1))
            if not sentences:
                continue
            digest = hashlib.sha256(text.encode()).hexdigest()[:10]
            slug = re.sub(r"\W+", "-", (path[0] if path else "inicio").lower()).strip("-")[:30]
            passages.append(
                Passage(
                    f"{document.id}/{slug}/{digest}",
                    document.id,
                    tuple(sentences),
                    path,
                    BlockKind.PARAGRAPH,
                    paragraph=1,
                    ordinal=len(passages),
                )
            )
        return blocks, passages

    def search(
        self, question: str, limit: int = 10, retriever: str = "hybrid", document: str | None = None
    ) -> tuple[Hit, ...]:
        asked = _terms(question)
        hits = []
        for passage in self.passages:
            shared = asked & _terms(passage.text)
            if shared and document in (None, passage.document_id):
                hits.append(Hit(passage, len(shared) / len(asked), terms=tuple(sorted(shared))))
        hits.sort(key=lambda h: (-h.score, h.passage.address))
        return tuple(
            Hit(h.passage, h.score, {}, {"dense": n + 2, "lexical": n}, terms=h.terms)
            for n, h in enumerate(hits[:limit], 1)
        )

    def ask(self, question: str, turns: tuple[str, ...] = ()) -> Answer:
        started = time.perf_counter()
        hits = self.search(question)
        asked = _terms(question)
        quotes = []
        for hit in hits[:3]:
            best = max(hit.passage.sentences, key=lambda s: len(asked & _terms(s.text)))
            at = best.text.find(hit.terms[0]) if hit.terms else -1
            emphasis = ((at, at + len(hit.terms[0])),) if at >= 0 else ()
            quotes.append(
                Quote(
                    best.text,
                    hit.passage.document_id,
                    best.spans,
                    hit.passage,
                    cite(self.documents[hit.passage.document_id], hit.passage),
                    hit.score,
                    emphasis,
                )
            )
        answered = bool(hits) and hits[0].score >= 0.5
        return Answer(
            question,
            question,
            answered,
            hits[0].score if hits else 0.0,
            tuple(quotes) if answered else (),
            () if answered else tuple(quotes),
            hits,
            SearchStatement(4, len(self.passages), len(hits) if answered else 0, 0.5),
            {"total": 1000 * (time.perf_counter() - started)},
        )

    def holding(self, query: WordQuery) -> Sequence[Held]:
        return WordIndex(StoredPassages.of(self.passages)).holding(query, lambda row: self.passages[row].text)

    def passage(self, address: str) -> Passage:
        try:
            return self._by_address[address]
        except KeyError:
            raise AddressError(f"no passage {address}", address) from None
