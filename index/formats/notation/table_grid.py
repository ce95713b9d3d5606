"""Tables as grids: a row has something in each column, so that no value, read alone, shifts under the wrong header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

NOTHING = "–"  # stands for a cell without words
_MAX_COLUMNS = 100  # of one cell, whatever the file claims
_MAX_SHAPES = 50  # of rows: each cell is compared with each


class TableCell(NamedTuple):
    """A cell as a file has it: what it shows, and how many columns and rows it reaches over."""

    text: str
    columns: int = 1
    rows: int = 1
    goes_on: bool = False  # it is a part of the cell above it


class PlacedCell(NamedTuple):
    """A cell where it stands in a row: from column `start` to `end`."""

    start: int
    end: int
    text: str
    first: int  # row in which it begins
    last: int = 0


class LaidOutTable(NamedTuple):
    """What each row shows, from left to right, and how many of the rows are heads."""

    rows: list[list[str]]
    header_rows: int


def lay_out_cells(rows: Sequence[Sequence[TableCell]], header_rows: int) -> LaidOutTable:
    """What each row shows: see `fill_rows`."""
    placed = _place_cells(rows)
    filled = fill_rows(placed)
    heads = sum(bool(row) for row in filled[:header_rows])
    if header_rows == 1 and filled and len(filled[0]) > len(set(filled[0])):
        # a head over several columns has heads of its own below
        reached = max(number for number, row in enumerate(placed) if any(cell.first == 0 for cell in row))
        heads = sum(bool(row) for row in filled[: reached + 1])
    shown = [row for row in filled if row]
    return LaidOutTable(shown, min(heads, max(len(shown) - 1, 1)))


def fill_rows(placed: Sequence[Sequence[PlacedCell]]) -> list[list[str]]:
    """What each row shows; nothing, where it only goes on with cells of another.

    A value that reaches over several columns or rows stands in each, once where it is all of a row; an empty cell is a
    sign, but not where its column has no words at all, or its row no others than a title.
    """
    shapes = list({frozenset((0, *(cell.end for cell in row))): None for row in placed})[:_MAX_SHAPES]
    used = {cell.start for row in placed for cell in row if cell.text}
    shown: list[list[str]] = []
    for number, row in enumerate(placed):
        columns = [(at, cell.text) for cell in row for at in _columns_under(cell, shapes) if at in used]
        if not any(cell.text for cell in row if cell.first == number):
            shown.append([])
        elif len(row) == 1 or not any(text for _, text in columns[1:]):
            shown.append([columns[0][1]])
        else:
            shown.append([text or NOTHING for _, text in columns])
    return shown


def _place_cells(rows: Sequence[Sequence[TableCell]]) -> list[list[PlacedCell]]:
    """The cells of each row by column, with those that reach into it from above."""
    placed: list[list[PlacedCell]] = []
    above: dict[int, PlacedCell] = {}
    for number, cells in enumerate(rows):
        row: list[PlacedCell] = []
        at = 0
        for cell in (*cells, None):
            while at in above and above[at].last >= number:
                row.append(above[at])
                at = above[at].end
            if cell is None:
                break
            end = at + min(max(cell.columns, 1), _MAX_COLUMNS)
            if cell.goes_on and at in above:
                row.append(above[at]._replace(end=end, last=number))
            else:
                row.append(PlacedCell(at, end, cell.text, number, number + max(cell.rows, 1) - 1))
            at = end
        above = {cell.start: cell for cell in row}
        placed.append(row)
    return placed


def _columns_under(cell: PlacedCell, shapes: Sequence[frozenset[int]]) -> list[int]:
    """Where the columns begin that other rows have under a cell: its own begin, where none parts it evenly."""
    within = (shape for shape in shapes if cell.start in shape and cell.end in shape)
    return [cell.start, *sorted({at for shape in within for at in shape if cell.start < at < cell.end})]
