"""Reads the marks that sentences begin with: «a)», «II.», «3.º», «Primero.-».

A citation names the part of an article by its mark where no label does.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from alpie.index.spanish.unit_numbers import number_at
from alpie.index.spanish.units import UnitKind

_MARK = re.compile(
    r"\(?(?P<digit>\d{1,3})(?:[.)]|\.?[º°]|\.?-)|\(?(?P<letter>[a-zñ][.)]|[A-ZÑ]\)|(?:aa|bb|cc)\))(?:\s|$)"
    r"|(?P<roman>[IVXLC]{1,7}|[ivxlc]{2,7})(?:[.)]|\s*[.-]+)(?:\s|$)"
    r"|(?P<word>[A-ZÁÉÍÓÚ][a-záéíóú]{2,}(?:\s[a-záéíóú]{4,})?|[A-ZÁÉÍÓÚ]{3,}(?:\s[A-ZÁÉÍÓÚ]{4,})?)\s?[.:-]"
)


class MarkStyle(StrEnum):
    """How a mark is written; the values are the groups of `_MARK`."""

    DIGIT = "digit"
    LETTER = "letter"
    ROMAN = "roman"
    WORD = "word"


class Mark(NamedTuple):
    """A mark that a sentence begins with: «a)», «II.», «3.º», «Primero.-»."""

    style: MarkStyle
    number: str


STYLES_OF_PARTS = {
    UnitKind.CLAUSE: [MarkStyle.DIGIT, MarkStyle.WORD],
    UnitKind.FRACTION: [MarkStyle.ROMAN],
    UnitKind.LETTER: [MarkStyle.LETTER],
    UnitKind.ITEM: [MarkStyle.DIGIT, MarkStyle.ROMAN, MarkStyle.LETTER],
}
# Marks that end what stands under another: a letter may hold «1.º», but no «II.».
CLOSES = {style: {MarkStyle.WORD, MarkStyle.ROMAN, style} for style in MarkStyle}
CLOSES[MarkStyle.WORD] = {MarkStyle.WORD}


def marks_of(text: str) -> tuple[Mark, ...]:
    """The mark that a sentence begins with, in both readings where it has two: «i)»; none for most."""
    match = _MARK.match(text)
    if match is None:
        return ()
    style = MarkStyle(str(match.lastgroup))
    if style is MarkStyle.LETTER:
        letter = match["letter"].rstrip(".)").casefold()
        roman = number_at(letter) if letter in "ivx" else None
        as_roman = (Mark(MarkStyle.ROMAN, roman.canonical),) if roman else ()
        return (Mark(style, letter), *as_roman)
    number = number_at(match[style])
    whole = number is not None and number.end == len(match[style])
    return (Mark(style, number.canonical),) if number and whole else ()
