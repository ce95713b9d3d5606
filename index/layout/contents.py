"""Finds tables of contents that a file sets as plain lines: titles that end in dots or a tab and the number of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from alpie.index.layout.line_groups import LineGroup
from alpie.index.records import BlockKind, collapse
from alpie.index.typography.contents_titles import is_contents_title

_ENTRY = re.compile(
    r"(?=.*[^\W\d_]{3})(?P<title>.*?)[ \xa0]*(?P<leads>(?:[.…][ \xa0]?){4,}|\t)\s*(?:(?P<page>\d{1,4})|[ivxlc]{1,7})$",
    re.DOTALL,
)
_MIN_ENTRIES = 3  # two lines that end in dots or tabs may be chance
_MAX_ENTRY_CHARACTERS = 300  # titles of laws are that long, over several lines


def mark_contents(groups: Sequence[LineGroup]) -> None:
    """Mark the entries of a table of contents and its title, which do not head what follows and are never quoted.

    Dots that lead to a number mark an entry wherever there are several; after a tab, the numbers have to rise, and the entries
    stand under «Índice» or be titles that the document has elsewhere.
    """
    entries = [
        _ENTRY.match("\n".join(line.text for line in group.lines))
        if len(group.text) <= _MAX_ENTRY_CHARACTERS
        else None
        for group in groups
    ]
    dotted = [at for at, entry in enumerate(entries) if entry and entry["leads"] != "\t"]
    if len(dotted) >= _MIN_ENTRIES:
        _mark_entries(groups, dotted)
    known = {group.text.casefold() for group in groups}
    at = 0
    while at < len(groups):
        end, last = at, 0
        while end < len(groups) and (entry := entries[end]) and int(entry["page"] or last) >= last:
            last = int(entry["page"] or last)
            end += 1
        titles = [collapse(entry["title"]).casefold() for entry in entries[at:end] if entry]
        under = at > 0 and (
            groups[at - 1].kind is BlockKind.CONTENTS or is_contents_title(groups[at - 1].text)
        )
        if len(titles) >= _MIN_ENTRIES and (
            under or 2 * sum(title in known for title in titles) >= len(titles)
        ):
            _mark_entries(groups, range(at, end))
        at = max(end, at + 1)


def _mark_entries(groups: Sequence[LineGroup], entries: Sequence[int]) -> None:
    for at in entries:
        groups[at].kind, groups[at].row, groups[at].level = BlockKind.CONTENTS, False, 0
    first = entries[0]
    while first and groups[first].kind is BlockKind.CONTENTS:
        first -= 1
    if is_contents_title(groups[first].text):
        groups[first].kind, groups[first].level = BlockKind.CONTENTS, 0
