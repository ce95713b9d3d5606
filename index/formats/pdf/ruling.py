"""Ruling lines of a PDF page, and the cells of tables that they make.

A grid is a set of lines that cross. Its cells are the slots between neighbouring lines, those joined that no
line parts: a cell may hold several lines of text, and span rows and columns.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median
from typing import Any

import pypdfium2.raw as raw
from pypdfium2 import PdfMatrix

from alpie.index.formats.pdf.fragments import Box, Character, turned_box

Colour = tuple[int, int, int]

_PALE = 0xE0  # of each colour
_MAX_OBJECTS = 6_000  # of a page: more is a map or a plan
_MAX_SEGMENTS = 200  # of a path: more is a drawing
_MAX_EDGES = 2_000
_MAX_SLOTS = 8_000
_THIN = 2.5  # points: a filled box no thicker is a line
_SHORTEST = 4.0
_NEAR = 3.0  # points between lines that are one, or that meet
_MAX_CELL = 800  # characters: more, and no other cell beside it, is a frame around running text
_FEWEST_BANDS = 3  # between level lines alone
_MAX_LINES = 3  # of text in such a band, as a rule
_COLUMN_GAP = 0.6  # of the height of a line: white from top to bottom between columns that no line parts


@dataclass(slots=True)
class Drawing:
    """What a page shows besides text, and the colours of text and boxes."""

    edges: list[Box]  # horizontal and vertical lines
    pictures: float  # share of the page that pictures cover
    objects: int  # that are no text
    unseen: bool = False  # some text is set without ink, as that under a recognised scan
    inks: set[Colour] = field(default_factory=set)  # of text
    fills: set[Colour] = field(default_factory=set)  # of boxes, lines apart

    @property
    def doubtful(self) -> set[Colour]:
        """Inks that may not show: as pale as paper, or those of boxes too."""
        return {ink for ink in self.inks if min(ink) >= _PALE or ink in self.fills}


@dataclass(slots=True)
class Grid:
    """A table of lines that cross, which maps each slot (row, column) to its cell, named by the first slot of the cell."""

    xs: list[float]  # from left to right
    ys: list[float]  # from the top down, negative: ascending for bisection
    cell_of: dict[tuple[int, int], tuple[int, int]]

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        return self.cell_of.get((bisect_right(self.ys, -y) - 1, bisect_right(self.xs, x) - 1))

    def cells_in(self, row: int) -> Iterator[tuple[tuple[int, int], int, int]]:
        """The cells that cross a row, from left to right, each with the columns where it begins and ends there."""
        start = 0
        for cell, slots in groupby(self.cell_of[row, column] for column in range(len(self.xs) - 1)):
            end = start + len(list(slots))
            yield cell, start, end
            start = end

    @property
    def box(self) -> Box:
        return self.xs[0], -self.ys[-1], self.xs[-1], -self.ys[0]


def page_drawing(page: Any, box: Box) -> Drawing:
    """Read the lines and pictures of a page, of which `box` is visible."""
    drawing = Drawing([], 0.0, 0)
    area = max((box[2] - box[0]) * (box[3] - box[1]), 1.0)
    count = raw.FPDFPage_CountObjects(page)
    objects = (raw.FPDFPage_GetObject(page, at) for at in range(min(count, _MAX_OBJECTS)))
    for shape, matrix in _flatten(objects, PdfMatrix(), 3):
        kind = raw.FPDFPageObj_GetType(shape)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            drawing.unseen |= raw.FPDFTextObj_GetTextRenderMode(shape) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
            drawing.inks.add(fill_colour(shape))
            continue
        drawing.objects += 1
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            drawing.pictures += _overlap(_bounds(shape, matrix), box) / area
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            left, bottom, right, top = _bounds(shape, matrix)
            if min(right - left, top - bottom) > _THIN:
                drawing.fills.add(fill_colour(shape))
            if len(drawing.edges) < _MAX_EDGES:
                drawing.edges += _path_edges(shape, matrix)
    return drawing


def fill_colour(shape: Any) -> Colour:
    """The colour that an object is filled with: red, green and blue from 0 to 255."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    raw.FPDFPageObj_GetFillColor(shape, red, green, blue, alpha)
    return red.value, green.value, blue.value


