"""ODT: paragraphs, headings by outline level, lists with the numbers they show, tables, page breaks."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from alpie.index.errors import SourceError
from alpie.index.formats.dates import iso_date
from alpie.index.formats.extraction import Extraction, Metadata, TextBuilder
from alpie.index.formats.numbering import ordinal
from alpie.index.formats.packed import open_packed, read_xml
from alpie.index.readable import collapse
from alpie.index.records import BlockKind

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["extract_odt"]

_RULES = 1  # of this module: raise it when the text that it makes of a file changes
_SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_SHORT = {uri: name for name, uri in _SPACES.items()}
_UNSEEN = frozenset(
    """text:note text:tracked-changes office:annotation text:bibliography-mark text:ruby-text office:forms
    text:sequence-decls text:variable-decls text:user-field-decls""".split()
)
_MOST_REPEATED = 100  # cells or spaces that one element may stand for
_MOST_NESTING = 60


def extract_odt(data: bytes, path: Path) -> Extraction:
    """Raises `SourceError` for a damaged or encrypted file and one without text."""
    archive = open_packed(data, path, "content.xml")
    manifest = read_xml(archive, "META-INF/manifest.xml", path)
    if manifest is not None and manifest.find(".//manifest:encryption-data", _SPACES) is not None:
        raise SourceError(f"{path}: está cifrado con contraseña. Guárdalo sin ella.", path)
    content = read_xml(archive, "content.xml", path)
    body = None if content is None else content.find("office:body/office:text", _SPACES)
    if content is None or body is None:
        raise SourceError(f"{path}: no es un documento de texto de OpenDocument.", path)
    common = read_xml(archive, "styles.xml", path)
    styles = [content] if common is None else [content, common]
    builder = TextBuilder()
    _Body(builder, _Styles(styles)).read(body)
    extraction = builder.extraction(
        f"lxml {version('lxml')}, odt {_RULES}", _metadata(read_xml(archive, "meta.xml", path))
    )
    if not extraction.text:
        raise SourceError(f"{path}: no contiene texto. Retira el archivo o complétalo.", path)
    return extraction


def _name(element: etree._Element) -> str:
    tag = element.tag
    if not isinstance(tag, str) or not tag.startswith("{"):
        return ""
    space, _, local = tag[1:].partition("}")
    return f"{_SHORT.get(space, '?')}:{local}"


def _get(element: etree._Element, name: str, default: str = "") -> str:
    space, _, local = name.partition(":")
    return element.get(f"{{{_SPACES[space]}}}{local}", default)


def _count(text: str) -> int:
    return min(int(text), _MOST_REPEATED) if re.fullmatch(r"\d{1,6}", text) else 1


class _Styles:
    """What the styles say of page breaks and of the numbers of lists."""

    def __init__(self, roots: list[etree._Element]) -> None:
        self._breaks: set[str] = set()
        self._parents: dict[str, str] = {}
        self._levels: dict[tuple[str, int], tuple[str, str, str]] = {}
        for root in roots:
            for style in root.iter(f"{{{_SPACES['style']}}}style"):
                name = _get(style, "style:name")
                self._parents[name] = _get(style, "style:parent-style-name")
                looks = style.find("style:paragraph-properties", _SPACES)
                if looks is not None and _get(looks, "fo:break-before") == "page":
                    self._breaks.add(name)
            for level in root.iter(f"{{{_SPACES['text']}}}list-level-style-number"):
                parent = level.getparent()
                if parent is not None:
                    key = _get(parent, "style:name"), _count(_get(level, "text:level", "1"))
                    form = _get(level, "style:num-format", "")
                    self._levels[key] = form, _get(level, "style:num-prefix"), _get(level, "style:num-suffix")

    def breaks_page(self, name: str) -> bool:
        for _ in range(10):
            if name in self._breaks:
                return True
            name = self._parents.get(name, "")
        return False

    def marker(self, style: str, level: int, number: int) -> str:
        """The number an item shows; "" for a bullet."""
        form, prefix, suffix = self._levels.get((style, level), ("", "", ""))
        return f"{prefix}{ordinal(number, form)}{suffix}" if form else ""


class _Body:
    def __init__(self, builder: TextBuilder, styles: _Styles) -> None:
        self._builder, self._styles = builder, styles
        self._page = 1
        self._marker: str | None = None
        self._pending = False  # a page break that stands inside what is being read

    def read(self, body: etree._Element) -> None:
        numbered = body.find(".//text:soft-page-break", _SPACES) is not None or any(
            self._styles.breaks_page(_get(p, "text:style-name"))
            for p in body.iter()
            if _name(p) in ("text:p", "text:h")
        )
        if numbered:
            self._builder.begin_page(1)
        self._blocks(body, (), 0)

    def _turn(self) -> None:
        self._page += 1
        self._builder.begin_page(self._page)
        self._pending = False

    def _blocks(self, parent: etree._Element, lists: tuple[str, ...], nesting: int) -> None:
        if nesting > _MOST_NESTING:
            return
        for child in parent:
            name = _name(child)
            if name in ("text:p", "text:h"):
                self._paragraph(child, name == "text:h")
            elif name == "text:list":
                self._list(child, lists, nesting)
            elif name == "table:table":
                self._table(child)
            elif name == "text:soft-page-break":
                self._turn()
            elif name not in _UNSEEN and name != "":
                self._blocks(child, lists, nesting + 1)

    def _paragraph(self, element: etree._Element, heading: bool) -> None:
        style = _get(element, "text:style-name")
        if self._styles.breaks_page(style) and self._builder.begun:
            self._turn()
        words = self._words(element)
        text = "\n".join(line for part in words.split("\n") if (line := collapse(part)))
        if heading:
            level = _count(_get(element, "text:outline-level", "1"))
            self._builder.add(text, BlockKind.HEADING, level=level)
        elif text:
            item = self._marker is not None
            self._builder.add(f"{self._marker} {text}" if self._marker else text, item=item)
            self._marker = None
        if self._pending:
            self._turn()

    def _words(self, element: etree._Element) -> str:
        """What a paragraph shows, notes left out."""
        parts: list[str] = []
        stack: list[etree._Element | str] = [element]
        while stack:
            one = stack.pop()
            if isinstance(one, str):
                parts.append(one)
                continue
            name = _name(one)
            if name in _UNSEEN:
                continue
            if name == "text:s":
                parts.append(" " * _count(_get(one, "text:c", "1")))
            elif name == "text:tab":
                parts.append("\t")
            elif name == "text:line-break" or (name in ("text:p", "text:h") and one is not element):
                parts.append("\n")
            elif name == "text:soft-page-break":
                self._pending = True
            else:
                parts.append("")
            inner: list[etree._Element | str] = [one.text or ""]
            for child in one:
                inner += [child, child.tail or ""]
            stack += reversed(inner)
        return "".join(parts)

    def _list(self, element: etree._Element, lists: tuple[str, ...], nesting: int) -> None:
        style = _get(element, "text:style-name") or (lists[-1] if lists else "")
        number = 0
        for item in element:
            if _name(item) != "text:list-item":
                continue
            said = _get(item, "text:start-value")
            number = _count(said) if said else number + 1
            self._marker = self._styles.marker(style, len(lists) + 1, number)
            self._blocks(item, (*lists, style), nesting + 1)
            self._marker = None

    def _table(self, table: etree._Element) -> None:
        rows: list[list[str]] = []
        headers = 0
        for row in table.iter(f"{{{_SPACES['table']}}}table-row"):
            parent = row.getparent()
            cells: list[str] = []
            for cell in row:
                if _name(cell) == "table:table-cell":
                    paragraphs = (collapse(self._words(p)) for p in cell.iter(f"{{{_SPACES['text']}}}p"))
                    cells.append(" ".join(paragraphs))
            if parent is not None and _name(parent) == "table:table-header-rows":
                headers += 1
            rows.append(cells)
        if len(rows) > 1:
            self._builder.add_table(rows, headers or 1)
        else:
            for cells in rows:
                for cell_text in cells:
                    self._builder.add(cell_text)


def _metadata(root: etree._Element | None) -> Metadata:
    if root is None:
        return Metadata()

    def said(name: str) -> str:
        found = root.find(f".//{name}", _SPACES)
        return collapse(found.text or "") if found is not None else ""

    meta = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
    author = root.find(f".//{meta}initial-creator")
    created = root.find(f".//{meta}creation-date")
    return Metadata(
        title=said("dc:title"),
        publisher=said("dc:publisher") or (collapse(author.text or "") if author is not None else ""),
        date=iso_date((created.text or "") if created is not None else said("dc:date")),
        language=said("dc:language"),
        guessed=("date",),
        rights=said("dc:rights"),
    )
