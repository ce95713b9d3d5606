"""Tables of a PDF page without ruling lines: rows whose cells are aligned one below the other."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, product, takewhile
from operator import attrgetter
from typing import NamedTuple

from alpie.index.formats.pdf.fragments import PdfLine
from alpie.index.formats.pdf.pdf_lines import cell_fragment
from alpie.index.spanish.word_tables import alternatives
from alpie.index.typography.line_forms import BULLET_SIGNS, LETTER, WORDS, ends_sentence, starts_lower

ITEM = re.compile(
    rf"(?:[{BULLET_SIGNS}]\s*|[–—*\-]\s+|\(?(?:\d{{1,3}}|{LETTER}|[ivx]{{2,5}})\)\s+|\d{{1,3}}\.[ºª]?\s+|[IVX]{{1,6}}\.\s+)(?=\S)"
)
# what a paragraph of its own begins with
NAMED = re.compile(
    rf"(?i)(?:{alternatives(WORDS['set_apart'])})"
    r"\s+\S{1,14}?(?:\s+\S{1,14})??\s*(?:[.:]|$)"
)
_AMOUNT = re.compile(r"[\d.,%€$ –-]+$")
# of a row of two cells, «Lunes 4»: no number, and no label of a paragraph, «Primera.», «Objeto:»
_ROW_LABEL = re.compile(r"(?=.*[^\W\d_]{2}).*[^.:)\]\-–ºª]$")
_ALIGNED = 4.0  # points between two edges that count as one
_EDGES = [attrgetter(name) for name in ("x0", "x1", "center")]  # where cells may stand one under the other
_NEARBY = 40  # lines below, among which another row is looked for
_WRAPPED = 1.4  # pitches: a line of the same cell
_NEARER = 0.85  # of what parts rows: lines of one row stand nearer
_MAX_ROW_GAP = 3.5  # pitches: what is further below is of another table
_FEW_CELLS = 3  # a row of fewer may be a paragraph whose label stands apart: it must look like a row
_SHARE_ALIGNED = 0.6  # of the rows: words of justified lines stand under one another by chance, but fewer


class FoundRows(NamedTuple):
    """Rows of a table, and the line after its last."""

    rows: list[PdfLine]
    end: int


def table_rows(lines: Sequence[PdfLine], index: int, pitch: float) -> FoundRows:
    """The rows of the table that begins at `index`; none if none does.

    `pitch` is that of the running text, from base line to base line.
    """
    if lines[index].table is not None:
        ruled = list(takewhile(lambda line: line.table == lines[index].table, lines[index:]))
        return FoundRows(ruled, index + len(ruled))
    rows: list[PdfLine] = []
    end = index
    if len(lines[index].cells) < 2:
        return FoundRows([], index)
    least = _least_gap(lines, index, pitch)  # between rows
    while end < len(lines) and lines[end].region == lines[index].region and lines[end].table is None:
        line = lines[end]
        gap = lines[end - 1].base - line.base if rows else 0.0
        wraps = rows and gap <= _WRAPPED * pitch and _goes_on_with_row(rows[-1], line, gap < _NEARER * least)
        if wraps and any(_has_same_columns(rows[-1], below) for below in lines[index : index + _NEARBY]):
            rows[-1] = _with_cells(rows[-1], line)
        elif len(line.cells) >= 2 and gap < _MAX_ROW_GAP * pitch:
            rows.append(line)
        else:
            break
        end += 1
    if len(rows) < 2:
        return FoundRows([], index)
    aligned = sum(stands_in_columns(row, below) for row, below in pairwise(rows))
    return FoundRows(rows, end) if aligned >= _SHARE_ALIGNED * (len(rows) - 1) else FoundRows([], index)


def _least_gap(lines: Sequence[PdfLine], index: int, pitch: float) -> float:
    """From a line of the table that may begin at `index` to the next that has a cell in its first column."""
    least = math.inf
    for above, line in pairwise(lines[index:]):
        gap = above.base - line.base
        if line.region != lines[index].region or not 0 < gap < _MAX_ROW_GAP * pitch:
            break
        if len(line.cells) >= 2 and abs(line.x0 - lines[index].x0) < _ALIGNED:
            least = min(least, gap)
    return least


def _goes_on_with_row(row: PdfLine, line: PdfLine, near: bool) -> bool:
    """Whether `line` goes on with cells of `row`; `near`: nearer than rows stand, else not with the first."""
    above = [
        next((over for over in row.cells if abs(over.x0 - cell.x0) < _ALIGNED), None) for cell in line.cells
    ]
    if len(line.cells) > 1 and all(
        over is not None
        and not (ends_sentence(over.text) or starts_lower(over.text))
        and starts_lower(cell.text)
        for over, cell in zip(above, line.cells, strict=True)
    ):
        return True  # each in the middle of its sentence
    if len(row.cells) < _FEW_CELLS:
        first = row.cells[0].text
        near = False
        if not _ROW_LABEL.match(first) or NAMED.match(first) or ITEM.match(first):
            return False
    lefts = [cell.x0 for cell in row.cells[not near :]]
    return all(any(abs(cell.x0 - left) < _ALIGNED for left in lefts) for cell in line.cells) and (
        near or (len(line.cells) == 1 and not _AMOUNT.match(line.text))
    )


def _has_same_columns(row: PdfLine, other: PdfLine) -> bool:
    """Whether another line has the columns of `row`: gaps of justified text stand anywhere."""
    if len(row.cells) != len(other.cells) or row.base == other.base:
        return False
    pairs = zip(row.cells, other.cells, strict=True)
    return all(abs(cell.x0 - below.x0) < _ALIGNED for cell, below in pairs)


def _with_cells(row: PdfLine, line: PdfLine) -> PdfLine:
    """`row` with the cells of `line` each at the end of the one above it."""
    cells = []
    for cell in row.cells:
        below = [part for part in line.cells if abs(part.x0 - cell.x0) < _ALIGNED]
        whole = replace(cell, raised=[*cell.raised], recognised=[*cell.recognised], hyphens=[*cell.hyphens])
        cells.append(cell_fragment([PdfLine([whole, *below], row.region)]))
    return replace(row, cells=cells)


def stands_in_columns(one: PdfLine, other: PdfLine) -> bool:
    """Whether a cell of one line after its first stands under, or over, one of the other line."""
    pairs = product(one.cells[1:], other.cells[1:])
    return any(abs(edge(cell) - edge(below)) < _ALIGNED for cell, below in pairs for edge in _EDGES)