def _flatten(objects: Iterable[Any], matrix: PdfMatrix, depth: int) -> Iterator[tuple[Any, PdfMatrix]]:
    """Objects with the matrix of the form they stand in."""
    for shape in objects:
        if raw.FPDFPageObj_GetType(shape) != raw.FPDF_PAGEOBJ_FORM:
            yield shape, matrix
        elif depth:
            count = min(max(raw.FPDFFormObj_CountObjects(shape), 0), _MAX_OBJECTS)
            inner = (raw.FPDFFormObj_GetObject(shape, at) for at in range(count))
            yield from _flatten(inner, _form_matrix(shape).multiply(matrix), depth - 1)


def _form_matrix(form: Any) -> PdfMatrix:
    matrix = raw.FS_MATRIX()
    return PdfMatrix.from_raw(matrix) if raw.FPDFPageObj_GetMatrix(form, matrix) else PdfMatrix()


def _bounds(shape: Any, matrix: PdfMatrix) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(shape, left, bottom, right, top):
        return 0, 0, 0, 0
    moved: Box = matrix.on_rect(left.value, bottom.value, right.value, top.value)
    return moved


def _overlap(box: Box, other: Box) -> float:
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    return max(width, 0.0) * max(height, 0.0)


def _path_edges(path: Any, matrix: PdfMatrix) -> Iterator[Box]:
    """The straight lines of a path: what it strokes, or itself where it is a thin filled box."""
    count = raw.FPDFPath_CountSegments(path)
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not 2 <= count <= _MAX_SEGMENTS or not raw.FPDFPath_GetDrawMode(path, fill, stroke):
        return
    if not stroke.value:
        left, bottom, right, top = _bounds(path, matrix)
        if fill.value and min(right - left, top - bottom) <= _THIN:
            if right - left >= top - bottom:
                yield left, (bottom + top) / 2, right, (bottom + top) / 2
            else:
                yield (left + right) / 2, bottom, (left + right) / 2, top
        return
    whole = _form_matrix(path).multiply(matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = None
    for at in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, at)
        if not raw.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        point = whole.on_point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == raw.FPDF_SEGMENT_LINETO and last is not None:
            yield *last, *point
        if start is not None and raw.FPDFPathSegment_GetClose(segment):
            yield *point, *start
        last = point


def grids(
    edges: Sequence[Box], characters: Sequence[Character | None], rotation: int, page: Box
) -> list[Grid]:
    """The grids that lines make, in the frame of `rotation`; columns that no line parts, white does."""
    across: list[tuple[float, float, float]] = []  # place, from, to
    down: list[tuple[float, float, float]] = []
    for edge in edges:
        x0, y0, x1, y1 = turned_box(edge, rotation, page)
        if y1 - y0 < 1.0 and x1 - x0 >= _SHORTEST:
            across.append(((y0 + y1) / 2, x0, x1))
        elif x1 - x0 < 1.0 and y1 - y0 >= _SHORTEST:
            down.append(((x0 + x1) / 2, y0, y1))
    level = [(start, y, end, y) for y, start, end in _merge_lines(across)]
    upright = [(x, start, x, end) for x, start, end in _merge_lines(down)]
    made = [grid for group in _crossing(level, upright) if (grid := _grid(*group))]
    crossed = {-y for grid in made for y in grid.ys}
    stacks: dict[tuple[int, int], list[Box]] = defaultdict(list)
    for edge in level:
        if edge[1] not in crossed:
            stacks[round(edge[0] / _NEAR), round(edge[2] / _NEAR)].append(edge)
    text = [
        character
        for character in characters
        if character is not None and character.rotation == rotation and character.text != " "
    ]
    made += [grid for stack in stacks.values() if (grid := _open_grid(stack, text))]
    return made


def _open_grid(level: list[Box], text: list[Character]) -> Grid | None:
    """The grid of lines one under the other with rows of a table between them."""
    if len(level) <= _FEWEST_BANDS:
        return None
    left, right = level[0][0], level[0][2]
    tops = sorted((edge[1] for edge in level), reverse=True)
    between = [
        character
        for character in text
        if left <= character.middle <= right and tops[-1] < character.base < tops[0]
    ]
    lines = [
        len({round(character.base) for character in between if low < character.base < top})
        for top, low in pairwise(tops)
    ]
    if not between or median(lines) > _MAX_LINES or max(lines) > 2 * _MAX_LINES:
        return None
    white = _COLUMN_GAP * median(character.size for character in between)
    columns: list[float] = []
    end = min(character.x0 for character in between)
    for character in sorted(between, key=lambda character: character.x0):
        if character.x0 - end >= white:
            columns.append((character.x0 + end) / 2)
        end = max(end, character.x1)
    upright = [(x, tops[-1], x, tops[0]) for x in (left, *columns, right)]
    return _grid(level, upright)


