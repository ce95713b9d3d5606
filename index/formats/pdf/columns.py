"""The columns of a PDF page, found by the vertical strip of white that most fragments leave free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from statistics import median

from alpie.index.formats.pdf.fragments import Fragment

_COLUMN_EMS = 7.0  # heights of a line: a column is wider than a cell of a table
_FEWEST_LINES = 3  # of a column: two may stand beside others by chance
_SPANNING = 0.4  # of the fragments of the smaller column, and two more: titles and tables that cross both
_WIDE = 0.55  # of the width of a column: its lines, but for last and broken ones
_SHARE_WIDE = 0.4  # of its fragments, which such lines are at least
_MAX_EDGES = 24  # left edges tried as that of a column
_FEW_EDGES = 8  # left edges tried within a column that stands beside others
_MAX_DEPTH = 6  # of columns within columns
_NEXT = 1.6  # heights of a line: from one to the next of a paragraph
_LARGER = 1.1  # than the text above it: a heading
# of the size of type: by its middle rather than its base line a fragment is above or below another
_OVER_BASE = 0.3
_APART = 3.0  # points between two edges that count as one


def regions(fragments: list[Fragment], depth: int = 0) -> Iterator[list[Fragment]]:
    """Runs of fragments that are read from the top down, in order."""
    gutter = _gutter(fragments) if depth < _MAX_DEPTH else None
    if gutter is not None:
        yield from _regions_beside(fragments, gutter, depth)
    elif fragments:
        yield fragments


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
            [one for one in sides[side] if bottom < one.base - _OVER_BASE * one.size <= top]
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
    spanning = [one for one in fragments if one.x0 < gutter < one.x1 and not one.rows]
    bases = {round(one.base) + by for one in spanning for by in (-1, 0, 1)}
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


def _gutter(fragments: list[Fragment], depth: int = 1) -> float | None:
    """The x of a strip of white with a column of text on each side, or columns; None for one column."""
    if len(fragments) < 2 * _FEWEST_LINES:
        return None
    # most lines of a column begin at its left edge
    edges = Counter(round(fragment.x0) for fragment in fragments)
    starts = edges.most_common(_MAX_EDGES if depth else _FEW_EDGES)
    size = median(fragment.size for fragment in fragments)
    gutters: list[tuple[int, float, float]] = []
    for edge, _ in starts:
        gutter = edge - 1.0
        left = [fragment for fragment in fragments if fragment.x1 <= gutter]
        right = [fragment for fragment in fragments if fragment.x0 >= gutter]
        spanning = len(fragments) - len(left) - len(right)
        if not left or not right or spanning > _SPANNING * min(len(left), len(right)) + 2:
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
    wide = sum(width >= _WIDE * whole for width in widths)
    return whole >= _COLUMN_EMS * size and wide >= _SHARE_WIDE * len(fragments)
