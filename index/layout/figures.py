"""Finds what the design of a page set apart: boxes, key data, call-outs, and tables that extraction made narrow lines of.

Nothing marks where a box ends. But its column is narrower than the body's, all boxes of a document share that width,
and no box runs past a page, a footer, a heading or a figure.
"""

from __future__ import annotations

import re
from statistics import median

from alpie.index.layout.forms import FIGURE_ONLY, NUMBERED, STARTS_WITH_FIGURE, WORDS, opens_sentence
from alpie.index.layout.headings import is_title_form
from alpie.index.layout.line_groups import LineGroup, repeats_figure
from alpie.index.layout.lines import Typesetting
from alpie.index.records import BlockKind
from alpie.index.spanish.word_tables import alternatives

_NARROW = 0.75  # of the column: key data and table cells are narrower
_DISPLAY = 0.5  # of the column: a figure in display type
_MIN_ROWS = 3
_MAX_COLUMNS = 5
_MAX_FIGURE_LINES = 3
_DISPLAY_TEXT = re.compile(
    rf"(?i)(?:(?:{alternatives(WORDS['compared'])}) de |(?:{alternatives(WORDS['rounded'])}) )?"
    r"[+\-−~]?\d[\d.,\s]*(?:%|€|\$)?(?:\s[a-záéíóúñ]+){0,4}$"
)
_TRAILING_FIGURES = re.compile(r"\S\s+[+\-−~]?\d[\d.,]*(?:[ \xa0]\d{3}(?!\d))*(?:\s*[%€$])?$")
_TWICE = re.compile(r"(\S*\d\S*)\s+(?=\1(?!\S))")


def join_figures(groups: list[LineGroup], style: Typesetting) -> list[LineGroup]:
    """Join the line groups of each figure with its label and of each table, and give them their kinds."""
    if not style.wrapped:
        return groups
    groups = _join_figure_rows(groups, style)
    groups = _join_key_data(groups, style)
    return _join_rows_under_headers(groups, style)


def _has_no_kind_yet(group: LineGroup) -> bool:
    return group.kind is None and not group.bulleted and not group.indented


def _is_narrow(group: LineGroup, style: Typesetting, share: float = _NARROW) -> bool:
    return all(line.width and line.width <= share * style.column for line in group.lines)


def _is_label(group: LineGroup, style: Typesetting) -> bool:
    return (
        _has_no_kind_yet(group)
        and group.open_ended
        and len(group.lines) <= 3
        and _is_narrow(group, style)
        and opens_sentence(group.text)
        and not STARTS_WITH_FIGURE.match(group.text)
    )


def join_rows(groups: list[LineGroup]) -> list[LineGroup]:
    """Join neighbouring rows whose cells blanks or signs set apart into tables; a first row with figures is no header."""
    made: list[LineGroup] = []
    for group in groups:
        signs = group.text.startswith("|")
        if group.kind is None and (group.row or signs):
            if made and made[-1].kind is BlockKind.TABLE and not (group.blank_before or group.page_start):
                if signs and re.fullmatch(r"[|:\-\s]+", group.text):
                    made[-1].parts[-1].extend(group.lines)
                    made[-1].lines.extend(group.lines)
                else:
                    _add_row(made[-1], [group])
                continue
            _make_table(group, [group])
            group.header_parts = int(signs or not re.search(r"\d", group.text))
        made.append(group)
    return made


def _make_table(table: LineGroup, header: list[LineGroup]) -> None:
    table.kind = BlockKind.TABLE
    table.parts = [list(group.lines) for group in header]
    table.header_parts = len(header)
    table.lines = [line for part in table.parts for line in part]


def _add_row(table: LineGroup, cells: list[LineGroup]) -> None:
    lines = [line for cell in cells for line in cell.lines]
    table.parts.append(lines)
    table.lines.extend(lines)


def _row_size(groups: list[LineGroup], index: int, style: Typesetting) -> int:
    """How many line groups make the table row at `index`; 0 if there is none."""
    group = groups[index]
    if (
        not _has_no_kind_yet(group)
        or not _is_narrow(group, style)
        or not group.open_ended
        or NUMBERED.match(group.text)
    ):
        return 0
    if FIGURE_ONLY.match(group.text) or STARTS_WITH_FIGURE.match(group.text):
        return 0
    if _TRAILING_FIGURES.search(group.text):
        return 1
    if _is_label(group, style) and index + 1 < len(groups):
        cell = groups[index + 1]
        if _has_no_kind_yet(cell) and not cell.page_start and FIGURE_ONLY.match(cell.text):
            return 2
    return 0


