"""Markdown: the text of the file in its place, with the blocks that CommonMark finds in it.

The canonical text is the file itself, with every character at its own place. Where markup stands for a character
(`&ordm;`) or a break (`<br>`), that character is written where the markup begins. All other markup becomes marks,
which are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from markdown_it.token import Token

from alpie.index.formats.extraction import Extraction, clean_text
from alpie.index.formats.markdown.block_places import BlockPlaces
from alpie.index.formats.markdown.markdown_parser import foreign_signs, make_markdown_parser, unpaired_signs
from alpie.index.formats.markdown.shown_text import BREAKS, TAG, MarkdownSource, ShownText
from alpie.index.formats.plain import canonical_text, front_matter
from alpie.index.notices import Notice, NoticeKind
from alpie.index.records import BlockKind, Element, Span, Structure, collapse
from alpie.index.typography.span_cutter import SpanCutter

_RULES = 4  # of this package: raise it when what it makes of a file changes
_NOTE_CALL = re.compile(r"\[\^([^\]\s]{1,40})\](:?)")


def extract_markdown(data: bytes, path: Path) -> Extraction:
    """Read a Markdown file. Raises `SourceError` for anything that is not UTF-8 text."""
    text = canonical_text(data, path)
    begin, metadata = front_matter(text)
    parser = make_markdown_parser()
    reading = _MarkdownReading(text, begin)
    tokens = parser.parse(reading.source.body)
    reading.read(tokens)
    rendered = parser.renderer.render(tokens, parser.options, {})
    words = clean_text(unescape(TAG.sub(_tag_as_text, rendered)))
    found = _NOTE_CALL.sub(lambda call: "" if call[2] else call[0], words)
    if not metadata.title and reading.title:
        metadata = replace(metadata, title=reading.title)
    struck = reading.source.struck
    notices = (Notice(NoticeKind.STRUCK_TEXT, struck),) if struck else ()
    name = f"markdown-it-py {version('markdown-it-py')}, markdown {_RULES}"
    return Extraction(reading.source.written(), name, reading.structure(found), metadata, notices)


class _Shown(NamedTuple):
    label: str | None  # of a note
    pieces: list[Span]


class _MarkdownReading:
    """Turns tokens into elements that know their offsets in `source.body`."""

    def __init__(self, text: str, begin: int) -> None:
        self.source = MarkdownSource(text, begin)
        self.title = ""  # the first heading of level 1
        self._places = BlockPlaces(self.source.body)
        self._elements: list[tuple[list[Span], Element]] = []
        self._bars: list[list[Span]] = []  # between the cells of each row of a table

    def structure(self, found: str) -> Structure:
        """The elements of the text, and as marks every sign that stands in none of the elements."""
        text = self.source.written()
        elements: list[Element] = []
        marks: list[Span] = []
        position = 0
        for pieces, element in sorted(self._elements, key=lambda before: before[0]):
            spans = [self.source.file_span(piece.start, piece.end) for piece in pieces]
            marks += _words_as_marks(text, position, spans[0].start)
            gaps = ((before.end, after.start) for before, after in pairwise(spans))
            marks += [Span(start, end) for start, end in gaps if start < end]
            position = spans[-1].end
            rows = tuple(self.source.file_span(row.start, row.end) for row in element.rows)
            elements.append(replace(element, start=spans[0].start, end=position, rows=rows))
        marks += _words_as_marks(text, position, len(text))
        calls = tuple(self.source.file_span(call.start, call.end) for call in sorted(self.source.calls))
        cutter = SpanCutter(text, [*calls])
        marks = [left for mark in marks for left in cutter.remaining(mark.start, mark.end)]
        return Structure(tuple(elements), note_calls=calls, marks=tuple(marks), found=found)

    def read(self, tokens: Sequence[Token]) -> None:
        """Turn the tokens of a whole document into elements."""
        cursor: dict[int, int] = {}  # line → where the next sign of an item is looked for
        numbers: list[Span] = []  # of the items that begin here
        item = False
        quotes = 0
        heading: Token | None = None
        rows: list[list[list[Span]]] | None = None
        cells: Iterator[list[int]] = iter(())
        for token in tokens:
            first = token.map[0] if token.map else 0
            if token.type == "list_item_open":
                sign = token.info + token.markup
                at = self.source.body.index(sign, cursor.get(first, self._places.lines[first]))
                cursor[first] = at + len(sign)
                numbers += [Span(at, min(at + len(sign) + 1, len(self.source.body)))] if token.info else []
                item = True
            elif token.type == "list_item_close":
                self._add(numbers, None)  # «33.» on a line of its own
                numbers, item = [], False
            elif token.type in ("blockquote_open", "blockquote_close"):
                quotes += token.nesting
            elif token.type in ("heading_open", "heading_close"):
                heading = token if token.nesting > 0 else None
            elif token.type == "table_open":
                rows = []
            elif token.type == "tr_open" and rows is not None:
                rows.append([])
                row = self._places.of_cells(first, cursor.get(first, self._places.lines[first]), quotes)
                self._bars.append(row.bars)
                cells = iter(row.cells)
            elif token.type == "table_close" and rows is not None:
                self._add_table(rows)
                rows = None
            elif token.type == "inline" and rows is not None:
                rows[-1] += [shown.pieces for shown in self._inline(token, next(cells, []), False)]
            elif token.type in ("inline", "fence", "code_block", "html_block"):
                kind = BlockKind.PULL_QUOTE if quotes and not item else None
                self._read_leaf(token, numbers, item, heading, kind)
                numbers, item = [], False

    def _read_leaf(
        self, token: Token, numbers: list[Span], item: bool, heading: Token | None, kind: BlockKind | None
    ) -> None:
        """A block that holds no others; `numbers` of the items that begin with it."""
        offsets = self._places.of_block(token, heading)
        if token.type == "html_block":
            self._read_html(token.content, offsets, numbers, kind)
        elif token.type != "inline":
            code = ShownText(self.source, offsets)
            code.show(0, len(token.content))
            self._add(numbers + code.pieces, BlockKind.PARAGRAPH)
        else:
            for label, pieces in self._inline(token, offsets, item):
                if heading:
                    self._add(numbers + pieces, BlockKind.HEADING, int(heading.tag[1]))
                else:
                    self._add(numbers + pieces, kind, item=item, label=label)
                numbers, item = [], False

    def _inline(self, token: Token, offsets: list[int], item: bool) -> list[_Shown]:
        """What an inline content shows: first its text, then each note that is defined below it."""
        children, content = token.children or [], token.content
        shown = ShownText(self.source, offsets)
        shown.signs = dict.fromkeys(unpaired_signs(children, content), "")
        shown.signs |= foreign_signs(children, content, item)
        groups = [_Shown(None, shown.pieces)]
        for child in children:
            at: int = child.meta["at"]
            if child.type == "text":
                self._show_text(child, content, shown, groups)
            elif child.type == "text_special":
                after = at + len(child.markup)
                if child.info == "entity":
                    shown.write(at, after, child.content)
                else:
                    shown.show(after - len(child.content), after)
            elif child.type == "code_inline":
                at += len(child.markup)
                at += content[at : at + len(child.content)].replace("\n", " ") != child.content
                shown.show(at, at + len(child.content))
            elif child.type in ("softbreak", "hardbreak"):
                at = content.index("\n", at)
                shown.show(at, at + 1)
            elif child.type == "s_open":
                shown.hide("s")
            elif child.type == "s_close":
                shown.reveal("s")
            elif child.type == "link_open":
                shown.linked = True
            elif child.type == "html_inline" and (tag := TAG.match(child.content)):
                shown.tag(tag, at, content)
        return groups

    @staticmethod
    def _show_text(text: Token, content: str, shown: ShownText, groups: list[_Shown]) -> None:
        """Show a text without the calls of notes in it; where it defines a note, what follows is of that note."""
        at = begin = text.meta["at"]
        for call in _NOTE_CALL.finditer(text.content):
            start, after = call.start() + begin, call.end() + begin
            shown.show(at, start)
            at = after
            if call[2] and not content[:start].rpartition("\n")[2].strip():
                shown.pieces = []
                groups.append(_Shown(f"nota {call[1]}", shown.pieces))
            else:
                at -= len(call[2])
                shown.call(start, at)
        shown.show(at, begin + len(text.content))

    def _read_html(
        self, content: str, offsets: list[int], numbers: list[Span], quoted: BlockKind | None
    ) -> None:
        """A block of HTML: its words, cut at the tags of blocks, and its tables."""
        shown = ShownText(self.source, offsets)
        shown.pieces += numbers
        rows: list[list[list[Span]]] | None = None
        kind, level, item = quoted, 0, False
        position = 0
        for tag in TAG.finditer(content):
            shown.show(position, tag.start())
            position = tag.end()
            name, opens = (tag["name"] or "").lower(), not tag["close"]
            if tag["entity"]:
                shown.write(*tag.span(), unescape(tag[0]))
            elif name not in BREAKS or name == "br":
                shown.tag(tag, tag.start(), content)
            elif rows is not None and name != "table":
                if name in ("tr", "td", "th", "caption"):
                    rows += [[]] if name in ("tr", "caption") else []
                    shown.pieces = []
                    rows[-1].append(shown.pieces)
                else:
                    shown.tag(tag, tag.start(), content)
            else:
                if rows is not None:
                    self._add_table(rows)
                else:
                    self._add(shown.pieces, kind, level, item=item)
                shown.pieces = []
                rows = [[shown.pieces]] if name in ("table", "tr") and opens else None
                item = name == "li" and opens
                level = int(name[1]) if re.fullmatch("h[1-6]", name) and opens else 0
                kind = BlockKind.HEADING if level else quoted
        shown.show(position, len(content))
        if rows:
            self._add_table(rows)
        else:
            self._add(shown.pieces, kind, level, item=item)

    def _add_table(self, rows: list[list[list[Span]]]) -> None:
        """A table; where a cell is without words, the bars are shown that tell in which column each of the others stands."""
        table = ShownText(self.source, [])
        spans: list[Span] = []
        bars, self._bars = self._bars, []
        gaps = not all(self._has_words(cell) for cells in rows for cell in cells)
        for number, cells in enumerate(rows):
            row = ShownText(self.source, [])
            shown = [*filter(self._has_words, cells)]
            signs = [[bar] for bar in bars[number]] if gaps and bars and shown else []
            for cell in sorted([*shown, *signs]):
                row.join(cell)
            if row.pieces:
                table.join(row.pieces)
                spans.append(Span(row.pieces[0].start, row.pieces[-1].end))
        self._add(table.pieces, BlockKind.TABLE, rows=tuple(spans), headers=1)

    def _has_words(self, pieces: list[Span]) -> bool:
        return bool(self.source.text_of(pieces).strip())

    def _add(
        self,
        pieces: list[Span],
        kind: BlockKind | None,
        level: int = 0,
        *,
        item: bool = False,
        label: str | None = None,
        rows: tuple[Span, ...] = (),
        headers: int = 0,
    ) -> None:
        if not self._has_words(pieces):
            return
        if level == 1 and not self.title:
            self.title = collapse(unescape(self.source.text_of(pieces)))
        if self._elements and (before := self._elements[-1][0][-1].end) < pieces[0].start:
            self.source.blank_between(before, pieces[0].start)
        self._elements.append((pieces, Element(0, 0, kind, level, rows, headers, item=item, label=label)))


def _tag_as_text(tag: re.Match[str]) -> str:
    return tag[0] if tag["entity"] else " " * ((tag["name"] or "").lower() in BREAKS)


def _words_as_marks(text: str, start: int, end: int) -> Iterator[Span]:
    for match in re.finditer(r"\S+", text[start:end]):
        yield Span(start + match.start(), start + match.end())
