"""Finds the citable units that contain a passage, compares them with those of a citation, and puts them into words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from alpie.index.messages import Message, message
from alpie.index.records import Passage
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.citation_parser import parse_label
from alpie.index.spanish.numerals import NumberRank, number_in_words, rank_of
from alpie.index.spanish.unit_kinds import (
    DIVISIONS,
    FEMININE,
    OPERATIVE_PART,
    PARTS_OF_ARTICLES,
    PREAMBLE,
    Unit,
    UnitKind,
    Units,
)

_RANGE = "…"
_PAGES = "\n"  # between the pages of one passage
_PREAMBLE = re.compile(r"(?:preambulo|exposicion de motivos)\b")
_SECTION = re.compile(r"0?(\d{1,2}(?:\.\d{1,2})*)\.?\s+\w")
# after the name of a clause that is counted in words: «Tercero. Cuantía»
_STOP = re.compile(r"\s*[.:–—-]|$")
_PARTS = {PREAMBLE: "preamble", OPERATIVE_PART: "operative_part"}  # → their keys in the catalogues


def matches_units(wanted: Mapping[UnitKind, str], units: Mapping[UnitKind, str]) -> bool:
    """Whether `units` (kind → number) have every kind that is wanted, with the number that is wanted."""
    return all(kind in units and matches_number(number, units[kind], kind) for kind, number in wanted.items())


def matches_place(wanted: Units, units: Units) -> bool:
    """Whether `units` are of the article or division that is wanted, whatever part of it they name."""
    whole = {kind: number for kind, number in wanted if kind not in PARTS_OF_ARTICLES}
    return bool(whole) and matches_units(whole, dict(units))


def matches_number(wanted: str, own: str, kind: UnitKind) -> bool:
    """Whether a unit with the number `own` is the one wanted, or one of the range wanted; "" wants any number."""
    if not wanted or wanted == own:
        return True
    if _PAGES in own:
        return any(matches_number(wanted, page, kind) for page in own.split(_PAGES))
    if kind is UnitKind.PROVISION and " " not in wanted:
        return own.startswith(wanted)
    if kind is UnitKind.SECTION and "." in own:  # «2.2» stands in «2»
        return matches_number(wanted, own.rpartition(".")[0], kind)
    if _RANGE not in wanted + own:
        return False
    if kind is UnitKind.PROVISION:
        (sort, _, wanted), (own_sort, _, own) = wanted.partition(" "), own.partition(" ")
        if sort != own_sort:
            return False
    (low, high), (own_low, own_high) = _bounds(wanted), _bounds(own)
    return low <= own_high and own_low <= high


def _bounds(number: str) -> tuple[NumberRank, NumberRank]:
    """The first and the last number of a range, which may be one number alone."""
    low, _, high = number.partition(_RANGE)
    return rank_of(low), rank_of(high or low)


def passage_units(passage: Passage) -> Iterator[Unit]:
    """The units that a passage stands in, by its headings, its pages and its label."""
    for heading in passage.path:
        folded = fold(heading)
        if _PREAMBLE.match(folded):
            yield Unit(UnitKind.PART, PREAMBLE)
        elif units := [unit for unit in parse_label(heading) if unit.kind in DIVISIONS]:
            yield units[0]
        elif folded in ("anexo", "anejo"):
            yield Unit(UnitKind.ANNEX, "")
        elif section := _SECTION.match(folded):
            yield Unit(UnitKind.SECTION, section[1])
            if "." not in section[1]:
                yield Unit(UnitKind.CHAPTER, section[1])
        elif clause := None if passage.label else _clause_of(heading):
            yield Unit(UnitKind.CLAUSE, clause)
    labels = (passage.page, *(page.label for page in passage.later_pages))
    pages = [label for label in labels if label is not None]
    if pages:
        yield Unit(UnitKind.PAGE, _PAGES.join(fold(str(page)) for page in pages))
    if passage.label:
        yield from parse_label(passage.label)


def _clause_of(heading: str) -> str:
    """The number of the clause that a heading names by an ordinal alone, "" for none."""
    number = number_in_words(heading)
    return number.canonical if number and _STOP.match(heading, number.end) else ""


def unit_in_words(units: Units) -> Message:
    """A place as a message, to be shown in any language: «artículo 99, apartado 2», «article 99, paragraph 2»."""
    order = {kind: rank for rank, kind in enumerate(PARTS_OF_ARTICLES, start=1)}
    ordered = sorted(units, key=lambda unit: order.get(unit.kind, 0))
    return message("place.listed", units=[_in_words(unit) for unit in ordered])


def _in_words(unit: Unit) -> Message:
    kind, number = unit
    if kind is UnitKind.PART:
        return message(f"place.{_PARTS[number]}")
    name: str = kind
    if kind is UnitKind.PROVISION:
        name, _, number = number.partition(" ")
    named = message(f"place.{name}")
    if number == "unico":
        return message("place.sole_feminine" if kind in FEMININE else "place.sole", unit=named)
    if number == "preliminar":
        return message("place.preliminary", unit=named)
    first, among, last = number.partition(_RANGE)
    numbers = message("place.range", first=first, last=last) if among else first
    return message("place.numbered", unit=named, number=numbers) if number else named