def _join_figure_rows(groups: list[LineGroup], style: Typesetting) -> list[LineGroup]:
    """Rows that each end in figures, with the title or header row above them."""
    made: list[LineGroup] = []
    index = 0
    while index < len(groups):
        rows: list[list[LineGroup]] = []
        end = index
        while end < len(groups) and (size := _row_size(groups, end, style)):
            if rows and groups[end].page_start:
                break
            rows.append(groups[end : end + size])
            end += size
        if len(rows) < _MIN_ROWS:
            made.append(groups[index])
            index += 1
            continue
        header: list[LineGroup] = []
        while made and len(header) < 2 and _is_header(made[-1], style):
            header.insert(0, made.pop())
        table = header[0] if header else LineGroup([], blank_before=True)
        table.text = " ".join(group.text for group in header)
        _make_table(table, header)
        for row in rows:
            _add_row(table, row)
        made.append(table)
        index = end
    return made


def _is_header(group: LineGroup, style: Typesetting) -> bool:
    return (
        _has_no_kind_yet(group)
        and group.open_ended
        and len(group.lines) <= 3
        and _is_narrow(group, style, 0.9)
    )


def _join_rows_under_headers(groups: list[LineGroup], style: Typesetting) -> list[LineGroup]:
    """Key data under two or more column titles are the rows of a table."""
    made: list[LineGroup] = []
    index = 0
    while index < len(groups):
        end = index
        while (
            end < len(groups) and _is_label(groups[end], style) and _is_narrow(groups[end], style, _DISPLAY)
        ):
            end += 1
        rows = end
        while rows < len(groups) and groups[rows].kind is BlockKind.KEY_DATA:
            rows += 1
        if end - index < 2 or rows - end < _MIN_ROWS:
            end = max(end, index + 1)
            made += groups[index:end]
            index = end
            continue
        first = max(index, end - _MAX_COLUMNS)
        made += groups[index:first]
        header = groups[first]
        for cell in groups[first + 1 : end]:
            header.take(cell)
        _make_table(header, [header])
        for row in groups[end:rows]:
            _add_row(header, [row])
        made.append(header)
        index = rows
    return made


def _join_key_data(groups: list[LineGroup], style: Typesetting) -> list[LineGroup]:
    made: list[LineGroup] = []
    index = 0
    while index < len(groups):
        group = groups[index]
        following = groups[index + 1] if index + 1 < len(groups) else None
        made.append(group)
        index += 1
        if not _has_no_kind_yet(group) or NUMBERED.match(group.text) or not _is_narrow(group, style):
            continue
        display = _is_display(group, style)
        if display and following is not None and repeats_figure(group.text, following.text):
            group.kind = BlockKind.CALLOUT
            if _has_no_kind_yet(following) and _is_narrow(following, style):
                following.kind = BlockKind.KEY_DATA
        elif display and (size := _labelled_figure_size(groups, index - 1, style)):
            for label in groups[index : index - 1 + size]:
                group.take(label)
            group.kind = BlockKind.KEY_DATA
            index += size - 1
        elif display and len(group.lines) > 1 and not STARTS_WITH_FIGURE.match(group.text):
            group.kind = BlockKind.CALLOUT  # a figure whose sentence was lost in extraction
        elif STARTS_WITH_FIGURE.match(group.text) and len(group.lines) <= 12:
            group.kind = BlockKind.KEY_DATA
            if twice := _TWICE.match(group.text):
                group.skip = len(twice.group())
                group.text = group.text[group.skip :]
    return made


def _is_display(group: LineGroup, style: Typesetting) -> bool:
    """Whether a line group is a figure in display type: alone, in few words, in lines of half the column."""
    if len(group.text) > 60 or not _is_narrow(group, style, _DISPLAY):
        return False
    every_line = all(_DISPLAY_TEXT.match(line.text) for line in group.lines)
    return every_line or _DISPLAY_TEXT.match(group.text) is not None


def _labelled_figure_size(groups: list[LineGroup], index: int, style: Typesetting) -> int:
    """How many line groups make one figure with its label, the figure above the label; 0 if no label."""
    end = index + 1
    while end < len(groups) and not groups[end].blank_before and _is_narrow(groups[end], style, _DISPLAY):
        is_figure = not groups[end].page_start and _DISPLAY_TEXT.match(groups[end].text)
        if end - index > _MAX_FIGURE_LINES or not is_figure:
            return 0
        end += 1
    if end < len(groups) and groups[end].blank_before and not groups[end].page_start:
        return end + 1 - index if _is_label(groups[end], style) else 0
    return 0


_NARROWER = 0.97  # of the column: the body's widest lines are wider than this
_DOUBTFUL = 0.985  # up to here, only if a narrow paragraph follows in the same run
_WIDER = 1.4
_SAME_WIDTH = 0.97  # boxes of one document differ by less


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
        if sum(len(member.lines) for member in groups[index + 1 : end]) >= 8
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
    groups[title].kind, groups[title].level = BlockKind.HEADING, 3
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
