"""Markdown: the text of the file as it is, with the blocks that CommonMark finds in it.

The file's own characters stay the canonical text. Signs that are no words (asterisks of emphasis, the
address of a link, the underline of a heading) become marks, which the layout leaves out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alpie.index.formats.dates import iso_date
from alpie.index.formats.extraction import Extraction, Metadata
from alpie.index.formats.plain import canonical_text
from alpie.index.readable import collapse
from alpie.index.records import BlockKind, Element, Span, Structure

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["extract_markdown"]

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\r|\n")
_HEADING_MARK = re.compile(r"#{1,6}[ \t]+")
_CLOSING_HASHES = re.compile(r"[ \t]+#+$")
_QUOTE_MARK = re.compile(r"(?:^|(?<=[\r\n]))[ \t]{0,3}(?:>[ \t]?)+")
_SIGNS = re.compile(r"\S+(?:[^\S\r\n]+\S+)*")  # what is not white space, by the line
_MOST_NESTING = 40  # of blocks; deeper ones are read as text
_FIELDS = {
    "title": ("title", "título", "titulo"),
    "publisher": ("publisher", "organismo", "author", "autor", "institution"),
    "date": ("date", "fecha"),
    "language": ("lang", "language", "idioma"),
    "kind": ("kind", "tipo"),
    "url": ("url",),
    "rights": ("rights", "license", "licencia"),
}


def extract_markdown(data: bytes, path: Path) -> Extraction:
    """Raises `SourceError` for what is no UTF-8 text."""
    from markdown_it import MarkdownIt

    text = canonical_text(data, path)
    front = _FRONT_MATTER.match(text)
    source = _Source(text, front.end() if front else 0)
    parser = MarkdownIt("commonmark", {"maxNesting": _MOST_NESTING}).enable("table")
    source.read(parser.parse(text[source.begin :]))
    source.mark_the_rest()
    metadata = _metadata(front[1]) if front else Metadata()
    if not metadata.title and source.title:
        metadata = replace(metadata, title=source.title)
    structure = Structure(tuple(source.elements), marks=tuple(sorted(set(source.marks))))
    return Extraction(text, f"markdown-it-py {version('markdown-it-py')}", structure, metadata)


@dataclass
class _Source:
    """Turns tokens, which know their lines, into elements, which know their offsets."""

    text: str
    begin: int  # where the body starts, after the front matter
    elements: list[Element] = field(default_factory=list)
    marks: list[Span] = field(default_factory=list)
    title: str = ""  # the only heading of level 1, or the first
    _lines: list[int] = field(default_factory=list)
    _quoted: set[int] = field(default_factory=set)  # offsets of the marks of quotations

    def __post_init__(self) -> None:
        ends = [match.end() for match in _LINE_END.finditer(self.text, self.begin)]
        self._lines = [self.begin, *ends, len(self.text)]

    def read(self, tokens: list[Token]) -> None:
        tables = quotes = 0
        for before, token in zip([None, *tokens], tokens, strict=False):
            if token.type in ("table_open", "table_close"):
                tables += token.nesting
                if token.nesting > 0:
                    self._table(token)
            elif token.type in ("blockquote_open", "blockquote_close"):
                quotes += token.nesting
            elif token.type == "inline" and not tables and before is not None:
                self._inline(token, before, quotes > 0)
            elif token.type in ("fence", "code_block", "html_block"):
                self._block(token)
        self.elements.sort(key=lambda element: element.start)

    def _trimmed(self, first: int, last: int) -> tuple[int, int]:
        """Offsets of the words of lines `first` … `last` - 1."""
        start, end = self._lines[first], self._lines[min(last, len(self._lines) - 1)]
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return start, end

    def _table(self, token: Token) -> None:
        assert token.map
        first, last = token.map
        rows = [Span(*self._trimmed(line, line + 1)) for line in range(first, last)]
        self.marks.append(rows[1])  # the line of hyphens under the header
        kept = tuple(row for row in (rows[0], *rows[2:]) if row.start < row.end)
        self.elements.append(Element(kept[0].start, kept[-1].end, BlockKind.TABLE, 0, kept, 1))

    def _block(self, token: Token) -> None:
        assert token.map
        start, end = self._trimmed(*token.map)
        if start == end or token.content.startswith("<!--"):
            return
        if token.type == "fence":
            opening = self._trimmed(token.map[0], token.map[0] + 1)
            closing = self._trimmed(token.map[1] - 1, token.map[1])
            self.marks.append(Span(*opening))
            if self.text[closing[0] : closing[1]].startswith(token.markup):
                self.marks.append(Span(*closing))
        if token.content.strip():
            self.elements.append(Element(start, end, BlockKind.PARAGRAPH))

    def _inline(self, token: Token, before: Token, quoted: bool) -> None:
        assert token.map
        start, end = self._trimmed(*token.map)
        if not token.content.strip() or start == end:
            return
        if quoted:
            begin = self._lines[token.map[0]]
            for match in _QUOTE_MARK.finditer(self.text, begin, end):
                self.marks.append(Span(match.start(), match.end()))
                self._quoted.update(range(match.start(), match.end()))
        if before.type != "heading_open":
            item = self._is_item(start)
            self._signs(token, start, end)
            kind = BlockKind.PULL_QUOTE if quoted and not item else None
            self.elements.append(Element(start, end, kind, item=item))
            return
        mark = _HEADING_MARK.search(self.text, start, end) if before.markup.startswith("#") else None
        if mark and mark.start() > start:  # in a quotation, whose signs are marked, or in an item
            for sign in re.finditer(r"\S+", self.text[start : mark.end()]):
                if found := sign.group().lstrip(">"):
                    self.marks.append(Span(start + sign.end() - len(found), start + sign.end()))
        if not mark:  # underlined
            underline = self._trimmed(token.map[1], token.map[1] + 1)
            self.marks.append(Span(*underline))
        elif closing := _CLOSING_HASHES.search(self.text, mark.end(), end):
            end = closing.start()  # the rest is marked with all that is in no element
        skip = mark.end() - start if mark else 0
        self._signs(token, start + skip, end)
        level = int(before.tag[1])
        self.elements.append(Element(start, end, BlockKind.HEADING, level, skip=skip))
        if level == 1 and not self.title:
            self.title = collapse("".join(child.content for child in token.children or ()))

    def _is_item(self, start: int) -> bool:
        return re.match(r"(?:[-*+]|\d{1,9}[.)])[ \t]", self.text[start : start + 12]) is not None

    def _signs(self, token: Token, start: int, end: int) -> None:
        """Mark what stands between the words: asterisks, brackets, addresses, tags.

        Words that are not in the source as they read (an entity, an escaped sign) leave what is around them.
        """
        found: list[tuple[int, int] | None] = []
        position = start
        for child in token.children or ():
            words = child.content if child.type in ("text", "code_inline") else ""
            words = words.strip()
            if not words:
                continue
            at = self.text.find(words, position, end)
            if at < 0:
                found.append(None)
                continue
            found.append((at, at + len(words)))
            position = at + len(words)
        for one, other in pairwise([*found, (end, end)]):
            if one is not None and other is not None:
                self._mark(one[1], other[0])
        if found and found[0] is not None:
            # before the first words: the bullet or number of an item stays
            bullet = re.match(r"(?:[-*+]|\d{1,9}[.)])[ \t]+", self.text[start : found[0][0]])
            self._mark(start + (bullet.end() if bullet else 0), found[0][0])

    def _mark(self, start: int, end: int) -> None:
        """Mark the signs between two offsets, white space at the ends and between lines kept."""
        for match in _SIGNS.finditer(self.text, start, end):
            first = match.start()
            while first < match.end() and (first in self._quoted or self.text[first].isspace()):
                first += 1
            if first < match.end() and not _QUOTE_MARK.fullmatch(match.group()):
                self.marks.append(Span(first, match.end()))

    def mark_the_rest(self) -> None:
        """Front matter, comments, definitions of links, rules: no words of the document."""
        position = 0
        marked = {offset for mark in self.marks for offset in range(mark.start, mark.end)}
        for element in [*self.elements, Element(len(self.text), len(self.text))]:
            for match in _SIGNS.finditer(self.text, position, element.start):
                start = match.start()
                while start < match.end() and (start in marked or self.text[start].isspace()):
                    start += 1
                if start < match.end():
                    self.marks.append(Span(start, match.end()))
            position = max(position, element.end)


def _metadata(front: str) -> Metadata:
    """What the front matter says; nothing where it is no YAML mapping."""
    import yaml

    try:
        table: Any = yaml.safe_load(front)
    except (yaml.YAMLError, RecursionError, ValueError):
        return Metadata()
    if not isinstance(table, dict):
        return Metadata()
    lowered = {str(key).lower(): value for key, value in table.items()}
    values: dict[str, Any] = {}
    for name, keys in _FIELDS.items():
        value = next((lowered[key] for key in keys if lowered.get(key)), "")
        if isinstance(value, list):
            value = ", ".join(str(one) for one in value)
        values[name] = "" if isinstance(value, dict) else collapse(str(value))
    values["date"] = iso_date(values["date"])
    return Metadata(**values)
