"""DOCX: paragraphs, headings by style, lists with the numbers they show, tables, notes, page breaks.

Running heads are no part of the body and are not read; what its reader does not see (hidden, deleted and struck
text, comments) is counted.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as DocxDocument
from docx.opc.exceptions import PackageNotFoundError
from lxml.etree import XMLSyntaxError

from alpie.index.errors import SourceError
from alpie.index.formats.docx.docx_numbering import Numbering
from alpie.index.formats.docx.docx_package import (
    MATH,
    DocxStyles,
    W,
    as_transitional,
    docx_metadata,
    find_below,
    font_of,
    font_sign,
    form_value,
    is_on,
    is_set,
    notes_of,
    symbol_text,
    value_at,
)
from alpie.index.formats.extraction import Extraction, Note, TextBuilder
from alpie.index.formats.notation.formulas import formula_text
from alpie.index.formats.notation.list_numbers import LOWERED, RAISED, list_number, write_raised
from alpie.index.formats.notation.table_grid import TableCell
from alpie.index.formats.packed import open_packed
from alpie.index.notices import NoticeKind
from alpie.index.records import BlockKind, collapse

_RULES = 4  # of this module: raise it when the text that it makes of a file changes
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DELETED = frozenset({f"{W}del", f"{W}moveFrom"})
_UNSEEN = frozenset({_FALLBACK, *(W + name for name in ("pPr", "rPr", "instrText", "delText", "rt"))})
_WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))
_SHOWN = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}noBreakHyphen": "-", f"{W}br": "\n", f"{W}cr": "\n",
          f"{W}lastRenderedPageBreak": "\f"}  # fmt: skip
_STRUCK = ("strike", "dstrike")
_OF_A_FONT = re.compile("[\uf000-\uf0ff]")
_MAX_BOLD_HEADING = 120  # characters
_MAX_NESTING = 60


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
        # Word notes where its pages broke; the breaks that a writer set are then among them.
        self._rendered = next(self._body.iter(f"{W}lastRenderedPageBreak"), None) is not None
        self._bold_headings = not any(self._styles.heading_level(p) for p in self._body.iter(f"{W}p"))
        self._notes = {kind: notes_of(document, kind) for kind in ("footnote", "endnote")}
        self._called = dict.fromkeys(self._notes, 0)
        self._unread: dict[NoticeKind, list[Any]] = defaultdict(list)
        self._fields: list[bool] = []  # that are open, whether each is a table of contents
        self._codes: list[bool] = []  # of the fields that are open, whether this is their instruction
        self._contents = 0  # content controls around that hold a table of contents
        self._signs = 0  # of fonts that do not tell what they are
        self._carried = ""  # of a paragraph whose end was deleted, or of an initial set over several lines
        self._section_ends = set() if self._rendered else set(_last_of_sections(self._body))

    def read(self) -> None:
        if self._section_ends or any(True for _ in self._breaks(self._body)):
            self._builder.begin_page(1)
        self._read_blocks(self._body, 0)
        self._write_notes()

    def unread(self) -> dict[NoticeKind, int]:
        """How much of the body is not read."""
        texts = {
            kind: " ".join(t.text or "" for run in runs for t in run.iter(f"{W}t", f"{W}delText"))
            for kind, runs in self._unread.items()
        }
        counts = {kind: len(text.split()) or len(self._unread[kind]) for kind, text in texts.items()}
        counts[NoticeKind.COMMENTS] = sum(1 for _ in self._body.iter(f"{W}commentReference"))
        counts[NoticeKind.SYMBOLS] = self._signs
        return counts

    def found(self) -> str:
        """All words of the body and of the notes it calls, without regard to how they are laid out."""
        left_out = {element for runs in self._unread.values() for run in runs for element in run.iter()}
        called = [note for notes in self._notes.values() for note in notes.values()]
        parts: list[str] = []
        for root in (self._body, *called):
            initial = False
            for element in root.iter(*(W + name for name in ("p", "t", "tab", "br", "noBreakHyphen"))):
                if element.tag == f"{W}p":
                    parts.append("" if initial else "\n")
                    initial = _is_drop_cap(element)
                elif element.tag != f"{W}t":
                    parts.append("-" if element.tag == f"{W}noBreakHyphen" else "\n")
                elif element not in left_out and next(element.iterancestors(_FALLBACK), None) is None:
                    raised = self._styles.is_raised(element.getparent())
                    parts.append(RAISED + (element.text or "") + LOWERED if raised else element.text or "")
        return write_raised("".join(parts))

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
        boxes: list[Any] = []
        notes: list[Note] = []
        is_contents = bool(self._contents) or any(self._fields) or self._styles.is_contents(paragraph)
        text = self._carried + write_raised("".join(self._pieces(paragraph, boxes, notes)))
        self._codes = [False] * len(self._codes)  # an instruction stands in one paragraph
        gone = any(find_below(paragraph, f"pPr/rPr/{name}") is not None for name in ("del", "moveFrom"))
        gone = gone or _is_drop_cap(paragraph)
        self._carried = text if gone else ""
        if not self._rendered and find_below(paragraph, "pPr/pageBreakBefore") is not None:
            text = "\f" + text
        if gone:
            pass
        elif not collapse(text):
            self._builder.add(text)  # page breaks
            if find_below(paragraph, "pPr/rPr/vanish") is None:
                self._numbering.marker(paragraph)  # which is seen, and counts
        elif is_contents or any(self._fields):
            self._builder.add(text, BlockKind.CONTENTS)
        else:
            self._write(paragraph, text)
        self._builder.notes += notes
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
        self._write_notes()
        shown_rows = []
        for row in _elements_inside(table, f"{W}tr"):
            if find_below(row, "trPr/del") is not None:
                self._unread[NoticeKind.STRUCK_TEXT].append(row)
            elif find_below(row, "trPr/hidden") is not None:
                self._unread[NoticeKind.HIDDEN_TEXT].append(row)
            else:
                shown_rows.append((row, list(_elements_inside(row, f"{W}tc"))))
        if max((len(cells) for _, cells in shown_rows), default=0) < 2:  # a frame around text, not a table
            for _, cells in shown_rows:
                for cell in cells:
                    self._read_blocks(cell, nesting + 1)
            return
        notes: list[Note] = []
        rows = [
            [TableCell("")] * _number_at(row, "trPr/gridBefore", 0)
            + [self._table_cell(cell, notes) for cell in cells]
            for row, cells in shown_rows
        ]
        headers = sum(find_below(row, "trPr/tblHeader") is not None for row, _ in shown_rows)
        self._builder.add_table(rows, headers or 1)
        self._builder.notes += notes
        for _ in self._breaks(table):
            self._builder.next_page()

    def _table_cell(self, cell: Any, notes: list[Note]) -> TableCell:
        merged = find_below(cell, "tcPr/vMerge")
        goes_on = merged is not None and merged.get(f"{W}val") != "restart"
        text = collapse(" ".join(self._cell_paragraphs(cell, notes)))
        return TableCell(text, _number_at(cell, "tcPr/gridSpan", 1), goes_on=goes_on)

    def _cell_paragraphs(self, parent: Any, notes: list[Note]) -> Iterator[str]:
        """The paragraphs of a cell, those of a table inside it and of text boxes too."""
        for child in parent:
            if child.tag == f"{W}p":
                boxes: list[Any] = []
                yield self._numbering.marker(child) or ""
                yield write_raised("".join(self._pieces(child, boxes, notes)))
                for box in boxes:
                    yield from self._cell_paragraphs(box, notes)
            elif child.tag in _WRAPPERS or child.tag in (f"{W}tbl", f"{W}tr", f"{W}tc"):
                yield from self._cell_paragraphs(child, notes)

    def _pieces(self, paragraph: Any, boxes: list[Any], notes: list[Note]) -> Iterator[str]:
        """What a paragraph shows, a form feed where a page begins; text boxes go to `boxes`, what is called to `notes`."""
        stack = [paragraph]
        while stack:
            element = stack.pop()
            tag = element.tag
            if tag == f"{W}instrText" and self._fields and (element.text or "").split()[:1] == ["TOC"]:
                self._fields[-1] = True
            if tag in _DELETED:
                self._unread[NoticeKind.STRUCK_TEXT].append(element)
            elif tag in _UNSEEN or not isinstance(tag, str):
                continue
            elif tag == f"{W}r" and self._styles.run_is(element, paragraph, "vanish"):
                self._unread[NoticeKind.HIDDEN_TEXT].append(element)
            elif tag == f"{W}r" and any(self._styles.run_is(element, paragraph, look) for look in _STRUCK):
                self._unread[NoticeKind.STRUCK_TEXT].append(element)
            elif tag == f"{W}txbxContent":
                boxes.append(element)
            elif (shown := self._shown_by_element(element, tag)) is not None:
                yield shown
            elif tag == f"{W}object" and any((o.get("ProgID") or "").startswith("Equation") for o in element):
                self._unread[NoticeKind.FORMULAS].append(element)
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                notes += self._note(tag.removeprefix(W).removesuffix("Reference"), element)
                if is_on(element.get(f"{W}customMarkFollows", "0")):
                    del stack[
                        len(stack) - len(list(element.itersiblings())) :
                    ]  # the mark, which its run shows
            else:
                stack += reversed(element)

    def _shown_by_element(self, element: Any, tag: str) -> str | None:
        """What an element of a run shows by itself; None where what stands in it does."""
        if tag == f"{W}t":
            if any(self._codes):
                return ""
            text = _OF_A_FONT.sub(partial(self._font_character, font_of(element)), element.text or "")
            return RAISED + text + LOWERED if self._styles.is_raised(element.getparent()) else text
        if tag in _SHOWN:
            ends_page = tag == f"{W}br" and element.get(f"{W}type") == "page" and not self._rendered
            return "\n\f" if ends_page else _SHOWN[tag]
        if tag == f"{W}sym":
            sign = symbol_text(element)
            self._signs += not sign
            return sign
        if tag == f"{MATH}oMath":
            return formula_text(element)
        if tag == f"{W}fldChar":
            self._enter_or_leave_field(element.get(f"{W}fldCharType"))
            return form_value(element)
        return None

    def _enter_or_leave_field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append(False)
            self._codes.append(True)
        elif kind == "separate" and self._codes:
            self._codes[-1] = False
        elif kind == "end" and self._fields:
            self._fields.pop()
            self._codes.pop()

    def _font_character(self, font: str, match: re.Match[str]) -> str:
        shown = font_sign(ord(match[0]), font)
        self._signs += not shown
        return shown

    def _note(self, kind: str, call: Any) -> list[Note]:
        self._called[kind] += 1
        note = self._notes[kind].get(call.get(f"{W}id"))
        if note is None:
            return []
        number = self._called[kind]
        text = "\n".join(self._cell_paragraphs(note, []))
        return [(f"nota {number}" if kind == "footnote" else f"nota final {list_number(number, 'i')}", text)]


def _number_at(parent: Any, path: str, default: int) -> int:
    text = value_at(parent, path)
    return int(text) if text and re.fullmatch(r"\d{1,2}", text) else default


def _is_drop_cap(paragraph: Any) -> bool:
    """Whether a paragraph is the first letter of the next one, set large."""
    frame = find_below(paragraph, "pPr/framePr")
    return frame is not None and frame.get(f"{W}dropCap") in ("drop", "margin")


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
