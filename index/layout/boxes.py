"""Boxes: text set apart in a narrower (or much wider) column under a title of its own.

Nothing marks where a box ends. What can be decided: its column is narrower than the body's, all
boxes of a document share that width, and no box runs past a page, a footer, a heading or a figure.
"""

from __future__ import annotations

from statistics import median

from alpie.index.layout.headings import is_title_form
from alpie.index.layout.lines import Manner
from alpie.index.layout.units import Unit
from alpie.index.records import BlockKind

_NARROWER = 0.97  # of the column: the body's widest lines are wider than this
_DOUBTFUL = 0.985  # up to here, only if a narrow paragraph follows in the same run
_WIDER = 1.4
_SAME_WIDTH = 0.97  # boxes of one document differ by less


def mark_boxes(units: list[Unit], manner: Manner) -> None:
    """Set `box` on the units of each box; its title becomes a heading of level 3."""
    if not manner.wrapped or not manner.column:
        return
    narrow: list[tuple[int, int, float]] = []
    for index, unit in enumerate(units):
        if unit.box is not None or not _is_box_title(units, index):
            continue
        if units[index + 1].width >= _WIDER * manner.column:
            _enclose(units, index, _end_of(units, index, manner, wide=True))
            continue
        end = _end_of(units, index, manner, wide=False)
        if end > index + 1:
            narrow.append((index, end, max(unit.width for unit in units[index + 1 : end])))
    long = [width for index, end, width in narrow if sum(len(u.lines) for u in units[index + 1 : end]) >= 8]
    usual = median(long) if long else 0.0
    for index, end, width in narrow:
        if width >= _SAME_WIDTH * usual:
            _enclose(units, index, end)
    _enclose_entries(units, manner)


def _is_box_title(units: list[Unit], index: int) -> bool:
    unit = units[index]
    following = units[index + 1] if index + 1 < len(units) else None
    before = units[index - 1] if index else None
    return (
        following is not None
        and before is not None
        and is_title_form(unit)
        and (unit.blank_before or unit.page_start)
        and following.blank_before
        and not following.page_start
        and not following.after_footer
        and before.kind is not BlockKind.METADATA
        and _may_stand_in_box(following)
    )


def _may_stand_in_box(unit: Unit) -> bool:
    if unit.kind is None:
        return not is_title_form(unit)
    return unit.kind is BlockKind.LIST


def _end_of(units: list[Unit], title: int, manner: Manner, wide: bool) -> int:
    end = sure = title + 1
    while end < len(units) and _may_stand_in_box(units[end]):
        unit = units[end]
        if unit.page_start or (unit.after_footer and end > title + 1):
            break
        if wide != (unit.width >= _WIDER * manner.column) and len(unit.lines) > 1:
            break
        if not wide and unit.width > _DOUBTFUL * manner.column:
            break
        end += 1
        if wide or unit.width <= _NARROWER * manner.column:
            sure = end
    return sure


def _enclose(units: list[Unit], title: int, end: int) -> None:
    units[title].kind, units[title].level = BlockKind.HEADING, 3
    for unit in units[title:end]:
        unit.box = units[title].text


def _enclose_entries(units: list[Unit], manner: Manner) -> None:
    """A list of terms set narrow, with no title over it, is a box without a title."""
    for unit in units:
        entries = unit.kind is BlockKind.LIST and unit.box is None and unit.parts and not unit.bulleted
        if entries and _is_term(unit) and unit.width <= _NARROWER * manner.column:
            unit.box = ""


def _is_term(unit: Unit) -> bool:
    """Whether the items of a list are entries: no bullet, no number."""
    return all(part[0].text[:1].isupper() for part in unit.parts)
