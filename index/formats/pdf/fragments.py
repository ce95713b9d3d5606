"""The characters of a PDF page turned upright, and their runs on one base line: fragments, and the lines they make.

A page may be set sideways or upside down, and carry a stamp along its edge: each character knows which way it runs, and
its place is given in a frame in which that way is from left to right.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2.raw as raw

from alpie.index.records import RecognisedWord

Box = tuple[float, float, float, float]  # left, bottom, right, top, in points

SLANTED = -1  # neither upright nor a quarter, half or three quarters of a turn: a watermark
_MAX_CHARACTERS = 60_000  # of a page
_QUARTER = math.pi / 2
_STRAIGHT = 0.06  # radians off a quarter turn that still count as one
_HYPHENS = (0x02, 0xFFFE, 0xAD)  # PDFium's own sign for a hyphen at a line end, and the soft one


@dataclass(slots=True)
class Character:
    """A character and its place, in points, y upwards, in the frame of its rotation."""

    text: str  # a blank of any kind is " "
    x0: float
    x1: float
    base: float
    size: float  # height of its box, some 1.2 ems
    index: int  # in PDFium's page
    rotation: int  # quarter turns to the left, or `SLANTED`
    blank: bool  # PDFium takes the gap before it for a space
    cell: tuple[int, int, int] | None = None  # table, row, column

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2


def page_characters(text_page: Any, page: Box, outside: list[str]) -> Iterator[Character | None]:
    """Characters in the order of the content; None at a line end that PDFium saw.

    `page` is the visible box; what stands outside of it goes to `outside`.
    """
    handle = text_page.raw  # each call with the helper object itself would look it up again
    count = min(max(raw.FPDFText_CountChars(handle), 0), _MAX_CHARACTERS)
    rectangle, x, y, matrix = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double(), raw.FS_MATRIX()
    box, to_x, to_y = ctypes.byref(rectangle), ctypes.byref(x), ctypes.byref(y)
    box_of = raw.FPDFText_GetLooseCharBox
    left, bottom, right, top = page
    blank = False
    low = ceiling = base = 0.0
    rotation = SLANTED
    for index, text in _texts(handle, count):
        if text is None:
            yield None
            continue
        if text == " " and raw.FPDFText_IsGenerated(handle, index) == 1:
            blank = True
            continue
        if not box_of(handle, index, box):
            continue
        x0, y0, x1, y1 = rectangle.left, rectangle.bottom, rectangle.right, rectangle.top
        if not (left <= (x0 + x1) / 2 <= right and bottom <= (y0 + y1) / 2 <= top):
            outside.append(f" {text}" if blank or not outside else text)
            blank = False
            continue
        if rotation != 0 or y0 != low or y1 != ceiling or y0 == y1:
            # letters of one height at one height stand on one line: nothing more is asked of PDFium
            low, ceiling = y0, y1
            raw.FPDFText_GetCharOrigin(handle, index, to_x, to_y)
            rotation = _rotation(raw.FPDFText_GetCharAngle(handle, index))
            if rotation == SLANTED and raw.FPDFText_GetMatrix(handle, index, matrix):
                # letters may lean, as italics do, on a straight line
                rotation = _rotation(-math.atan2(matrix.b, matrix.a))
            base = turned_box((x.value, y.value, x.value, y.value), rotation, page)[1]
        if rotation == 0 and x0 <= x1:
            across, end, size = x0 - left, x1 - left, abs((y1 - bottom) - (y0 - bottom))
        else:
            across, under, end, over = turned_box((x0, y0, x1, y1), rotation, page)
            size = abs(over - under)
        yield Character(" " if text.isspace() else text, across, end, base, size, index, rotation, blank)
        blank = False


def _texts(handle: Any, count: int) -> Iterator[tuple[int, str | None]]:
    """Number and text of each character that may show; None for a line end."""
    high = 0
    for index, code in enumerate(_codes(handle, count)):
        if 0xD800 <= code < 0xDC00:  # the first half of a character beyond U+FFFF
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code, high = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00), 0
        if code == 0x0A:
            yield index, None
        elif code in _HYPHENS:
            yield index, "-"
        elif (code >= 0x20 or code == 0x09) and code < 0x110000 and not 0xD800 <= code < 0xE000:
            yield index, chr(code)


def _codes(handle: Any, count: int) -> Sequence[int]:
    """The code of each character: the whole text at once, where it has one unit for each of them."""
    text = (ctypes.c_ushort * (count + 1))()
    if raw.FPDFText_GetText(handle, 0, count, text) == count + 1:
        codes = text[:count]
        if not any(0xD800 <= code < 0xE000 for code in codes):
            return codes
    return [raw.FPDFText_GetUnicode(handle, index) for index in range(count)]


def _rotation(angle: float) -> int:
    """Quarter turns to the left by PDFium's angle, which goes to the right."""
    quarters = round(angle / _QUARTER)
    return -quarters % 4 if abs(angle - quarters * _QUARTER) <= _STRAIGHT else SLANTED


