"""The runs of characters of a PDF page on one base line: fragments, and the lines they make."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

import pypdfium2.raw as raw

from alpie.index.formats.pdf.page_characters import CellPlace, Character
from alpie.index.records import RecognisedWord, Span

GAP = 1.1  # ems between two fragments
BOX = 0.8  # ems a point of the height of a box: it is some 1.2 ems high
WORD_GAP = 0.1  # of the height of a box, beyond the gap between letters: less is no space
SEEN_GAP = 0.05  # the same limit where PDFium takes the gap for a space
_MAX_TRACKING = 0.2  # of the height of a box: the gap between letters that are set apart
_FEWEST_GAPS = 6  # to tell letters set apart by
SMALL = 0.8  # of the size of its line: a raised or lowered character
RAISED_BY = 0.15  # of the size of its line: higher than that, a small character is raised
_MIN_SIZE = 0.1  # points: some files set type of no height, by which nothing can be measured
_LIKE_SIZE = 2  # times: characters of one fragment differ by no more, raised ones included
_OFF_BASE = 0.5  # of the larger size: raised and lowered characters are no further from the base line
_BACK = 0.7  # of the larger size: letters of a line overlap by less; further back another line begins
_LARGEST = 0.9  # of the largest size: characters that count as of that size
# one character in so many makes the largest size the fragment's: the others are raised or lowered
_LARGE_PART = 3
_BOLD_WEIGHT = 600  # semibold, in the weights of OpenType
_MAX_NAME_BYTES = 512  # of the name of a font: real ones are far shorter


@dataclass(slots=True)
class Fragment:
    """Characters on one base line; coordinates in points, y upwards."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    bold: bool
    raised: list[Span] = field(default_factory=list)  # places in `text` set small and high
    blank: bool = False  # PDFium takes the gap before it for a space
    cell: CellPlace | None = None  # of a ruled table
    rows: list[PdfLine] = field(default_factory=list)  # of the whole table that this stands for
    recognised: list[RecognisedWord] = field(default_factory=list)  # places in `text`
    hyphens: list[int] = field(default_factory=list)  # places in `text` of those that divide a word in a cell

    @property
    def center(self) -> float:
        return (self.x0 + self.x1) / 2

    def take(self, after: Fragment, space: str = " ") -> None:
        """Go on with the text of a fragment that stands after this one."""
        by = len(self.text) + len(space)
        self.text += space + after.text
        self.raised += [Span(one.start + by, one.end + by) for one in after.raised]
        self.recognised += [word.moved(by) for word in after.recognised]
        self.x0, self.x1 = min(self.x0, after.x0), max(self.x1, after.x1)


class Extent(NamedTuple):
    """From where to where something goes across a page."""

    left: float
    right: float


@dataclass(slots=True)
class PdfLine:
    """One line of a column, as several cells where wide gaps part its text."""

    cells: list[Fragment]
    region: int  # number of the column it stands in: paragraphs do not cross it by their geometry alone
    height: float = 0.0  # of the page it stands on
    table: int | None = None  # a row of this ruled table
    extent: Extent | None = None  # of that table
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


def fragments_of(text_page: Any, characters: Iterable[Character | None], rotation: int) -> list[Fragment]:
    """The fragments that run the way of `rotation`, in the order of the content."""
    made: list[Fragment] = []
    run: list[Character] = []
    last: Character | None = None  # of the run
    right = 0.0  # of its last character that shows
    for character in characters:
        if character is not None and character.rotation != rotation:
            continue
        if last is not None and (character is None or not _goes_on(last, right, character)):
            made.append(_make_fragment(text_page, run))
            run, last = [], None
        if character is not None:
            if last is None or character.text != " ":
                right = character.x1
            run.append(character)
            last = character
    if run:
        made.append(_make_fragment(text_page, run))
    return [fragment for fragment in made if fragment.text]


def _goes_on(last: Character, right: float, character: Character) -> bool:
    small, large = (last.size, character.size) if last.size < character.size else (character.size, last.size)
    size = large if large > _MIN_SIZE else _MIN_SIZE
    return (
        last.cell == character.cell
        and size <= _LIKE_SIZE * (small if small > _MIN_SIZE else _MIN_SIZE)
        and abs(character.base - last.base) <= _OFF_BASE * size
        and -_BACK * size < character.x0 - right < GAP * BOX * size
    )


def _make_fragment(text_page: Any, run: list[Character]) -> Fragment:
    """The text of a run of characters, with the blanks that only its gaps show and the places set raised."""
    shown = [character for character in run if character.text != " "]
    if not shown:
        return Fragment("", 0, 0, 0, 0, False)
    sizes = [character.size for character in shown]
    size, largest, mixed = sizes[0], max(sizes), min(sizes) < max(sizes)
    if mixed:
        size = median(sizes)
        large = sum(character > _LARGEST * largest for character in sizes)
        if size < SMALL * largest and large * _LARGE_PART > len(shown):
            size = largest
    base = median([character.base for character in shown if character.size >= SMALL * size])
    usual = _usual_gap(shown, size)
    measure = max(size, _MIN_SIZE)
    word, seen = WORD_GAP * measure, SEEN_GAP * measure if usual else float("-inf")
    text = ""
    raised: list[Span] = []
    right: float | None = None  # of the character before, where no blank parts it from this one
    for character in run:
        if character.text == " ":
            text += " " if right is not None else ""
            right = None
            continue
        if right is not None:
            gap = character.x0 - right - usual
            if gap > word or (character.blank and gap > seen):  # PDFium is right but for letters set apart
                text += " "
        if mixed and character.size < SMALL * size and character.base > base + RAISED_BY * size:
            start = raised.pop().start if raised and raised[-1].end == len(text) else len(text)
            raised.append(Span(start, len(text) + len(character.text)))
        text += character.text
        right = character.x1
    text = text.rstrip()
    middle = shown[len(shown) // 2].index
    bold = all(_is_bold(text_page.raw, index) for index in {shown[0].index, middle, shown[-1].index})
    right = max([character.x1 for character in shown])
    return Fragment(text, shown[0].x0, right, base, size, bold, raised, shown[0].blank, shown[0].cell)


def _usual_gap(shown: list[Character], size: float) -> float:
    """The gap between letters of a word: text may be set apart or narrow as a whole."""
    gaps = sorted(after.x0 - before.x1 for before, after in pairwise(shown))
    if len(gaps) < _FEWEST_GAPS:
        return 0.0
    return min(max(gaps[len(gaps) // 4], 0.0), _MAX_TRACKING * size)


def _is_bold(text_page: Any, index: int) -> bool:
    weight = raw.FPDFText_GetFontWeight(text_page, index)
    if weight >= _BOLD_WEIGHT:
        return True
    flags = ctypes.c_int()
    needed = raw.FPDFText_GetFontInfo(text_page, index, None, 0, flags)
    if not 0 < needed < _MAX_NAME_BYTES:
        return False
    buffer = ctypes.create_string_buffer(needed)
    raw.FPDFText_GetFontInfo(text_page, index, buffer, needed, flags)
    name = buffer.value.decode("utf-8", "replace").lower()
    return any(word in name for word in ("bold", "black", "heavy", "negrita", "semibd", "-bd"))
