"""The layout of a document whose format tells its structure: headings, items and tables are given.

What remains to be told by words are the forms of Spanish documents: captions, date lines, the units of
laws and resolutions, items that a file sets as plain paragraphs.
"""

from __future__ import annotations

from bisect import bisect_left

from alpie.index.layout.blocks import SpanCutter, make_blocks
from alpie.index.layout.forms import ADMINISTRATIVE, CAPTION, DATE_LINE
from alpie.index.layout.legal import label_clauses, mark_legal_headings
from alpie.index.layout.lines import Line
from alpie.index.layout.lists import join_lists
from alpie.index.layout.pages import Pages
from alpie.index.layout.units import Unit
from alpie.index.readable import readable_text
from alpie.index.records import BlockKind, Document, Element, Layout, Span, Structure


def lay_out_marked(document: Document, structure: Structure) -> Layout:
    """Lay out `document` by its structure; never raises."""
    source = document.text
    left_out = sorted((*structure.footers, *structure.note_calls, *structure.marks))
    cutter = SpanCutter(source, left_out)
    units: list[Unit] = []
    starts: list[int] = []  # of what is a line here: an element, or a row of one
    for element in sorted(structure.elements, key=lambda one: one.start):
        if unit := _unit(element, source, cutter, len(starts)):
            units.append(unit)
            starts += [line.start for line in unit.lines]
    _mark_forms(units)
    label_clauses(units)
    units = mark_legal_headings(units)
    units = join_lists(units)
    pages = _pages(structure, starts)
    blocks = make_blocks(units, cutter, pages, document.title)
    return Layout(
        document.id,
        tuple(blocks),
        structure.footers,
        structure.note_calls,
        tuple(offset for offset, _ in structure.pages),
        structure.marks,
        tuple(label for _, label in structure.pages),
    )


def _unit(element: Element, source: str, cutter: SpanCutter, number: int) -> Unit | None:
    """`number` is that of its first line."""
    text = readable_text(source, cutter.spans(element.start, element.end))
    if not text:
        return None
    lines = [
        Line(number + place, row.start, row.end, source[row.start : row.end], 0, False)
        for place, row in enumerate(element.rows or (Span(element.start, element.end),))
    ]
    unit = Unit(lines, text, blank_before=True, kind=element.kind, level=element.level, label=element.label)
    unit.item = element.item
    if element.rows:
        unit.parts = [[line] for line in lines]
        unit.header_parts = min(element.header_rows, len(unit.parts))
    return unit


def _mark_forms(units: list[Unit]) -> None:
    for unit in units:
        if unit.kind is not None or unit.item:
            continue
        if CAPTION.match(unit.text):
            unit.kind = BlockKind.CAPTION
        elif len(unit.text) <= 200 and (DATE_LINE.fullmatch(unit.text) or ADMINISTRATIVE.match(unit.text)):
            unit.kind = BlockKind.METADATA


def _pages(structure: Structure, starts: list[int]) -> Pages:
    """Pages by line; several that begin at one line, empty ones, are the last of them."""
    pages = Pages()
    for offset, number in structure.pages:
        line = min(bisect_left(starts, offset), len(starts) - 1)
        if pages.starts and pages.starts[-1] == line:
            pages.printed[-1] = number
        else:
            pages.starts.append(line)
            pages.printed.append(number)
    return pages
