"""Numbers the recitals and clauses of resolutions, which carry no name to be cited by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from alpie.index.layout.legal import is_sentence
from alpie.index.layout.line_groups import LineGroup
from alpie.index.layout.unit_names import read_opening
from alpie.index.records import BlockKind
from alpie.index.spanish.unit_numbers import number_at

_RECITAL = re.compile(r"\((?P<number>\d{1,3})\)\s+(?=\S)")
_CAPITALS = re.compile(r"(?:[A-ZÁÉÍÓÚÑ]{2,}[ \xa0]+){0,4}[A-ZÁÉÍÓÚÑ]{3,}(?=[\s,])")
_PREAMBLE = re.compile(r"[A-ZÁÉÍÓÚÑ]+(?:NDO|AD[AO]S?|ID[AO]S?)\b|VIST[AO]S?\b")
_FEWEST_CLAUSES = 3
# The name of a clause that is numbered in words: «Segundo. Modalidades y cuantías.»
_ORDINAL = re.compile(
    r"(?P<number>[A-ZÁÉÍÓÚ][a-záéíóúA-ZÁÉÍÓÚ]{3,}(?:\s[a-záéíóú]{5,})?)(?:\.?\s*[-–—:]+|\.)\s*(?=[A-ZÁÉÍÓÚÑ])"
)
_MAX_TITLE = 120  # characters


def label_clauses(groups: list[LineGroup]) -> None:
    """Number recitals, and the clauses of a resolution that open in capitals."""
    _label_recitals(groups)
    clauses = [
        group
        for group in groups
        if group.kind in (None, BlockKind.PARAGRAPH)
        and group.label is None
        and len(group.text) > 60
        and _CAPITALS.match(group.text)
        and not group.text.isupper()
        and read_opening(group.text, False, None) is None
    ]
    if len(clauses) < _FEWEST_CLAUSES or not any(group.text[-1] in ",;" for group in clauses):
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
        match = _RECITAL.match(group.text) if group.kind is None and len(group.text) > 60 else None
        if match and int(match["number"]) == len(recitals) + 1:
            recitals.append(group)
    if len(recitals) >= _FEWEST_CLAUSES:
        for number, group in enumerate(recitals, 1):
            group.kind, group.label = BlockKind.PARAGRAPH, f"considerando {number}"


def mark_ordinal_titles(groups: list[LineGroup]) -> None:
    """Make headings of the titles of clauses that count in words, «Primero. Objeto.», each over a text of its own.

    Files set them in the size of the text. Where one is a sentence, or has no text below it, it is the clause itself.
    """
    named = [
        (at, group, number)
        for at, group in enumerate(groups)
        if group.kind is None and group.label is None and (number := _ordinal_of(group.text))
    ]
    heads = (group.level if group.kind is BlockKind.HEADING else 0 for group in groups)
    above = [*accumulate(heads, lambda last, level: level or last, initial=1)]  # level of the last heading
    for run in _counts(named):
        titles = [group for _, group, _ in run]
        below = [groups[at + 1] if at + 1 < len(groups) else None for at, _, _ in run]
        if all(map(_is_title, titles)) and all(
            g and g.kind is not BlockKind.HEADING and not _ordinal_of(g.text) for g in below
        ):
            for group in titles:
                group.kind, group.level = BlockKind.HEADING, above[run[0][0]] + 1


def _ordinal_of(text: str) -> int:
    """The number in words that a clause opens with, 0 for none."""
    match = _ORDINAL.match(text)
    number = number_at(match["number"]) if match else None
    whole = match and number and number.end == match.end("number") and number.canonical.isdigit()
    return int(number.canonical) if number and whole else 0


def _is_title(group: LineGroup) -> bool:
    match = _ORDINAL.match(group.text)
    rest = group.text[match.end() :] if match else ""
    short = len(group.text) <= _MAX_TITLE and ". " not in rest and rest[-1:] not in ",;:"
    return short and not is_sentence(rest)


def _counts(named: Sequence[tuple[int, LineGroup, int]]) -> Iterator[list[tuple[int, LineGroup, int]]]:
    """The runs of clauses that count from one, each as long as it goes on."""
    runs: list[list[tuple[int, LineGroup, int]]] = []
    for one in named:
        if one[2] == 1:
            runs.append([one])
        elif runs and one[2] == runs[-1][-1][2] + 1:
            runs[-1].append(one)
    return (run for run in runs if len(run) >= _FEWEST_CLAUSES)
