"""Joins paragraphs that a file breaks off in the middle of a sentence: at the end of a page, or of every printed line.

Converters produce such files from scanned or justified pages: «A los ⏎⏎ efectos de la presente ley se entiende ⏎⏎ por
…». A quotation of one of these lines would begin and end in the middle of a sentence. A lower-case letter shows where
a sentence goes on. Two cases count only where many paragraphs of the document break off: a full line that goes on
with a capital («… a la ⏎⏎ Comisión»), and a short one that goes on in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from alpie.index.layout.line_groups import LineGroup
from alpie.index.records import collapse
from alpie.index.typography.line_forms import LAST_BUT_ONE, LEGAL_LINE, ends_sentence
from alpie.index.typography.unit_openings import opens_unit

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_MIN_NAMED_LINES = 2  # of units, that the lines of one paragraph begin with
_MIN_BROKEN = 8  # broken paragraphs in a document whose lines are each a paragraph, and
_MIN_BROKEN_SHARE = 0.2  # their share of all its paragraphs
_MIN_FULL_SHARE = 0.6  # of the width of a line: a paragraph that broke off there went on
# of ten broken lines that are no longer than a full one: the tenth may be several in one
_FULL_LINE_TENTHS = 9
_MIN_CHARACTERS = 60  # of a paragraph that breaks off in another document: no label, no cell of a layout
# no enumerator, «a) …», «b bis) …», and no address
_AMID_SENTENCE = re.compile(r"[«“\"'(]?[a-zñáéíóú](?![a-z]{0,4}[.)]\s|\s(?:bis|ter)\b)(?!ttps?:)")


def join_broken_paragraphs(groups: list[LineGroup]) -> list[LineGroup]:
    """The groups of a document, what broke off together again with what goes on with it."""
    broken = [group for group, following in pairwise(groups) if _breaks_off(group) and _goes_on(following)]
    paragraphs = sum(group.kind is None for group in groups)
    every_line = len(broken) >= max(_MIN_BROKEN, _MIN_BROKEN_SHARE * paragraphs)
    full = _MIN_FULL_SHARE * _usual_width(broken) if every_line else 0.0
    made: list[LineGroup] = []
    last = ""  # the line that the group before ends with
    for group in groups:
        before = made[-1] if made else None
        if before is None or not _breaks_off(before):
            joins = False
        elif every_line:
            joins = _goes_on(group) or (len(last) >= full and _may_go_on(group))
        else:
            is_item = LAST_BUT_ONE.search(before.text) is not None  # an item without a mark
            joins = len(before.text) >= _MIN_CHARACTERS and not is_item and _goes_on(group)
        if before and joins:
            before.take(group)
        else:
            made.append(group)
        last = group.text
    return made


def split_glued_units(groups: list[LineGroup]) -> list[LineGroup]:
    """The groups of a document, a paragraph whose lines name units of a law, «TÍTULO I ⏎ Del uso ⏎ Artículo 1. Fin», parted."""
    return [part for group in groups for part in _parted(group)]


def _parted(group: LineGroup) -> list[LineGroup]:
    (line, *more), found = group.lines, list(_LINE.finditer(group.lines[0].text))
    named = [at for at, one in enumerate(found) if LEGAL_LINE.match(one[0].strip())]
    if more or group.kind is not None or named[:1] != [0] or len(named) < _MIN_NAMED_LINES:
        return [group]
    bounds = [one.start() for one in found[: named[-1] + 2]] + [len(line.text)]
    parts = [
        replace(line, start=line.start + start, end=line.start + end, text=line.text[start:end])
        for start, end in pairwise(bounds)
    ]
    return [replace(group, lines=[part], text=collapse(part.text)) for part in parts]


def _breaks_off(group: LineGroup) -> bool:
    return group.kind is None and not ends_sentence(group.text)


def _may_go_on(group: LineGroup) -> bool:
    return group.kind is None and not (group.item or group.bulleted or opens_unit(group.text))


def _goes_on(group: LineGroup) -> bool:
    return _AMID_SENTENCE.match(group.text) is not None and _may_go_on(group)


def _usual_width(broken: Sequence[LineGroup]) -> float:
    """Characters of a full line: nine in ten of those that break off are no longer."""
    lengths = sorted(len(group.text) for group in broken)
    return lengths[_FULL_LINE_TENTHS * (len(lengths) - 1) // 10]
