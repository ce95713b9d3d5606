"""The layout of a document whose format tells its structure: headings, items and tables are given.

What remains to be told by words are the forms of Spanish documents: captions, date lines, the units of
laws and resolutions, items that a file sets as plain paragraphs.
"""

from __future__ import annotations

from bisect import bisect_left

from alpie.index.layout.blocks import SpanCutter, make_blocks
from alpie.index.layout.line_groups import LineGroup
from alpie.index.layout.lines import Line
from alpie.index.layout.pages import Pages
from alpie.index.layout.passes import MARKED_PASSES, run_passes
from alpie.index.records import Document, Element, Layout, Span, Structure, collapse


def lay_out_marked(document: Document, structure: Structure) -> Layout:
    """Lay out `document` by its structure; never raises."""
    source = document.text
    left_out = sorted((*structure.footers, *structure.note_calls, *structure.marks))
    cutter = SpanCutter(source, left_out)
    groups: list[LineGroup] = []
    starts: list[int] = []  # of what is a line here: an element, or a row of one
    for element in sorted(structure.elements, key=lambda element: element.start):
        if group := _line_group(element, source, cutter, len(starts)):
            groups.append(group)
            starts += [line.start for line in group.lines]
    groups = run_passes(MARKED_PASSES, groups)
    blocks = make_blocks(groups, cutter, _pages(structure, starts), document.title)
    return Layout(
        document.id,
        tuple(blocks),
        structure.footers,
        structure.note_calls,
        tuple(offset for offset, _ in structure.pages),
        structure.marks,
        tuple(label for _, label in structure.pages),
    )


def _line_group(element: Element, source: str, cutter: SpanCutter, number: int) -> LineGroup | None:
    """The line group of an element, None for one without text; `number` is that of its first line."""
    text = collapse(cutter.text(element.start, element.end))
    if not text:
        return None
    lines = [
        Line(number + place, row.start, row.end, source[row.start : row.end], 0, False)
        for place, row in enumerate(element.rows or (Span(element.start, element.end),))
    ]
    group = LineGroup(lines, text, True, kind=element.kind, level=element.level, item=element.item)
    group.label = element.label
    if element.rows:
        group.parts = [[line] for line in lines]
        group.header_parts = min(element.header_rows, len(group.parts))
    return group


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
