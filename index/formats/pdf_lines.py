"""A PDF page as lines: characters gathered to fragments, fragments to lines in the order they are read.

A PDF holds characters at places and no lines. Fragments are runs of characters on one base line without a
wide gap; columns are found by the vertical strip of white that most fragments leave free.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

__all__ = ["Fragment", "Line", "page_fragments", "reading_order"]

_GAP = 1.1  # ems between two fragments
_BOX = 0.8  # ems a point of the height of a box: it is some 1.2 ems high
_WORD_GAP = 0.12  # of the height of a box: less is no space
_SMALL = 0.8  # of the size of its line: a raised or lowered character
_MOST_CHARACTERS = 60_000  # of a page
_COLUMN_EMS = 9.0  # a column is wider than a table's cell
_FEWEST_LINES = 3
_MOST_EDGES = 24  # left edges tried as that of a column
_MOST_DEPTH = 6  # of columns within columns


@dataclass(slots=True)
class Fragment:
    """Characters on one base line; coordinates in points, y upwards."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    bold: bool
    raised: list[tuple[int, int]] = field(default_factory=list)  # ranges of `text` set small and high

    @property
    def center(self) -> float:
        return (self.x0 + self.x1) / 2


@dataclass(slots=True)
class Line:
    """One line of a column; several cells where wide gaps part them."""

    cells: list[Fragment]
    region: int  # number of the column it stands in: paragraphs do not cross it by their geometry alone

    @property
    def x0(self) -> float:
        return self.cells[0].x0

    @property
    def x1(self) -> float:
        return self.cells[-1].x1

    @property
    def base(self) -> float:
        return self.cells[0].base

    @property
    def size(self) -> float:
        return max(self.cells, key=lambda cell: len(cell.text)).size

    @property
    def bold(self) -> bool:
        return all(cell.bold for cell in self.cells)

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)


@dataclass(slots=True)
class _Character:
    text: str
    x0: float
    x1: float
    base: float
    size: float
    index: int


def page_fragments(raw: Any, text_page: Any) -> list[Fragment]:
    """The fragments of a page in the order of its content. `raw` is `pypdfium2.raw`."""
    count = min(max(raw.FPDFText_CountChars(text_page), 0), _MOST_CHARACTERS)
    made: list[Fragment] = []
    run: list[_Character] = []
    for character in _characters(raw, text_page, count):
        if character is None:
            if run:
                made.append(_fragment(raw, text_page, run))
                run = []
            continue
        if run and not _goes_on(run, character):
            made.append(_fragment(raw, text_page, run))
            run = []
        run.append(character)
    if run:
        made.append(_fragment(raw, text_page, run))
    return [one for one in made if one.text]


def _characters(raw: Any, text_page: Any, count: int) -> Iterator[_Character | None]:
    """The characters of a page; None at a line end that the reader of the file saw."""
    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    high = 0
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if 0xD800 <= code < 0xDC00:  # the first half of a character beyond U+FFFF
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code, high = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00), 0
        if code in (0x0A, 0x0D):
            if code == 0x0A:
                yield None
            continue
        text = "-" if code in (0x02, 0xFFFE, 0xAD) else chr(code) if 0 < code < 0x110000 else ""
        if not text or 0xD800 <= code < 0xE000 or (code < 0x20 and code not in (0x02, 0x09)):
            continue
        if not raw.FPDFText_GetLooseCharBox(text_page, index, box):
            continue
        raw.FPDFText_GetCharOrigin(text_page, index, x, y)
        size = abs(box.top - box.bottom)
        yield _Character(text, min(box.left, box.right), max(box.left, box.right), y.value, size, index)


def _goes_on(run: list[_Character], character: _Character) -> bool:
    last = run[-1]
    size = max(last.size, character.size, 0.1)
    if character.text.isspace() and character.x1 <= character.x0:
        return True  # a space that the library put in: it has no place of its own
    if abs(character.base - last.base) > 0.5 * size:
        return False
    gap = character.x0 - _right(run)
    return -0.7 * size < gap < _GAP * _BOX * size


def _right(run: list[_Character]) -> float:
    for one in reversed(run):
        if not one.text.isspace():
            return one.x1
    return run[-1].x1


