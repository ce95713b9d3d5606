"""Fragments of a PDF page: runs of characters on one base line without a wide gap, and the lines they make."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

from alpie.index.formats.pdf_characters import Character

GAP = 1.1  # ems between two fragments
BOX = 0.8  # ems a point of the height of a box: it is some 1.2 ems high
WORD_GAP = 0.1  # of the height of a box, beyond the gap between letters: less is no space
SEEN_GAP = 0.05  # … where PDFium takes it for a space
_MOST_TRACKING = 0.2  # of the height of a box: the gap between letters that are set apart
_FEWEST_GAPS = 6  # to tell letters set apart by
SMALL = 0.8  # of the size of its line: a raised or lowered character


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
        and -0.7 * size < one.x0 - right < GAP * BOX * size
    )


def _fragment(raw: Any, text_page: Any, run: list[Character]) -> Fragment:
    shown = [one for one in run if one.text != " "]
    if not shown:
        return Fragment("", 0, 0, 0, 0, False)
    sizes = [one.size for one in shown]
    size, largest, mixed = sizes[0], max(sizes), min(sizes) < max(sizes)
    if mixed:
        size = median(sizes)
        if size < SMALL * largest and sum(one > 0.9 * largest for one in sizes) * 3 > len(shown):
            size = largest
    base = median([one.base for one in shown if one.size >= SMALL * size])
    usual = _usual_gap(shown, size)
    word, seen = WORD_GAP * max(size, 0.1), SEEN_GAP * max(size, 0.1) if usual else float("-inf")
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
        if mixed and one.size < SMALL * size and one.base > base + 0.15 * size:
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
