"""The characters of a PDF page turned upright.

A page may be set sideways or upside down, and carry a stamp along its edge. So each character knows which way it
runs, and its place is given in a frame in which that direction is from left to right.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2.raw as raw


class Box(NamedTuple):
    """An upright rectangle, in points, y upwards; a line where two of its edges are one."""

    left: float
    bottom: float
    right: float
    top: float


class Slot(NamedTuple):
    """The room between neighbouring lines of a ruled table; a cell, which may take up several, is named by the first."""

    row: int
    column: int


class CellPlace(NamedTuple):
    """A cell of the ruled tables of a page."""

    table: int
    slot: Slot


SLANTED = -1  # neither upright nor a quarter, half or three quarters of a turn: a watermark
_MAX_CHARACTERS = 60_000  # of a page: small type fills one with some ten thousand
_QUARTER = math.pi / 2
_STRAIGHT = 0.06  # radians off a quarter turn that still count as one
# UTF-16 writes a character beyond U+FFFF as two units: from the first bound one of the first halves, from the second one
# of the others.
_HIGH, _LOW, _PAST = 0xD800, 0xDC00, 0xE000
_TAB, _NEW_LINE, _BLANK = 0x09, 0x0A, 0x20  # what lies below a blank, a tab apart, does not show
_PLANES = 0x10000, 0x110000  # where characters of two units begin, and where Unicode ends
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
    cell: CellPlace | None = None

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
            base = turned_box(Box(x.value, y.value, x.value, y.value), rotation, page).bottom
        if rotation == 0 and x0 <= x1:
            across, end, size = x0 - left, x1 - left, abs((y1 - bottom) - (y0 - bottom))
        else:
            across, under, end, over = turned_box(Box(x0, y0, x1, y1), rotation, page)
            size = abs(over - under)
        yield Character(" " if text.isspace() else text, across, end, base, size, index, rotation, blank)
        blank = False


def _texts(handle: Any, count: int) -> Iterator[tuple[int, str | None]]:
    """Number and text of each character that may show; None for a line end."""
    high = 0
    for index, code in enumerate(_codes(handle, count)):
        if _HIGH <= code < _LOW:
            high = code
            continue
        if _LOW <= code < _PAST and high:
            code, high = _PLANES[0] + ((high - _HIGH) << 10) + (code - _LOW), 0
        if code == _NEW_LINE:
            yield index, None
        elif code in _HYPHENS:
            yield index, "-"
        elif (code >= _BLANK or code == _TAB) and code < _PLANES[1] and not _HIGH <= code < _PAST:
            yield index, chr(code)


def _codes(handle: Any, count: int) -> Sequence[int]:
    """The code of each character: the whole text at once, where it has one unit for each of them."""
    text = (ctypes.c_ushort * (count + 1))()
    if raw.FPDFText_GetText(handle, 0, count, text) == count + 1:
        codes = text[:count]
        if not any(_HIGH <= code < _PAST for code in codes):
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
        return Box(y0 - bottom, right - x1, y1 - bottom, right - x0)
    if rotation == 2:
        return Box(right - x1, top - y1, right - x0, top - y0)
    if rotation == 3:
        return Box(top - y1, x0 - left, top - y0, x1 - left)
    return Box(x0 - left, y0 - bottom, x1 - left, y1 - bottom)


def frame_height(rotation: int, page: Box) -> float:
    """The height of the page as text of that `rotation` sees it."""
    return max(page.right - page.left if rotation in (1, 3) else page.top - page.bottom, 1.0)


def rotations_of(characters: Sequence[Character | None]) -> list[int]:
    """The rotations in which characters of a page run, that of most letters first; slanted ones apart."""
    letters: Counter[int] = Counter()
    for character in characters:
        if character is not None and character.rotation != SLANTED:
            letters[character.rotation] += character.text.isalnum()
    return [rotation for rotation, _ in letters.most_common()]


def in_rotation(characters: Sequence[Character | None], rotation: int) -> list[Character]:
    """The characters that run one way."""
    return [one for one in characters if one is not None and one.rotation == rotation]