def _fragment(raw: Any, text_page: Any, run: list[_Character]) -> Fragment:
    shown = [one for one in run if not one.text.isspace()]
    if not shown:
        return Fragment("", 0, 0, 0, 0, False)
    size = median(one.size for one in shown)
    largest = max(one.size for one in shown)
    if size < _SMALL * largest and sum(one.size > 0.9 * largest for one in shown) * 3 > len(shown):
        size = largest
    base = median(one.base for one in shown if one.size >= _SMALL * size)
    characters: list[str] = []
    raised: list[tuple[int, int]] = []
    length = 0
    for one in run:
        text = " " if one.text.isspace() else one.text
        if text == " " and (not characters or characters[-1] == " "):
            continue
        small = text != " " and one.size < _SMALL * size and one.base > base + 0.15 * size
        if small:
            if raised and raised[-1][1] == length:
                raised[-1] = raised[-1][0], length + len(text)
            else:
                raised.append((length, length + len(text)))
        characters.append(text)
        length += len(text)
    text = "".join(characters).rstrip()
    middle = shown[len(shown) // 2].index
    bold = all(_is_bold(raw, text_page, index) for index in {shown[0].index, middle, shown[-1].index})
    return Fragment(text, shown[0].x0, max(one.x1 for one in shown), base, size, bold, raised)


def _is_bold(raw: Any, text_page: Any, index: int) -> bool:
    weight = raw.FPDFText_GetFontWeight(text_page, index)
    if weight >= 600:
        return True
    flags = ctypes.c_int()
    needed = raw.FPDFText_GetFontInfo(text_page, index, None, 0, flags)
    if not 0 < needed < 512:
        return False
    buffer = ctypes.create_string_buffer(needed)
    raw.FPDFText_GetFontInfo(text_page, index, buffer, needed, flags)
    name = buffer.value.decode("utf-8", "replace").lower()
    return any(word in name for word in ("bold", "black", "heavy", "negrita", "semibd", "-bd"))


def reading_order(fragments: Sequence[Fragment]) -> list[Line]:
    """The lines of a page: from the top down, one column after the other."""
    lines: list[Line] = []
    for number, region in enumerate(_regions(list(fragments), 0)):
        lines += _lines(region, number)
    return lines


def _regions(fragments: list[Fragment], depth: int) -> Iterator[list[Fragment]]:
    """Runs of fragments that are read from the top down, in order."""
    gutter = _gutter(fragments) if depth < _MOST_DEPTH else None
    if gutter is None:
        if fragments:
            yield fragments
        return
    spanning = sorted((one for one in fragments if one.x0 < gutter < one.x1), key=lambda one: -one.base)
    sides = [one for one in fragments if not one.x0 < gutter < one.x1]
    band: list[Fragment] = []
    edges = [one.base for one in spanning]
    # A band between two fragments that span the gutter is read column by column.
    tops = [float("inf"), *edges]
    bottoms = [*edges, float("-inf")]
    pending: list[Fragment] = []
    for top, bottom, over in zip(tops, bottoms, [None, *spanning], strict=True):
        if over is not None:
            pending.append(over)
        band = [one for one in sides if bottom + 0.3 * one.size < one.base <= top + 0.3 * one.size]
        if not band:
            continue
        if pending:
            yield pending
            pending = []
        left = [one for one in band if one.x1 <= gutter]
        right = [one for one in band if one.x0 >= gutter]
        yield from _regions(left, depth + 1)
        yield from _regions(right, depth + 1)
    if pending:
        yield pending


def _gutter(fragments: list[Fragment]) -> float | None:
    """The x of a strip of white with a column of text on each side; None for one column."""
    if len(fragments) < 2 * _FEWEST_LINES:
        return None
    # most lines of a column begin at its left edge
    starts = Counter(round(one.x0) for one in fragments).most_common(_MOST_EDGES)
    best: tuple[int, float] | None = None
    for edge, _ in starts:
        gutter = edge - 1.0
        left = [one for one in fragments if one.x1 <= gutter]
        right = [one for one in fragments if one.x0 >= gutter]
        spanning = len(fragments) - len(left) - len(right)
        if spanning > 0.4 * min(len(left), len(right)) + 2:
            continue
        if not (_is_column(left) and _is_column(right)):
            continue
        overlap = min(max(o.base for o in left), max(o.base for o in right)) - max(
            min(o.base for o in left), min(o.base for o in right)
        )
        if overlap < 2 * median(one.size for one in fragments):
            continue
        white = gutter - max(one.x1 for one in left)
        key = (spanning, -white)
        if best is None or key < (best[0], -best[1]):
            best = spanning, white
            chosen = gutter
    return chosen if best is not None else None


def _is_column(fragments: list[Fragment]) -> bool:
    """Whether fragments fill a column: several lines, most of them wide and of one left edge."""
    if len(fragments) < _FEWEST_LINES:
        return False
    size = median(one.size for one in fragments)
    widths = [one.x1 - one.x0 for one in fragments]
    whole = max(one.x1 for one in fragments) - min(one.x0 for one in fragments)
    wide = sum(width >= 0.55 * whole for width in widths)
    return whole >= _COLUMN_EMS * size and wide >= 0.4 * len(fragments)


def _lines(region: list[Fragment], number: int) -> list[Line]:
    ordered = sorted(region, key=lambda one: (-one.base, one.x0))
    rows: list[list[Fragment]] = []
    for one in ordered:
        if rows and abs(rows[-1][0].base - one.base) <= 0.4 * max(one.size, rows[-1][0].size):
            rows[-1].append(one)
        else:
            rows.append([one])
    return [Line(_joined(sorted(row, key=lambda one: one.x0)), number) for row in rows]


def _joined(row: list[Fragment]) -> list[Fragment]:
    """The fragments of a line, those joined that no wide gap parts: a file may set its words in any order."""
    cells: list[Fragment] = []
    for one in row:
        last = cells[-1] if cells else None
        size = max(one.size, last.size) if last else one.size
        if last is None or one.x0 - last.x1 >= _GAP * _BOX * size:
            cells.append(one)
            continue
        space = "" if one.x0 - last.x1 < _WORD_GAP * size or last.text.endswith(" ") else " "
        start = len(last.text) + len(space)
        raised = [(a + start, b + start) for a, b in one.raised]
        if one.size < _SMALL * last.size and one.base > last.base + 0.15 * last.size:
            raised = [(start, start + len(one.text))]
        larger = last if last.size >= one.size else one
        cells[-1] = Fragment(
            last.text + space + one.text,
            last.x0,
            max(last.x1, one.x1),
            larger.base,
            larger.size,
            last.bold and one.bold,
            [*last.raised, *raised],
        )
    return cells
