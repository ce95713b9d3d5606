"""Finds the boxes of a page.

Nothing marks the end of a box. But its column is narrower than the body's, all boxes of a document share that width,
and no box runs past a page, a footer, a heading or key data.
"""

from __future__ import annotations

from statistics import median

from alpie.index.layout.headings import is_title_form
from alpie.index.layout.line_groups import LineGroup
from alpie.index.layout.lines import Typesetting
from alpie.index.records import BlockKind

_NARROWER = 0.97  # of the column: the body's widest lines are wider than this
_DOUBTFUL = 0.985  # up to here, only if a narrow paragraph follows in the same run
_WIDER = 1.4  # than the column, at least: a box over two of them
_SAME_WIDTH = 0.97  # boxes of one document differ by less
_MIN_TELLING_LINES = 8  # of a box whose width is taken for the usual one: in fewer no line may be full
_TITLE_LEVEL = 3  # below sections and their sub-headings


def mark_boxes(groups: list[LineGroup], style: Typesetting) -> None:
    """Set `box` on the line groups of each box; its title becomes a heading of level 3."""
    if not style.wrapped or not style.column:
        return
    narrow: list[tuple[int, int, float]] = []
    for index, (before, group, following) in enumerate(zip(groups, groups[1:], groups[2:], strict=False), 1):
        if group.box is not None or not _is_box_title(before, group, following):
            continue
        if following.width >= _WIDER * style.column:
            _mark_box(groups, index, _box_end(groups, index, style, wide=True))
            continue
        end = _box_end(groups, index, style, wide=False)
        if end > index + 1:
            narrow.append((index, end, max(group.width for group in groups[index + 1 : end])))
    long = [
        width
        for index, end, width in narrow
        if sum(len(member.lines) for member in groups[index + 1 : end]) >= _MIN_TELLING_LINES
    ]
    usual = median(long or [0.0])
    for index, end, width in narrow:
        if width >= _SAME_WIDTH * usual:
            _mark_box(groups, index, end)
    _box_entry_lists(groups, style)


def _is_box_title(before: LineGroup, group: LineGroup, following: LineGroup) -> bool:
    return (
        is_title_form(group)
        and (group.blank_before or group.page_start)
        and following.blank_before
        and not following.page_start
        and not following.after_footer
        and before.kind is not BlockKind.METADATA
        and _may_stand_in_box(following)
    )


def _may_stand_in_box(group: LineGroup) -> bool:
    return not is_title_form(group) if group.kind is None else group.kind is BlockKind.LIST


def _box_end(groups: list[LineGroup], title: int, style: Typesetting, wide: bool) -> int:
    end = sure = title + 1
    while end < len(groups) and _may_stand_in_box(groups[end]):
        group = groups[end]
        if group.page_start or (group.after_footer and end > title + 1):
            break
        if wide != (group.width >= _WIDER * style.column) and len(group.lines) > 1:
            break
        if not wide and group.width > _DOUBTFUL * style.column:
            break
        end += 1
        if wide or group.width <= _NARROWER * style.column:
            sure = end
    return sure


def _mark_box(groups: list[LineGroup], title: int, end: int) -> None:
    groups[title].kind, groups[title].level = BlockKind.HEADING, _TITLE_LEVEL
    for group in groups[title:end]:
        group.box = groups[title].text


def _box_entry_lists(groups: list[LineGroup], style: Typesetting) -> None:
    """A list of terms set narrow, with no title over it, is a box without a title."""
    for group in groups:
        if group.kind is not BlockKind.LIST or group.box is not None or group.bulleted:
            continue
        are_terms = all(part[0].text[:1].isupper() for part in group.parts)  # and no numbers
        if group.parts and are_terms and group.width <= _NARROWER * style.column:
            group.box = ""
