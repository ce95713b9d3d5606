"""Finds lists with bullets or numbers, and runs of entries that give a term and its description."""

from __future__ import annotations

from itertools import groupby, pairwise

from alpie.index.layout.forms import NUMBERED
from alpie.index.layout.headings import is_title_form
from alpie.index.layout.line_groups import LineGroup
from alpie.index.records import BlockKind

_MAX_TERM = 40  # characters
_MAX_ENTRY = 14  # lines
_FEWEST_ENTRIES = 3


def mark_numbered_headings(groups: list[LineGroup]) -> None:
    """Make headings of numbered titles over a text of their own: «1. Tendencias tecnológicas» is no item."""
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
    for is_list, run in groupby(groups, _is_item):
        items = list(run)
        alone = len(items) == 1 and not (items[0].bulleted or items[0].item)
        made += [_list_of(items, 1)] if is_list and not alone else items
    return made


def _list_of(groups: list[LineGroup], of_each: int) -> LineGroup:
    """The list of items that so many groups make each."""
    whole = groups[0]
    parts = [groups[at : at + of_each] for at in range(0, len(groups), of_each)]
    whole.parts = [[line for group in part for line in group.lines] for part in parts]
    whole.lines = [line for part in whole.parts for line in part]
    whole.text = " ".join(group.text for group in groups)
    whole.kind = BlockKind.LIST
    return whole


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
        joins = end - index >= 2 * _FEWEST_ENTRIES
        made.append(_list_of(groups[index:end], 2) if joins else groups[index])
        index = end if joins else index + 1
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
