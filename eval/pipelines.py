"""The pipelines that are measured side by side, on the same encoder in the same run.

- ``alpie``: the whole system, with quotes and refusals;
- ``dense``, ``lexical``, ``fused``: legs of its search by themselves, which only retrieve;
- ``tutorial``: the LangChain tutorial (`alpie.eval.tutorial`), whose quotes are its chunks.

The last four do not know conversations, so questions that hang on earlier ones are not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from alpie.app.answer_json import found_row
from alpie.eval.predictions import (
    AskedCorpus,
    Clock,
    OnQuestion,
    Row,
    predict,
    refused_row,
)
from alpie.eval.question_file import Question
from alpie.eval.scores import PASSAGES
from alpie.index.errors import QuestionError

__all__ = [
    "LEGS",
    "MAIN",
    "TUTORIAL",
    "PipelineRows",
    "compared_questions",
    "other_pipelines",
    "own_pipeline",
]

MAIN = "alpie"
TUTORIAL = "tutorial"
LEGS = ("dense", "lexical", "fused")


@dataclass(frozen=True)
class PipelineRows:
    """What one pipeline said to the questions, in their order."""

    name: str
    questions: tuple[Question, ...]
    rows: tuple[Row, ...]
    quotes: bool  # False: it only retrieves, its quotes and refusals mean nothing


def own_pipeline(
    corpus: AskedCorpus,
    questions: Sequence[Question],
    on_question: OnQuestion | None = None,
    clock: Clock = perf_counter,
) -> PipelineRows:
    """The whole system's answers."""
    rows = predict(corpus, questions, on_question, clock)
    return PipelineRows(MAIN, tuple(questions), tuple(rows), quotes=True)


def compared_questions(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Those that can be understood alone."""
    return tuple(question for question in questions if not question.earlier)


def other_pipelines(
    corpus: AskedCorpus,
    questions: Sequence[Question],
    on_question: OnQuestion | None = None,
    clock: Clock = perf_counter,
) -> list[PipelineRows]:
    """The legs' and the tutorial's answers to the questions that can be compared."""
    # LangChain takes a second to import, and only a comparison needs it.
    from alpie.eval.tutorial import TutorialPipeline

    asked = compared_questions(questions)
    results = []
    for leg in LEGS:
        rows = _ask_all(asked, partial(_searched, corpus, leg), on_question, clock)
        results.append(PipelineRows(leg, asked, rows, quotes=False))
    tutorial = TutorialPipeline.from_documents(corpus.documents.values(), corpus.encoder)
    rows = _ask_all(asked, tutorial.ask, on_question, clock)
    return [*results, PipelineRows(TUTORIAL, asked, rows, quotes=True)]


def _ask_all(
    questions: Sequence[Question],
    ask: Callable[[str], Row],
    on_question: OnQuestion | None,
    clock: Clock,
) -> tuple[Row, ...]:
    rows = []
    for number, question in enumerate(questions, start=1):
        started = clock()
        row = ask(question.text)
        rows.append({"id": question.id, **row, "ms": round((clock() - started) * 1000, 3)})
        if on_question is not None:
            on_question(number, len(questions))
    return tuple(rows)


def _searched(corpus: AskedCorpus, leg: str, text: str) -> Row:
    try:
        hits = corpus.search(text, limit=PASSAGES, leg=leg)
    except QuestionError:
        return refused_row()
    return {**refused_row(), "passages": [found_row(hit) for hit in hits]}
