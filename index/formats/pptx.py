"""PPTX: each slide is a page with its title as a heading, followed by text boxes and tables by position, and diagrams.

Speaker notes, heads, feet and slide numbers are not part of what is presented and are not read; hidden slides are
counted.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from lxml import etree

from alpie.index.formats.extraction import Extraction, TextBuilder
from alpie.index.formats.notation.list_numbers import parse_integer
from alpie.index.formats.notation.table_grid import TableCell
from alpie.index.formats.packed import dublin_core, open_packed, read_xml
from alpie.index.notices import NoticeKind
from alpie.index.records import BlockKind

_TITLES = ("title", "ctrTitle")
_HEADS_AND_FEET = ("dt", "ftr", "hdr", "sldNum")


def extract_pptx(data: bytes, path: Path) -> Extraction:
    """Read a PPTX. Raises `SourceError` for a damaged file."""
    archive = open_packed(data, path, "ppt/presentation.xml")
    whole = read_xml(archive, "ppt/presentation.xml", path)
    parts = _related_parts(archive, "ppt/presentation.xml", path)
    builder, found, hidden = TextBuilder(), [], 0
    slides = [] if whole is None else whole.iterfind("{*}sldIdLst/{*}sldId")
    for number, listed in enumerate(slides, start=1):
        name = parts.get(_relation_attribute(listed, "id"), "")
        slide = read_xml(archive, name, path)
        if slide is None:
            continue
        if slide.get("show") in ("0", "false"):
            hidden += len(" ".join(_paragraph_text(p) for p in slide.iter("{*}p")).split())
            continue
        builder.begin_page(number)
        related = _related_parts(archive, name, path)
        layout = next((part for part in related.values() if "/slideLayouts/" in part), "")
        shapes = [shape for _, shape in _shapes(slide, _layout_places(read_xml(archive, layout, path)))]
        for shape in sorted(shapes, key=lambda shape: _placeholder_role(shape) not in _TITLES):
            _write_shape(shape, builder)
        for ids in slide.iter("{*}relIds"):  # a diagram, whose words stand in a file of their own
            drawn = read_xml(archive, related.get(_relation_attribute(ids, "dm"), ""), path)
            shapes += [] if drawn is None else [drawn]
            for paragraph in [] if drawn is None else drawn.iter("{*}p"):
                builder.add(_paragraph_text(paragraph), BlockKind.PARAGRAPH)
        read = (shape for shape in shapes if _placeholder_role(shape) not in _HEADS_AND_FEET)
        found += [_paragraph_text(p) for shape in read for p in shape.iter("{*}p")]
    metadata = dublin_core(read_xml(archive, "docProps/core.xml", path))
    name = f"lxml {version('lxml')}, pptx 2"
    return builder.extraction(name, metadata, {NoticeKind.HIDDEN_TEXT: hidden}, "\n".join(found))


def _related_parts(archive: ZipFile, name: str, path: Path) -> dict[str, str]:
    """Where the parts stand that a part of the archive names, by the name it gives them."""
    folder, file = posixpath.split(name)
    listed = read_xml(archive, f"{folder}/_rels/{file}.rels", path)
    targets = {} if listed is None else {one.get("Id", ""): one.get("Target", "") for one in listed}
    return {name: posixpath.normpath(posixpath.join("/", folder, to))[1:] for name, to in targets.items()}


def _relation_attribute(element: etree._Element, name: str) -> str:
    """The attribute of that name in the space of relations, of which there are two."""
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith(f"}}{name}")), "")


class _BoxPlace(NamedTuple):
    """Where a box stands on its slide, y downwards."""

    x: int
    y: int
    height: int


class _Placed(NamedTuple):
    place: _BoxPlace | None
    shape: etree._Element


def _shapes(element: etree._Element, inherited: Mapping[str, _BoxPlace]) -> list[_Placed]:
    """Boxes of text and tables as they stand; of what is there twice, for old programs and new ones, the new."""
    placed: list[_Placed] = []
    for child in element.iterchildren("{*}*"):
        local = str(child.tag).rpartition("}")[2]
        if local in ("sp", "tbl"):
            placed.append(_Placed(_box_place(child) or inherited.get(_placeholder(child)), child))
        elif local != "Fallback":  # what a group holds stays together
            own = _box_place(child)
            placed += [_Placed(own or place, shape) for place, shape in _shapes(child, inherited)]
    return _by_place(placed)


def _by_place(shapes: list[_Placed]) -> list[_Placed]:
    """From the top down, what stands side by side from left to right; as the file has them if one tells no place."""
    unplaced = [one for one in shapes if one.place is None]
    if any(_placeholder_role(one.shape) not in (*_TITLES, *_HEADS_AND_FEET) for one in unplaced):
        return shapes
    rows: list[list[tuple[_BoxPlace, etree._Element]]] = []
    placed = [(place, shape) for place, shape in shapes if place is not None]
    for place, shape in sorted(placed, key=lambda one: (one[0].y, one[0].x)):
        if not rows or place.y >= rows[-1][0][0].y + rows[-1][0][0].height / 2:
            rows.append([])
        rows[-1].append((place, shape))
    ordered = (one for row in rows for one in sorted(row, key=lambda one: one[0].x))
    return [*unplaced, *(_Placed(place, shape) for place, shape in ordered)]


def _box_place(element: etree._Element) -> _BoxPlace | None:
    paths = ("{*}spPr/{*}xfrm", "{*}grpSpPr/{*}xfrm", "{*}xfrm")
    told = next((frame for path in paths if (frame := element.find(path)) is not None), None)
    place, size = (None, None) if told is None else (told.find("{*}off"), told.find("{*}ext"))
    if place is None or size is None:
        return None
    values = [place.get("x", ""), place.get("y", ""), size.get("cy", "")]
    known = all(re.fullmatch(r"-?\d{1,12}", value) for value in values)
    return _BoxPlace(*map(int, values)) if known else None


def _layout_places(layout: etree._Element | None) -> dict[str, _BoxPlace]:
    """Where the layout of a slide has the boxes that the slide fills in and does not place itself."""
    boxes = [] if layout is None else layout.iter("{*}sp")
    return {_placeholder(box): place for box in boxes if (place := _box_place(box)) and _placeholder(box)}


def _placeholder(shape: etree._Element) -> str:
    told = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return "" if told is None else str(told.get("idx") or told.get("type", "body"))


def _placeholder_role(shape: etree._Element) -> str:
    place = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return "" if place is None else place.get("type", "body")


def _write_shape(shape: etree._Element, builder: TextBuilder) -> None:
    role = _placeholder_role(shape)
    if str(shape.tag).endswith("}tbl"):
        rows = [[_table_cell(cell) for cell in row.iterfind("{*}tc") if not _is_covered(cell)]
                for row in shape.iterfind("{*}tr")]  # fmt: skip
        builder.add_table(rows, 1)
    elif role in _TITLES:
        builder.add(" ".join(_paragraph_text(p) for p in shape.iter("{*}p")), BlockKind.HEADING, level=1)
    elif role not in _HEADS_AND_FEET:
        paragraphs = [text for p in shape.iter("{*}p") if (text := _paragraph_text(p).strip())]
        for text in paragraphs:
            builder.add(text, item=role in ("body", "obj") and len(paragraphs) > 1)


def _table_cell(cell: etree._Element) -> TableCell:
    columns, rows = (parse_integer(cell.get(name), 1, digits=4) for name in ("gridSpan", "rowSpan"))
    return TableCell(" ".join(_paragraph_text(p) for p in cell.iter("{*}p")), columns, rows)


def _is_covered(cell: etree._Element) -> bool:
    return any(cell.get(name) in ("1", "true") for name in ("hMerge", "vMerge"))


def _paragraph_text(paragraph: etree._Element) -> str:
    """The text of a paragraph, the number of the slide apart."""
    numbers = {part for field in paragraph.iterfind("{*}fld[@type='slidenum']") for part in field}
    shown = (part for part in paragraph.iter("{*}t", "{*}br") if part not in numbers)
    return "".join("\n" if str(part.tag).endswith("}br") else part.text or "" for part in shown)
