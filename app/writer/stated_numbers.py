"""Reads the numbers, percentages, dates and codes of a text in one form, whatever their spelling.

«105 047», «105.047», «ciento cinco mil cuarenta y siete» are one number; «25 %» is not «25». Ambiguous numbers are
read the same way on both sides: a single point or comma before three digits groups them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from alpie.app.writer.spelled_numbers import counting_words, spelled_numbers
from alpie.index.spanish.analysis import fold, fold_in_place
from alpie.index.spanish.number_words import MONTHS
from alpie.index.spanish.word_tables import read_tables

_TABLES = read_tables(__file__)
_MONTHS = {**MONTHS, "setiembre": 9}
_MONTH = "|".join(_MONTHS)
# «may» alone is more often a verb than the English month
_WITHOUT_MAY = "|".join(name for name in _MONTHS if name != "may")
_DAY = r"\d{1,2}"
_YEAR = r"(?:\s*,\s*|\s+de(?:l)?\s+(?:ano\s+)?|\s+)(?P<year>\d{4})(?!\d)"
_DATES = (
    re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})([/.-])(?P<month>\d{1,2})\2(?P<year>\d{4}|\d{2})(?!\d)"),
    re.compile(
        rf"(?<!\d)(?P<first>{_DAY})\s*(?:-|–|—|al?|y|and|to)\s*(?:el\s+)?(?P<day>{_DAY})\s+"
        rf"(?:de\s+|of\s+)?(?P<month>{_MONTH})\b(?:{_YEAR})?"
    ),
    re.compile(rf"(?<!\d)(?P<day>{_DAY})\s+(?:de\s+|of\s+)?(?P<month>{_MONTH})\b(?:{_YEAR})?"),
    re.compile(rf"\b(?P<month>{_MONTH})\s+(?P<day>{_DAY})(?!\d)(?:{_YEAR})?"),
    re.compile(rf"\b(?P<month>{_MONTH})(?:{_YEAR})"),
    re.compile(rf"\b(?P<month>{_WITHOUT_MAY})\b"),
)
# Parts that hang together: GA-2021-89-RES-09, 5.1.2. A code when a part mixes letters and digits, or one
# is written in capitals; «13-year-old» is a number with its noun.
_JOINED = re.compile(r"[^\W_]+(?:[-/._][^\W_]+)*")
_SECTION = re.compile(r"\d+(?:\.\d+){2,}")
_DIGITS = re.compile(r"\d{1,3}(?: \d{3})+(?![\d.,]*\d)|\d+(?:[.,'’]\d+)*")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([., '’])\d{3})(?:\1\d{3})*")
_GROUPED_DECIMAL = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?:(?P<mark>[., '’])\d{3})+)(?!(?P=mark))[.,](?P<rest>\d+)"
)
_SCALE = re.compile(
    r"\s+(?P<scale>mil(?:\s+millones)?|thousand|mill(?:on|ones|ion|ions)|billones|billon|billions?)\b"
)
_SCALES: dict[str, int] = _TABLES["powers_of_ten"]
_PERCENT = re.compile(r"\s*(?:%|por\s+cien(?:to)?\b|per\s?cent\b|puntos\s+porcentuales\b)")
_IN_HUNDRED = re.compile(r"\bpor cien(?:to)?\b")  # whose «ciento» is no hundred
_ORDINAL_MARK = re.compile(r"(?<=\d)\.?[ºª°]|(?<=\d)(?:st|nd|rd|th)\b|[ºª°]")
_YEARS = range(1000, 2200)


class NumberKey(NamedTuple):
    """By what numbers are the same, wherever they stand."""

    kind: str
    value: str


@dataclass(frozen=True)
class StatedNumber:
    """A number and where it stands in the folded text; `kind`: "number" | "percent" | "code" | "quantity"."""

    kind: str
    value: str
    start: int
    end: int

    @property
    def key(self) -> NumberKey:
        return NumberKey(self.kind, self.value)


@dataclass(frozen=True)
class Date:
    """A date as far as the text gives it."""

    year: int | None
    month: int
    day: int | None

    def is_within(self, other: Date) -> bool:
        """Whether everything this date says, `other` says too."""
        return self.month == other.month and self.day in (None, other.day) and self.year in (None, other.year)


@dataclass(frozen=True)
class StatedNumbers:
    """The numbers and dates that a text states."""

    folded: str  # the text the positions count in
    numbers: tuple[StatedNumber, ...]
    dates: tuple[Date, ...]

    @property
    def keys(self) -> frozenset[NumberKey]:
        return frozenset(number.key for number in self.numbers)

    @property
    def without_numbers(self) -> str:
        """The folded text with blanks in the place of its numbers and dates."""
        return _blank(self.folded, [(number.start, number.end) for number in self.numbers])


def parse_numbers(text: str) -> StatedNumbers:
    """Everything countable in `text`, which is clean (`alpie.app.writer.drafts.comparable_text`)."""
    marked = _ORDINAL_MARK.sub(" ", text)
    codes = [(m.start(), m.end()) for m in _JOINED.finditer(marked) if _is_code(m.group())]
    numbers = [StatedNumber("code", fold(marked[start:end]), start, end) for start, end in codes]
    rest = fold_in_place(_blank(marked, codes))
    folded = fold_in_place(marked)
    dates: list[Date] = []
    for pattern in _DATES:
        found = [(match, _dates_in(match)) for match in pattern.finditer(rest)]
        dates += [date for _, read in found for date in read]
        rest = _blank(rest, [match.span() for match, read in found if read])
    for number in _digits(rest):
        numbers.append(number)
        rest = _blank(rest, [(number.start, number.end)])
    in_hundred = [match.span() for match in _IN_HUNDRED.finditer(rest)]
    for value, start, end in spelled_numbers(_blank(rest, in_hundred)):
        percent = _PERCENT.match(rest, end)
        end = percent.end() if percent else end
        numbers.append(StatedNumber("percent" if percent else "number", _plain(value), start, end))
        rest = _blank(rest, [(start, end)])
    numbers += [StatedNumber("quantity", *found) for found in counting_words(rest)]
    return StatedNumbers(folded, tuple(sorted(numbers, key=lambda number: number.start)), tuple(dates))


def unsupported_numbers(sentence: StatedNumbers, evidence: StatedNumbers) -> list[str]:
    """The numbers and dates of a sentence that its evidence does not have."""
    years = {("number", str(date.year)) for date in evidence.dates if date.year is not None}
    known = evidence.keys | years
    missing = [number.value for number in sentence.numbers if number.key not in known]
    missing += [str(date) for date in sentence.dates if not any(map(date.is_within, evidence.dates))]
    return missing


def is_year(number: StatedNumber) -> bool:
    """Whether a number may be a year: years keep company with anything."""
    return number.kind == "number" and number.value.isdigit() and int(number.value) in _YEARS


def _is_code(token: str) -> bool:
    if not any(c.isdigit() for c in token):
        return False
    if _SECTION.fullmatch(token):
        return not _GROUPED.fullmatch(token)
    if not any(c.isalpha() for c in token):
        return False
    parts = re.split(r"[-/._]", token)
    mixed = any(any(c.isdigit() for c in p) and any(c.isalpha() for c in p) for p in parts)
    return mixed or any(p.isupper() for p in parts)


def _dates_in(match: re.Match[str]) -> list[Date]:
    fields = match.groupdict()
    month = _MONTHS.get(fields["month"]) or int(fields["month"])
    year = int(fields["year"]) if fields.get("year") else None
    if year is not None and year < 100:
        year += 2000
    days = [int(fields[name]) for name in ("first", "day") if fields.get(name)]
    if not 1 <= month <= 12 or any(not 1 <= day <= 31 for day in days):
        return []
    return [Date(year, month, day) for day in days] or [Date(year, month, None)]


def _digits(text: str) -> Iterator[StatedNumber]:
    for match in _DIGITS.finditer(text):
        value, end = _parse_number(match.group()), match.end()
        if scale := _SCALE.match(text, end):
            name = re.sub(r"\s+", " ", scale["scale"])
            name = name if name in _SCALES else re.sub(r"(?:es|s)$", "", name)
            value, end = value.scaleb(_SCALES[name]), scale.end()
        if percent := _PERCENT.match(text, end):
            yield StatedNumber("percent", _plain(value), match.start(), percent.end())
        else:
            yield StatedNumber("number", _plain(value), match.start(), end)


def _parse_number(digits: str) -> Decimal:
    if _GROUPED.fullmatch(digits):
        return Decimal(re.sub(r"\D", "", digits))
    if match := _GROUPED_DECIMAL.fullmatch(digits):
        return Decimal(re.sub(r"\D", "", match["whole"]) + "." + match["rest"])
    parts = re.split(r"\D", digits)
    return Decimal(f"{parts[0]}.{parts[1]}") if len(parts) == 2 else Decimal("".join(parts))


def _plain(value: Decimal | int) -> str:
    number = Decimal(value).normalize()
    return f"{number:f}"


def _blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with blanks in place of `spans`, so that positions stay true."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
