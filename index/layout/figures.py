"""What design set apart: key data, call-outs and tables that extraction flattened to narrow lines, and boxes.

Nothing marks where a box ends. What can be decided: its column is narrower than the body's, all boxes of a document
share that width, and no box runs past a page, a footer, a heading or a figure.
"""

from __future__ import annotations

import re
from statistics import median

from alpie.index.layout.forms import FIGURE_ONLY, NUMBERED, STARTS_WITH_FIGURE, opens_sentence
from alpie.index.layout.headings import is_title_form
from alpie.index.layout.lines import Manner
from alpie.index.layout.units import Unit, doubles
from alpie.index.records import BlockKind

_NARROW = 0.75  # of the column: key data and table cells are narrower
_DISPLAY = 0.5  # of the column: a figure in display type
_FEWEST_ROWS = 3
_MAX_COLUMNS = 5
_MAX_FIGURE_LINES = 3
_DISPLAY_TEXT = re.compile(
    r"(?:(?:más|menos|cerca|alrededor) de |casi |unos |unas )?"
    r"[+\-−~]?\d[\d.,\s]*(?:%|€|\$)?(?:\s[a-záéíóúñ]+){0,4}$",
    re.IGNORECASE,
)
_TRAILING_FIGURES = re.compile(r"\S\s+[+\-−~]?\d[\d.,]*(?:[ \xa0]\d{3}(?!\d))*(?:\s*[%€$])?$")
_TWICE = re.compile(r"(\S*\d\S*)\s+(?=\1(?!\S))")


def mark_figures(units: list[Unit], manner: Manner) -> list[Unit]:
    """Give kinds to key data, call-outs and tables, joining what belongs together."""
    units = _markdown_tables(units)
    if not manner.wrapped:
        return units
    units = _tables(units, manner)
    units = _key_data(units, manner)
    return _tables_under_headers(units, manner)


def _free(unit: Unit) -> bool:
    return unit.kind is None and not unit.bulleted and not unit.indented


def _narrow(unit: Unit, manner: Manner, share: float = _NARROW) -> bool:
    return all(line.width and line.width <= share * manner.column for line in unit.lines)


def _is_label(unit: Unit, manner: Manner) -> bool:
    return (
        _free(unit)
        and unit.open_ended
        and len(unit.lines) <= 3
        and _narrow(unit, manner)
        and opens_sentence(unit.text)
        and not STARTS_WITH_FIGURE.match(unit.text)
    )


def _markdown_tables(units: list[Unit]) -> list[Unit]:
    made: list[Unit] = []
    for unit in units:
        if unit.kind is None and unit.text.startswith("|"):
            if made and made[-1].kind is BlockKind.TABLE and not unit.blank_before:
                if re.fullmatch(r"[|:\-\s]+", unit.text):
                    made[-1].parts[-1].extend(unit.lines)
                    made[-1].lines.extend(unit.lines)
                else:
                    _extend(made[-1], [unit])
                continue
            _make_table(unit, [unit])
        made.append(unit)
    return made


def _make_table(table: Unit, header: list[Unit]) -> None:
    table.kind = BlockKind.TABLE
    table.parts = [list(unit.lines) for unit in header]
    table.header_parts = len(header)
    table.lines = [line for part in table.parts for line in part]


def _extend(table: Unit, cells: list[Unit]) -> None:
    lines = [line for cell in cells for line in cell.lines]
    table.parts.append(lines)
    table.lines.extend(lines)


def _row_at(units: list[Unit], index: int, manner: Manner) -> int:
    """How many units make the table row at `index`; 0 if there is none."""
    unit = units[index]
    if not _free(unit) or not _narrow(unit, manner) or not unit.open_ended or NUMBERED.match(unit.text):
        return 0
    if FIGURE_ONLY.match(unit.text) or STARTS_WITH_FIGURE.match(unit.text):
        return 0
    if _TRAILING_FIGURES.search(unit.text):
        return 1
    if _is_label(unit, manner) and index + 1 < len(units):
        cell = units[index + 1]
        if _free(cell) and not cell.page_start and FIGURE_ONLY.match(cell.text):
            return 2
    return 0


