"""Text of a PDF page that nobody can see: without ink, in the colour of its background, or of no size."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as raw

from alpie.index.formats.pdf.page_characters import Character
from alpie.index.formats.pdf.page_drawing import Drawing, fill_colour

_NO_SIZE = 1.0  # points of type
_SEEN_SCALE = 2  # dots a point, of the page drawn to look at letters of a doubtful colour
_MAX_PIXELS = 10_000_000  # of that drawing: A2 fits; a larger sheet is drawn at a smaller scale
_CONTRAST = 12  # of 255, between ink and background: with less, nobody sees it
_UNSEEN = 0.8  # of the letters set together


@dataclass(slots=True)
class _TextObject:
    told: bool  # by the file: it is not seen
    doubtful: bool  # by its colour
    shown: Counter[bool] = field(default_factory=Counter)  # its characters, by whether they show on the page

    @property
    def unseen(self) -> bool:
        return self.told or self.shown[False] > _UNSEEN * self.shown.total()


def remove_unseen(page: Any, text_page: Any, characters: list[Character | None], drawing: Drawing) -> int:
    """Remove text that nobody can see (no ink, no size, the colour of its background); returns how many words."""
    doubtful, tiny = (
        drawing.doubtful,
        any(character and character.size < _NO_SIZE for character in characters),
    )
    if not (drawing.unseen or doubtful or tiny):
        return 0
    scale = min(_SEEN_SCALE, (_MAX_PIXELS / max(math.prod(page.get_size()), 1.0)) ** 0.5)
    picture = page.render(scale=scale).to_numpy() if doubtful else None
    objects: dict[int, _TextObject] = {}
    of: list[_TextObject | None] = []
    for character in characters:
        handle = character and raw.FPDFText_GetTextObject(text_page.raw, character.index)
        if not character or not handle:
            of.append(None)
            continue
        key = ctypes.cast(handle, ctypes.c_void_p).value or 0
        if key not in objects:
            mode = raw.FPDFTextObj_GetTextRenderMode(handle)
            told = mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE or _has_no_size(text_page, character)
            objects[key] = _TextObject(told, fill_colour(handle) in doubtful)
        of.append(objects[key])
        if picture is not None and objects[key].doubtful and character.text != " ":
            objects[key].shown[_shows(page, text_page, character.index, picture)] += 1
    words = ""
    for at, (character, whole) in enumerate(zip(characters, of, strict=True)):
        if character and whole and whole.unseen:
            words += f" {character.text}" if character.blank else character.text
            characters[at] = None
        else:
            words += " "
    return len(words.split())


def _has_no_size(text_page: Any, character: Character) -> bool:
    matrix = raw.FS_MATRIX()
    if character.size >= _NO_SIZE or not raw.FPDFText_GetMatrix(text_page.raw, character.index, matrix):
        return False
    size = raw.FPDFText_GetFontSize(text_page.raw, character.index)
    return bool(size * math.hypot(matrix.c, matrix.d) < _NO_SIZE)


def _shows(page: Any, text_page: Any, index: int, picture: Any) -> bool:
    """Whether the place of a character on the drawn page is not all of one colour."""
    height, width = picture.shape[:2]
    x, y = ctypes.c_int(), ctypes.c_int()
    left, bottom, right, top = text_page.get_charbox(index)
    corners = []
    for corner in ((left, bottom), (right, top)):
        raw.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, *corner, x, y)
        corners.append((x.value, y.value))
    (x0, x1), (y0, y1) = map(sorted, zip(*corners, strict=True))
    place = picture[max(y0, 0) : y1 + 1, max(x0, 0) : x1 + 1].reshape(-1, picture.shape[2])
    return len(place) > 0 and bool((place.max(0).astype(int) - place.min(0)).max() > _CONTRAST)
