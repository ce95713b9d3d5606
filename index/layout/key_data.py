"""Finds key data, call-outs, and tables: rows of cells set apart, and those that extraction made narrow lines of."""

from __future__ import annotations

import re

from alpie.index.layout.line_groups import LineGroup, repeats_number
from alpie.index.layout.lines import Typesetting
from alpie.index.records import BlockKind
from alpie.index.spanish.word_tables import alternatives
from alpie.index.typography.line_forms import (
    NUMBERED,
    NUMBERS_ONLY,
    STARTS_WITH_NUMBER,
    WORDS,
    opens_sentence,
)

_NARROW = 0.75  # of the column: key data and table cells are narrower
_DISPLAY = 0.5  # of the column: a number in display type
_HEADER = 0.9  # of the column: the title or header row over a table may be wider than its cells
_MAX_LABEL_LINES = 3  # of what a number stands for; more is a paragraph
_MAX_KEY_DATA_LINES = 12  # of a number with its text in a narrow column; more is a paragraph
_MAX_DISPLAY_CHARACTERS = 60  # a number in display type with its few words
_MIN_ROWS = 3  # two lines that end in numbers may be chance
_MAX_COLUMNS = 5  # of a table whose column titles stand one below the other
_DISPLAY_TEXT = re.compile(
    rf"(?i)(?:(?:{alternatives(WORDS['compared'])}) de |(?:{alternatives(WORDS['rounded'])}) )?"
    r"[+\-−~]?\d[\d.,\s]*(?:%|€|\$)?(?:\s[a-záéíóúñ]+){0,4}$"
)
_TRAILING_NUMBERS = re.compile(r"\S\s+[+\-−~]?\d[\d.,]*(?:[ \xa0]\d{3}(?!\d))*(?:\s*[%€$])?$")
_TWICE = re.compile(r"(\S*\d\S*)\s+(?=\1(?!\S))")


def join_key_data_and_tables(groups: list[LineGroup], style: Typesetting) -> list[LineGroup]:
    """Join the line groups of each number with its label and of each table, and give them their kinds."""
    if not style.wrapped:
        return groups
    groups = _join_rows_of_numbers(groups, style)
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
        and len(group.lines) <= _MAX_LABEL_LINES
        and _is_narrow(group, style)
        and opens_sentence(group.text)
        and not STARTS_WITH_NUMBER.match(group.text)
    )


def join_rows(groups: list[LineGroup]) -> list[LineGroup]:
    """Join neighbouring rows into tables if blanks or signs separate their cells; a first row with numbers is not a header."""
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
    if NUMBERS_ONLY.match(group.text) or STARTS_WITH_NUMBER.match(group.text):
        return 0
    if _TRAILING_NUMBERS.search(group.text):
        return 1
    if _is_label(group, style) and index + 1 < len(groups):
        cell = groups[index + 1]
        if _has_no_kind_yet(cell) and not cell.page_start and NUMBERS_ONLY.match(cell.text):
            return 2
    return 0


def _join_rows_of_numbers(groups: list[LineGroup], style: Typesetting) -> list[LineGroup]:
    """Rows that each end in numbers, with the title or header row above them."""
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
        and len(group.lines) <= _MAX_LABEL_LINES
        and _is_narrow(group, style, _HEADER)
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
    """Join numbers in display type with their labels, and mark call-outs that repeat a number of the text."""
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
        if display and following is not None and repeats_number(group.text, following.text):
            group.kind = BlockKind.CALLOUT
            if _has_no_kind_yet(following) and _is_narrow(following, style):
                following.kind = BlockKind.KEY_DATA
        elif display and (size := _labelled_number_size(groups, index - 1, style)):
            for label in groups[index : index - 1 + size]:
                group.take(label)
            group.kind = BlockKind.KEY_DATA
            index += size - 1
        elif display and len(group.lines) > 1 and not STARTS_WITH_NUMBER.match(group.text):
            group.kind = BlockKind.CALLOUT  # a number whose sentence was lost in extraction
        elif STARTS_WITH_NUMBER.match(group.text) and len(group.lines) <= _MAX_KEY_DATA_LINES:
            group.kind = BlockKind.KEY_DATA
            if twice := _TWICE.match(group.text):
                group.skip = len(twice.group())
                group.text = group.text[group.skip :]
    return made


def _is_display(group: LineGroup, style: Typesetting) -> bool:
    """Whether a line group is a number in display type: alone, in few words, in lines of half the column."""
    if len(group.text) > _MAX_DISPLAY_CHARACTERS or not _is_narrow(group, style, _DISPLAY):
        return False
    every_line = all(_DISPLAY_TEXT.match(line.text) for line in group.lines)
    return every_line or _DISPLAY_TEXT.match(group.text) is not None


def _labelled_number_size(groups: list[LineGroup], index: int, style: Typesetting) -> int:
    """How many line groups make one number with its label, the number above the label; 0 if no label."""
    end = index + 1
    while (
        end < len(groups)
        and not (groups[end].blank_before or groups[end].page_start)
        and _is_narrow(groups[end], style, _DISPLAY)
        and _DISPLAY_TEXT.match(groups[end].text)
    ):
        end += 1
    label = groups[end] if end < len(groups) else None
    labelled = label and label.blank_before and not label.page_start and _is_label(label, style)
    return end + 1 - index if labelled else 0
