"""From units to blocks: spans without calls and footers, and the path of headings above each."""

from __future__ import annotations

from bisect import bisect_left

from alpie.index.layout.lines import Line
from alpie.index.layout.pages import Pages
from alpie.index.layout.units import Unit
from alpie.index.readable import collapse
from alpie.index.records import Block, BlockKind, Span


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
