"""The layout of a document: which lines are headings, paragraphs, lists, tables, boxes, footers.

Rules are about form alone (line widths, blank lines, leading space, running numbers), never about one document's
words. A document whose format tells its structure (see `alpie.index.formats`) goes by `marked` instead of its lines.
"""

from __future__ import annotations

from dataclasses import replace

from alpie.index.layout.clauses import label_clauses
from alpie.index.layout.contents import mark_contents
from alpie.index.layout.figures import join_figures, join_rows, mark_boxes
from alpie.index.layout.headings import (
    join_signatures,
    mark_fixed_forms,
    mark_sections,
    mark_sub_headings,
    mark_subtitles,
    split_glued_titles,
)
from alpie.index.layout.legal import join_legal_headings
from alpie.index.layout.line_groups import group_lines
from alpie.index.layout.lines import detect_typesetting, split_lines
from alpie.index.layout.lists import join_entries, join_lists, list_short_lines, mark_numbered_headings
from alpie.index.layout.marked import SpanCutter, lay_out_marked, make_blocks
from alpie.index.layout.notes import find_note_calls
from alpie.index.layout.pages import find_pages
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

    groups = group_lines(lines, clean, pages, style)
    mark_fixed_forms(groups)
    mark_contents(groups)
    groups = join_rows(groups)
    groups = split_glued_titles(groups, clean, style)
    mark_sections(groups)
    label_clauses(groups)
    groups = join_legal_headings(groups)
    mark_numbered_headings(groups)
    groups = join_entries(groups)
    groups = join_figures(groups, style)
    groups = join_lists(groups)
    groups = join_signatures(groups)
    groups = list_short_lines(groups)
    mark_boxes(groups, style)
    mark_subtitles(groups)
    mark_sub_headings(groups, style)

    blocks = make_blocks(groups, cutter, pages, document.title)
    starts = tuple(lines[number].start for number in pages.starts)
    return Layout(document.id, tuple(blocks), footers, calls, starts, unseen, tuple(pages.printed))
