"""The layout of a document whose format tells its structure: headings, items and tables are given.

What remains to be told by words are the forms of Spanish documents: captions, date lines, the units of
laws and resolutions, items that a file sets as plain paragraphs.
"""

from __future__ import annotations

from bisect import bisect_left

from alpie.index.layout.forms import ADMINISTRATIVE, CAPTION, DATE_LINE
from alpie.index.layout.legal import label_clauses, mark_legal_headings
from alpie.index.layout.lines import Line
from alpie.index.layout.lists import join_lists
from alpie.index.layout.pages import Pages
from alpie.index.layout.units import Unit
from alpie.index.readable import collapse, readable_text
from alpie.index.records import Block, BlockKind, Document, Element, Layout, Span, Structure


class SpanCutter:
    """Spans of runs of lines, with what the layout leaves out cut from them."""

    def __init__(self, source: str, left_out: list[Span]) -> None:
        self._source = source
        self._left_out = sorted(left_out)
        self._starts = [span.start for span in self._left_out]

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """What is left of ``[start, end)``, trimmed of white space at both ends."""
        kept: list[Span] = []
        position = start
        index = max(bisect_left(self._starts, start) - 1, 0)
        while index < len(self._left_out) and self._left_out[index].start < end:
            hole = self._left_out[index]
            if hole.end > position:
                if hole.start > position:
                    kept.append(Span(position, min(hole.start, end)))
                position = hole.end
            index += 1
        if position < end:
            kept.append(Span(position, end))
        return self._trimmed(kept)

    def _trimmed(self, spans: list[Span]) -> tuple[Span, ...]:
        while spans:
            start, end = spans[0].start, spans[0].end
            while start < end and self._source[start].isspace():
                start += 1
            if start < end:
                spans[0] = Span(start, end)
                break
            del spans[0]
        while spans:
            start, end = spans[-1].start, spans[-1].end
            while end > start and self._source[end - 1].isspace():
                end -= 1
            if start < end:
                spans[-1] = Span(start, end)
                break
            del spans[-1]
        return tuple(spans)

    def of_lines(self, lines: list[Line], skip: int = 0) -> tuple[Span, ...]:
        """Spans of a run of lines, without the first `skip` characters."""
        return self.spans(lines[0].start + skip, lines[-1].end)


def make_blocks(units: list[Unit], cutter: SpanCutter, pages: Pages, title: str) -> list[Block]:
    """Blocks of `units` in order; `title` is the document's, which no path repeats."""
    blocks: list[Block] = []
    path: list[tuple[int, str]] = []
    for unit in units:
        page = pages.number_at(unit.lines[0].number)
        kind = unit.kind or BlockKind.PARAGRAPH
        level = unit.level if kind is BlockKind.HEADING else 0
        if (
            kind is BlockKind.HEADING or unit.level > 0
        ) and unit.box is None:  # also an article that is a paragraph
            while path and path[-1][0] >= unit.level:
                path.pop()
        readable = tuple(text for _, text in path)
        if unit.skip and kind is not BlockKind.HEADING:
            first = cutter.spans(unit.lines[0].start, unit.lines[0].start + unit.skip)
            blocks.append(Block(BlockKind.CALLOUT, first, readable, box=unit.box, page=page))
        spans = cutter.of_lines(unit.lines, unit.skip)
        if not spans:
            continue
        parts = tuple(part for lines in unit.parts if (part := cutter.of_lines(lines)))
        blocks.append(
            Block(kind, spans, readable, level, unit.box, unit.label, page, parts, unit.header_parts)
        )
        if kind is BlockKind.HEADING and unit.box is None and not _same(unit.text, title):
            path.append((unit.level, unit.text))
        if kind is BlockKind.METADATA and unit.level == -1:
            path.clear()  # a signature ends the section it signs
    return blocks


def _same(text: str, title: str) -> bool:
    return collapse(text).casefold().rstrip(".") == collapse(title).casefold().rstrip(".")


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
