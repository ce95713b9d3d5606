"""From line groups to blocks, which point into the canonical text and know the headings above them."""

from __future__ import annotations

from alpie.index.layout.line_groups import LineGroup
from alpie.index.layout.lines import Line
from alpie.index.layout.pages import Pages
from alpie.index.records import Block, BlockKind, Span, collapse
from alpie.index.spanish.analysis import normalize
from alpie.index.typography.span_cutter import SpanCutter


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
        spans = _of_lines(cutter, group.lines, group.skip)
        if not spans:
            continue
        parts = tuple(part for lines in group.parts if (part := _of_lines(cutter, lines)))
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


def _of_lines(cutter: SpanCutter, lines: list[Line], skip: int = 0) -> tuple[Span, ...]:
    """Spans of a run of lines, without the first `skip` characters."""
    return cutter.spans(lines[0].start + skip, lines[-1].end)
