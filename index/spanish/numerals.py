"""Parses numbers of the units of laws, however written: «14», «4.º», «XIV», «décimo cuarta», «7-A», «588 bis a»."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from alpie.index.spanish.analysis import fold
from alpie.index.spanish.number_words import CARDINALS, ORDINAL_TENS, ORDINALS
from alpie.index.spanish.word_tables import read_tables

# «primer», «segund»: what both genders have in common
_UNITS, _TENS = ([fold(word)[:-1] for word in words] for words in (ORDINALS, ORDINAL_TENS))
_SUFFIXES: list[str] = read_tables(__file__)["suffixes"].split()
_SAME_SUFFIX = {"novies": "nonies"}
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}

_MARKED = re.compile(
    r"(?:n\.?\s?[º°]s?|n\.o|n[uú]m(?:s?\.|eros?\b)|nos?\.)\s*(?=\d|[IVXLC]+\b|\w{4,})", re.IGNORECASE
)
_THOUSANDS = re.compile(r"(\d{1,2})\.(\d{3})(?![\d/])")
_DIGITS = re.compile(r"(\d{1,4})(?![\d/])(?P<ordinal>\.?\s?[ºª°]|\.?o(?!\w))?")
_ROMAN = re.compile(r"(?=[IVXLC])C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?!\w)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:\s+(?:y\s+)?[^\W\d_]+)?")
_SUFFIX = re.compile(
    r"(?:[\s-]*|\.\s?)(" + "|".join(_SUFFIXES).replace("quater", "qu[aá]ter") + r")(?!\w)", re.IGNORECASE
)
# «7-A», «14A», «14 A»; after «bis» a small letter too: «588 bis a». Not «14 a 16», «14 a)», «8 bis a la …».
_GLUED = re.compile(r"-?([A-Za-z])(?![\w)]|\.\w)")
_APART = re.compile(r"\s([A-Z])(?![\w)]|\s+\d|\s+(?:[A-Z]{2,}|l[ao]s?|el)\b)")
_AFTER_SUFFIX = re.compile(  # «588 bis a», «77 Bis 3», «77 Bis 35 C.-»
    rf"[\s-]([a-z](?![\w)]|\s+\d|\s+(?:l[ao]s?|el|{'|'.join(_SUFFIXES)})\b)"
    r"|\d{1,2}(?:\s[a-z](?=\s?[.–-]))?(?![\w/ºª%]|[.,]\d))",
    re.IGNORECASE,
)


def _number_table() -> dict[str, str]:
    """How numbers of units are written in words, folded, with the figures they stand for."""
    table: dict[str, str] = {}

    def add(value: int, *stems: str) -> None:
        for stem in stems:
            table.update({stem + ending: str(value) for ending in "oa"})

    for unit, stem in enumerate(_UNITS, start=1):
        add(unit, stem)
    table |= {"primer": "1", "tercer": "3", "septimo": "7", "setimo": "7", "setima": "7"}
    for ten, stem in enumerate(_TENS, start=1):
        add(10 * ten, stem)
        for unit, last in enumerate(_UNITS, start=1):
            apart = [f"{stem}{ending} {last}" for ending in "oa"]
            add(10 * ten + unit, *apart, f"{stem}o{last}", f"{stem}{last}")
    add(11, "undecim")
    add(12, "duodecim")
    add(100, "centesim")
    for value, word in CARDINALS.items():
        table[fold(word)] = str(value)
        if value >= 30:
            table |= {f"{word} y {CARDINALS[unit]}": str(value + unit) for unit in range(1, 10)}
    return table | {"cien": "100", "unico": "unico", "unica": "unico"}


_SPELLED = _number_table()


@dataclass(frozen=True)
class UnitNumber:
    """A parsed number, with one canonical form for all spellings: «14», «7 a», «588 bis a», «unico»."""

    canonical: str
    start: int
    end: int
    ordinal: bool = False  # «4.º»: nothing else need tell the number from the words after it


def number_at(text: str, position: int = 0, feminine: bool = False) -> UnitNumber | None:
    """The number of a unit at `position`, or None; `feminine`: «2a» is «segunda», not a number with a letter."""
    marked = _MARKED.match(text, position)
    start = marked.end() if marked else position
    found = _thousands(text, start) or _digits(text, start, feminine)
    found = found or _words(text, start) or _roman(text, start)
    return None if found is None else _with_suffix(text, found)


_MIN_LETTERS_IN_WORDS = 4  # «Dos» opens a sentence rather than a heading


def number_in_words(text: str, position: int = 0) -> UnitNumber | None:
    """The number in words at `position` that may open a heading: «Segundo», «Décima tercera»; None for one in signs."""
    number = _words(text, position)
    return number if number and number.end - number.start >= _MIN_LETTERS_IN_WORDS else None


class NumberSuffix(NamedTuple):
    """A suffix without a number, «ter» in «5 bis y ter», and the offset of its end."""

    canonical: str
    end: int


def suffix_at(text: str, position: int) -> NumberSuffix | None:
    """The suffix without a number at `position`; None where there is none."""
    match = _SUFFIX.match(text, position)
    return NumberSuffix(fold(match[1]), match.end()) if match else None


class NumberRank(NamedTuple):
    """By which the numbers of a kind of unit are ordered: «5» before «5 bis» before «5 ter» before «6»."""

    number: int
    suffix: int  # 0 without one
    rest: str


def rank_of(canonical: str) -> NumberRank:
    """The rank of a number in its canonical form."""
    number, _, rest = canonical.partition(" ")
    suffix, _, letter = rest.partition(" ")
    if suffix in _SUFFIXES:
        letter = re.sub(r"\d+", lambda digits: digits[0].zfill(2), letter)
        return NumberRank(int(number), 1 + _SUFFIXES.index(suffix), letter)
    return NumberRank(int(number), 0, rest) if number.isdigit() else NumberRank(0, 0, canonical)


def _thousands(text: str, start: int) -> UnitNumber | None:
    match = _THOUSANDS.match(text, start)
    return UnitNumber(match[1] + match[2], start, match.end()) if match else None


def _digits(text: str, start: int, feminine: bool) -> UnitNumber | None:
    match = _DIGITS.match(text, start)
    if match is None:
        return None
    end, ordinal = match.end(), bool(match["ordinal"])
    if feminine and not ordinal and re.match(r"\.?a(?!\w)", text[end:]):
        end, ordinal = end + text[end:].index("a") + 1, True
    return UnitNumber(str(int(match[1])), start, end, ordinal)


def _words(text: str, start: int) -> UnitNumber | None:
    for form in (_WORDS, _WORD):
        match = form.match(text, start)
        value = _SPELLED.get(" ".join(fold(match[0]).split())) if match else None
        if match and value:
            return UnitNumber(value, start, match.end())
    return None


def _roman(text: str, start: int) -> UnitNumber | None:
    match = _ROMAN.match(text, start)
    # «İ» and «ı» are an «i» to a pattern that knows no case
    if match is None or not match[0].isascii() or match[0].casefold() in ("", "c", "l"):
        return None
    values = [_ROMAN_VALUES[digit] for digit in match[0].casefold()]
    total = sum(
        -value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True)
    )
    return UnitNumber(str(total), start, match.end())


def _with_suffix(text: str, number: UnitNumber) -> UnitNumber:
    parts, end = [number.canonical], number.end
    if match := _SUFFIX.match(text, end):
        suffix = fold(match[1])
        parts.append(_SAME_SUFFIX.get(suffix, suffix))
        letter = _AFTER_SUFFIX.match(text, match.end())
        end = match.end()
    else:
        letter = None if number.ordinal else (_GLUED.match(text, end) or _APART.match(text, end))
        if letter and not text[end - 1].isdigit() and letter[0][0] != "-":
            letter = None  # «artículo primero A» is no number
    if letter:
        parts.append(letter[1].casefold())
        end = letter.end()
    return UnitNumber(" ".join(parts), number.start, end, number.ordinal)
