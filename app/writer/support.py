"""Checks whether a sentence of a language model may be shown, because it says no more than the quotes it names.

These quotes must exist, and its numbers, percentages, dates, codes and proper names must stand in them. Besides, a
number keeps the company it has in the quote («33 detenciones» is no reading of «25 detenciones y 33 registros»), a
denial needs a denial in the quotes, and a Spanish sentence must share words with them. Words are compared, not
meanings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from alpie.app.writer.drafts import Draft, comparable_text
from alpie.app.writer.stated_names import QuotedWords, unsupported_names
from alpie.app.writer.stated_numbers import (
    StatedNumber,
    StatedNumbers,
    is_year,
    parse_numbers,
    unsupported_numbers,
)
from alpie.index.spanish.analysis import STOP_WORDS, fold, stem, tokens
from alpie.index.spanish.query import detect_language
from alpie.index.spanish.word_tables import word_sets

_DENIALS = word_sets(__file__)["denials"]
_MAX_CHARACTERS = 600  # of a sentence: a longer one is a paragraph, and rests on more than one quote
# Content words either side of a number: a sentence is shorter than the quote that it is made from.
_NEAR_IN_SENTENCE, _NEAR_IN_QUOTE = 3, 6
_PREFIX = 5  # letters that «detenidos» and «detenciones» share
_MIN_SHARED = 0.4  # of a Spanish sentence's content words: other words for the rest are no invention
_CONTRACTED_DENIAL = re.compile(r"n['’]t\b")
_MARKUP = re.compile(r"://|\bwww\.|[<>`{}|\\]|\]\(|&#|&\w+;|[@#]\w|\*|\$\$|__")


class DropReason(StrEnum):
    """Why a sentence of the model is not shown."""

    UNCITED = "uncited"  # names no quote
    NO_SUCH_QUOTE = "no_such_quote"
    FORM = "form"  # markup, a link, too long
    NUMBER = "figure"  # as JSON names it
    NAME = "name"
    COMPANY = "company"  # the number stands in the quote, but counts something else
    DENIAL = "denial"
    UNRELATED = "unrelated"


class SupportCheck:
    """The check against the quotes of one answer; `found` is the text of all that the search found."""

    def __init__(self, quotes: Sequence[str], question: str = "", found: str = "") -> None:
        self._quotes = [comparable_text(quote) for quote in quotes]
        self._question, self._found = comparable_text(question), comparable_text(found)

    def reason_against(self, draft: Draft) -> DropReason | None:
        """Why `draft` may not be shown; None when it may."""
        if not draft.quotes:
            return DropReason.UNCITED
        if any(not 1 <= number <= len(self._quotes) for number in draft.quotes):
            return DropReason.NO_SUCH_QUOTE
        if (
            len(draft.text) > _MAX_CHARACTERS
            or _MARKUP.search(draft.text)
            or not any(map(str.isalpha, draft.text))
        ):
            return DropReason.FORM
        texts = [self._quotes[number - 1] for number in draft.quotes]
        together = parse_numbers(" \n ".join(texts))
        numbers = parse_numbers(draft.text)
        if unsupported_numbers(numbers, together):
            return DropReason.NUMBER
        if unsupported_names(draft.text, QuotedWords.from_text(" . ".join(texts), self._found)):
            return DropReason.NAME
        if _denies(draft.text) and not any(map(_denies, texts)):
            return DropReason.DENIAL
        if detect_language(draft.text) == "en":  # other words than the quotes': nothing left to compare
            return None
        return self._words_against(numbers, texts)

    def _words_against(self, numbers: StatedNumbers, texts: Sequence[str]) -> DropReason | None:
        said = set(_words(numbers.without_numbers))
        known = set(_words(" ".join([*texts, self._question])))
        if said and len(said & known) < _MIN_SHARED * len(said):
            return DropReason.UNRELATED
        sources = list(map(parse_numbers, texts))
        for number in numbers.numbers:
            counts = number.kind in ("number", "percent") and not is_year(number)
            if counts and not _keeps_company(number, numbers, sources):
                return DropReason.COMPANY
        return None


def _keeps_company(number: StatedNumber, numbers: StatedNumbers, sources: Sequence[StatedNumbers]) -> bool:
    company = _near(numbers, number, _NEAR_IN_SENTENCE)
    if not company:
        return True
    return any(
        company & _near(source, other, _NEAR_IN_QUOTE)
        for source in sources
        for other in source.numbers
        if other.key == number.key
    )


def _near(numbers: StatedNumbers, number: StatedNumber, reach: int) -> set[str]:
    """Beginnings of the content words within `reach` content words of a number."""
    before = _words(numbers.folded[: number.start])[-reach:]
    after = _words(numbers.folded[number.end :])[:reach]
    return {*before, *after}


def _words(text: str) -> list[str]:
    return [
        stem(token)[:_PREFIX] for token in tokens(text) if token not in STOP_WORDS and not token[0].isdigit()
    ]


def _denies(text: str) -> bool:
    folded = fold(text)
    return bool(_CONTRACTED_DENIAL.search(folded)) or any(t in _DENIALS for t in tokens(folded))
