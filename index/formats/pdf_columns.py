"""The columns of a PDF page, found by the vertical strip of white that most fragments leave free.

A strip that most of the page leaves free is found by the width of what stands beside it; one that only some lines leave
free, amid text of the whole width, by the way that the lines beside it run on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, pairwise, takewhile
from statistics import median
from typing import NamedTuple

from alpie.index.formats.pdf_fragments import Fragment
from alpie.index.layout.forms import ends_sentence, starts_lower
from alpie.index.layout.line_groups import ends_in_function_word

_COLUMN_EMS = 7.0  # heights of a line: a column is wider than a cell of a table
_FEWEST_LINES = 3
_MAX_EDGES = 24  # left edges tried as that of a column
_FEW_EDGES = 8  # left edges tried within a column that stands beside others
_MAX_DEPTH = 6  # of columns within columns
_NEXT = 1.6  # heights of a line: from one to the next of a paragraph
_LARGER = 1.1  # than the text above it: a heading
_APART = 3.0  # points


def regions(fragments: list[Fragment], depth: int = 0) -> Iterator[list[Fragment]]:
    """Runs of fragments that are read from the top down, in order."""
    gutter = _gutter(fragments) if depth < _MAX_DEPTH else None
    if gutter is not None:
        yield from _regions_beside(fragments, gutter, depth)
    else:
        columns = _short_columns(fragments) if depth < _MAX_DEPTH else []
        yield from _regions_around(fragments, columns, depth)


def _regions_around(
    fragments: list[Fragment], columns: Sequence[_Columns], depth: int
) -> Iterator[list[Fragment]]:
    """The regions of text of the whole width, with `columns` that stand amid it."""
    in_columns = {id(fragment) for pair in columns for fragment in chain(pair.left, pair.right)}
    between: list[list[Fragment]] = [[] for _ in range(len(columns) + 1)]
    starts = [-pair.start for pair in columns]
    for fragment in fragments:
        if id(fragment) not in in_columns:
            between[bisect_right(starts, -fragment.base)].append(fragment)
    for number, wide in enumerate(between):
        if wide:
            yield wide
        for pair in columns[number : number + 1]:
            yield from regions(pair.left, depth + 1)
            yield from regions(pair.right, depth + 1)


def _regions_beside(fragments: list[Fragment], gutter: float, depth: int) -> Iterator[list[Fragment]]:
    """The regions of two columns: a band between two fragments that span their gutter is read column by column."""
    sides: dict[int, list[Fragment]] = {-1: [], 0: [], 1: []}
    for side, fragment in _sides(fragments, gutter):
        sides[side].append(fragment)
    edges = [float("inf"), *(fragment.base for fragment in sides[0]), float("-inf")]
    pending: list[Fragment] = []
    for over, (top, bottom) in enumerate(pairwise(edges)):
        pending += sides[0][max(over - 1, 0) : over]
        left, right = (
            [
                fragment
                for fragment in sides[side]
                if bottom + 0.3 * fragment.size < fragment.base <= top + 0.3 * fragment.size
            ]
            for side in (-1, 1)
        )
        if not right and (not left or _goes_on(pending, left)):
            pending += left
            continue
        if pending:
            yield pending
        heads = _heads_below(left, right) if over < len(sides[0]) else 0
        pending = left[len(left) - heads :]
        yield from regions(left[: len(left) - heads], depth + 1)
        yield from regions(right, depth + 1)
    if pending:
        yield pending


def _goes_on(spanning: Sequence[Fragment], left: Sequence[Fragment]) -> bool:
    """Whether what stands left of a gutter alone goes on with what spans it above: last lines, rows of a table."""
    rows = len({round(fragment.base) for fragment in left})
    return rows < len(left) or any(
        abs(fragment.x0 - left[0].x0) < _APART and fragment.base - left[0].base <= _NEXT * fragment.size
        for fragment in spanning
    )


def _sides(fragments: list[Fragment], gutter: float) -> list[tuple[int, Fragment]]:
    """From the top down, with -1 or 1 for what is left or right of a gutter; 0 for what spans it, and its label."""
    bases = {
        round(fragment.base) + by
        for fragment in fragments
        if fragment.x0 < gutter < fragment.x1 and not fragment.rows
        for by in (-1, 0, 1)
    }
    made: list[tuple[int, Fragment]] = []
    for fragment in sorted(fragments, key=lambda fragment: -fragment.base):
        side = (fragment.x0 >= gutter) - (fragment.x1 <= gutter)
        made.append((0 if side < 0 and round(fragment.base) in bases else side, fragment))
    return made


def _heads_below(left: Sequence[Fragment], right: Sequence[Fragment]) -> int:
    """How many lines stand in bold or larger under both columns, at the left: they head what comes below them."""
    bottom = min((fragment.base for fragment in right), default=float("-inf"))
    text = [fragment for fragment in left if fragment.base >= bottom]
    if not text:
        return 0
    size, bold = median(fragment.size for fragment in text), all(fragment.bold for fragment in text)
    last = takewhile(lambda line: line.size > _LARGER * size or (line.bold and not bold), reversed(left))
    return sum(fragment.base < bottom for fragment in last)


class _Columns(NamedTuple):
    """Two columns side by side."""

    start: float  # the base of the first line that both have
    left: list[Fragment]
    right: list[Fragment]


def _short_columns(fragments: list[Fragment]) -> list[_Columns]:
    """Columns that stand side by side amid other text, from the top down.

    Down each of them one line runs on in the next, as it does not from row to row of a table.
    """
    candidates: list[_Columns] = []
    for edge, count in Counter(round(fragment.x0) for fragment in fragments).most_common(_MAX_EDGES):
        placed = _sides(fragments, edge - 1.0) if count > 1 else []
        for spans, group in groupby(placed, key=lambda fragment: not fragment[0]):
            band = [] if spans else list(group)
            left, right = ([fragment for side, fragment in band if side == which] for which in (-1, 1))
            if not left or not right:
                continue
            start, end = min(left[0].base, right[0].base), max(left[-1].base, right[-1].base)
            columns = _beside(left, start, end), _beside(right, start, end)
            if all(map(_runs_on, columns)):
                candidates.append(_Columns(start, *columns))
    chosen: list[_Columns] = []
    taken: set[int] = set()
    for pair in sorted(candidates, key=lambda pair: -pair.start):
        own = {id(fragment) for fragment in chain(pair.left, pair.right)}
        if taken.isdisjoint(own):
            chosen.append(pair)
            taken |= own
    return chosen


def _beside(side: Sequence[Fragment], start: float, end: float) -> list[Fragment]:
    """What of one side stands beside the other, from `start` down to `end`, and the lines next to it."""
    level = [at for at, fragment in enumerate(side) if end - _APART <= fragment.base <= start + _APART]
    if not level:
        return []
    first, last = level[0], level[-1]
    while first and side[first - 1].base - side[first].base <= _NEXT * side[first].size:
        first -= 1
    while last + 1 < len(side) and side[last].base - side[last + 1].base <= _NEXT * side[last].size:
        last += 1
    return list(side[first : last + 1])


def _runs_on(column: Sequence[Fragment]) -> bool:
    """Whether most lines go on in the next: they are full, and the sentence goes on, as a small letter shows, or «de»."""
    if len(column) < 2 or any(fragment.rows for fragment in column):
        return False
    edges: list[list[Fragment]] = []  # a column may be several
    for fragment in sorted(column, key=lambda fragment: fragment.x0):
        if not edges or fragment.x0 - edges[-1][-1].x0 > _APART:
            edges.append([])
        edges[-1].append(fragment)
    on = off = 0
    for lines in edges:
        right = max(line.x1 for line in lines)
        for fragment, below in pairwise(sorted(lines, key=lambda line: -line.base)):
            if ends_sentence(fragment.text) or fragment.bold != below.bold:
                continue
            word = (below.x1 - below.x0) * len(below.text.split()[0]) / len(below.text)
            full = fragment.x1 + word >= right and fragment.base - below.base <= 2 * _NEXT * fragment.size
            goes_on = starts_lower(below.text) or ends_in_function_word(fragment.text)
            on, off = (on + 1, off) if full and goes_on else (on, off + 1)
    width = max(fragment.x1 for fragment in column) - min(fragment.x0 for fragment in column)
    rows = len({round(fragment.base) for fragment in column})
    surely = on >= (3.0 if rows < len(column) else 1.5) * off  # a table has cells side by side
    return (
        surely
        and on >= 0.4 * (rows - 1)
        and width >= _COLUMN_EMS * median(fragment.size for fragment in column)
    )


def _gutter(fragments: list[Fragment], depth: int = 1) -> float | None:
    """The x of a strip of white with a column of text on each side, or columns; None for one column."""
    if len(fragments) < 2 * _FEWEST_LINES:
        return None
    # most lines of a column begin at its left edge
    starts = Counter(round(fragment.x0) for fragment in fragments).most_common(
        _MAX_EDGES if depth else _FEW_EDGES
    )
    size = median(fragment.size for fragment in fragments)
    gutters: list[tuple[int, float, float]] = []
    for edge, _ in starts:
        gutter = edge - 1.0
        left = [fragment for fragment in fragments if fragment.x1 <= gutter]
        right = [fragment for fragment in fragments if fragment.x0 >= gutter]
        spanning = len(fragments) - len(left) - len(right)
        if not left or not right or spanning > 0.4 * min(len(left), len(right)) + 2:
            continue
        lowest = max(min(member.base for member in side) for side in (left, right))
        highest = min(max(member.base for member in side) for side in (left, right))
        if highest - lowest < 2 * size:
            continue
        if all(_is_column(side) or (depth and _gutter(side, depth - 1)) for side in (left, right)):
            gutters.append((spanning, max(member.x1 for member in left) - gutter, gutter))
    return min(gutters)[2] if gutters else None


def _is_column(fragments: list[Fragment]) -> bool:
    """Whether fragments fill a column: several lines, most of them wide and of one left edge."""
    if len(fragments) < _FEWEST_LINES:
        return False
    size = median(fragment.size for fragment in fragments)
    widths = [fragment.x1 - fragment.x0 for fragment in fragments]
    whole = max(fragment.x1 for fragment in fragments) - min(fragment.x0 for fragment in fragments)
    wide = sum(width >= 0.55 * whole for width in widths)
    return whole >= _COLUMN_EMS * size and wide >= 0.4 * len(fragments)