def turned_box(box: Box, rotation: int, page: Box) -> Box:
    """`box` in the frame in which text of that `rotation` runs from left to right."""
    x0, y0, x1, y1 = min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])
    left, bottom, right, top = page
    if rotation == 1:
        return y0 - bottom, right - x1, y1 - bottom, right - x0
    if rotation == 2:
        return right - x1, top - y1, right - x0, top - y0
    if rotation == 3:
        return top - y1, x0 - left, top - y0, x1 - left
    return x0 - left, y0 - bottom, x1 - left, y1 - bottom


def frame_height(rotation: int, page: Box) -> float:
    """The height of the page as text of that `rotation` sees it."""
    return max(page[2] - page[0] if rotation in (1, 3) else page[3] - page[1], 1.0)


def main_rotation(characters: Sequence[Character | None]) -> int:
    """The rotation in which most letters of a page run."""
    rotations = {character.rotation for character in characters if character is not None} - {SLANTED}
    if len(rotations) < 2:
        return min(rotations, default=0)
    letters = Counter(
        character.rotation for character in characters if character is not None and character.text.isalnum()
    )
    letters.pop(SLANTED, None)
    return letters.most_common(1)[0][0] if letters else 0


GAP = 1.1  # ems between two fragments
BOX = 0.8  # ems a point of the height of a box: it is some 1.2 ems high
WORD_GAP = 0.1  # of the height of a box, beyond the gap between letters: less is no space
SEEN_GAP = 0.05  # the same limit where PDFium takes the gap for a space
_MAX_TRACKING = 0.2  # of the height of a box: the gap between letters that are set apart
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
        self.raised += [(start + by, end + by) for start, end in after.raised]
        self.recognised += [word.moved(by) for word in after.recognised]
        self.x0, self.x1 = min(self.x0, after.x0), max(self.x1, after.x1)


@dataclass(slots=True)
class PdfLine:
    """One line of a column, as several cells where wide gaps part its text."""

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
    return [character for character in made if character.text]


def _goes_on(last: Character, right: float, character: Character) -> bool:
    small, large = (last.size, character.size) if last.size < character.size else (character.size, last.size)
    size = large if large > 0.1 else 0.1
    return (
        last.cell == character.cell
        and size <= 2 * (small if small > 0.1 else 0.1)
        and abs(character.base - last.base) <= 0.5 * size
        and -0.7 * size < character.x0 - right < GAP * BOX * size
    )


def _make_fragment(text_page: Any, run: list[Character]) -> Fragment:
    shown = [character for character in run if character.text != " "]
    if not shown:
        return Fragment("", 0, 0, 0, 0, False)
    sizes = [character.size for character in shown]
    size, largest, mixed = sizes[0], max(sizes), min(sizes) < max(sizes)
    if mixed:
        size = median(sizes)
        if size < SMALL * largest and sum(character > 0.9 * largest for character in sizes) * 3 > len(shown):
            size = largest
    base = median([character.base for character in shown if character.size >= SMALL * size])
    usual = _usual_gap(shown, size)
    word, seen = WORD_GAP * max(size, 0.1), SEEN_GAP * max(size, 0.1) if usual else float("-inf")
    text = ""
    raised: list[tuple[int, int]] = []
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
        if mixed and character.size < SMALL * size and character.base > base + 0.15 * size:
            start = raised.pop()[0] if raised and raised[-1][1] == len(text) else len(text)
            raised.append((start, len(text) + len(character.text)))
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
