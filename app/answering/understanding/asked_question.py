"""Makes one record of what a question asks: a citation, documents as a whole or anything else, and which documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from alpie.app.answering.understanding.conversation import complete_question
from alpie.app.answering.understanding.overview import Overview, parse_overview
from alpie.app.answering.understanding.scope import Scope, parse_scope
from alpie.index.errors import QuestionError
from alpie.index.spanish.citation_questions import (
    CitationQuestion,
    continue_citation_question,
    name_asked_for,
)
from alpie.index.spanish.named_documents import DocumentNames
from alpie.index.spanish.query import Question, parse_question


@dataclass(frozen=True)
class AskedQuestion:
    """A question as it was put, and what it asks for."""

    question: Question
    citation_question: CitationQuestion | None  # the citation, if the question is one
    overview: Overview | None  # what the question asks of documents as wholes, if it does
    scope: Scope  # the question as searched, completed by earlier ones, and the documents to search


def parse_asked_question(typed: str, turns: Sequence[str], names: DocumentNames) -> AskedQuestion:
    """Parse a question; `turns` are the earlier questions, oldest first, `names` the names of the documents.

    Raises `QuestionError` when there is nothing to search in it.
    """
    question = parse_question(typed)
    scope = parse_scope(complete_question(question, turns), names)
    return AskedQuestion(
        question, _parse_citation(question, turns, names), parse_overview(question, names, turns), scope
    )


def _parse_citation(
    question: Question, turns: Sequence[str], names: DocumentNames
) -> CitationQuestion | None:
    """The citation that a question is, completed by the questions before; None for any other question.

    «Artículo 15» is then of the law that was spoken of, and «¿y el 16?» is a citation after a citation.
    """
    citation_question = question.citation_question
    if not turns or (citation_question and (citation_question.name or citation_question.code)):
        return citation_question
    *earlier, last = turns
    try:
        turn = parse_question(last)
    except QuestionError:  # the turn has no words
        return _parse_citation(question, earlier, names)
    before = _parse_citation(turn, earlier, names)
    citation_question = continue_citation_question(question.typed, before) if before else citation_question
    return citation_question and replace(
        citation_question, name=before.name if before else _law_asked(turn, names)
    )


def _law_asked(turn: Question, names: DocumentNames) -> str:
    """The name of the law that an earlier question was put to, or asked for as a whole; "" for none."""
    scope = parse_scope(turn, names)
    if scope.absent or (scope.exclusive and len(scope.documents) == 1):
        return scope.absent or next(iter(scope.documents))
    return name_asked_for(turn.typed)
