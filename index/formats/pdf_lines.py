"""A PDF page as lines: characters gathered to fragments, fragments to lines in the order they are read.

A PDF holds characters at places and no lines. Fragments are runs of characters on one base line without a
wide gap; columns are found by the vertical strip of white that most fragments leave free.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import Any

from alpie.index.formats.pdf_characters import SLANTED, Box, Character
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.lexicon import lexicon_of

__all__ = [
    "DIVIDED",
    "KEPT",
    "Fragment",
    "Line",
    "fragments_of",
    "reading_order",
    "slanted_lines",
    "table_at",
]

DIVIDED = re.compile(r"(?<=[^\W\d_])[-‐]$")  # a word at the end of a line that goes on in the next
KEPT = re.compile(r"(?<=\w)-$")  # «2019-» before «2021», «covid-» before «19», «A-» before «17»
_GAP = 1.1  # ems between two fragments
_BOX = 0.8  # ems a point of the height of a box: it is some 1.2 ems high
_WORD_GAP = 0.1  # of the height of a box, beyond the gap between letters: less is no space
_SEEN_GAP = 0.05  # … where PDFium takes it for a space
_MOST_TRACKING = 0.2  # of the height of a box: the gap between letters that are set apart
_FEWEST_GAPS = 6  # to tell letters set apart by
_SMALL = 0.8  # of the size of its line: a raised or lowered character
_CAPITAL = 1.8  # times the size of the text beside it: an initial set over several lines
_COLUMN_EMS = 7.0  # heights of a line: a column is wider than a cell of a table
_FEWEST_LINES = 3
_MOST_EDGES = 24  # left edges tried as that of a column
_FEW_EDGES = 8  # … of columns beside others
_MOST_DEPTH = 6  # of columns within columns
_FEWEST_NUMBERS = 4  # of lines in a margin


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
    blank: bool = False  # PDFium takes the gap before it for a space
    cell: tuple[int, int, int] | None = None  # of a ruled table: table, row, column
    rows: list[Line] = field(default_factory=list)  # of the whole table that this stands for
    recognised: list[tuple[int, int, int]] = field(default_factory=list)  # ranges of words, per cent of trust
    hyphens: list[int] = field(default_factory=list)  # places in `text` of those that divide a word in a cell

    @property
    def center(self) -> float:
        return (self.x0 + self.x1) / 2


@dataclass(slots=True)
class Line:
    """One line of a column; several cells where wide gaps part them."""

    cells: list[Fragment]
    region: int  # number of the column it stands in: paragraphs do not cross it by their geometry alone
    height: float = 0.0  # of the page it stands on
    table: int | None = None  # a row of this ruled table
    extent: tuple[float, float] = (0.0, 0.0)  # from where to where the ruled table goes
    aside: bool = False  # runs another way than the page: a stamp along its edge
    left_out: bool = False  # no text of the document: the number of a line, a watermark

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


def fragments_of(
    raw: Any, text_page: Any, characters: Iterable[Character | None], turn: int
) -> list[Fragment]:
    """The fragments that run the way of `turn`, in the order of the content. `raw` is `pypdfium2.raw`."""
    made: list[Fragment] = []
    run: list[Character] = []
    last: Character | None = None  # of the run
    right = 0.0  # of its last character that shows
    for one in characters:
        if one is not None and one.turn != turn:
            continue
        if last is not None and (one is None or not _goes_on(last, right, one)):
            made.append(_fragment(raw, text_page, run))
            run, last = [], None
        if one is not None:
            if last is None or one.text != " ":
                right = one.x1
            run.append(one)
            last = one
    if run:
        made.append(_fragment(raw, text_page, run))
    return [one for one in made if one.text]


def _goes_on(last: Character, right: float, one: Character) -> bool:
    small, large = (last.size, one.size) if last.size < one.size else (one.size, last.size)
    size = large if large > 0.1 else 0.1
    return (
        last.cell == one.cell
        and size <= 2 * (small if small > 0.1 else 0.1)
        and abs(one.base - last.base) <= 0.5 * size
        and -0.7 * size < one.x0 - right < _GAP * _BOX * size
    )


def _fragment(raw: Any, text_page: Any, run: list[Character]) -> Fragment:
    shown = [one for one in run if one.text != " "]
    if not shown:
        return Fragment("", 0, 0, 0, 0, False)
    sizes = [one.size for one in shown]
    size, largest, mixed = sizes[0], max(sizes), min(sizes) < max(sizes)
    if mixed:
        size = median(sizes)
        if size < _SMALL * largest and sum(one > 0.9 * largest for one in sizes) * 3 > len(shown):
            size = largest
    base = median([one.base for one in shown if one.size >= _SMALL * size])
    usual = _usual_gap(shown, size)
    word, seen = _WORD_GAP * max(size, 0.1), _SEEN_GAP * max(size, 0.1) if usual else float("-inf")
    text = ""
    raised: list[tuple[int, int]] = []
    right: float | None = None  # of the character before, where no blank parts it from this one
    for one in run:
        if one.text == " ":
            text += " " if right is not None else ""
            right = None
            continue
        if right is not None:
            gap = one.x0 - right - usual
            if gap > word or (one.blank and gap > seen):  # PDFium is right but for letters set apart
                text += " "
        if mixed and one.size < _SMALL * size and one.base > base + 0.15 * size:
            start = raised.pop()[0] if raised and raised[-1][1] == len(text) else len(text)
            raised.append((start, len(text) + len(one.text)))
        text += one.text
        right = one.x1
    text = text.rstrip()
    middle = shown[len(shown) // 2].index
    bold = all(_is_bold(raw, text_page.raw, index) for index in {shown[0].index, middle, shown[-1].index})
    right = max([one.x1 for one in shown])
    return Fragment(text, shown[0].x0, right, base, size, bold, raised, shown[0].blank, shown[0].cell)


def _usual_gap(shown: list[Character], size: float) -> float:
    """The gap between letters of a word: text may be set apart or narrow as a whole."""
    gaps = sorted(after.x0 - before.x1 for before, after in pairwise(shown))
    if len(gaps) < _FEWEST_GAPS:
        return 0.0
    return min(max(gaps[len(gaps) // 4], 0.0), _MOST_TRACKING * size)


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


def table_at(fragments: Sequence[Fragment], number: int, box: Box) -> Fragment:
    """A fragment that stands for ruled table `number`, from those of its cells; a row a line."""
    cells: dict[tuple[int, int], list[Fragment]] = defaultdict(list)
    for one in fragments:
        if one.cell is not None and one.cell[0] == number:
            cells[one.cell[1], one.cell[2]].append(one)
    rows: dict[int, list[list[Line]]] = defaultdict(list)
    made: list[list[Fragment]] = []
    for row, column in sorted(cells):
        rows[row].append(_lines(cells[row, column], 0))
    for of_cells in rows.values():
        if _are_rows(of_cells):
            made += [[part for lines in row for part in lines.cells] for row in zip(*of_cells, strict=True)]
        else:
            made.append([_cell_text(lines) for lines in of_cells])
    lines = [Line(row, 0, table=number, extent=(round(box[0]), round(box[2]))) for row in made]
    return Fragment("", box[0], box[2], box[3], lines[0].size, False, rows=lines)


def _are_rows(cells: list[list[Line]]) -> bool:
    """Whether cells side by side hold a column of rows each, which no lines part."""
    bases = {tuple(round(line.base / 2) for line in lines) for lines in cells}
    return len(bases) == 1 and len(cells) > 1 and len(cells[0]) + len(cells) >= 6 and len(cells[0]) >= 3


def _cell_text(lines: list[Line]) -> Fragment:
    """The lines of a cell as one."""
    whole = lines[0].cells[0]
    for part in [cell for line in lines for cell in line.cells][1:]:
        divided = DIVIDED.search(whole.text) and part.text[:1].islower()
        goes_on = divided or (
            KEPT.search(whole.text) and (part.text[:1].isdigit() or part.text[:1].isupper())
        )
        if divided:
            whole.hyphens.append(len(whole.text) - 1)
        start = len(whole.text) + (0 if goes_on else 1)
        whole.text += part.text if goes_on else f" {part.text}"
        whole.raised += [(a + start, b + start) for a, b in part.raised]
        whole.recognised += [(a + start, b + start, sure) for a, b, sure in part.recognised]
        whole.x0, whole.x1 = min(whole.x0, part.x0), max(whole.x1, part.x1)
        whole.bold = whole.bold and part.bold
    return whole


def slanted_lines(characters: Iterable[Character | None]) -> list[Line]:
    """Text set aslant, a watermark: a line for each run of it."""
    made: list[Line] = []
    before: Character | None = None
    for one in characters:
        if one is None or one.turn != SLANTED:
            before = None
            continue
        if before is None:
            start = Fragment("", one.x0, one.x1, one.base, one.size, False)
            made.append(Line([start], -2, aside=True, left_out=True))
        made[-1].cells[0].text += f" {one.text}" if one.blank else one.text
        before = one
    return [line for line in made if line.text.strip()]


def reading_order(fragments: Sequence[Fragment]) -> list[Line]:
    """The lines of a page: from the top down, one column after the other."""
    numbers = _line_numbers(fragments)
    lines: list[Line] = []
    if numbers:
        lines.append(Line(sorted(numbers, key=lambda one: -one.base), -1, left_out=True))
    kept = _with_initials([one for one in fragments if one not in numbers])
    for number, region in enumerate(_regions(kept, 0)):
        lines += _lines(region, number)
    return lines


def _with_initials(fragments: list[Fragment]) -> list[Fragment]:
    """An initial set over several lines, joined to the first of them."""
    usual = median(one.size for one in fragments) if fragments else 0.0
    for initial in [one for one in fragments if len(one.text) == 1 and one.text.isupper()]:
        if initial.size < _CAPITAL * usual:
            continue
        beside = [
            one
            for one in fragments
            if one.size < initial.size / _CAPITAL * 1.2
            and -0.2 * usual < one.x0 - initial.x1 < 1.5 * usual
            and initial.base + 0.3 * usual < one.base < initial.base + initial.size
        ]
        if not beside:
            continue
        first = max(beside, key=lambda one: one.base)
        word = fold(first.text.split(" ", 1)[0].strip(".,;:"))
        words = lexicon_of("es") if initial.text in "AEOUY" else None  # «A» may be a word of its own
        apart = words is not None and words.has(word) and not words.has(fold(initial.text) + word)
        space = " " if apart else ""
        shift = 1 + len(space)
        first.text = initial.text + space + first.text
        first.raised = [(a + shift, b + shift) for a, b in first.raised]
        fragments.remove(initial)
    return fragments


def _line_numbers(fragments: Sequence[Fragment]) -> list[Fragment]:
    """Numbers in the margin that count the lines beside them: every one, or every fifth."""
    text = [one for one in fragments if not one.text.isdigit() and not one.rows]
    numbers = [one for one in fragments if one.text.isdigit() and len(one.text) <= 4]
    if len(numbers) < _FEWEST_NUMBERS or len(text) < _FEWEST_NUMBERS:
        return []
    left = sorted(one.x0 for one in text)[len(text) // 20]
    found = sorted((one for one in numbers if one.x1 < left), key=lambda one: -one.base)
    values = [int(one.text) for one in found]
    steps = {after - before for before, after in pairwise(values)}
    if len(found) < _FEWEST_NUMBERS or len(steps) != 1:
        return []
    beside = [one for one in text if found[-1].base - 1 <= one.base <= found[0].base + 1]
    lines = len({round(one.base) for one in beside})
    step = steps.pop()
    # every fifth line; or each, where lines run on that a list of items would not
    run_on = sum(one.text[:1].islower() for one in beside) >= lines / 4
    every = (lines - 1) / (len(found) - 1)
    counts = every <= 1.25 if step == 1 else 0.5 * step <= every <= 2.0 * step or step in (5, 10)
    return found if run_on and counts and _set_off(found, left) else []


def _set_off(numbers: list[Fragment], left: float) -> bool:
    """Whether they stand in one column of their own."""
    rights = [one.x1 for one in numbers]
    lefts = [one.x0 for one in numbers]
    return min(max(rights) - min(rights), max(lefts) - min(lefts)) < 3.0 and left - max(rights) > 3.0


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


def _gutter(fragments: list[Fragment], depth: int = 1) -> float | None:
    """The x of a strip of white with a column of text on each side, or columns; None for one column."""
    if len(fragments) < 2 * _FEWEST_LINES:
        return None
    # most lines of a column begin at its left edge
    starts = Counter(round(one.x0) for one in fragments).most_common(_MOST_EDGES if depth else _FEW_EDGES)
    size = median(one.size for one in fragments)
    found: list[tuple[int, float, float]] = []
    for edge, _ in starts:
        gutter = edge - 1.0
        left = [one for one in fragments if one.x1 <= gutter]
        right = [one for one in fragments if one.x0 >= gutter]
        spanning = len(fragments) - len(left) - len(right)
        if not left or not right or spanning > 0.4 * min(len(left), len(right)) + 2:
            continue
        lowest = max(min(one.base for one in side) for side in (left, right))
        highest = min(max(one.base for one in side) for side in (left, right))
        if highest - lowest < 2 * size:
            continue
        if all(_is_column(side) or (depth and _gutter(side, depth - 1)) for side in (left, right)):
            found.append((spanning, max(one.x1 for one in left) - gutter, gutter))
    return min(found)[2] if found else None


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
        if (
            rows
            and not (one.rows or rows[-1][0].rows)
            and abs(rows[-1][0].base - one.base) <= 0.4 * max(one.size, rows[-1][0].size)
        ):
            rows[-1].append(one)
        else:
            rows.append([one])
    made: list[Line] = []
    for row in rows:
        if row[0].rows:
            made += [replace(line, region=number) for line in row[0].rows]
        else:
            made.append(Line(_joined(sorted(row, key=lambda one: one.x0)), number))
    return made


def _joined(row: list[Fragment]) -> list[Fragment]:
    """The fragments of a line, those joined that no wide gap parts: a file may set its words in any order."""
    cells: list[Fragment] = []
    for one in row:
        last = cells[-1] if cells else None
        size = max(one.size, last.size) if last else one.size
        if last is None or one.x0 - last.x1 >= _GAP * _BOX * size:
            cells.append(one)
            continue
        least = (_SEEN_GAP if one.blank else _WORD_GAP) * size
        space = "" if one.x0 - last.x1 < least or last.text.endswith(" ") else " "
        start = len(last.text) + len(space)
        raised = [(a + start, b + start) for a, b in one.raised]
        if one.size < _SMALL * last.size and one.base > last.base + 0.15 * last.size:
            raised = [(start, start + len(one.text))]
        larger = last if last.size >= one.size else one
        recognised = [(a + start, b + start, sure) for a, b, sure in one.recognised]
        cells[-1] = Fragment(
            last.text + space + one.text,
            last.x0,
            max(last.x1, one.x1),
            larger.base,
            larger.size,
            last.bold and one.bold,
            [*last.raised, *raised],
            recognised=[*last.recognised, *recognised],
        )
    return cells
