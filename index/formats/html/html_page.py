"""HTML: the text that a browser would show, block by block. Nothing in the page is ever run or fetched."""

from __future__ import annotations

import re
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from lxml import etree
from selectolax.lexbor import LexborHTMLParser, LexborNode

from alpie.index.errors import SourceError
from alpie.index.formats.extraction import Extraction, TextBuilder
from alpie.index.formats.html.css import StyledElements, styled_elements
from alpie.index.formats.html.html_head import decode_page, page_metadata
from alpie.index.formats.html.page_elements import (
    STRUCK,
    HtmlList,
    begins_below,
    holds_data,
    is_note_link,
    rows_of,
    unread_kind,
)
from alpie.index.formats.html.site_elements import site_elements
from alpie.index.formats.notation.formulas import formula_text
from alpie.index.formats.notation.list_numbers import parse_integer
from alpie.index.formats.notation.superscripts import is_note_call, raised_text
from alpie.index.formats.notation.table_grid import TableCell
from alpie.index.notices import NoticeKind
from alpie.index.records import BlockKind, collapse

RULES = 9  # of this package: raise it when the text that it makes of a page changes
_BLOCKS = frozenset(
    """address article aside body blockquote center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol option p plaintext pre
    search section summary table tbody td tfoot th thead tr ul xmp caption""".split()
)
_UNSEEN = frozenset(
    """script style template noscript head title iframe object embed svg canvas audio video select textarea
    button input datalist map area noframes""".split()
)
# Elements that only their end tag closes. A parser that keeps to the standard takes a time that grows with
# the square of their depth; browsers stop at 512.
_NESTING = re.compile(
    r"(?i)<(/?)(?:div|span|section|article|blockquote|table|ul|ol|dl|font|center|b|i|u|em|strong|small|big|a|sup|sub)"
    r"(?=[\s/>])"
)
_MAX_NESTING = 3_000  # some six times those 512: no page that people read comes near it
_WITHIN_WORDS = re.compile(  # but not where a capital begins another word: see `begins_below`
    r"(?<=\w)(?i:</?(?:a|abbr|b|code|em|font|i|kbd|mark|small|span|strong|sub|u|wbr)(?=[\s/>])[^>]*>)+(?=[a-zñáéíóúü\d])|&shy;"
)
_TO_THE_END = 65_534  # rows: what a `rowspan` of 0 says
_BACKLINK = re.compile(r"\s*[↩↑⤴⮌^]\ufe0e?\s*")  # from a note to its call
_LISTS = ("ol", "ul", "menu")
_XML = re.compile(r"\s*<\?xml")
_CLOSED = re.compile(
    r"(?i)<(?!(?:area|br|col|hr|img|input|link|meta|param|source|track|wbr)\b)([a-z][\w:-]*)((?:\s[^<>]*?)?)\s*/>"
)
_KINDS = {**{f"h{level}": BlockKind.HEADING for level in range(1, 7)}, "figcaption": BlockKind.CAPTION}


def extract_html(data: bytes, path: Path) -> Extraction:
    """Read a page of HTML. Raises `SourceError` for one that nests too deep."""
    builder = TextBuilder()
    page = read_page(data, path, builder)
    name = f"selectolax {version('selectolax')}, html {RULES}"
    return builder.extraction(name, page_metadata(page.tree), page.unread, page.found)


class PageReading(NamedTuple):
    """A page that was read."""

    tree: LexborHTMLParser
    unread: Counter[NoticeKind]  # words
    found: str  # its text read in another way: see `Structure`


def read_page(data: bytes, path: Path, builder: TextBuilder) -> PageReading:
    """Write what a page shows into `builder`."""
    page = decode_page(data)
    if _XML.match(page):  # what XML closes at once, HTML leaves open: a title would swallow the page
        page = _CLOSED.sub(r"<\1\2></\1>", page)
    if _depth(page) > _MAX_NESTING:
        raise SourceError.at(path, "html.nested", most=_MAX_NESTING)
    tree = LexborHTMLParser(page)
    styled = styled_elements(tree)
    unread = styled.hidden | dict.fromkeys(site_elements(tree), NoticeKind.SITE_TEXT)
    walk = _Walk(builder, styled._replace(hidden=unread))
    if tree.body is not None:
        walk.read(tree.body)
    other = LexborHTMLParser(_WITHIN_WORDS.sub("", page))
    for element in site_elements(other).values():
        element.decompose()
    other.strip_tags([*_UNSEEN, *STRUCK, "sup"])
    whole = walk.unread.keys() <= {NoticeKind.SITE_TEXT}
    found = other.body.text(separator=" ") if other.body is not None and whole else ""
    return PageReading(tree, walk.unread, found)


def _depth(page: str) -> int:
    depth = deepest = 0
    for match in _NESTING.finditer(page):
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


