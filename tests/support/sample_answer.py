"""An answer with one quotation from a document of two sentences, and answers to be compared."""

from __future__ import annotations

from dataclasses import replace

from alpie.app.answering.answer_types import Answer, Quote, SearchStatement
from alpie.app.answering.quoting.citation import cite
from alpie.index.records import BlockKind, Document, Hit, Passage, Sentence, Span

TEXT = "Hubo 25 detenciones. La operación sigue abierta."
DOCUMENT = Document("nota", "Nota", "Policía", "2025", "nota de prensa", "es", "nota.txt", TEXT)
PASSAGE = Passage(
    "nota/detenciones/0a1b2c",
    "nota",
    (Sentence("Hubo 25 detenciones.", (Span(0, 20),)), Sentence(TEXT[21:], (Span(21, len(TEXT)),))),
    ("Detenciones",),
    BlockKind.PARAGRAPH,
    paragraph=1,
)
QUOTE = Quote("Hubo 25 detenciones.", "nota", (Span(0, 20),), PASSAGE, cite(DOCUMENT, PASSAGE), 0.9)
HIT = Hit(PASSAGE, 1.5, ranks={"dense": 1}, terms=("detenciones",))
ANSWER = Answer(
    question="¿Cuántas?",
    searched="¿Cuántas?",
    answered=True,
    confidence=0.9,
    quotes=(QUOTE,),
    hits=(HIT,),
    search=SearchStatement(1, 1, 1, 0.5),
    milliseconds={"total": 12.0},
)


def untimed(answer: Answer) -> Answer:
    """`answer` without the time that it took, which is another at every run."""
    return replace(answer, milliseconds={})
