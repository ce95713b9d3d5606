"""Tables of a PDF page that are drawn with ruling lines.

A grid is a set of crossing lines. Its cells are the slots between neighbouring lines; slots that no line separates
are one cell. A cell may hold several lines of text, and span rows and columns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

from alpie.index.formats.pdf.page_characters import Box, CellPlace, Character, Slot, in_rotation, turned_box

_MAX_SLOTS = 8_000  # of a grid: a finer one is squared paper
_SHORTEST = 4.0  # points: shorter ones are parts of signs
_LEVEL = 1.0  # points from end to end: a line that leans more is a drawing
_NEAR = 3.0  # points between lines that are one, or that meet
_MAX_CELL = 800  # characters: more, and no other cell beside it, is a frame around running text
_FEWEST_BANDS = 3  # between level lines alone
_MAX_LINES = 3  # of text in such a band, as a rule
# Of the size of type: characters of one word are less apart, in height and to the right, and overlap by less.
_IN_WORD_RISE, _IN_WORD_OVERLAP, _IN_WORD_GAP = 0.3, 0.3, 0.1
_MIDDLE = 0.25  # of the size of type, above the base line: the middle of a small letter, which tells its cell
_COLUMN_GAP = 0.6  # of the height of a line: white from top to bottom between columns that no line parts


class CrossedCell(NamedTuple):
    """A cell with the columns where it begins and ends in a row."""

    cell: Slot
    start: int
    end: int


@dataclass(slots=True)
class Grid:
    """A table of lines that cross, which maps each slot to its cell."""

    xs: list[float]  # from left to right
    ys: list[float]  # from the top down, negative: ascending for bisection
    cell_of: dict[Slot, Slot]

    def cell_at(self, x: float, y: float) -> Slot | None:
        return self.cell_of.get(Slot(bisect_right(self.ys, -y) - 1, bisect_right(self.xs, x) - 1))

    def cells_in(self, row: int) -> Iterator[CrossedCell]:
        """The cells that cross a row, from left to right."""
        start = 0
        for cell, slots in groupby(self.cell_of[Slot(row, column)] for column in range(len(self.xs) - 1)):
            end = start + len(list(slots))
            yield CrossedCell(cell, start, end)
            start = end


def grids(
    edges: Sequence[Box], characters: Sequence[Character | None], rotation: int, page: Box
) -> list[Grid]:
    """The grids that lines make, in the frame of `rotation`; columns that no line parts, white does."""
    across: list[tuple[float, float, float]] = []  # place, from, to
    down: list[tuple[float, float, float]] = []
    for edge in edges:
        x0, y0, x1, y1 = turned_box(edge, rotation, page)
        if y1 - y0 < _LEVEL and x1 - x0 >= _SHORTEST:
            across.append(((y0 + y1) / 2, x0, x1))
        elif x1 - x0 < _LEVEL and y1 - y0 >= _SHORTEST:
            down.append(((x0 + x1) / 2, y0, y1))
    level = [Box(start, y, end, y) for y, start, end in _merge_lines(across)]
    upright = [Box(x, start, x, end) for x, start, end in _merge_lines(down)]
    made = [grid for group in _crossing(level, upright) if (grid := _grid(*group))]
    crossed = {-y for grid in made for y in grid.ys}
    stacks: dict[tuple[int, int], list[Box]] = defaultdict(list)
    for edge in level:
        if edge.bottom not in crossed:
            stacks[round(edge.left / _NEAR), round(edge.right / _NEAR)].append(edge)
    text = [character for character in in_rotation(characters, rotation) if character.text != " "]
    made += [grid for stack in stacks.values() if (grid := _open_grid(stack, text))]
    return made


def _open_grid(level: list[Box], text: list[Character]) -> Grid | None:
    """The grid of lines one under the other with rows of a table between them."""
    if len(level) <= _FEWEST_BANDS:
        return None
    left, right = level[0].left, level[0].right
    tops = sorted((edge.bottom for edge in level), reverse=True)
    between = [one for one in text if left <= one.middle <= right and tops[-1] < one.base < tops[0]]
    lines = [len({round(one.base) for one in between if low < one.base < top}) for top, low in pairwise(tops)]
    if not between or median(lines) > _MAX_LINES or max(lines) > 2 * _MAX_LINES:
        return None
    white = _COLUMN_GAP * median(character.size for character in between)
    columns: list[float] = []
    end = min(character.x0 for character in between)
    for character in sorted(between, key=lambda character: character.x0):
        if character.x0 - end >= white:
            columns.append((character.x0 + end) / 2)
        end = max(end, character.x1)
    upright = [Box(x, tops[-1], x, tops[0]) for x in (left, *columns, right)]
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
    """The grid of lines that cross; None where they make no table. Slots that no line parts are one cell."""
    xs = sorted({edge.left for edge in upright})
    tops = sorted({edge.bottom for edge in level}, reverse=True)
    rows, columns = len(tops) - 1, len(xs) - 1
    if columns < 2 or rows < 1 or rows * columns > _MAX_SLOTS:
        return None
    cell_of: dict[Slot, Slot] = {}
    for row in range(rows):
        middle = (tops[row] + tops[row + 1]) / 2
        for column in range(columns):
            center = (xs[column] + xs[column + 1]) / 2
            above = any(e.bottom == tops[row] and e.left - _NEAR <= center <= e.right + _NEAR for e in level)
            before = any(
                e.left == xs[column] and e.bottom - _NEAR <= middle <= e.top + _NEAR for e in upright
            )
            cell = slot = Slot(row, column)
            if row and not above:
                cell = cell_of[Slot(row - 1, column)]
            if column and not before:
                cell = min(cell, cell_of[Slot(row, column - 1)])
            cell_of[slot] = cell
    return Grid(xs, [-y for y in tops], cell_of)


def mark_cells(characters: Sequence[Character | None], tables: Sequence[Grid], rotation: int) -> set[int]:
    """Give each character its cell; returns which of `tables` are tables and not frames around text."""
    before: Character | None = None
    held: Counter[CellPlace] = Counter()
    for character in characters:
        if character is None or character.rotation != rotation:
            before = None
            continue
        goes_on = before is not None and _stands_in_word(before, character)
        character.cell = before.cell if before and goes_on else _cell_of(character, tables)
        if character.cell and character.text != " ":
            held[character.cell] += 1
        before = character
    short = Counter((cell.table, cell.slot.row) for cell, count in held.items() if count <= _MAX_CELL)
    rows = Counter(number for (number, _), count in short.items() if count >= 2)
    real = {number for number, count in rows.items() if count >= 2}
    for character in characters:
        if character is not None and character.cell:
            row = character.cell.table, character.cell.slot.row
            frame = held[character.cell] > _MAX_CELL and not short[row]
            if frame or character.cell.table not in real:
                character.cell = None
    return real


def _stands_in_word(before: Character, character: Character) -> bool:
    if (
        before.text == " "
        or character.blank
        or abs(character.base - before.base) >= _IN_WORD_RISE * character.size
    ):
        return False
    return -_IN_WORD_OVERLAP * character.size < character.x0 - before.x1 < _IN_WORD_GAP * character.size


def _cell_of(character: Character, tables: Sequence[Grid]) -> CellPlace | None:
    for number, grid in enumerate(tables):
        slot = grid.cell_at(character.middle, character.base + _MIDDLE * character.size)
        if slot is not None:
            return CellPlace(number, slot)
    return None