class _Walk:
    """Walks the tree without recursion: a page may nest deep."""

    def __init__(self, builder: TextBuilder, styled: StyledElements) -> None:
        self.unread: Counter[NoticeKind] = Counter()  # words
        self._styled = styled
        self._passed = 0  # the last element that was not entered
        self._builder = builder
        self._words: list[str] = []
        self._kind: BlockKind | None = None
        self._level = 0
        # the heading or caption that is open, by its place in memory: what is inside is of its kind
        self._kept = 0
        self._marker: str | None = None  # of the list item that begins; "" for a bullet
        self._lists: list[HtmlList] = []  # that are open, the innermost last
        self._quoted = 0

    def read(self, root: LexborNode) -> None:
        node: LexborNode | None = root
        while node is not None:
            child = self._enter(node)
            if child is not None:
                node = child
                continue
            while node is not None:
                self._leave(node)
                if node.mem_id == root.mem_id:
                    node = None
                elif node.next is not None:
                    node = node.next
                    break
                else:
                    node = node.parent
        self._flush()

    def _enter(self, node: LexborNode) -> LexborNode | None:
        """What to read inside `node`; None when it has been dealt with."""
        name = node.tag or ""
        if name == "-text":
            if begins_below(node):
                self._words.append(" ")
            self._words.append(node.text_content or "")
            return None
        if name in _UNSEEN or name.startswith(("-", "_", "!")):
            return None
        if kind := unread_kind(node, self._styled.hidden):
            self.unread[kind] += len(node.text().split())
            self._passed = node.mem_id
            return None
        if name not in _BLOCKS:
            self._part_words(node)
            written = self._written_for(node, name)
            if written:
                self._words.append(written)
            return node.child if written is None else None
        self._flush()
        if name == "table" and holds_data(node):
            self._add_table(node)
            return None
        if name in _LISTS:
            self._lists.append(HtmlList.of(node))
        elif name == "li":
            self._marker = self._lists[-1].marker(node.attributes.get("value")) if self._lists else ""
        elif name == "blockquote":
            self._quoted += 1
        if name in _KINDS and not self._kept:
            self._kept, self._kind = node.mem_id, _KINDS[name]
            self._level = int(name[1]) if self._kind is BlockKind.HEADING else 0
        return node.child

    def _part_words(self, node: LexborNode) -> None:
        """A blank before and after an inline element that a style sets apart from the words beside it."""
        if node.mem_id in self._styled.apart:
            self._words.append(" ")

    def _written_for(self, node: LexborNode, name: str) -> str | None:
        """What is written in the place of an element inside a line, "" for a call of a note; None: what it holds."""
        if name == "br":
            return "\n"
        if name == "math":
            parsed = etree.HTML(node.html or "")
            math = None if parsed is None else parsed.find(".//math")
            return "" if math is None else formula_text(math)
        if name == "a" and (_BACKLINK.fullmatch(node.text()) or is_note_link(node)):
            return ""
        if name == "sup" or (name == "a" and re.match(r"\s*[\[(]", node.text())):
            raised, before = node.text(), "".join(self._words[-8:])
            inside = node.parent is not None and node.parent.tag == "a"
            if is_note_call(raised, before, name == "a" or inside or bool(node.css("a[href]"))):
                return ""
            if name == "sup" and (written := raised_text(raised, before)) != raised:
                return written
        return None

    def _add_table(self, table: LexborNode) -> None:
        for caption in table.css("caption"):
            self._builder.add(self._cell(caption), BlockKind.CAPTION)
        rows = rows_of(table)
        headers = 0
        while headers < len(rows) and rows[headers] and all(cell.tag == "th" for cell in rows[headers]):
            headers += 1
        self._builder.add_table([[self._table_cell(cell) for cell in row] for row in rows], headers or 1)

    def _leave(self, node: LexborNode) -> None:
        name = node.tag or ""
        if name not in _BLOCKS or node.mem_id == self._passed:
            self._part_words(node)
            return
        self._flush()
        if name in _LISTS and self._lists:
            self._lists.pop()
        elif name == "li":
            self._marker = None
        elif name == "blockquote":
            self._quoted -= 1
        if node.mem_id == self._kept:
            self._kept, self._kind, self._level = 0, None, 0

    def _table_cell(self, node: LexborNode) -> TableCell:
        columns, rows = (parse_integer(node.attributes.get(name), 1) for name in ("colspan", "rowspan"))
        return TableCell(self._cell(node), columns, rows or _TO_THE_END)

    def _cell(self, node: LexborNode) -> str:
        """The words of a cell, its paragraphs one after the other."""
        cell = TextBuilder()
        walk = _Walk(cell, self._styled)
        walk.read(node)
        self.unread += walk.unread
        return collapse(cell.text)

    def _flush(self) -> None:
        """Write the words so far as one block."""
        lines = map(collapse, _join_words(self._words).split("\n"))
        text = "\n".join(filter(None, lines))
        self._words = []
        if not text:
            return
        item = self._marker is not None and self._kind is None
        kind = self._kind or (BlockKind.PULL_QUOTE if self._quoted and not item else None)
        marker = (self._marker if item else None) or ""
        self._builder.add(text, kind, level=self._level, item=item, marker=marker)
        if item:
            self._marker = None


def _join_words(words: list[str]) -> str:
    """Text runs as one: a line end of the source is a space, one of `<br>` stays."""
    return "".join(word if word == "\n" else re.sub(r"\s+", " ", word) for word in words)
