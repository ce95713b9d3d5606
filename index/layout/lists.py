"""Lists with bullets or numbers, and runs of entries that are a term with its description."""

from __future__ import annotations

from itertools import pairwise

from alpie.index.layout.forms import NUMBERED
from alpie.index.layout.headings import is_title_form
from alpie.index.layout.line_groups import LineGroup
from alpie.index.records import BlockKind

_MAX_TERM = 40  # characters
_MAX_ENTRY = 14  # lines
_FEWEST_ENTRIES = 3


def mark_numbered_headings(groups: list[LineGroup]) -> None:
    """«1. Tendencias tecnológicas», over a text of its own, is a heading and not an item."""
    for group, following in pairwise(groups):
        match = NUMBERED.match(group.text)
        if (
            match
            and match.group("mark")[0].isdigit()
            and is_title_form(group)
            and group.text[match.end()].isupper()
            and following.kind is None
            and not NUMBERED.match(following.text)
            and not following.bulleted
            and not is_title_form(following)
        ):
            group.kind, group.level = BlockKind.HEADING, 3


def join_lists(groups: list[LineGroup]) -> list[LineGroup]:
    """Join neighbouring items into one list, each item a part."""
    made: list[LineGroup] = []
    index = 0
    while index < len(groups):
        end = index
        while end < len(groups) and _is_item(groups[end]):
            end += 1
        first = groups[index]
        if end == index or (end - index == 1 and not (first.bulleted or first.item)):
            made.append(first)
            index += 1
            continue
        first.parts = [list(group.lines) for group in groups[index:end]]
        first.lines = [line for part in first.parts for line in part]
        first.text = " ".join(group.text for group in groups[index:end])
        first.kind = BlockKind.LIST
        made.append(first)
        index = end
    return made


def _is_item(group: LineGroup) -> bool:
    return group.kind is None and (group.item or group.bulleted or NUMBERED.match(group.text) is not None)


def join_entries(groups: list[LineGroup]) -> list[LineGroup]:
    """Join three or more short terms, each glued to its description, into a list."""
    made: list[LineGroup] = []
    index = 0
    while index < len(groups):
        end = index
        while end + 1 < len(groups) and _is_entry(groups[end], groups[end + 1], end == index):
            end += 2
        if end - index < 2 * _FEWEST_ENTRIES:
            made.append(groups[index])
            index += 1
            continue
        run = groups[index:end]
        first = run[0]
        first.parts = [run[at].lines + run[at + 1].lines for at in range(0, len(run), 2)]
        first.lines = [line for part in first.parts for line in part]
        first.text = " ".join(group.text for group in run)
        first.kind = BlockKind.LIST
        made.append(first)
        index = end
    return made


def _is_entry(term: LineGroup, description: LineGroup, first: bool) -> bool:
    return (
        is_title_form(term)
        and len(term.text) <= _MAX_TERM
        and term.blank_before
        and (first or not (term.page_start or term.after_footer))
        and description.kind is None
        and not description.blank_before
        and not description.page_start
        and not description.bulleted
        and len(description.lines) <= _MAX_ENTRY
    )
