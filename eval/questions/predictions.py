"""Asks a corpus the questions and keeps what it says, one row for each question, in order.

Only the text of a question and of the ones before it is passed on, never its gold: the same file without evidence and
answers gives the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import NotRequired, Protocol, TypedDict

from alpie.app.answering.answer_types import Answer
from alpie.app.service.row_schemas import AnswerRow, QuoteRow
from alpie.app.service.rows import REFUSAL, answer_row
from alpie.eval.questions.matching import PredictedTextRow
from alpie.eval.questions.question_records import GoldQuestion
from alpie.index.encoder import Encoder
from alpie.index.errors import QuestionError
from alpie.index.records import Document, Hit, Passage
from alpie.index.retrieval import RetrieverName


class FoundPassageRow(PredictedTextRow):
    """A passage that was found."""

    address: str
    score: float


class PredictedQuoteRow(FoundPassageRow):
    """A quotation that was shown."""

    page: int | str | None
    path: list[str]


class PredictionRow(TypedDict):
    """What a system says to a question: a row of the predictions file."""

    id: NotRequired[str]  # with the time, known to who asks only
    answered: bool
    answer: str
    quotes: Sequence[PredictedQuoteRow]  # best first
    passages: Sequence[FoundPassageRow]  # best first
    confidence: float  # 0 … 1
    ms: NotRequired[float]


Clock = Callable[[], float]
"""Seconds from any fixed moment."""

OnQuestion = Callable[[int, int], None]
"""Called after a question with (questions done, questions in all)."""


class AskedCorpus(Protocol):
    """What the evaluation asks: a `Corpus`, or a system with some part switched off."""

    @property
    def documents(self) -> Mapping[str, Document]: ...
    @property
    def passages(self) -> Sequence[Passage]: ...
    @property
    def encoder(self) -> Encoder: ...
    def ask(self, question: str, turns: Sequence[str] = ()) -> Answer: ...
    def search(
        self, question: str, limit: int = 10, retriever: RetrieverName = "hybrid"
    ) -> tuple[Hit, ...]: ...


def predict(
    corpus: AskedCorpus,
    questions: Sequence[GoldQuestion],
    on_question: OnQuestion | None = None,
    clock: Clock = perf_counter,
) -> list[PredictionRow]:
    """The rows of the predictions file for `questions`."""
    return asked_rows(questions, lambda question: _ask_row(corpus, question), on_question, clock)


def asked_rows(
    questions: Sequence[GoldQuestion],
    ask: Callable[[GoldQuestion], PredictionRow],
    on_question: OnQuestion | None,
    clock: Clock = perf_counter,
) -> list[PredictionRow]:
    """What `ask` says to each question, with its id and the time that it took."""
    rows: list[PredictionRow] = []
    for number, question in enumerate(questions, start=1):
        started = clock()
        row = ask(question)
        rows.append({"id": question.id, **row, "ms": round((clock() - started) * 1000, 3)})
        if on_question is not None:
            on_question(number, len(questions))
    return rows


def _ask_row(corpus: AskedCorpus, question: GoldQuestion) -> PredictionRow:
    try:
        return _contract_row(answer_row(corpus.ask(question.text, turns=question.earlier)))
    except QuestionError:
        # Too long, or nothing to search in it: an honest no is the answer, and the row must be there.
        return refused_row()


def _contract_row(row: AnswerRow) -> PredictionRow:
    """What the predictions file promises of a row of `alpie ask --json`, and nothing else."""
    return {
        "answered": row["answered"],
        "answer": row["answer"],
        "quotes": [_contract_quote(quote) for quote in row["quotes"]],
        "passages": row["passages"],
        "confidence": row["confidence"],
    }


def _contract_quote(quote: QuoteRow) -> PredictedQuoteRow:
    return {
        "doc": quote["doc"],
        "text": quote["text"],
        "start": quote["start"],
        "end": quote["end"],
        "page": quote["page"],
        "path": quote["path"],
        "address": quote["address"],
        "score": quote["score"],
    }


def refused_row() -> PredictionRow:
    """A row that answers nothing, without id and time."""
    return {"answered": False, "answer": REFUSAL, "quotes": [], "passages": [], "confidence": 0.0}


def write_predictions(rows: Iterable[PredictionRow], path: Path) -> None:
    """Writes JSON Lines, creating the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8", newline="\n")
