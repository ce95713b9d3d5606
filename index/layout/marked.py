"""The layout of a document whose format tells its structure: headings, items and tables are given.

What remains to be told by words are the forms of Spanish documents: captions, date lines, the units of
laws and resolutions, items that a file sets as plain paragraphs.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from alpie.index.layout.clauses import label_clauses
from alpie.index.layout.contents import mark_contents
from alpie.index.layout.double_spaced import join_double_spaced
from alpie.index.layout.forms import LAST_BUT_ONE, ends_sentence, kind_by_form
from alpie.index.layout.legal import join_legal_headings
from alpie.index.layout.line_groups import LineGroup
from alpie.index.layout.lines import Line
from alpie.index.layout.lists import join_lists
from alpie.index.layout.pages import Pages
from alpie.index.records import Block, BlockKind, Document, Element, Layout, Span, Structure, collapse
from alpie.index.spanish.analysis import normalize

_MIN_BROKEN = (
    60  # characters of a paragraph that may break off in a sentence: no label, and no cell of a layout
)
_AMID_SENTENCE = re.compile(r"[a-zñáéíóú](?![a-z]{0,4}[.)]\s|\s(?:bis|ter)\b)(?!ttps?:)")


class SpanCutter:
    """Gives the spans of runs of lines, without what the layout leaves out."""

    def __init__(self, source: str, left_out: list[Span]) -> None:
        self._source = source
        self._left_out = sorted(left_out)
        self._starts = [span.start for span in self._left_out]

    def remaining(self, start: int, end: int) -> list[Span]:
        """The spans of ``[start, end)`` that are not left out."""
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
        return kept

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The spans of ``[start, end)`` that are not left out, trimmed of white space at both ends."""
        spans = self.remaining(start, end)
        texts = [self._source[span.start : span.end] for span in spans]
        shown = [number for number, text in enumerate(texts) if text.strip()]
        if not shown:
            return ()
        first, last = shown[0], shown[-1]
        spans[first] = Span(spans[first].end - len(texts[first].lstrip()), spans[first].end)
        spans[last] = Span(spans[last].start, spans[last].end - len(texts[last]) + len(texts[last].rstrip()))
        return tuple(spans[first : last + 1])

    def text(self, start: int, end: int) -> str:
        """The text of ``[start, end)`` without what is left out, trimmed, its accents composed: for rules to be tried on."""
        parts = (self._source[span.start : span.end] for span in self.spans(start, end))
        return normalize("NFC", "".join(parts))

    def of_lines(self, lines: list[Line], skip: int = 0) -> tuple[Span, ...]:
        """Spans of a run of lines, without the first `skip` characters."""
        return self.spans(lines[0].start + skip, lines[-1].end)


def make_blocks(groups: list[LineGroup], cutter: SpanCutter, pages: Pages, title: str) -> list[Block]:
    """Blocks of `groups` in order; `title` is the document's, which no path repeats."""
    blocks: list[Block] = []
    path: list[tuple[int, str]] = []
    for group in groups:
        page = pages.number_at(group.lines[0].number)
        kind = group.kind or BlockKind.PARAGRAPH
        level = group.level if kind is BlockKind.HEADING else 0
        # an article that is a paragraph has a level too
        if (kind is BlockKind.HEADING or group.level > 0) and group.box is None:
            while path and path[-1][0] >= group.level:
                path.pop()
        readable = tuple(text for _, text in path)
        if group.skip and kind is not BlockKind.HEADING:
            first = cutter.spans(group.lines[0].start, group.lines[0].start + group.skip)
            blocks.append(Block(BlockKind.CALLOUT, first, readable, box=group.box, page=page))
        spans = cutter.of_lines(group.lines, group.skip)
        if not spans:
            continue
        parts = tuple(part for lines in group.parts if (part := cutter.of_lines(lines)))
        blocks.append(
            Block(kind, spans, readable, level, group.box, group.label, page, parts, group.header_parts)
        )
        if kind is BlockKind.HEADING and group.box is None and not _is_same_title(group.text, title):
            path.append((group.level, group.text))
        if kind is BlockKind.METADATA and group.signature:
            path.clear()
    return blocks


def _is_same_title(text: str, title: str) -> bool:
    return collapse(text).casefold().rstrip(".") == normalize("NFC", collapse(title)).casefold().rstrip(".")


def lay_out_marked(document: Document, structure: Structure) -> Layout:
    """Lay out `document` by its structure; never raises."""
    source = document.text
    left_out = sorted((*structure.footers, *structure.note_calls, *structure.marks))
    cutter = SpanCutter(source, left_out)
    groups: list[LineGroup] = []
    starts: list[int] = []  # of what is a line here: an element, or a row of one
    for element in sorted(structure.elements, key=lambda one: one.start):
        if group := _line_group(element, source, cutter, len(starts)):
            groups.append(group)
            starts += [line.start for line in group.lines]
    mark_contents(groups)
    for group in groups:
        if group.kind is None and not group.item:
            group.kind = kind_by_form(group.text)
    groups = _join_broken(join_double_spaced(groups))
    label_clauses(groups)
    groups = join_legal_headings(groups)
    groups = join_lists(groups)
    pages = _pages(structure, starts)
    blocks = make_blocks(groups, cutter, pages, document.title)
    return Layout(
        document.id,
        tuple(blocks),
        structure.footers,
        structure.note_calls,
        tuple(offset for offset, _ in structure.pages),
        structure.marks,
        tuple(label for _, label in structure.pages),
    )


def _join_broken(groups: list[LineGroup]) -> list[LineGroup]:
    """Join what goes on in the middle of a sentence to the paragraph or item before: files made of pages part them there."""
    made: list[LineGroup] = []
    for group in groups:
        before = made[-1] if made else None
        goes_on = not (group.kind or group.item) and _AMID_SENTENCE.match(group.text)
        if before and goes_on and _breaks_off(before):
            before.take(group)
        else:
            made.append(group)
    return made


def _breaks_off(group: LineGroup) -> bool:
    if group.kind is not None or len(group.text) < _MIN_BROKEN:
        return False
    return not (ends_sentence(group.text) or LAST_BUT_ONE.search(group.text))


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
