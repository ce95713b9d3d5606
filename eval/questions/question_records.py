"""A question of the evaluation with its gold, and a file of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from alpie.app.translations import message
from alpie.eval.errors import QuestionsFileError
from alpie.index.records import Span

UNANSWERABLE = "unanswerable"


@dataclass(frozen=True)
class Evidence:
    """Words of a document that answer a question."""

    doc: str
    quote: str  # verbatim, white space aside
    start: int | None = None  # offset into the document's text where known (SQuAD); else located by search


@dataclass(frozen=True)
class GoldQuestion:
    """A question and, where its file has one, the gold answer."""

    id: str
    text: str
    kind: str = ""
    earlier: tuple[str, ...] = ()  # questions asked before it in the same conversation
    evidence: tuple[Evidence, ...] = ()  # any one suffices
    evidence_all: tuple[tuple[Evidence, ...], ...] = ()  # every group needed, any one of a group suffices
    answer: tuple[str, ...] = ()  # any one suffices
    answer_all: tuple[str, ...] = ()  # all needed
    article: str = ""  # SQuAD: questions of one article stay in one part of the split
    source: str = ""  # "file:line", for messages

    @property
    def groups(self) -> tuple[tuple[Evidence, ...], ...]:
        """Groups of alternatives, every one of which must be found."""
        if self.evidence_all:
            return self.evidence_all
        return (self.evidence,) if self.evidence else ()

    @property
    def answerable(self) -> bool | None:
        """Whether the documents answer it; None where the file does not say: it is asked but not scored."""
        if self.kind == UNANSWERABLE:
            return False
        return True if self.groups or self.answer or self.answer_all else None


@dataclass(frozen=True)
class SquadParagraph:
    """A paragraph of a SQuAD file: one document and one passage of the corpus made from it."""

    document_id: str
    title: str  # of its article
    context: str = field(repr=False)
    sentences: tuple[Span, ...] = ()  # XQuAD-R's sentence breaks; empty where the file has none


@dataclass(frozen=True)
class QuestionFile:
    """The questions of a file in its order; paragraphs only from SQuAD files."""

    path: Path
    questions: tuple[GoldQuestion, ...]
    paragraphs: tuple[SquadParagraph, ...] = ()


def fault_at(where: object, key: str, /, **facts: object) -> QuestionsFileError:
    """What is wrong with a file of questions at `where`, the sentence `key`; to be raised."""
    return QuestionsFileError(message("at", where=where, reason=message(key, **facts)))
