"""Reads the enumerators that sentences begin with: «a)», «II.», «3.º», «Primero.-».

A citation names part of an article by its enumerator if no label does.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from alpie.index.spanish.numerals import number_at
from alpie.index.spanish.unit_kinds import UnitKind

_ENUMERATOR = re.compile(
    r"\(?(?P<digit>\d{1,3})(?:[.)]|\.?[º°]|\.?-)|\(?(?P<letter>[a-zñ][.)]|[A-ZÑ]\)|(?:aa|bb|cc)\))(?:\s|$)"
    r"|(?P<roman>[IVXLC]{1,7}|[ivxlc]{2,7})(?:[.)]|\s*[.-]+)(?:\s|$)"
    r"|(?P<word>[A-ZÁÉÍÓÚ][a-záéíóú]{2,}(?:\s[a-záéíóú]{4,})?|[A-ZÁÉÍÓÚ]{3,}(?:\s[A-ZÁÉÍÓÚ]{4,})?)\s?[.:-]"
)


class EnumeratorStyle(StrEnum):
    """How an enumerator is written; the values are the groups of `_ENUMERATOR`."""

    DIGIT = "digit"
    LETTER = "letter"
    ROMAN = "roman"
    WORD = "word"


class Enumerator(NamedTuple):
    """An enumerator that a sentence begins with: «a)», «II.», «3.º», «Primero.-»."""

    style: EnumeratorStyle
    number: str


STYLES_OF_PARTS = {
    UnitKind.CLAUSE: [EnumeratorStyle.DIGIT, EnumeratorStyle.WORD],
    UnitKind.FRACTION: [EnumeratorStyle.ROMAN],
    UnitKind.LETTER: [EnumeratorStyle.LETTER],
    UnitKind.ITEM: [EnumeratorStyle.DIGIT, EnumeratorStyle.ROMAN, EnumeratorStyle.LETTER],
}
# Enumerators that end what stands under another: a letter may hold «1.º», but no «II.».
CLOSES = {style: {EnumeratorStyle.WORD, EnumeratorStyle.ROMAN, style} for style in EnumeratorStyle}
CLOSES[EnumeratorStyle.WORD] = {EnumeratorStyle.WORD}


def enumerators_of(text: str) -> tuple[Enumerator, ...]:
    """The enumerator that a sentence begins with, in both readings where it has two: «i)»; none for most."""
    match = _ENUMERATOR.match(text)
    if match is None:
        return ()
    style = EnumeratorStyle(str(match.lastgroup))
    if style is EnumeratorStyle.LETTER:
        letter = match["letter"].rstrip(".)").casefold()
        roman = number_at(letter) if letter in "ivx" else None
        as_roman = (Enumerator(EnumeratorStyle.ROMAN, roman.canonical),) if roman else ()
        return (Enumerator(style, letter), *as_roman)
    number = number_at(match[style])
    whole = number is not None and number.end == len(match[style])
    return (Enumerator(style, number.canonical),) if number and whole else ()
