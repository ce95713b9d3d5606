"""The layout of a document: which lines are headings, paragraphs, lists, tables, boxes, footers.

Rules are about form alone (line widths, blank lines, leading space, running numbers), never about one document's
words. A document whose format tells its structure (see `alpie.index.formats`) goes by `marked` instead of its lines.
"""

from __future__ import annotations

from dataclasses import replace

from alpie.index.layout.blocks import SpanCutter, make_blocks
from alpie.index.layout.line_groups import group_lines
from alpie.index.layout.lines import detect_typesetting, split_lines
from alpie.index.layout.marked import lay_out_marked
from alpie.index.layout.notes import find_note_calls
from alpie.index.layout.pages import find_pages
from alpie.index.layout.passes import plain_passes, run_passes
from alpie.index.records import Document, Layout, Span
from alpie.index.spanish.analysis import invisible_ranges as unseen_in


def lay_out(document: Document) -> Layout:
    """Lay out `document`; never raises, whatever its text holds."""
    source = document.text
    unseen = tuple(Span(start, end) for start, end in unseen_in(source))
    if document.structure is not None:
        marks = tuple(sorted((*document.structure.marks, *unseen))) if unseen else document.structure.marks
        return lay_out_marked(document, replace(document.structure, marks=marks))
    lines = split_lines(source)
    style = detect_typesetting(lines)
    pages = find_pages(lines)
    footers = tuple(Span(lines[number].start, lines[number].end) for number in sorted(pages.footers))
    calls = find_note_calls(source, footers)
    left_out = (*calls, *unseen)
    cutter = SpanCutter(source, [*footers, *left_out])
    # the text of each line that is not blank, without what is left out of it
    clean = {line.number: cutter.text(line.start, line.end) for line in lines if not line.blank}
    groups = run_passes(plain_passes(style, clean), group_lines(lines, clean, pages, style))
    blocks = make_blocks(groups, cutter, pages, document.title)
    starts = tuple(lines[number].start for number in pages.starts)
    return Layout(document.id, tuple(blocks), footers, calls, starts, unseen, tuple(pages.printed))
