"""What a PDF page shows besides text: its straight lines and pictures, and the colours of text and boxes."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pypdfium2.raw as raw
from pypdfium2 import PdfMatrix

from alpie.index.formats.pdf.page_characters import Box

_PALE = 0xE0  # of 255, each of red, green and blue: hardly seen on paper
_MAX_OBJECTS = 6_000  # of a page: more is a map or a plan
_MAX_DEPTH = 3  # of forms within forms: deeper ones hold drawings, and may hold themselves
_MAX_SEGMENTS = 200  # of a path: more is a drawing
_MAX_EDGES = 2_000  # of a page: each is compared with each
_THIN = 2.5  # points: a filled box no thicker is a line


class Colour(NamedTuple):
    """Each from 0 to 255."""

    red: int
    green: int
    blue: int


@dataclass(slots=True)
class Drawing:
    """What a page shows besides text, and the colours of text and boxes."""

    edges: list[Box]  # horizontal and vertical lines
    pictures: float  # share of the page that pictures cover
    objects: int  # that are no text
    unseen: bool = False  # some text is set without ink, as that under a recognised scan
    inks: set[Colour] = field(default_factory=set)  # of text
    fills: set[Colour] = field(default_factory=set)  # of boxes, lines apart

    @property
    def doubtful(self) -> set[Colour]:
        """Inks that may not show: as pale as paper, or those of boxes too."""
        return {ink for ink in self.inks if min(ink) >= _PALE or ink in self.fills}


def page_drawing(page: Any, box: Box) -> Drawing:
    """Read the lines and pictures of a page, of which `box` is visible."""
    drawing = Drawing([], 0.0, 0)
    area = max((box.right - box.left) * (box.top - box.bottom), 1.0)
    count = raw.FPDFPage_CountObjects(page)
    objects = (raw.FPDFPage_GetObject(page, at) for at in range(min(count, _MAX_OBJECTS)))
    for shape, matrix in _flatten(objects, PdfMatrix(), _MAX_DEPTH):
        kind = raw.FPDFPageObj_GetType(shape)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            drawing.unseen |= raw.FPDFTextObj_GetTextRenderMode(shape) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
            drawing.inks.add(fill_colour(shape))
            continue
        drawing.objects += 1
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            drawing.pictures += _overlap(_bounds(shape, matrix), box) / area
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            left, bottom, right, top = _bounds(shape, matrix)
            if min(right - left, top - bottom) > _THIN:
                drawing.fills.add(fill_colour(shape))
            if len(drawing.edges) < _MAX_EDGES:
                drawing.edges += _path_edges(shape, matrix)
    return drawing


def fill_colour(shape: Any) -> Colour:
    """The colour that an object is filled with: red, green and blue from 0 to 255."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    raw.FPDFPageObj_GetFillColor(shape, red, green, blue, alpha)
    return Colour(red.value, green.value, blue.value)


def _flatten(objects: Iterable[Any], matrix: PdfMatrix, depth: int) -> Iterator[tuple[Any, PdfMatrix]]:
    """Objects with the matrix of the form they stand in."""
    for shape in objects:
        if raw.FPDFPageObj_GetType(shape) != raw.FPDF_PAGEOBJ_FORM:
            yield shape, matrix
        elif depth:
            count = min(max(raw.FPDFFormObj_CountObjects(shape), 0), _MAX_OBJECTS)
            inner = (raw.FPDFFormObj_GetObject(shape, at) for at in range(count))
            yield from _flatten(inner, _form_matrix(shape).multiply(matrix), depth - 1)


def _form_matrix(form: Any) -> PdfMatrix:
    matrix = raw.FS_MATRIX()
    return PdfMatrix.from_raw(matrix) if raw.FPDFPageObj_GetMatrix(form, matrix) else PdfMatrix()


def _bounds(shape: Any, matrix: PdfMatrix) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(shape, left, bottom, right, top):
        return Box(0, 0, 0, 0)
    return Box(*matrix.on_rect(left.value, bottom.value, right.value, top.value))


def _overlap(box: Box, other: Box) -> float:
    width = min(box.right, other.right) - max(box.left, other.left)
    height = min(box.top, other.top) - max(box.bottom, other.bottom)
    return max(width, 0.0) * max(height, 0.0)


def _path_edges(path: Any, matrix: PdfMatrix) -> Iterator[Box]:
    """The straight lines of a path: what it strokes, or itself where it is a thin filled box."""
    count = raw.FPDFPath_CountSegments(path)
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not 2 <= count <= _MAX_SEGMENTS or not raw.FPDFPath_GetDrawMode(path, fill, stroke):
        return
    if not stroke.value:
        left, bottom, right, top = _bounds(path, matrix)
        if fill.value and min(right - left, top - bottom) <= _THIN:
            if right - left >= top - bottom:
                yield Box(left, (bottom + top) / 2, right, (bottom + top) / 2)
            else:
                yield Box((left + right) / 2, bottom, (left + right) / 2, top)
        return
    whole = _form_matrix(path).multiply(matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = None
    for at in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, at)
        if not raw.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        point = whole.on_point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == raw.FPDF_SEGMENT_LINETO and last is not None:
            yield Box(*last, *point)
        if start is not None and raw.FPDFPathSegment_GetClose(segment):
            yield Box(*point, *start)
        last = point
