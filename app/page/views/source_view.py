"""A source as a readable document, with the quoted words in `<mark>`.

A document's blocks are turned into HTML once and kept; for a request only the blocks that hold quoted
words are made again. The words are the document's own: `readable_map` gives each character its offset.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.templates import Markup, render
from alpie.index.layout.forms import BULLET, NUMBERED
from alpie.index.readable import readable_map, readable_text, spans_between
from alpie.index.records import Block, BlockKind, Document, Layout, Passage, Span

__all__ = ["Reader"]

_STYLES = {
    BlockKind.LEAD: "lead",
    BlockKind.KEY_DATA: "key-data",
    BlockKind.CALLOUT: "callout",
    BlockKind.CAPTION: "caption",
    BlockKind.PULL_QUOTE: "pull-quote",
    BlockKind.METADATA: "metadata",
}

_Run = tuple[str, int, bool]  # words, the passage they belong to or -1, whether they are highlighted


@dataclass(frozen=True)
class _Piece:
    """A run of words of one block: a paragraph, a list item, a table row."""

    text: str
    offsets: tuple[int, ...]  # of each character of `text` in the source


class Reader:
    """Renders one document."""

    def __init__(self, document: Document, layout: Layout, passages: Sequence[Passage]) -> None:
        self.document, self.layout = document, layout
        self.passages = tuple(passages)  # of this document, in order
        owned = sorted(
            (span.start, span.end, index)
            for index, passage in enumerate(self.passages)
            for sentence in passage.sentences
            for span in sentence.spans
        )
        self._starts = [start for start, _, _ in owned]
        self._owned = owned
        self._plain: dict[str, list[Markup]] = {}

    def render(self, words: Translations, marks: Sequence[Span] = ()) -> Markup:
        """The document's body; `marks` highlighted."""
        plain = self._plain.get(words.language)
        if plain is None:
            plain = [self._block(block, words, ()) for block in self.layout.blocks]
            self._plain[words.language] = plain
        pieces = list(plain)
        if marks:
            first, last = min(m.start for m in marks), max(m.end for m in marks)
            for index, block in enumerate(self.layout.blocks):
                if block.spans and block.spans[-1].end > first and block.spans[0].start < last:
                    pieces[index] = self._block(block, words, marks)
        boxes = [None, *(block.box for block in self.layout.blocks)]
        arranged = [
            (
                block,
                piece,
                page,
                block.box is not None and before != block.box,
                before not in (None, block.box),
            )
            for block, piece, page, before in zip(
                self.layout.blocks, pieces, self._page_before, boxes, strict=False
            )
        ]
        return render("source", words, pieces=arranged)

    def outline(self) -> list[tuple[int, str, Passage | None]]:
        """Headings as (level, text, first passage after it)."""
        found: list[tuple[int, str, Passage | None]] = []
        for block in self.layout.blocks:
            if block.kind is BlockKind.HEADING and block.spans:
                text, _ = readable_map(self.document.text, block.spans)
                later = (p for p in self.passages if p.start >= block.spans[0].start)
                found.append((max(block.level, 1), text, next(later, None)))
        return found

    @cached_property
    def _levels(self) -> dict[tuple[Span, ...], int]:
        """Of each heading, under the panel's own of level 2: none is left out on the way down."""
        levels, depth = {}, 0
        for block in self.layout.blocks:
            if block.kind is BlockKind.HEADING:
                depth = min(max(block.level, 1), 3, depth + 1)
                levels[block.spans] = depth + 2
        return levels

    @cached_property
    def _page_before(self) -> list[int | str | None]:
        """For each block: None, or that a page begins before it (its printed number, 0 if unknown)."""
        starts = sorted(self.layout.page_starts)
        blocks = self.layout.blocks
        numbers: dict[int, int | str] = {}
        for block in blocks:
            if block.page is not None and block.spans:
                numbers.setdefault(bisect_right(starts, block.spans[0].start), block.page)
        found: list[int | str | None] = []
        seen = bisect_right(starts, blocks[0].spans[0].start) if blocks and blocks[0].spans else 0
        for block in blocks:
            here = bisect_right(starts, block.spans[0].start) if block.spans else seen
            found.append(numbers.get(here, 0) if here > seen else None)
            seen = max(seen, here)
        return found

    def _block(self, block: Block, words: Translations, marks: Sequence[Span]) -> Markup:
        if not block.spans:
            return Markup("")

        def runs(spans: Sequence[Span]) -> list[_Run]:
            return self._runs(self._piece(spans), marks)

        level, parts = 0, []
        before: list[_Run] = []
        after: list[_Run] = []
        if block.kind is BlockKind.HEADING:
            level = self._levels[block.spans]
        elif block.parts and block.kind in (BlockKind.LIST, BlockKind.TABLE):
            before = runs(spans_between(block.spans, block.spans[0].start, block.parts[0][0].start))
            after = runs(spans_between(block.spans, block.parts[-1][-1].end, block.spans[-1].end))
            parts = [(self._style(block, number), runs(part)) for number, part in enumerate(block.parts)]
        return render(
            "source_block",
            words,
            block=block,
            level=level,
            runs=[] if parts else runs(block.spans),
            parts=parts,
            before=before,
            after=after,
            is_table=block.kind is BlockKind.TABLE,
            style=_STYLES.get(block.kind, "paragraph"),
        )

    def _style(self, block: Block, number: int) -> str:
        """Of a part of a list or a table. The source keeps no columns: a row is its line, header rows are set apart."""
        if block.kind is BlockKind.TABLE:
            return "row-header" if number < block.header_parts else "row"
        return "numbered" if _has_own_sign(readable_text(self.document.text, block.parts[number])) else ""

    def _piece(self, spans: Sequence[Span]) -> _Piece:
        text, offsets = readable_map(self.document.text, spans)
        return _Piece(text, tuple(offsets))

    def _runs(self, piece: _Piece, marks: Sequence[Span]) -> list[_Run]:
        """The words of a piece, cut where the passage or the highlighting changes."""
        states = [(self._owner(offset), _inside(offset, marks)) for offset in piece.offsets]
        for index in range(1, len(states) - 1):
            if piece.text[index] == " ":  # inside a highlight only between two words of it
                before, after = states[index - 1], states[index + 1]
                states[index] = before if before == after else (before[0], before[1] and after[1])
        runs: list[_Run] = []
        start = 0
        for index in range(1, len(states) + 1):
            if index == len(states) or states[index] != states[start]:
                if text := piece.text[start:index]:
                    runs.append((text, *states[start]))
                start = index
        return runs

    def _owner(self, offset: int) -> int:
        """Position among this document's passages of the one that holds `offset`; -1 for none."""
        at = bisect_right(self._starts, offset) - 1
        if at >= 0 and self._owned[at][1] > offset:
            return self._owned[at][2]
        return -1


def _has_own_sign(item: str) -> bool:
    """Whether a list item begins with a bullet or number of its own, so that none is drawn before it."""
    return bool(BULLET.match(item) or NUMBERED.match(item))


def _inside(offset: int, spans: Sequence[Span]) -> bool:
    return any(span.start <= offset < span.end for span in spans)
