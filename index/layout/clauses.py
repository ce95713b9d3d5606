"""Numbers the recitals and clauses of resolutions, which carry no name to be cited by."""

from __future__ import annotations

import re

from alpie.index.layout.line_groups import LineGroup
from alpie.index.layout.unit_names import read_opening
from alpie.index.records import BlockKind

_RECITAL = re.compile(r"\((?P<number>\d{1,3})\)\s+(?=\S)")
_CAPITALS = re.compile(r"(?:[A-ZÁÉÍÓÚÑ]{2,}[ \xa0]+){0,4}[A-ZÁÉÍÓÚÑ]{3,}(?=[\s,])")
_PREAMBLE = re.compile(r"[A-ZÁÉÍÓÚÑ]+(?:NDO|AD[AO]S?|ID[AO]S?)\b|VIST[AO]S?\b")
_FEWEST_CLAUSES = 3


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
