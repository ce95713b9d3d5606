"""DOCX: paragraphs, headings by style, lists with the numbers they show, tables, notes, page breaks.

Running heads are not part of the body and are not read; what Word does not show in print (hidden, deleted and struck
text, comments) is counted.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as DocxDocument
from docx.opc.exceptions import PackageNotFoundError
from lxml.etree import XMLSyntaxError

from alpie.index.errors import SourceError
from alpie.index.formats.docx.docx_styles import DocxStyles
from alpie.index.formats.docx.numbering import Numbering
from alpie.index.formats.docx.runs import DocxRuns, is_drop_cap
from alpie.index.formats.docx.word_xml import (
    W,
    as_transitional,
    docx_metadata,
    find_below,
    is_set,
    notes_of,
    value_at,
)
from alpie.index.formats.extraction import Extraction, Note, TextBuilder
from alpie.index.formats.notation.list_numbers import list_number, parse_integer
from alpie.index.formats.notation.superscripts import write_raised
from alpie.index.formats.notation.table_grid import TableCell
from alpie.index.formats.packed import open_packed
from alpie.index.notices import NoticeKind
from alpie.index.records import BlockKind, collapse

_RULES = 4  # of this package: raise it when the text that it makes of a file changes
_WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))
_MAX_BOLD_HEADING = 120  # characters: a longer line in bold is a paragraph
_MAX_NESTING = 60  # of tables and controls: each is a call of a function within another


def extract_docx(data: bytes, path: Path) -> Extraction:
    """Read a DOCX. Raises `SourceError` for a damaged or encrypted file."""
    with open_packed(data, path, "[Content_Types].xml") as archive:
        data = as_transitional(data, archive)
    try:
        document = Document(io.BytesIO(data))
    except (PackageNotFoundError, XMLSyntaxError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise SourceError.at(path, "docx.unreadable", error=str(error) or type(error).__name__) from error
    builder = TextBuilder()
    body = _DocxBody(builder, document)
    body.read()
    parser = f"python-docx {version('python-docx')}, docx {_RULES}"
    return builder.extraction(parser, docx_metadata(document), body.unread(), body.found())


class _DocxBody:
    """Reads the body of a document into a builder."""

    def __init__(self, builder: TextBuilder, document: DocxDocument) -> None:
        self._builder = builder
        self._body: Any = document.element.body
        self._styles = DocxStyles(document)
        self._numbering = Numbering(document, self._styles)
        self._rendered = next(self._body.iter(f"{W}lastRenderedPageBreak"), None) is not None
        self._runs = DocxRuns(self._styles, self._rendered)
        self._bold_headings = not any(self._styles.heading_level(p) for p in self._body.iter(f"{W}p"))
        self._notes = {kind: notes_of(document, kind) for kind in ("footnote", "endnote")}
        self._called = dict.fromkeys(self._notes, 0)
        self._contents = 0  # content controls around that hold a table of contents
        self._carried = ""  # of a paragraph whose end was deleted, or of an initial set over several lines
        self._section_ends = set() if self._rendered else set(_last_of_sections(self._body))

    def read(self) -> None:
        if self._section_ends or any(True for _ in self._breaks(self._body)):
            self._builder.begin_page(1)
        self._read_blocks(self._body, 0)
        self._write_notes()

    def unread(self) -> dict[NoticeKind, int]:
        """How much of the body is not read."""
        counts: dict[NoticeKind, int] = {}
        for kind, runs in self._runs.unread.items():
            texts = (t.text or "" for run in runs for t in run.iter(f"{W}t", f"{W}delText"))
            counts[kind] = len(" ".join(texts).split()) or len(runs)
        counts[NoticeKind.COMMENTS] = sum(1 for _ in self._body.iter(f"{W}commentReference"))
        counts[NoticeKind.SYMBOLS] = self._runs.signs
        return counts

    def found(self) -> str:
        """All words of the body and of the notes it calls, without regard to how they are laid out."""
        called = [note for notes in self._notes.values() for note in notes.values()]
        return self._runs.words_of([self._body, *called])

    def _breaks(self, element: Any) -> Iterator[Any]:
        """The page breaks inside `element`, as far as the file tells."""
        if self._rendered:
            yield from element.iter(f"{W}lastRenderedPageBreak")
            return
        for mark in element.iter(f"{W}br", f"{W}pageBreakBefore"):
            if mark.tag == f"{W}pageBreakBefore" or mark.get(f"{W}type") == "page":
                yield mark

    def _read_blocks(self, parent: Any, nesting: int) -> None:
        if nesting > _MAX_NESTING:
            return
        for child in parent:
            if child.tag == f"{W}p":
                self._read_paragraph(child)
            elif child.tag == f"{W}tbl":
                self._read_table(child, nesting)
            elif child.tag in _WRAPPERS:
                gallery = value_at(child, "sdtPr/docPartObj/docPartGallery")
                is_contents = gallery == "Table of Contents"
                self._contents += is_contents
                self._read_blocks(child, nesting + 1)
                self._contents -= is_contents

    def _read_paragraph(self, paragraph: Any) -> None:
        """Write one paragraph; what is deleted with its mark goes on into the next, as Word shows it."""
        boxes: list[Any] = []
        calls: list[Any] = []
        is_contents = bool(self._contents) or self._runs.in_contents or self._styles.is_contents(paragraph)
        text = self._carried + write_raised("".join(self._runs.pieces(paragraph, boxes, calls)))
        self._runs.end_paragraph()
        gone = any(find_below(paragraph, f"pPr/rPr/{name}") is not None for name in ("del", "moveFrom"))
        gone = gone or is_drop_cap(paragraph)
        self._carried = text if gone else ""
        if not self._rendered and find_below(paragraph, "pPr/pageBreakBefore") is not None:
            text = "\f" + text
        if gone:
            pass
        elif not collapse(text):
            self._builder.add(text)  # page breaks
            if find_below(paragraph, "pPr/rPr/vanish") is None:
                self._numbering.marker(paragraph)  # which is seen, and counts
        elif is_contents or self._runs.in_contents:
            self._builder.add(text, BlockKind.CONTENTS)
        else:
            self._write(paragraph, text)
        self._builder.notes += self._called_notes(calls)
        for box in boxes:
            self._read_blocks(box, 0)
        if paragraph in self._section_ends:
            self._builder.next_page()

    def _write(self, paragraph: Any, text: str) -> None:
        marker = self._numbering.marker(paragraph)
        level = self._styles.heading_level(paragraph)
        item = marker is not None and not re.search(r"[^\W\d_]{3,}", marker)  # «Artículo 1.» is none
        if not item:
            self._write_notes()
        if level is None and self._bold_headings and marker is None:
            shown = collapse(text)
            plain = len(shown) <= _MAX_BOLD_HEADING and shown[-1] not in ".,;:"
            level = 2 if plain and _all_bold(paragraph) else None
        kind = BlockKind.HEADING if level else None
        self._builder.add(text, kind, level=level or 0, item=item and not level, marker=marker or "")

    def _write_notes(self) -> None:
        self._builder.add(self._carried)
        self._carried = ""
        self._builder.write_notes()

    def _read_table(self, table: Any, nesting: int) -> None:
        """Write the rows of a table that are shown; one of a single column is a frame around text."""
        self._write_notes()
        shown_rows = []
        for row in _elements_inside(table, f"{W}tr"):
            if find_below(row, "trPr/del") is not None:
                self._runs.unread[NoticeKind.STRUCK_TEXT].append(row)
            elif find_below(row, "trPr/hidden") is not None:
                self._runs.unread[NoticeKind.HIDDEN_TEXT].append(row)
            else:
                shown_rows.append((row, list(_elements_inside(row, f"{W}tc"))))
        if max((len(cells) for _, cells in shown_rows), default=0) < 2:  # a frame around text, not a table
            for _, cells in shown_rows:
                for cell in cells:
                    self._read_blocks(cell, nesting + 1)
            return
        calls: list[Any] = []
        rows = [
            [TableCell("")] * parse_integer(value_at(row, "trPr/gridBefore"), 0, digits=2)
            + [self._table_cell(cell, calls) for cell in cells]
            for row, cells in shown_rows
        ]
        headers = sum(find_below(row, "trPr/tblHeader") is not None for row, _ in shown_rows)
        self._builder.add_table(rows, headers or 1)
        self._builder.notes += self._called_notes(calls)
        for _ in self._breaks(table):
            self._builder.next_page()

    def _table_cell(self, cell: Any, calls: list[Any]) -> TableCell:
        merged = find_below(cell, "tcPr/vMerge")
        goes_on = merged is not None and merged.get(f"{W}val") != "restart"
        text = collapse(" ".join(self._cell_paragraphs(cell, calls)))
        columns = parse_integer(value_at(cell, "tcPr/gridSpan"), 1, digits=2)
        return TableCell(text, columns, goes_on=goes_on)

    def _cell_paragraphs(self, parent: Any, calls: list[Any]) -> Iterator[str]:
        """The paragraphs of a cell, those of a table inside it and of text boxes too."""
        for child in parent:
            if child.tag == f"{W}p":
                boxes: list[Any] = []
                yield self._numbering.marker(child) or ""
                yield write_raised("".join(self._runs.pieces(child, boxes, calls)))
                for box in boxes:
                    yield from self._cell_paragraphs(box, calls)
            elif child.tag in _WRAPPERS or child.tag in (f"{W}tbl", f"{W}tr", f"{W}tc"):
                yield from self._cell_paragraphs(child, calls)

    def _called_notes(self, calls: Sequence[Any]) -> Iterator[Note]:
        for call in calls:
            kind = call.tag.removeprefix(W).removesuffix("Reference")
            self._called[kind] += 1
            number = self._called[kind]
            if (note := self._notes[kind].get(call.get(f"{W}id"))) is not None:
                label = f"nota {number}" if kind == "footnote" else f"nota final {list_number(number, 'i')}"
                yield Note(label, "\n".join(self._cell_paragraphs(note, [])))


def _last_of_sections(body: Any) -> Iterator[Any]:
    """The paragraphs that end a section after which a page begins."""
    for mark, following in pairwise(body.iter(f"{W}sectPr")):
        paragraph = next(mark.iterancestors(f"{W}p"), None)
        if paragraph is not None and value_at(following, "type") not in ("continuous", "nextColumn"):
            yield paragraph


def _elements_inside(parent: Any, tag: str) -> Iterator[Any]:
    """The elements of a kind in `parent`, also in content controls, not in what they hold themselves."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _elements_inside(child, tag)


def _all_bold(paragraph: Any) -> bool:
    texts = ((run, "".join(t.text or "" for t in run.iter(f"{W}t"))) for run in paragraph.iter(f"{W}r"))
    runs = [run for run, text in texts if text.strip()]
    return bool(runs) and all(is_set(run, "rPr/b") for run in runs)
