"""HTML: what a browser would show of the page's text, block by block. Nothing of it is ever run or fetched."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from lxml import etree
from selectolax.lexbor import LexborHTMLParser, LexborNode

from alpie.index.errors import SourceError
from alpie.index.formats.extraction import Extraction, TextBuilder
from alpie.index.formats.html.css import StyledElements, styled_elements
from alpie.index.formats.html.html_head import decode_page, page_metadata
from alpie.index.formats.html.site_elements import site_elements
from alpie.index.formats.notation.formulas import formula_text
from alpie.index.formats.notation.list_numbers import is_note_call, list_number, raised_text
from alpie.index.formats.notation.table_grid import TableCell
from alpie.index.notices import NoticeKind
from alpie.index.records import BlockKind, collapse

RULES = 9  # of this module: raise it when the text that it makes of a page changes
_BLOCKS = frozenset(
    """address article aside body blockquote center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol option p plaintext pre
    search section summary table tbody td tfoot th thead tr ul xmp caption""".split()
)
_UNSEEN = frozenset(
    """script style template noscript head title iframe object embed svg canvas audio video select textarea
    button input datalist map area noframes""".split()
)
_STRUCK = frozenset({"del", "s", "strike"})
_MAX_CELL = 600  # characters: with longer ones, and without a header, a table only arranges a page
# Elements that only their end tag closes. A parser that keeps to the standard takes a time that grows with
# the square of their depth; browsers stop at 512.
_NESTING = re.compile(
    r"(?i)<(/?)(?:div|span|section|article|blockquote|table|ul|ol|dl|font|center|b|i|u|em|strong|small|big|a|sup|sub)"
    r"(?=[\s/>])"
)
_MAX_NESTING = 3_000
_WITHIN_WORDS = re.compile(  # but not where a capital begins another word: see `_begins_below`
    r"(?<=\w)(?i:</?(?:a|abbr|b|code|em|font|i|kbd|mark|small|span|strong|sub|u|wbr)(?=[\s/>])[^>]*>)+(?=[a-zñáéíóúü\d])|&shy;"
)
_TO_THE_END = 65_534  # rows: what a `rowspan` of 0 says
_BACKLINK = re.compile(r"\s*[↩↑⤴⮌^]\ufe0e?\s*")  # from a note to its call
_LISTS = ("ol", "ul", "menu")
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)")
_LIST_KINDS = {
    "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A", "lower-roman": "i", "upper-roman": "I",
    "decimal-leading-zero": "01",
}  # fmt: skip
_XML = re.compile(r"\s*<\?xml")
_CLOSED = re.compile(
    r"(?i)<(?!(?:area|br|col|hr|img|input|link|meta|param|source|track|wbr)\b)([a-z][\w:-]*)((?:\s[^<>]*?)?)\s*/>"
)
_KINDS = {**{f"h{level}": BlockKind.HEADING for level in range(1, 7)}, "figcaption": BlockKind.CAPTION}


def extract_html(data: bytes, path: Path) -> Extraction:
    """Read a page of HTML. Raises `SourceError` for one that nests too deep."""
    builder = TextBuilder()
    tree, unread, found = read_page(data, path, builder)
    name = f"selectolax {version('selectolax')}, html {RULES}"
    return builder.extraction(name, page_metadata(tree), unread, found)


def read_page(
    data: bytes, path: Path, builder: TextBuilder
) -> tuple[LexborHTMLParser, Counter[NoticeKind], str]:
    """Write what a page shows into `builder`; returns the parsed page, the words left out, and its text read in another way."""
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
    other.strip_tags([*_UNSEEN, *_STRUCK, "sup"])
    whole = walk.unread.keys() <= {NoticeKind.SITE_TEXT}
    return tree, walk.unread, other.body.text(separator=" ") if other.body is not None and whole else ""


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
        self._lists: list[_HtmlList] = []  # that are open, the innermost last
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
            if _begins_below(node):
                self._words.append(" ")
            self._words.append(node.text_content or "")
            return None
        if name in _UNSEEN or name.startswith(("-", "_", "!")):
            return None
        if kind := _unread_kind(node, self._styled.hidden):
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
        if name == "table" and _is_data(node):
            self._add_table(node)
            return None
        if name in _LISTS:
            self._lists.append(_HtmlList.of(node))
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
        if name == "a" and (_BACKLINK.fullmatch(node.text()) or _is_note_link(node)):
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
        rows = _rows_of(table)
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
        columns, rows = (_parse_integer(node.attributes.get(name), 1) for name in ("colspan", "rowspan"))
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


@dataclass
class _HtmlList:
    ordered: bool
    kind: str  # as `list_number` takes it
    number: int  # of its next item
    step: int

    @classmethod
    def of(cls, node: LexborNode) -> _HtmlList:
        """The list that an element begins."""
        style = _LIST_STYLE.search((node.attributes.get("style") or "").lower())
        kind = _LIST_KINDS.get(style[1], "1") if style else node.attributes.get("type") or "1"
        back = "reversed" in node.attributes
        first = sum(item.tag == "li" for item in node.iter()) if back else 1
        first = _parse_integer(node.attributes.get("start"), first)
        return cls(node.tag == "ol", kind, first, -1 if back else 1)

    def marker(self, value: str | None) -> str:
        """The number that its next item shows, which may say a `value` of its own; "" for a bullet."""
        if not self.ordered:
            return ""
        number = _parse_integer(value, self.number)
        self.number = number + self.step
        return f"{list_number(number, self.kind)}."


def _is_note_link(link: LexborNode) -> bool:
    """Whether a link is told to call a note, as books tell it."""
    told = f"{link.attributes.get('epub:type') or ''} {link.attributes.get('role') or ''}".split()
    return not {"noteref", "doc-noteref"}.isdisjoint(told)


def _join_words(words: list[str]) -> str:
    """Text runs as one: a line end of the source is a space, one of `<br>` stays."""
    return "".join(word if word == "\n" else re.sub(r"\s+", " ", word) for word in words)


def _begins_below(text: LexborNode) -> bool:
    """Whether a text stands under the bold words before it, as style sheets set it: «<strong>Trienio</strong>Cantidad …»."""
    before = text.prev
    if before is None or before.tag not in ("strong", "b") or before.prev is not None:
        return False
    return bool(re.match(r"[A-ZÁÉÍÓÚÑ][\w@]", text.text_content or "")) and before.text()[-1:].islower()


def _parse_integer(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text) else default


def _unread_kind(node: LexborNode, told: Mapping[int, NoticeKind]) -> NoticeKind | None:
    """Why the text of an element is not read, if it is not; `told` for some by the page as a whole."""
    attributes = node.attributes
    style = (attributes.get("style") or "").replace(" ", "").lower()
    if node.tag in _STRUCK or re.search(r"text-decoration(?:-line)?:[^;]*line-through", style):
        return NoticeKind.STRUCK_TEXT
    closed = "hidden" in attributes or (node.tag == "dialog" and "open" not in attributes)
    if closed or "display:none" in style or "visibility:hidden" in style:
        return NoticeKind.HIDDEN_TEXT
    kind = told.get(node.mem_id)
    return None if kind is NoticeKind.HIDDEN_TEXT and "display:" in style else kind


def _rows_of(table: LexborNode) -> list[list[LexborNode]]:
    """The cells of the rows of a table, not of those inside its cells."""
    rows = []
    for row in table.css("tr"):
        around = row.parent
        while around is not None and around.tag in ("tbody", "thead", "tfoot"):
            around = around.parent
        if around is not None and around.mem_id == table.mem_id:
            rows.append([cell for cell in row.iter() if cell.tag in ("td", "th")])
    return rows


def _is_data(table: LexborNode) -> bool:
    """Whether a table holds data: old pages lay themselves out with tables."""
    rows = _rows_of(table)
    cells = [cell for row in rows for cell in row]
    if table.css("h1, h2, h3, h4") or table.attributes.get("role") == "presentation":
        return False
    if len(rows) < 2 or max(map(len, rows)) < 2:
        return False
    if any(cell.tag == "th" for cell in cells):
        return True
    return not table.css("table table") and all(len(cell.text()) <= _MAX_CELL for cell in cells)
