"""From line groups to blocks, which point into the canonical text and know the headings above them."""

from __future__ import annotations

from bisect import bisect_left

from alpie.index.layout.line_groups import LineGroup
from alpie.index.layout.lines import Line
from alpie.index.layout.pages import Pages
from alpie.index.records import Block, BlockKind, Span, collapse
from alpie.index.spanish.analysis import normalize


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
        with_words = [number for number, text in enumerate(texts) if text.strip()]
        if not with_words:
            return ()
        first, last = with_words[0], with_words[-1]
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
            while path and path[-1][0] >= (group.closes or group.level):
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
