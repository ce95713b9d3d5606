"""Finds lists with bullets or numbers, and runs of entries that give a term and its description."""

from __future__ import annotations

import re
from itertools import groupby, pairwise

from alpie.index.layout.announced_items import mark_announced_items
from alpie.index.layout.headings import is_title_form
from alpie.index.layout.line_groups import LineGroup
from alpie.index.records import BlockKind
from alpie.index.typography.line_forms import NUMBERED

_MAX_TERM_CHARACTERS = 40  # a longer line is a title
_MAX_ENTRY_LINES = 14  # a longer description is the text of a section
_TITLE_LEVEL = 3  # of numbered titles: below sections and their sub-headings
_MIN_ENTRIES = 3  # two titles over short texts are titles
# What no title of a section is: «Adulto: 4,50 €», «Familiar 9,00 €».
_VALUE = re.compile(r"\S: *\S|\d\s?[€$%]|\d[.,]\d")


def mark_numbered_headings(groups: list[LineGroup]) -> None:
    """Make headings of numbered titles above a text of their own: «1. Tendencias tecnológicas» is not a list item.

    A title above a list or short lines looks like an item above others: only the count that it continues shows the difference.
    """
    titles = [
        (group, following, int(re.sub(r"\D", "", match["enumerator"])), _form(match, group.text))
        for group, following in pairwise(groups)
        if (match := NUMBERED.match(group.text))
        and match["enumerator"][0].isdigit()
        and is_title_form(group)
        and group.text[match.end()].isupper()
        and not NUMBERED.match(following.text)
    ]
    surely = [
        following.kind is None and not following.bulleted and not is_title_form(following)
        for _, following, _, _ in titles
    ]
    for order in (1, -1):  # forward, then backward: a count is known by any of its titles
        run = [*zip(titles, range(len(titles)), strict=True)][::order]
        for ((_, _, number, form), at), ((group, _, after, own), to) in pairwise(run):
            goes_on = after - number == order and form == own and group.blank_before
            surely[to] = surely[to] or (surely[at] and goes_on)
    for (group, *_), is_heading in zip(titles, surely, strict=True):
        if is_heading:
            group.kind, group.level = BlockKind.HEADING, _TITLE_LEVEL


def _form(match: re.Match[str], text: str) -> tuple[str, bool]:
    """What titles of one count have in common: what stands after their numbers, and whether they are in capitals."""
    return re.sub(r"\d", "", match["enumerator"]), text.isupper()


def join_lists(groups: list[LineGroup]) -> list[LineGroup]:
    """Join neighbouring items into one list, each item a part."""
    mark_announced_items(groups)
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
        joins = end - index >= 2 * _MIN_ENTRIES
        made.append(_list_of(groups[index:end], 2) if joins else groups[index])
        index = end if joins else index + 1
    return made


def _is_entry(term: LineGroup, description: LineGroup, first: bool) -> bool:
    return (
        is_title_form(term)
        and len(term.text) <= _MAX_TERM_CHARACTERS
        and term.blank_before
        and (first or not (term.page_start or term.after_footer))
        and description.kind is None
        and not description.blank_before
        and not description.page_start
        and not description.bulleted
        and len(description.lines) <= _MAX_ENTRY_LINES
    )


def list_short_lines(groups: list[LineGroup]) -> list[LineGroup]:
    """Join lines that have the form of titles, but stand one below the other without a text, into a list."""
    made: list[LineGroup] = []
    index = 0
    while index < len(groups):
        end = index
        while end < len(groups) and _is_short_line(groups[end], groups[index:end]):
            end += 1
        run = groups[index:end] or groups[index : index + 1]
        if not _has_value(run[0]) and (index == 0 or all(map(_has_value, run[1:]))):
            made.append(run.pop(0))  # the title of the document or of the list
        following = groups[end] if end < len(groups) else None
        closed = following is None or following.blank_before or following.kind is not None
        is_list = len(run) > 2 or (len(run) == 2 and closed and all(map(_has_value, run)))
        made += [_list_of(run, 1)] if is_list else run
        index = max(end, index + 1)
    return made


def _is_short_line(group: LineGroup, above: list[LineGroup]) -> bool:
    """Whether a line may go on with the run of short lines `above` it: glued to them, or a value like all of them."""
    if not is_title_form(group) or len(group.lines) > 1:
        return False
    apart = group.blank_before or group.page_start
    return not (above and apart) or all(map(_has_value, [*above, group]))


def _has_value(group: LineGroup) -> bool:
    return _VALUE.search(group.text) is not None