def _tables(units: list[Unit], manner: Manner) -> list[Unit]:
    """Rows that each end in figures, with the title or header row above them."""
    made: list[Unit] = []
    index = 0
    while index < len(units):
        rows: list[list[Unit]] = []
        end = index
        while end < len(units) and (size := _row_at(units, end, manner)):
            if rows and units[end].page_start:
                break
            rows.append(units[end : end + size])
            end += size
        if len(rows) < _FEWEST_ROWS:
            made.append(units[index])
            index += 1
            continue
        header: list[Unit] = []
        while made and len(header) < 2 and _is_header(made[-1], manner):
            header.insert(0, made.pop())
        table = header[0] if header else Unit([], blank_before=True)
        table.text = " ".join(unit.text for unit in header)
        _make_table(table, header)
        for row in rows:
            _extend(table, row)
        made.append(table)
        index = end
    return made


def _is_header(unit: Unit, manner: Manner) -> bool:
    return _free(unit) and unit.open_ended and len(unit.lines) <= 3 and _narrow(unit, manner, 0.9)


def _tables_under_headers(units: list[Unit], manner: Manner) -> list[Unit]:
    """Key data under two or more column titles are the rows of a table."""
    made: list[Unit] = []
    index = 0
    while index < len(units):
        end = index
        while end < len(units) and _is_label(units[end], manner) and _narrow(units[end], manner, _DISPLAY):
            end += 1
        rows = end
        while rows < len(units) and units[rows].kind is BlockKind.KEY_DATA:
            rows += 1
        if end - index < 2 or rows - end < _FEWEST_ROWS:
            made.extend(units[index : max(end, index + 1)])
            index = max(end, index + 1)
            continue
        made.extend(units[index : max(index, end - _MAX_COLUMNS)])
        index = max(index, end - _MAX_COLUMNS)
        header = units[index]
        for cell in units[index + 1 : end]:
            header.lines.extend(cell.lines)
            header.text = f"{header.text} {cell.text}"
        _make_table(header, [header])
        for row in units[end:rows]:
            _extend(header, [row])
        made.append(header)
        index = rows
    return made


def _key_data(units: list[Unit], manner: Manner) -> list[Unit]:
    made: list[Unit] = []
    index = 0
    while index < len(units):
        unit = units[index]
        following = units[index + 1] if index + 1 < len(units) else None
        made.append(unit)
        index += 1
        if not _free(unit) or NUMBERED.match(unit.text) or not _narrow(unit, manner):
            continue
        display = _is_display(unit, manner)
        if display and following is not None and doubles(unit.text, following.text):
            unit.kind = BlockKind.CALLOUT
            if _free(following) and _narrow(following, manner):
                following.kind = BlockKind.KEY_DATA
        elif display and (size := _labelled(units, index - 1, manner)):
            for label in units[index : index - 1 + size]:
                unit.lines.extend(label.lines)
                unit.text = f"{unit.text} {label.text}"
            unit.kind = BlockKind.KEY_DATA
            index += size - 1
        elif display and len(unit.lines) > 1 and not STARTS_WITH_FIGURE.match(unit.text):
            unit.kind = BlockKind.CALLOUT  # a figure whose sentence was lost in extraction
        elif STARTS_WITH_FIGURE.match(unit.text) and len(unit.lines) <= 12:
            unit.kind = BlockKind.KEY_DATA
            twice = _TWICE.match(unit.text)
            if twice:
                unit.skip = len(twice.group())
                unit.text = unit.text[unit.skip :]
    return made


def _is_display(unit: Unit, manner: Manner) -> bool:
    """Whether a unit is a figure in display type: alone, in few words, in lines of half the column."""
    if len(unit.text) > 60 or not _narrow(unit, manner, _DISPLAY):
        return False
    each = all(_DISPLAY_TEXT.match(line.text) for line in unit.lines)
    return each or _DISPLAY_TEXT.match(unit.text) is not None


def _labelled(units: list[Unit], index: int, manner: Manner) -> int:
    """How many units make one figure with its label, the figure above the label; 0 if no label."""
    end = index + 1
    while end < len(units) and not units[end].blank_before and _narrow(units[end], manner, _DISPLAY):
        if (
            end - index > _MAX_FIGURE_LINES
            or units[end].page_start
            or not _DISPLAY_TEXT.match(units[end].text)
        ):
            return 0
        end += 1
    if end < len(units) and units[end].blank_before and not units[end].page_start:
        return end + 1 - index if _is_label(units[end], manner) else 0
    return 0


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
