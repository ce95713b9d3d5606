"""PPTX: each slide a page, its title a heading, its text boxes, tables and diagrams in their order in the file.

Notes of the speaker, heads, feet and numbers of slides are no part of what is shown and are not read; hidden slides
are counted.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

from lxml import etree

from alpie.index.formats.extraction import Extraction, TextBuilder
from alpie.index.formats.packed import dublin_core, open_packed, read_xml
from alpie.index.formats.table_grid import TableCell
from alpie.index.notices import NoticeKind
from alpie.index.records import BlockKind

_TITLES = ("title", "ctrTitle")
_FURNITURE = ("dt", "ftr", "hdr", "sldNum")


def extract_pptx(data: bytes, path: Path) -> Extraction:
    """Raises `SourceError` for a damaged file."""
    archive = open_packed(data, path, "ppt/presentation.xml")
    whole = read_xml(archive, "ppt/presentation.xml", path)
    parts = _parts(archive, "ppt/presentation.xml", path)
    builder, found, hidden = TextBuilder(), [], 0
    slides = [] if whole is None else whole.iterfind("{*}sldIdLst/{*}sldId")
    for number, one in enumerate(slides, start=1):
        name = parts.get(_related(one, "id"), "")
        slide = read_xml(archive, name, path)
        if slide is None:
            continue
        if slide.get("show") in ("0", "false"):
            hidden += len(" ".join(_text(p) for p in slide.iter("{*}p")).split())
            continue
        builder.begin_page(number)
        shapes = list(_shapes(slide))
        for shape in sorted(shapes, key=lambda shape: _role(shape) not in _TITLES):
            _write(shape, builder)
        for ids in slide.iter("{*}relIds"):  # a diagram, whose words stand in a file of their own
            drawn = read_xml(archive, _parts(archive, name, path).get(_related(ids, "dm"), ""), path)
            shapes += [] if drawn is None else [drawn]
            for paragraph in [] if drawn is None else drawn.iter("{*}p"):
                builder.add(_text(paragraph), BlockKind.PARAGRAPH)
        found += [_text(p) for shape in shapes for p in shape.iter("{*}p") if _role(shape) not in _FURNITURE]
    metadata = dublin_core(read_xml(archive, "docProps/core.xml", path))
    name = f"lxml {version('lxml')}, pptx 2"
    return builder.extraction(name, metadata, {NoticeKind.HIDDEN_TEXT: hidden}, "\n".join(found))


def _parts(archive: ZipFile, name: str, path: Path) -> dict[str, str]:
    """Where the parts stand that a part of the archive names, by the name it gives them."""
    folder, file = posixpath.split(name)
    listed = read_xml(archive, f"{folder}/_rels/{file}.rels", path)
    return {
        one.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, one.get("Target", "")))[1:]
        for one in ([] if listed is None else listed)
    }


def _related(element: etree._Element, name: str) -> str:
    """The attribute of that name in the space of relations, of which there are two."""
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith(f"}}{name}")), "")


def _shapes(element: etree._Element) -> Iterator[etree._Element]:
    """Boxes of text and tables; of what is there twice, for old programs and new ones, the new."""
    for child in element.iterchildren("{*}*"):
        local = str(child.tag).rpartition("}")[2]
        if local in ("sp", "tbl"):
            yield child
        elif local != "Fallback":
            yield from _shapes(child)


def _role(shape: etree._Element) -> str:
    place = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return "" if place is None else place.get("type", "body")


def _write(shape: etree._Element, builder: TextBuilder) -> None:
    role = _role(shape)
    if str(shape.tag).endswith("}tbl"):
        rows = [[_cell(one) for one in row.iterfind("{*}tc") if not _is_covered(one)]
                for row in shape.iterfind("{*}tr")]  # fmt: skip
        builder.add_table(rows, 1)
    elif role in _TITLES:
        builder.add(" ".join(_text(p) for p in shape.iter("{*}p")), BlockKind.HEADING, level=1)
    elif role not in _FURNITURE:
        paragraphs = [text for p in shape.iter("{*}p") if (text := _text(p).strip())]
        for text in paragraphs:
            builder.add(text, item=role in ("body", "obj") and len(paragraphs) > 1)


def _cell(cell: etree._Element) -> TableCell:
    spans = (cell.get(name, "") for name in ("gridSpan", "rowSpan"))
    columns, rows = (int(one) if re.fullmatch(r"\d{1,4}", one) else 1 for one in spans)
    return TableCell(" ".join(_text(p) for p in cell.iter("{*}p")), columns, rows)


def _is_covered(cell: etree._Element) -> bool:
    return any(cell.get(name) in ("1", "true") for name in ("hMerge", "vMerge"))


def _text(paragraph: etree._Element) -> str:
    shown = paragraph.iter("{*}t", "{*}br")
    return "".join("\n" if str(one.tag).endswith("}br") else one.text or "" for one in shown)
