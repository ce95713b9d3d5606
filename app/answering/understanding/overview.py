"""Parses questions about a document as a whole: «¿de qué va la nota?», «¿de qué fecha es?», «¿qué pide la resolución?»."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from alpie.app.answering.understanding.scope import parse_scope
from alpie.index.errors import QuestionError
from alpie.index.spanish.analysis import fold_in_place
from alpie.index.spanish.named_documents import NOUNS, DocumentNames, distinctive_words, first_noun
from alpie.index.spanish.query import Question, parse_question
from alpie.index.spanish.word_tables import any_expression, line_expressions, read_tables


class OverviewKind(StrEnum):
    """What a question wants to know of a document as a whole."""

    LIST = "list"
    ABOUT = "about"
    DATE = "date"
    AUTHOR = "author"
    DEMANDS = "demands"


_TABLES = read_tables(__file__)
_THIS = any_expression(_TABLES["this"])
_PARTS = {"this": _THIS, "verb": f"(?P<verb>{any_expression(_TABLES['demanding'])})"}
_FORMS = [
    (kind, re.compile(form))
    for kind in OverviewKind
    for form in line_expressions(_TABLES["forms"][kind], parts=_PARTS)
]
_COURTESY = re.compile(
    r"^(?:(?:y|hola|oye|por\s+favor|puedes|podrias|me|dime|please|can\s+you)[\s,]+)+|[\s,]+(?:por\s+favor|please)$"
)
_ARTICLE = re.compile(r"^(?:(?:el|la|los|las|the|un|una)\s+)+")


@dataclass(frozen=True)
class Overview:
    """A question about documents as wholes."""

    kind: OverviewKind
    documents: tuple[str, ...]  # ids; empty: all documents
    verb: str = ""  # of a demand, folded
    has_topic: bool = False  # words of another matter follow the name: «… a los países miembros»


def parse_overview(question: Question, names: DocumentNames, turns: Sequence[str] = ()) -> Overview | None:
    """What a question asks of documents as wholes, and of which; None for every other question.

    «¿Y de qué fecha es?» is asked of the documents that the last of `turns` named.
    """
    overview = _match_overview(question, names)
    if overview is None or overview.documents or overview.kind is OverviewKind.LIST or not turns:
        return overview
    try:
        before = parse_question(turns[-1])
    except QuestionError:  # the turn has no words
        return overview
    earlier = _match_overview(before, names)
    named = earlier.documents if earlier else tuple(sorted(parse_scope(before, names).documents))
    return replace(overview, documents=named)


def _match_overview(question: Question, names: DocumentNames) -> Overview | None:
    folded = " ".join(fold_in_place(question.searched).split()).strip(" ¿?¡!.,")
    folded = _COURTESY.sub("", folded).strip(" ¿?¡!.,")
    for kind, form in _FORMS:
        match = form.fullmatch(folded)
        if match is None:
            continue
        if kind is OverviewKind.LIST:
            return Overview(kind, ())
        groups = match.groupdict()
        name = (groups.get("name") or "").strip()
        documents = _documents(name, names, kind is OverviewKind.DEMANDS)
        if documents is not None:
            return Overview(kind, documents[0], groups.get("verb") or "", documents[1])
    titled = names.titled(folded)  # the title of a document alone asks for that document
    return Overview(OverviewKind.ABOUT, tuple(sorted(titled))) if titled else None


def _documents(name: str, names: DocumentNames, may_go_on: bool) -> tuple[tuple[str, ...], bool] | None:
    """The documents that `name` means, and whether words of another matter follow it, which `may_go_on` allows."""
    if not name or re.fullmatch(_THIS, name):
        return (), False
    bare = _ARTICLE.sub("", name)
    if fitting := _documents_named(bare, names):
        return fitting, False
    words = bare.split()
    for end in range(len(words) - 1, 0, -1) if may_go_on else ():
        if fitting := _documents_named(" ".join(words[:end]), names):
            return fitting, True
    return None


def _documents_named(name: str, names: DocumentNames) -> tuple[str, ...]:
    words = distinctive_words(name)
    if not words:
        return ()
    noun = first_noun(name)
    if noun in NOUNS and len(words) == 1:
        fitting = names.of_kind(noun)
    elif noun:
        fitting = names.fitting(name) & (names.of_kind(noun) or names.all)
    else:
        fitting = names.called(words[0]) if len(words) == 1 else frozenset()
    return tuple(sorted(fitting))
