"""DOCX: paragraphs, headings by style, lists with the numbers they show, tables, page breaks.

Running heads, footnotes and deleted text are no part of the body and are not read.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alpie.index.errors import SourceError
from alpie.index.formats.docx_numbering import Numbering
from alpie.index.formats.docx_styles import Styles
from alpie.index.formats.extraction import Extraction, Metadata, TextBuilder
from alpie.index.formats.packed import open_packed
from alpie.index.readable import collapse
from alpie.index.records import BlockKind

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument

__all__ = ["extract_docx"]

_RULES = 1  # of this module: raise it when the text that it makes of a file changes
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_UNSEEN = frozenset(
    {_FALLBACK, *(_W + name for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText"))}
)
_LONGEST_BOLD_HEADING = 120  # characters
_MOST_NESTING = 60
_TEMPLATE_CREATED = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)  # in what python-docx makes files from


def extract_docx(data: bytes, path: Path) -> Extraction:
    """Raises `SourceError` for a damaged or encrypted file and one without text."""
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import XMLSyntaxError

    open_packed(data, path, "[Content_Types].xml").close()
    try:
        document = Document(io.BytesIO(data))
    except (PackageNotFoundError, XMLSyntaxError, KeyError, ValueError, zipfile.BadZipFile) as error:
        reason = str(error) or type(error).__name__
        raise SourceError(
            f"{path}: no se puede leer como DOCX ({reason}). Ábrelo y guárdalo de nuevo.", path
        ) from error
    builder = TextBuilder()
    _Body(builder, document).read()
    parser = f"python-docx {version('python-docx')}, docx {_RULES}"
    extraction = builder.extraction(parser, _metadata(document))
    if not extraction.text:
        raise SourceError(f"{path}: no contiene texto. Retira el archivo o complétalo.", path)
    return extraction


class _Body:
    """Reads the body of a document into a builder."""

    def __init__(self, builder: TextBuilder, document: DocxDocument) -> None:
        self._builder = builder
        self._body: Any = document.element.body
        self._numbering = Numbering(document)
        self._styles = Styles(document)
        self._page = 1
        # Word notes where its pages broke; the breaks that a writer set are then among them.
        self._rendered = next(self._body.iter(f"{_W}lastRenderedPageBreak"), None) is not None
        self._bold_headings = not any(self._styles.heading_level(p) for p in self._body.iter(f"{_W}p"))

    def read(self) -> None:
        if any(True for _ in self._breaks(self._body)):
            self._builder.begin_page(1)
        self._blocks(self._body, 0)

    def _breaks(self, element: Any) -> Iterator[Any]:
        """The page breaks inside `element`, as far as the file tells."""
        if self._rendered:
            yield from element.iter(f"{_W}lastRenderedPageBreak")
            return
        for one in element.iter(f"{_W}br", f"{_W}pageBreakBefore"):
            if one.tag == f"{_W}pageBreakBefore" or one.get(f"{_W}type") == "page":
                yield one

    def _turn(self) -> None:
        self._page += 1
        self._builder.begin_page(self._page)

    def _blocks(self, parent: Any, nesting: int) -> None:
        if nesting > _MOST_NESTING:
            return
        for child in parent:
            if child.tag == f"{_W}p":
                self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                self._table(child, nesting)
            elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml"):
                self._blocks(child, nesting + 1)

    def _paragraph(self, paragraph: Any) -> None:
        words: list[str] = []
        boxes: list[Any] = []
        turns_after = 0
        for piece in _pieces(paragraph, boxes):
            if isinstance(piece, str):
                words.append(piece)
            elif self._rendered == (piece.tag == f"{_W}lastRenderedPageBreak"):
                if any(word.strip() for word in words):
                    turns_after += 1
                else:
                    self._turn()
        if not self._rendered and paragraph.find(f"{_W}pPr/{_W}pageBreakBefore") is not None:
            self._turn()
        text = "".join(words)
        shown = collapse(text)
        if shown:
            self._write(paragraph, text, shown)
        for _ in range(turns_after):
            self._turn()
        for box in boxes:
            for inner in box.iterchildren(f"{_W}p"):
                self._paragraph(inner)

    def _write(self, paragraph: Any, text: str, shown: str) -> None:
        marker = self._numbering.marker(paragraph, self._styles)
        level = self._styles.heading_level(paragraph)
        if marker:
            text = f"{marker} {text.lstrip()}"
        if level is None and self._bold_headings and marker is None:
            plain = len(shown) <= _LONGEST_BOLD_HEADING and shown[-1] not in ".,;:"
            level = 2 if plain and _all_bold(paragraph) else None
        if level:
            self._builder.add(text, BlockKind.HEADING, level=level)
        else:
            self._builder.add(text, item=marker is not None)

    def _table(self, table: Any, nesting: int) -> None:
        rows: list[list[str]] = []
        headers = 0
        found = list(table.iterchildren(f"{_W}tr"))
        cells_of = [list(row.iter(f"{_W}tc")) for row in found]
        if max((len(cells) for cells in cells_of), default=0) < 2:  # a frame around text, not a table
            for cells in cells_of:
                for cell in cells:
                    self._blocks(cell, nesting + 1)
            return
        for row, cells in zip(found, cells_of, strict=True):
            rows.append([" ".join(_plain(p) for p in cell.iter(f"{_W}p")) for cell in cells])
            headers += row.find(f"{_W}trPr/{_W}tblHeader") is not None
        self._builder.add_table(rows, headers or 1)
        for _ in self._breaks(table):
            self._turn()


def _pieces(paragraph: Any, boxes: list[Any]) -> Iterator[str | Any]:
    """Words of a paragraph, and its page breaks as they are; text boxes go to `boxes`."""
    stack = [paragraph]
    while stack:
        one = stack.pop()
        tag = one.tag
        if tag in _UNSEEN or not isinstance(tag, str):
            continue
        if tag == f"{_W}txbxContent":
            boxes.append(one)
            continue
        if tag == f"{_W}t":
            yield one.text or ""
        elif tag == f"{_W}tab":
            yield "\t"
        elif tag == f"{_W}noBreakHyphen":
            yield "-"
        elif tag in (f"{_W}br", f"{_W}cr"):
            if one.get(f"{_W}type") == "page":
                yield one
            else:
                yield "\n" if one.get(f"{_W}type") is None else " "
        elif tag == f"{_W}lastRenderedPageBreak":
            yield one
        else:
            stack += reversed(one)


def _plain(paragraph: Any) -> str:
    return collapse("".join(piece for piece in _pieces(paragraph, []) if isinstance(piece, str)))


def _all_bold(paragraph: Any) -> bool:
    runs = [
        run for run in paragraph.iter(f"{_W}r") if "".join(t.text or "" for t in run.iter(f"{_W}t")).strip()
    ]
    marks = [run.find(f"{_W}rPr/{_W}b") for run in runs]
    return bool(runs) and all(b is not None and b.get(f"{_W}val") not in ("0", "false") for b in marks)


def _metadata(document: DocxDocument) -> Metadata:
    said = document.core_properties
    date = said.created or said.modified
    from_template = said.created == _TEMPLATE_CREATED and (said.modified or said.created) == said.created
    # python-docx fills these in where a file has none, and its template has them
    author = "" if said.author == "python-docx" else collapse(said.author or "")
    title = "" if said.title == "Word Document" else collapse(said.title or "")
    return Metadata(
        title=title,
        publisher=author,
        date=date.date().isoformat() if date and not from_template else "",
        language=collapse(said.language or ""),
        guessed=("date",),
    )
