"""A source as a readable document, with the quoted words in `<mark>`.

A document's blocks are turned into HTML once and kept; for a request only the blocks that hold quoted
words are made again. The words are the document's own: `readable_map` gives each character its offset.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from alpie.app.page.views.markup import escape, tag
from alpie.app.page.views.page_words import Translations
from alpie.index.layout.forms import BULLET, NUMBERED
from alpie.index.readable import readable_map, readable_text, spans_between
from alpie.index.records import Block, BlockKind, Document, Layout, Passage, Span

__all__ = ["Reader"]

_ELEMENTS = {
    BlockKind.LEAD: ("p", "lead"),
    BlockKind.PARAGRAPH: ("p", "paragraph"),
    BlockKind.KEY_DATA: ("p", "key-data"),
    BlockKind.CALLOUT: ("p", "callout"),
    BlockKind.CAPTION: ("p", "caption"),
    BlockKind.PULL_QUOTE: ("p", "pull-quote"),
    BlockKind.METADATA: ("p", "metadata"),
}


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
        self._plain: dict[str, list[str]] = {}

    def render(self, words: Translations, marks: Sequence[Span] = ()) -> str:
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
        return "".join(self._arranged(pieces, words))

    def outline(self) -> list[tuple[int, str, Passage | None]]:
        """Headings as (level, text, first passage after it)."""
        found: list[tuple[int, str, Passage | None]] = []
        for block in self.layout.blocks:
            if block.kind is BlockKind.HEADING and block.spans:
                text, _ = readable_map(self.document.text, block.spans)
                later = (p for p in self.passages if p.start >= block.spans[0].start)
                found.append((max(block.level, 1), text, next(later, None)))
        return found

    def _arranged(self, pieces: list[str], words: Translations) -> Iterable[str]:
        """Boxes around the blocks that stand in one, page marks between blocks."""
        box: str | None = None
        for block, piece, page in zip(self.layout.blocks, pieces, self._page_before, strict=True):
            if block.box != box:
                if box is not None:
                    yield "</div>"
                if block.box is not None:
                    label = words("reader.box_named", title=block.box) if block.box else words("reader.box")
                    yield f'<div class="box" role="group" aria-label="{escape(label)}">'
                box = block.box
            if page is not None:
                label = words("reader.page", page=page) if page else words("reader.page_start")
                yield tag("p", tag("span", escape(label)), class_="page-mark")
            yield piece
        if box is not None:
            yield "</div>"

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

    def _block(self, block: Block, words: Translations, marks: Sequence[Span]) -> str:
        if not block.spans:
            return ""
        if block.kind is BlockKind.HEADING:
            return tag(f"h{min(max(block.level, 1), 3) + 2}", self._run(self._piece(block.spans), marks))
        label = tag("span", escape(block.label), class_="label") if block.label else ""
        if block.parts and block.kind in (BlockKind.LIST, BlockKind.TABLE):
            return label + self._parts(block, marks)
        name, style = _ELEMENTS.get(block.kind, ("p", "paragraph"))
        return tag(name, label + self._run(self._piece(block.spans), marks), class_=style)

    def _parts(self, block: Block, marks: Sequence[Span]) -> str:
        """A list or a table: what stands before its parts, then each part on a line of its own."""
        before = spans_between(block.spans, block.spans[0].start, block.parts[0][0].start)
        after = spans_between(block.spans, block.parts[-1][-1].end, block.spans[-1].end)
        items = [self._run(self._piece(part), marks) for part in block.parts]
        if block.kind is BlockKind.LIST:
            texts = (readable_text(self.document.text, part) for part in block.parts)
            styles = ("numbered" if _has_own_sign(text) else None for text in texts)
            body = tag(
                "ul", (tag("li", item, class_=style) for item, style in zip(items, styles, strict=True))
            )
        else:
            # The source keeps no columns: a row is its line, header rows are set apart.
            body = tag(
                "ul",
                (
                    tag("li", item, class_="row-header" if index < block.header_parts else "row")
                    for index, item in enumerate(items)
                ),
                class_="table",
            )
        around = [
            tag("p", run, class_="paragraph") if (run := self._run(self._piece(spans), marks)) else ""
            for spans in (before, after)
        ]
        return around[0] + body + around[1]

    def _piece(self, spans: Sequence[Span]) -> _Piece:
        text, offsets = readable_map(self.document.text, spans)
        return _Piece(text, tuple(offsets))

    def _run(self, piece: _Piece, marks: Sequence[Span]) -> str:
        """The words of a piece, cut where the passage or the highlighting changes."""
        states = [(self._owner(offset), _inside(offset, marks)) for offset in piece.offsets]
        for index in range(1, len(states) - 1):
            if piece.text[index] == " ":  # inside a highlight only between two words of it
                before, after = states[index - 1], states[index + 1]
                states[index] = before if before == after else (before[0], before[1] and after[1])
        pieces: list[str] = []
        start = 0
        for index in range(1, len(states) + 1):
            if index == len(states) or states[index] != states[start]:
                pieces.append(self._wrapped(piece.text[start:index], *states[start]))
                start = index
        return "".join(pieces)

    def _wrapped(self, text: str, owner: int, marked: bool) -> str:
        if not text:
            return ""
        inner = tag("mark", escape(text)) if marked else escape(text)
        return tag("span", inner, class_="pas", data_n=str(owner)) if owner >= 0 else inner

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