def _merge_lines(lines: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Join lines (place, from, to) that touch and stand at one place."""
    places: dict[float, list[tuple[float, float]]] = defaultdict(list)
    place = float("-inf")
    for at, start, end in sorted(lines):
        place = place if at - place <= _NEAR else at
        places[place].append((start, end))
    made: list[tuple[float, float, float]] = []
    for at, ranges in places.items():
        for start, end in sorted(ranges):
            before = made[-1] if made and made[-1][0] == at else None
            if before is not None and start <= before[2] + _NEAR:
                made[-1] = at, before[1], max(before[2], end)
            else:
                made.append((at, start, end))
    return made


def _crossing(level: list[Box], upright: list[Box]) -> list[tuple[list[Box], list[Box]]]:
    """Lines in groups whose members cross, directly or through others."""
    parent = list(range(len(level) + len(upright)))

    def root(member: int) -> int:
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    for number, (x0, y, x1, _) in enumerate(level):
        for other, (x, y0, _, y1) in enumerate(upright, start=len(level)):
            if x0 - _NEAR <= x <= x1 + _NEAR and y0 - _NEAR <= y <= y1 + _NEAR:
                parent[root(number)] = root(other)
    groups: dict[int, tuple[list[Box], list[Box]]] = defaultdict(lambda: ([], []))
    for number, edge in enumerate([*level, *upright]):
        groups[root(number)][number >= len(level)].append(edge)
    return list(groups.values())


def _grid(level: list[Box], upright: list[Box]) -> Grid | None:
    xs = sorted({edge[0] for edge in upright})
    tops = sorted({edge[1] for edge in level}, reverse=True)
    rows, columns = len(tops) - 1, len(xs) - 1
    if columns < 2 or rows < 1 or rows * columns > _MAX_SLOTS:
        return None
    cell_of: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(rows):
        middle = (tops[row] + tops[row + 1]) / 2
        for column in range(columns):
            center = (xs[column] + xs[column + 1]) / 2
            above = any(e[1] == tops[row] and e[0] - _NEAR <= center <= e[2] + _NEAR for e in level)
            before = any(e[0] == xs[column] and e[1] - _NEAR <= middle <= e[3] + _NEAR for e in upright)
            cell = row, column
            if row and not above:
                cell = cell_of[row - 1, column]
            if column and not before:
                cell = min(cell, cell_of[row, column - 1])
            cell_of[row, column] = cell
    return Grid(xs, [-y for y in tops], cell_of)


def mark_cells(characters: Sequence[Character | None], tables: Sequence[Grid], rotation: int) -> set[int]:
    """Give each character its cell; returns which of `tables` are tables and not frames around text."""
    before: Character | None = None
    held: Counter[tuple[int, int, int]] = Counter()
    for character in characters:
        if character is None or character.rotation != rotation:
            before = None
            continue
        character.cell = (
            before.cell
            if before is not None and _stands_in_word(before, character)
            else _cell_of(character, tables)
        )
        if character.cell and character.text != " ":
            held[character.cell] += 1
        before = character
    short = Counter(cell[:2] for cell, count in held.items() if count <= _MAX_CELL)
    rows = Counter(number for (number, _), count in short.items() if count >= 2)
    real = {number for number, count in rows.items() if count >= 2}
    for character in characters:
        if character is not None and character.cell:
            frame = held[character.cell] > _MAX_CELL and not short[character.cell[:2]]
            if frame or character.cell[0] not in real:
                character.cell = None
    return real


def _stands_in_word(before: Character, character: Character) -> bool:
    if before.text == " " or character.blank or abs(character.base - before.base) >= 0.3 * character.size:
        return False
    return -0.3 * character.size < character.x0 - before.x1 < 0.1 * character.size


def _cell_of(character: Character, tables: Sequence[Grid]) -> tuple[int, int, int] | None:
    for number, grid in enumerate(tables):
        slot = grid.cell_at(character.middle, character.base + 0.25 * character.size)
        if slot is not None:
            return number, *slot
    return None
