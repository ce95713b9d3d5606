"""Joins paragraphs that a file cut at the end of every printed line, each line a paragraph of its own.

Converters make such files of scanned or justified pages: «A los ⏎⏎ efectos de la presente ley se entiende ⏎⏎ por …».
A quotation of one of these lines would begin and end in the middle of a sentence. A document is taken for one of them
only where many paragraphs break off and go on in small letters; in others a break is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from alpie.index.layout.forms import ends_sentence, starts_lower
from alpie.index.layout.line_groups import LineGroup
from alpie.index.layout.unit_names import opens_unit

_FEWEST = 8  # broken paragraphs in a document, and
_SHARE = 0.2  # their share of all its paragraphs
_FULL = 0.6  # of the width of a line: a paragraph that broke off there went on
_CLOSING = (":", ";")


def join_double_spaced(groups: list[LineGroup]) -> list[LineGroup]:
    """The groups of a document, the lines of each paragraph together again; `groups` where it has no such paragraphs."""
    broken = [group for group, following in pairwise(groups) if _breaks_off(group, following)]
    paragraphs = sum(map(_is_text, groups))
    if len(broken) < max(_FEWEST, _SHARE * paragraphs):
        return groups
    width = _usual_width(broken)
    made: list[LineGroup] = []
    last = ""  # the line that the group before ends with
    for group in groups:
        before = made[-1] if made else None
        if before and _goes_on(before, last, group, width):
            before.take(group)
        else:
            made.append(group)
        last = group.text
    return made


def _breaks_off(group: LineGroup, following: LineGroup) -> bool:
    return (
        _is_text(group)
        and _is_text(following)
        and not following.item
        and _is_open(group.text)
        and starts_lower(following.text)
    )


def _goes_on(before: LineGroup, last: str, group: LineGroup, width: float) -> bool:
    """Whether `group` goes on with the paragraph `before`, whose last line is `last`."""
    if not (_is_text(before) and _is_text(group)) or group.item or group.bulleted or opens_unit(group.text):
        return False
    return _is_open(last) and (starts_lower(group.text) or len(last) >= _FULL * width)


def _is_text(group: LineGroup) -> bool:
    return group.kind is None and not group.parts


def _is_open(line: str) -> bool:
    return not (ends_sentence(line) or line.endswith(_CLOSING))


def _usual_width(broken: Sequence[LineGroup]) -> float:
    """Characters of a full line: nine in ten of those that break off are no longer."""
    lengths = sorted(len(group.text) for group in broken)
    return lengths[9 * (len(lengths) - 1) // 10]
