"""The pipelines that are measured side by side, on the same encoder in the same run.

- ``alpie``: the whole system, with quotes and refusals;
- ``alpie (Milvus …)``: the same, with passages proposed by a backend instead of FAISS;
- ``dense``, ``lexical``, ``fused``: retrievers of its search by themselves, which only retrieve;
- ``tutorial``, and ``bm25s`` where it is installed: the LangChain tutorial and BM25 on its chunks, which they quote.

All but those do not know conversations, so questions that hang on earlier ones are not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from time import perf_counter

from alpie.app.service.rows import found_row
from alpie.eval.questions.predictions import (
    AskedCorpus,
    Clock,
    OnQuestion,
    Row,
    predict,
    refused_row,
)
from alpie.eval.questions.question_records import Question
from alpie.eval.scores import PASSAGES
from alpie.index.errors import QuestionError

MAIN = "alpie"
TUTORIAL = "tutorial"
RETRIEVERS = ("dense", "lexical", "fused")


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


def backend_pipeline(
    backend: str,
    corpus: AskedCorpus,
    questions: Sequence[Question],
    on_question: OnQuestion | None = None,
    clock: Clock = perf_counter,
) -> PipelineRows:
    """The whole system's answers with passages proposed by `backend`."""
    own = own_pipeline(corpus, questions, on_question, clock)
    return replace(own, name=f"{MAIN} ({backend})")


def same_answers(one: PipelineRows, another: PipelineRows) -> int:
    """To how many questions two pipelines said the same: quotations, passages in order, confidence to 0.0001."""

    def said(row: Row) -> tuple[object, ...]:
        quotes = [(quote["doc"], quote["start"], quote["end"]) for quote in row["quotes"]]
        passages = [found["address"] for found in row["passages"]]
        return row["answered"], quotes, passages, round(row["confidence"], 4)

    return sum(said(a) == said(b) for a, b in zip(one.rows, another.rows, strict=True))


def compared_questions(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Those that can be understood alone."""
    return tuple(question for question in questions if not question.earlier)


def other_pipelines(
    corpus: AskedCorpus,
    questions: Sequence[Question],
    on_question: OnQuestion | None = None,
    clock: Clock = perf_counter,
) -> list[PipelineRows]:
    """The retrievers' and the tutorial's answers to the questions that can be compared."""
    # LangChain takes a second to import, and only a comparison needs it.
    from alpie.eval.baselines.tutorial import Bm25Pipeline, TutorialPipeline, chunks_of

    asked = compared_questions(questions)
    results = []
    for retriever in RETRIEVERS:
        rows = _ask_all(asked, partial(_searched, corpus, retriever), on_question, clock)
        results.append(PipelineRows(retriever, asked, rows, quotes=False))
    chunks = chunks_of(corpus.documents.values())
    pipelines: dict[str, TutorialPipeline | Bm25Pipeline] = {
        TUTORIAL: TutorialPipeline(chunks, corpus.encoder)
    }
    if find_spec("bm25s"):
        pipelines["bm25s"] = Bm25Pipeline(chunks)
    for name, pipeline in pipelines.items():
        rows = _ask_all(asked, pipeline.ask, on_question, clock)
        results.append(PipelineRows(name, asked, rows, quotes=True))
    return results


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


def _searched(corpus: AskedCorpus, retriever: str, text: str) -> Row:
    try:
        hits = corpus.search(text, limit=PASSAGES, retriever=retriever)
    except QuestionError:
        return refused_row()
    return {**refused_row(), "passages": [found_row(hit) for hit in hits]}
