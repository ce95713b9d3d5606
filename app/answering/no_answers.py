"""Sentences that answer nothing, however like the question they are: entries of a table of contents, questions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from alpie.index.records import Sentence, SentenceRole
from alpie.index.spanish.analysis import fold

__all__ = ["is_entry", "is_question"]

_PAGE = r"(?:\d{1,4}|[ivxlc]{1,6}|[a-z]-?\d{1,3})"
_LEADERS = re.compile(r"(?:\.{4,}|(?:\. ){4,}|…(?: ?…)+|_{4,}|·{4,})")
_TO_PAGE = re.compile(rf"\S.*\t[ \t]*{_PAGE}[ \t\r]*", re.IGNORECASE)  # a title, a tab, its page
_TITLES = frozenset(
    ("indice", "indice general", "contenido", "contenidos", "sumario", "tabla de contenido", "tabla de contenidos",
     "contents", "table of contents")
)  # fmt: skip


def is_entry(sentences: Sequence[Sentence], source: str) -> bool:
    """Whether these are entries of a table of contents, or its title."""
    return all(_is_entry(one, source) for one in sentences)


def _is_entry(sentence: Sentence, source: str) -> bool:
    if _LEADERS.search(sentence.text) or fold(sentence.text).strip(" .:") in _TITLES:
        return True
    if sentence.role in (SentenceRole.ROW, SentenceRole.HEADER):
        return False  # a tab parts its cells
    start = source.rfind("\n", 0, sentence.start) + 1
    end = source.find("\n", sentence.end)
    return _TO_PAGE.fullmatch(source[start : end if end >= 0 else len(source)]) is not None


def is_question(sentence: Sentence) -> bool:
    """Whether the sentence asks; items of a list may be questions that the text is about."""
    return sentence.role is SentenceRole.SENTENCE and sentence.text.rstrip("»”\"' )").endswith("?")
