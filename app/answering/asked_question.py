"""The entrance: what is known of a question before anything is searched, found out once and handed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from alpie.app.answering.conversation import complete, leans_on_earlier
from alpie.app.answering.overview import Overview, read_overview
from alpie.index.spanish.named_documents import DocumentNames
from alpie.index.spanish.query import Question, read_question
from alpie.index.spanish.references import Reference, read_reference
from alpie.index.spanish.scope import Scope, read_scope

__all__ = ["AskedQuestion", "read_asked"]


@dataclass(frozen=True)
class AskedQuestion:
    """A question as it was put, and what it was found to ask."""

    question: Question
    reference: Reference | None  # the citation that it is
    overview: Overview | None  # what it asks of documents as wholes
    scope: Scope  # what is searched, completed by earlier questions, and in which documents


def read_asked(typed: str, turns: Sequence[str], names: DocumentNames) -> AskedQuestion:
    """Read a question; `turns` are the earlier ones, oldest first, `names` those of the documents.

    Raises `QuestionError` when there is nothing to search in it.
    """
    question = read_question(typed)
    scope = read_scope(complete(question, turns), names)
    return AskedQuestion(question, _cited(question, turns), read_overview(question, names, turns), scope)


def _cited(question: Question, turns: Sequence[str]) -> Reference | None:
    """The citation that a question is. «¿Y el artículo 15?» is of the law that the turn before it named."""
    reference = question.reference
    if reference is None or reference.name or reference.code or not turns:
        return reference
    before = read_reference(turns[-1]) if leans_on_earlier(question.searched) else None
    return replace(reference, name=before.name) if before else reference
