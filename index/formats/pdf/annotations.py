"""What stands on a PDF page besides its own content: comments, and the fields and boxes of forms."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, NamedTuple

import pypdfium2.raw as raw

from alpie.index.formats.pdf.page_characters import Box, Character, in_rotation

# annotations that show text of their own
_SHOWN_ANNOTATIONS = (raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_WIDGET)
_COMMENTS = (
    raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE, raw.FPDF_ANNOT_SQUIGGLY,
    raw.FPDF_ANNOT_STRIKEOUT, raw.FPDF_ANNOT_CARET,
)  # fmt: skip
_TICKED = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
_TEXT_FIELDS = (raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX, raw.FPDF_FORMFIELD_TEXTFIELD)
_USUAL_SIZE = 12.0  # points, on a page without text
_BELOW_MIDDLE = 0.3  # of the size of type: the base line of a sign whose middle is that of its box


class TickBox(NamedTuple):
    """A box of a form to be ticked."""

    box: Box
    ticked: bool


@dataclass(slots=True)
class PageAnnotations:
    """What stands on a page besides its own content."""

    shown: bool = False  # some show text
    values: list[str] = field(default_factory=list)  # of form fields
    boxes: list[TickBox] = field(default_factory=list)
    comments: int = 0


def read_annotations(document: Any, page: Any) -> PageAnnotations:
    """What annotations of `page` say and show."""
    form, annotations, place = document.formenv, PageAnnotations(), raw.FS_RECTF()
    for at in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, at)
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            says = kind in _COMMENTS and raw.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0) > 2
            annotations.comments += says
            if kind not in _SHOWN_ANNOTATIONS:
                continue
            annotations.shown = True
            of_form = raw.FPDFAnnot_GetFormFieldType(form, annotation) if form is not None else -1
            if of_form in _TICKED and raw.FPDFAnnot_GetRect(annotation, place):
                box = Box(place.left, place.bottom, place.right, place.top)
                ticked = raw.FPDFAnnot_IsChecked(form, annotation) == 1
                annotations.boxes.append(TickBox(box, ticked))
            elif of_form in _TEXT_FIELDS:
                length = raw.FPDFAnnot_GetFormFieldValue(form, annotation, None, 0)
                buffer = ctypes.create_string_buffer(max(length, 2))
                wide = ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR))
                raw.FPDFAnnot_GetFormFieldValue(form, annotation, wide, length)
                annotations.values.append(buffer.raw[: length - 2].decode("utf-16-le", "replace"))
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return annotations


def draw_ticks(characters: list[Character | None], boxes: Sequence[TickBox], rotation: int) -> None:
    """Write a sign for each box of a form, in the place of what its program draws there."""
    size = median([one.size for one in in_rotation(characters, rotation)] or [_USUAL_SIZE])
    for (left, bottom, right, top), ticked in boxes:
        for at, one in enumerate(characters):
            inside = one and left <= one.middle <= right and bottom <= one.base <= top
            if one and inside and one.rotation == rotation:
                characters[at] = None
        base = (bottom + top) / 2 - _BELOW_MIDDLE * size
        sign = Character("☒" if ticked else "☐", left, right, base, size, 0, rotation, True)
        characters += [None, sign]
