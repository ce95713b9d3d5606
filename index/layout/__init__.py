"""The layout of a document: which lines are headings, paragraphs, lists, tables, boxes, footers.

For plain text it is inferred from the lines, by rules about form alone (widths, blank lines, leading space, running
numbers), never about one document's words. Where a file's format states its structure, headings, items and tables are
given; only the forms of Spanish documents are then recognised by their words: captions, date lines, the units of
laws, and items that a file sets as plain paragraphs.
"""

from __future__ import annotations

from bisect import bisect_left

from alpie.index.layout.blocks import make_blocks
from alpie.index.layout.line_groups import LineGroup, group_lines
from alpie.index.layout.lines import CleanLines, Line, detect_typesetting, split_lines
from alpie.index.layout.pages import Pages, find_pages
from alpie.index.layout.passes import MARKED_PASSES, plain_passes, run_passes
from alpie.index.records import Document, Element, Layout, Span, Structure, collapse
from alpie.index.spanish.analysis import invisible_ranges
from alpie.index.typography.footnote_calls import find_note_calls
from alpie.index.typography.span_cutter import SpanCutter


def lay_out(document: Document) -> Layout:
    """Lay out `document`; never raises, whatever its text holds."""
    unseen = invisible_ranges(document.text)
    if document.structure is None:
        return _lay_out_lines(document, unseen)
    return _lay_out_elements(document, document.structure, unseen)


def _lay_out_lines(document: Document, unseen: tuple[Span, ...]) -> Layout:
    source = document.text
    lines = split_lines(source)
    style = detect_typesetting(lines)
    pages = find_pages(lines)
    footers = tuple(Span(lines[number].start, lines[number].end) for number in sorted(pages.footers))
    calls = find_note_calls(source, footers)
    cutter = SpanCutter(source, [*footers, *calls, *unseen])
    clean: CleanLines = {line.number: cutter.text(line.start, line.end) for line in lines if not line.blank}
    groups = run_passes(plain_passes(style, clean), group_lines(lines, clean, pages, style))
    blocks = make_blocks(groups, cutter, pages, document.title)
    starts = tuple(lines[number].start for number in pages.starts)
    return Layout(document.id, tuple(blocks), footers, calls, starts, unseen, tuple(pages.printed))


def _lay_out_elements(document: Document, structure: Structure, unseen: tuple[Span, ...]) -> Layout:
    """The layout of a file whose format states its elements, so that only what words reveal is left to find."""
    marks = tuple(sorted((*structure.marks, *unseen))) if unseen else structure.marks
    cutter = SpanCutter(document.text, [*structure.footers, *structure.note_calls, *marks])
    groups: list[LineGroup] = []
    starts: list[int] = []  # of what is a line here: an element, or a row of one
    for element in sorted(structure.elements, key=lambda element: element.start):
        if group := _element_group(element, document.text, cutter, len(starts)):
            groups.append(group)
            starts += [line.start for line in group.lines]
    groups = run_passes(MARKED_PASSES, groups)
    blocks = make_blocks(groups, cutter, _element_pages(structure, starts), document.title)
    return Layout(
        document.id,
        tuple(blocks),
        structure.footers,
        structure.note_calls,
        tuple(page.offset for page in structure.pages),
        marks,
        tuple(page.label for page in structure.pages),
    )


def _element_group(element: Element, source: str, cutter: SpanCutter, number: int) -> LineGroup | None:
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


def _element_pages(structure: Structure, starts: list[int]) -> Pages:
    """Pages by line; several that begin at one line, empty ones, are the last of them."""
    pages = Pages()
    for offset, label in structure.pages:
        line = min(bisect_left(starts, offset), len(starts) - 1)
        if pages.starts and pages.starts[-1] == line:
            pages.printed[-1] = label
        else:
            pages.starts.append(line)
            pages.printed.append(label)
    return pages
