"""Lists with bullets or numbers, and runs of entries that are a term with its description."""

from __future__ import annotations

from itertools import pairwise

from alpie.index.layout.forms import NUMBERED
from alpie.index.layout.headings import is_title_form
from alpie.index.layout.units import Unit
from alpie.index.records import BlockKind

_LONGEST_TERM = 40  # characters
_LONGEST_ENTRY = 14  # lines
_FEWEST_ENTRIES = 3


def mark_numbered_headings(units: list[Unit]) -> None:
    """«1. Tendencias tecnológicas», over a text of its own, is a heading and not an item."""
    for unit, following in pairwise(units):
        match = NUMBERED.match(unit.text)
        if (
            match
            and match.group("mark")[0].isdigit()
            and is_title_form(unit)
            and unit.text[match.end()].isupper()
            and following.kind is None
            and not NUMBERED.match(following.text)
            and not following.bulleted
            and not is_title_form(following)
        ):
            unit.kind, unit.level = BlockKind.HEADING, 3


def join_lists(units: list[Unit]) -> list[Unit]:
    """Join neighbouring items into one list, each item a part."""
    made: list[Unit] = []
    index = 0
    while index < len(units):
        end = index
        while end < len(units) and _is_item(units[end]):
            end += 1
        first = units[index]
        if end == index or (end - index == 1 and not (first.bulleted or first.item)):
            made.append(first)
            index += 1
            continue
        first.parts = [list(unit.lines) for unit in units[index:end]]
        first.lines = [line for part in first.parts for line in part]
        first.text = " ".join(unit.text for unit in units[index:end])
        first.kind = BlockKind.LIST
        made.append(first)
        index = end
    return made


def _is_item(unit: Unit) -> bool:
    return unit.kind is None and (unit.item or unit.bulleted or NUMBERED.match(unit.text) is not None)


def join_entries(units: list[Unit]) -> list[Unit]:
    """Join three or more short terms, each glued to its description, into a list."""
    made: list[Unit] = []
    index = 0
    while index < len(units):
        end = index
        while end + 1 < len(units) and _is_entry(units[end], units[end + 1], end == index):
            end += 2
        if end - index < 2 * _FEWEST_ENTRIES:
            made.append(units[index])
            index += 1
            continue
        run = units[index:end]
        first = run[0]
        first.parts = [run[at].lines + run[at + 1].lines for at in range(0, len(run), 2)]
        first.lines = [line for part in first.parts for line in part]
        first.text = " ".join(unit.text for unit in run)
        first.kind = BlockKind.LIST
        made.append(first)
        index = end
    return made


def _is_entry(term: Unit, description: Unit, first: bool) -> bool:
    return (
        is_title_form(term)
        and len(term.text) <= _LONGEST_TERM
        and term.blank_before
        and (first or not (term.page_start or term.after_footer))
        and description.kind is None
        and not description.blank_before
        and not description.page_start
        and not description.bulleted
        and len(description.lines) <= _LONGEST_ENTRY
    )
