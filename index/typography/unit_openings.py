"""Reads the names by which the units of laws are cited, where a text opens with one: «Artículo 5 bis.», «TÍTULO IV»."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from alpie.index.records import collapse
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.numerals import UnitNumber, number_at, number_in_words
from alpie.index.spanish.word_tables import alternatives, read_tables
from alpie.index.typography.line_forms import heading_alternatives

_WORDS = read_tables(__file__)
_SORTS = alternatives(_WORDS["provisions"].split())
_ORDINAL = r"(?:\d{1,3}|[IVXLC]{1,8}|[a-záéíóúñ]{4,14}|[A-ZÁÉÍÓÚÑ]{4,14})"
DIVISION = re.compile(
    rf"(?P<word>{heading_alternatives(_WORDS['ranks'])})"
    rf"\s+(?P<number>{_ORDINAL}|[A-Z])(?:\s*(?P<end>[.:–—-]|$)\s*|\s+(?=\S))"
)
# What opens a unit that is cited by its number, and what ends its name. A heading needs no such mark.
_OPENER = re.compile(
    rf"(?i)(?P<word>art[íi]culo(?P<several>s)?|{alternatives(_WORDS['openers'].split())})\s+(?P<transitory>transitori[oa]\s+)?"
)
_AND, _TO = re.compile(r"\s+y\s+"), re.compile(r"\s+al?\s+")
_END = re.compile(r"\s*[.:–—-]+\s*|\s*$")
_GOES_ON = re.compile(r"\s+(?:del?|y|a|e|u|o|al|en)\b|\s*,")  # «Artículo 5 de la Ley 28484» opens nothing
_PROVISION = re.compile(rf"(?i)Disposición\s+(?P<sort>{_SORTS})(?P<number>\s+(?=\S))?")
_PROVISION_ALONE = re.compile(rf"(?i)Disposición\s+(?P<sort>{_SORTS})\s*[.:]?$")
# The heading over all provisions of a sort, and over others that are named by an ordinal alone.
_PROVISIONS = re.compile(rf"(?i)Disposiciones\s+(?P<sort>{_SORTS})(?:es|s)\s*\.?$")
_TRANSITORY = re.compile(r"(?:art[íi]culos\s+)?transitorios\W*$", re.IGNORECASE)
_LEADERS = re.compile(r"\.{4}|(?:\. ){4}")  # of a table of contents
_PASSING = re.compile(r"\s+transitori[oa]", re.IGNORECASE)
_ORDINAL_MARK = re.compile(r"(?<=\d)(?:\.?\s?[ºª°]|\.?[oa]\b)")
_BEFORE_SUFFIX = re.compile(r"(?<=\d)\.(?=[^\W\d_]{3})")  # «7.bis»
_COUNTS_IN_CAPITALS = re.compile(r"[IVXLC]+|\d*-?[A-Z]")
_BEFORE_ORDINAL = re.compile(r"(?i)(?:(?:art[íi]culo|art\.)\s+)?")
_RANK: dict[str, int] = {fold(word): rank for word, rank in _WORDS["ranks"].items()}
ARTICLE_RANK = 6  # below all divisions
PROVISIONS_RANK = 1  # they stand after all titles and belong to none
_PROVISION_RANK = 2  # below the heading over all of them
_MAX_DIVISION_CHARACTERS = 160  # of the line that opens a division


def division_rank(text: str, given: bool) -> int | None:
    """The rank of the division that `text` opens, None if it opens none; `given`: the format says that it is a heading."""
    if named_by_ordinals(text):
        return PROVISIONS_RANK
    division = DIVISION.match(text)
    if division is None or len(text) > _MAX_DIVISION_CHARACTERS:
        return None
    sure = text.isupper() or (given and _is_division_number(division.group("number")))
    if division.group("end") is None and not sure:
        return None  # «Título profesional de …»
    return _RANK[fold(division.group("word"))]


def _is_division_number(text: str) -> bool:
    number = number_at(text)
    return (len(text) == 1 and text.isupper()) or (number is not None and number.end == len(text))


def named_by_ordinals(text: str, following: str = "") -> str | None:
    """What the ordinals below a heading count, where they stand alone: «Disposiciones finales», «Transitorios».

    «Disposición final» is such a heading where the text `following` opens with an ordinal: «Única. Entrada en vigor».
    """
    if match := _PROVISIONS.match(text):
        return f"disposición {match['sort'].casefold()}"
    if (match := _PROVISION_ALONE.match(text)) and not _PROVISION.match(following):
        ordinals = f"disposición {match['sort'].casefold()}"
        first = read_opening(following, False, ordinals)
        return ordinals if first and first.name.startswith(ordinals) else None
    return "transitorio" if _TRANSITORY.match(text) else None


@dataclass(frozen=True)
class UnitOpening:
    """The unit whose name begins a text, and where its title or its words begin."""

    name: str
    rank: int
    end: int


def read_opening(text: str, given: bool, ordinals: str | None) -> UnitOpening | None:
    """The article, clause or provision that `text` opens; `given`: the format says that it is a heading."""
    if not text[:1].isupper() or _LEADERS.search(text):
        return None
    opener, provision = _OPENER.match(text), _PROVISION.match(text)
    before = _BEFORE_ORDINAL.match(text)
    alone = number_in_words(text, before.end()) if ordinals and before else None
    if provision:
        name, rank, position = f"disposición {provision['sort'].casefold()}", _PROVISION_RANK, provision.end()
        if provision["number"] is None:
            end = _END.match(text, position)
            return UnitOpening(name, rank, end.end()) if end else None
    elif alone and ordinals:
        name, rank, position = ordinals, _PROVISION_RANK, alone.start
    elif opener:
        word = "artículo" if opener["word"].casefold().startswith("art") else opener["word"].casefold()
        name = "transitorio" if opener["transitory"] else word
        rank, position = ARTICLE_RANK, opener.end()
    else:
        return None
    number = number_at(text, position, feminine=name.startswith(("disposición", "cláusula", "base")))
    if number is None:
        return None
    written = text[number.start : number.end]
    if opener and opener["several"]:  # «Artículos 4 a 6. (Derogados)»
        last = _last_of_several(text, number)
        end = _END.match(text, last.end) if last else None
        several = last and f"{word}s {_cited_number(written)} a {_cited_number(text[last.start : last.end])}"
        return UnitOpening(several, rank, end.end()) if several and end else None
    if opener and (transitory := _PASSING.match(text, number.end)):  # «Artículo segundo transitorio»
        name, number = "transitorio", replace(number, end=transitory.end())
    end = _END.match(text, number.end)
    apart = number.ordinal or given or text[number.end :].lstrip().startswith("(")
    if end is None and (not apart or _GOES_ON.match(text, number.end)):
        return None
    return UnitOpening(f"{name} {_cited_number(written)}", rank, end.end() if end else number.end)


def _last_of_several(text: str, first: UnitNumber) -> UnitNumber | None:
    """The last number of «4 a 6», or of «4 y 5», between which nothing is left out."""
    to = _TO.match(text, first.end)
    joined = to or _AND.match(text, first.end)
    last = number_at(text, joined.end()) if joined else None
    numbers = [int(number.canonical) for number in (first, last) if number and number.canonical.isdigit()]
    follows = len(numbers) == 2 and (numbers[0] < numbers[1] if to else numbers[0] + 1 == numbers[1])
    return last if follows else None


def _cited_number(number: str) -> str:
    """A number as it stands, without the mark of an ordinal; capitals only where they count: «7-A», «IV»."""
    words = [
        word.rstrip(".:–—-")
        for word in _BEFORE_SUFFIX.sub(" ", _ORDINAL_MARK.sub("", collapse(number))).split()
    ]
    cited = " ".join(word if _COUNTS_IN_CAPITALS.fullmatch(word) else word.casefold() for word in words)
    return re.sub(r"^unic(?=[oa]$)", "únic", cited)


def opens_unit(heading: str) -> bool:
    """Whether a heading names an article, a clause or a provision."""
    return read_opening(heading, True, None) is not None


def only_orders(heading: str) -> bool:
    """Whether a heading says no more than where one is: a division's name, a line of a table of contents."""
    return bool(DIVISION.match(heading) or _LEADERS.search(heading))
