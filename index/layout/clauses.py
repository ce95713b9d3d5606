"""Numbers the recitals and clauses of resolutions, which have no name of their own to be cited by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from alpie.index.layout.legal import is_sentence
from alpie.index.layout.line_groups import LineGroup
from alpie.index.records import BlockKind
from alpie.index.spanish.numerals import number_in_words
from alpie.index.typography.unit_openings import read_opening

_RECITAL = re.compile(r"\((?P<number>\d{1,3})\)\s+(?=\S)")
_CAPITALS = re.compile(r"(?:[A-ZÁÉÍÓÚÑ]{2,}[ \xa0]+){0,4}[A-ZÁÉÍÓÚÑ]{3,}(?=[\s,])")
_PREAMBLE = re.compile(r"[A-ZÁÉÍÓÚÑ]+(?:NDO|AD[AO]S?|ID[AO]S?)\b|VIST[AO]S?\b")
_MIN_CLAUSES = 3  # two in capitals, or numbered in brackets, may be chance
# after the number in words that names a clause: «Segundo. Modalidades y cuantías.»
_STOP = re.compile(r"(?:\.?\s*[-–—:]+|\.)\s*(?=[A-ZÁÉÍÓÚÑ])")
_MIN_CLAUSE_CHARACTERS = 60  # a shorter paragraph that opens so is a heading or an item
_MAX_TITLE_CHARACTERS = 120  # as of the title of an article: `legal`


def label_clauses(groups: list[LineGroup]) -> None:
    """Number recitals, and the clauses of a resolution that open in capitals."""
    _label_recitals(groups)
    clauses = [
        group
        for group in groups
        if group.kind in (None, BlockKind.PARAGRAPH)
        and group.label is None
        and len(group.text) > _MIN_CLAUSE_CHARACTERS
        and _CAPITALS.match(group.text)
        and not group.text.isupper()
        and read_opening(group.text, False, None) is None
    ]
    if len(clauses) < _MIN_CLAUSES or not any(group.text[-1] in ",;" for group in clauses):
        return
    preamble = operative = 0
    for group in clauses:
        if not operative and (group.text[-1] == "," or _PREAMBLE.match(group.text)):
            preamble += 1
            group.label = f"párrafo {preamble} del preámbulo"
        else:
            operative += 1
            group.label = f"párrafo {operative} de la parte dispositiva"
        group.kind = BlockKind.PARAGRAPH


def _label_recitals(groups: list[LineGroup]) -> None:
    """Label long paragraphs numbered in brackets from one, «(1) …», «(2) …», as recitals."""
    recitals: list[LineGroup] = []
    for group in groups:
        match = (
            _RECITAL.match(group.text)
            if group.kind is None and len(group.text) > _MIN_CLAUSE_CHARACTERS
            else None
        )
        if match and int(match["number"]) == len(recitals) + 1:
            recitals.append(group)
    if len(recitals) >= _MIN_CLAUSES:
        for number, group in enumerate(recitals, 1):
            group.kind, group.label = BlockKind.PARAGRAPH, f"considerando {number}"


class _NamedClause(NamedTuple):
    """A clause that opens with a number in words."""

    place: int  # among all groups
    group: LineGroup
    number: int
    rest: str  # after its number


def mark_ordinal_titles(groups: list[LineGroup]) -> None:
    """Make headings of the titles of clauses that count in words, «Primero. Objeto.», each over a text of its own.

    Files set them in the size of the text. Where one is a sentence, or has no text below it, it is the clause itself.
    """
    opened = {place: clause for place, group in enumerate(groups) if (clause := _read_clause(place, group))}
    named = [clause for clause in opened.values() if clause.group.kind is None and clause.group.label is None]
    heads = (group.level if group.kind is BlockKind.HEADING else 0 for group in groups)
    above = [*accumulate(heads, lambda last, level: level or last, initial=1)]  # level of the last heading
    for run in _counts(named):
        below = [clause.place + 1 for clause in run]
        if all(map(_is_title, run)) and all(
            at < len(groups) and groups[at].kind is not BlockKind.HEADING and at not in opened for at in below
        ):
            for clause in run:
                clause.group.kind, clause.group.level = BlockKind.HEADING, above[run[0].place] + 1


def _read_clause(place: int, group: LineGroup) -> _NamedClause | None:
    number = number_in_words(group.text) if group.text[:1].isupper() else None
    stop = _STOP.match(group.text, number.end) if number and number.canonical.isdigit() else None
    return (
        _NamedClause(place, group, int(number.canonical), group.text[stop.end() :])
        if number and stop
        else None
    )


def _is_title(clause: _NamedClause) -> bool:
    rest = clause.rest
    short = len(clause.group.text) <= _MAX_TITLE_CHARACTERS and ". " not in rest and rest[-1:] not in ",;:"
    return short and not is_sentence(rest)


def _counts(named: Sequence[_NamedClause]) -> Iterator[list[_NamedClause]]:
    """The runs of clauses that count from one, each as long as it goes on."""
    runs: list[list[_NamedClause]] = []
    for clause in named:
        if clause.number == 1:
            runs.append([clause])
        elif runs and clause.number == runs[-1][-1].number + 1:
            runs[-1].append(clause)
    return (run for run in runs if len(run) >= _MIN_CLAUSES)
