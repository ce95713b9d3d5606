"""Lines of a scanned page: it is drawn, and what a program reads off the picture takes the place of its text."""

from __future__ import annotations

import io
from statistics import median
from typing import Any

from alpie.index.formats.pdf_fragments import Fragment, Line
from alpie.index.formats.pdf_lines import reading_order
from alpie.index.formats.recognition import RecognisedLine, Recogniser

_DOTS_PER_POINT = 300 / 72  # what Tesseract is made for
_MOST_PIXELS = 25_000_000
_DESCENT = 0.22  # of a line's height, below its base
_ALIKE = 1.4


def recognised_page(document: Any, number: int, recogniser: Recogniser) -> tuple[list[Line], float]:
    """The lines of page `number` in reading order, and the page's height."""
    page = document[number]
    try:
        width, height = page.get_size()
        scale = min(_DOTS_PER_POINT, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
        picture = io.BytesIO()
        page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil().save(picture, "PNG")
    finally:
        page.close()
    found = recogniser.lines(picture.getvalue())
    usual = median(line.bottom - line.top for line in found) if found else 0
    return reading_order([_fragment(line, usual, scale, height) for line in found]), height


def _fragment(line: RecognisedLine, usual: float, scale: float, height: float) -> Fragment:
    tall = line.bottom - line.top
    # the height of a box depends on which letters stand in it: lines nearly alike are of one size
    size = (usual if usual / _ALIKE < tall < usual * _ALIKE else tall) / scale
    text, words = "", []
    for word in line.words:
        start = len(text) + bool(text)
        text = f"{text} {word.text}" if text else word.text
        words.append((start, len(text), word.confidence))
    base = height - line.bottom / scale + _DESCENT * size
    return Fragment(text, line.left / scale, line.right / scale, base, size, False, recognised=words)
