"""Asks a corpus the questions and keeps what it says, one row for each question, in order.

Only the text of a question and of the ones before it is passed on, never its gold: the same file without evidence and
answers gives the same rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from alpie.app.answering.answer_types import Answer
from alpie.app.service.rows import REFUSAL, answer_row
from alpie.eval.questions.question_records import GoldQuestion
from alpie.index.encoder import Encoder
from alpie.index.errors import QuestionError
from alpie.index.records import Document, Hit, Passage
from alpie.index.retrieval import RetrieverName

PredictionRow = dict[str, Any]

Clock = Callable[[], float]
"""Seconds from any fixed moment."""

OnQuestion = Callable[[int, int], None]
"""Called after a question with (questions done, questions in all)."""

_ROW_FIELDS = ("answered", "answer", "quotes", "passages", "confidence")  # besides id and ms
_QUOTE_FIELDS = ("doc", "text", "start", "end", "page", "path", "address", "score")


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
    rows = []
    for number, question in enumerate(questions, start=1):
        started = clock()
        row = ask(question)
        rows.append({"id": question.id, **row, "ms": round((clock() - started) * 1000, 3)})
        if on_question is not None:
            on_question(number, len(questions))
    return rows


def _ask_row(corpus: AskedCorpus, question: GoldQuestion) -> PredictionRow:
    try:
        return _contract_row({**answer_row(corpus.ask(question.text, turns=question.earlier))})
    except QuestionError:
        # Too long, or nothing to search in it: an honest no is the answer, and the row must be there.
        return refused_row()


def _contract_row(row: PredictionRow) -> PredictionRow:
    """What the predictions file promises of a row of `alpie ask --json`, and nothing else."""
    kept = {name: row[name] for name in _ROW_FIELDS}
    kept["quotes"] = [{name: quote[name] for name in _QUOTE_FIELDS} for quote in row["quotes"]]
    return kept


def refused_row() -> PredictionRow:
    """A row that answers nothing, without id and time."""
    return {"answered": False, "answer": REFUSAL, "quotes": [], "passages": [], "confidence": 0.0}


def write_predictions(rows: Iterable[PredictionRow], path: Path) -> None:
    """Writes JSON Lines, creating the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8", newline="\n")
