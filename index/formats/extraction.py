"""What a parser makes of a file: its canonical text, and what is known about the parts of that text.

A parser writes only what the file shows to people who open it, and is deterministic: the same bytes and the same
parser version give the same text, so an offset means the same in every index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from alpie.index.formats.notation.table_grid import TableCell, lay_out_cells
from alpie.index.notices import NOT_MEASURED, Coverage, Notice, NoticeKind
from alpie.index.records import BlockKind, Element, PageStart, Span, Structure

_LIGATURES = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
UNSEEN = frozenset((0x00AD, 0x200B, 0x2060, 0xFEFF, 0xFFFE))  # soft hyphens, zero-width characters
_CONTROL = (*range(9), *range(0x0E, 0x20), 0x7F)
_TABLE = str.maketrans({**_LIGATURES, "\x0b": "\n", "\x0c": " ", **dict.fromkeys((*UNSEEN, *_CONTROL))})
_LINE = re.compile(r"[ \t\r\n\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file says about itself; a field is empty if the file does not state it."""

    title: str = ""
    publisher: str = ""
    author: str = ""  # who wrote or saved it: a person, or the body that publishes it
    date: str = ""  # ISO 8601
    language: str = ""  # BCP 47
    kind: str = ""
    url: str = ""
    rights: str = ""
    notes: tuple[str, ...] = ()  # what people should know about how it was read
    # fields above that stand for something near: the day it was saved, a heading
    guessed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """The canonical text of a file, with what its format says about it."""

    text: str = field(repr=False)
    parser: str = ""  # name and version; "" for a text file, which is decoded and no more
    structure: Structure | None = None  # None: the layout reads the lines
    metadata: Metadata = Metadata()
    notices: tuple[Notice, ...] = ()  # what in the file is not in the text
    coverage: Coverage = NOT_MEASURED  # pages; words are counted when it is laid out


class Note(NamedTuple):
    """A footnote."""

    label: str  # «nota 3»
    text: str


class TextBuilder:
    """Puts a canonical text together, one element after the other, a blank line between two."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._elements: list[Element] = []
        self.notes: list[Note] = []  # that wait to be written
        self._pages: list[tuple[int, int]] = []
        self._new_page = False

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def extraction(
        self, parser: str, metadata: Metadata, unread: Mapping[NoticeKind, int], found: str
    ) -> Extraction:
        """The text and structure that was built; `unread` counts what is in neither, `found`: see `Structure`."""
        starts = tuple(PageStart(*page) for page in self._pages)
        structure = Structure(tuple(self._elements), starts, found=clean_text(found))
        notices = tuple(Notice(kind, count) for kind, count in unread.items() if count)
        pages = len(self._pages)
        return Extraction(self.text, parser, structure, metadata, notices, Coverage(pages, pages))

    def begin_page(self, number: int) -> None:
        """What is added from here on stands on page `number`."""
        if self._parts:
            self._new_page = True
        self._pages.append((self._length, number))

    def next_page(self) -> None:
        """What is added from here on stands on the next page."""
        self.begin_page(self._pages[-1][1] + 1 if self._pages else 2)

    @property
    def begun(self) -> bool:
        """Whether any text was written so far."""
        return bool(self._parts)

    def add(
        self,
        text: str,
        kind: BlockKind | None = None,
        *,
        level: int = 0,
        item: bool = False,
        label: str | None = None,
        marker: str = "",
    ) -> None:
        """Add an element, or nothing where `text` shows nothing; a form feed in it begins a page.

        `marker` is the number that a list or a heading shows before the text.
        """
        if marker and (shown := text.lstrip()):
            text = f"{text[: len(text) - len(shown)]}{marker} {shown}"
        start = -1
        before = ""
        for number, part in enumerate(text.split("\f")):
            if number:
                self.next_page()
            part = clean_text(part)
            lines = [line.strip() for line in part.split("\n")]
            shown = "\n".join(line for line in lines if line)
            if not shown:
                before += part
                continue
            if start < 0:
                start = self._open(close=item and bool(self._elements) and self._elements[-1].item)
            else:  # a page may end within a word
                self._go_on("" if before == before.rstrip() and part == part.lstrip() else "\f")
            self._write(shown)
            before = part
        if start >= 0:
            self._elements.append(Element(start, self._length, kind, level, item=item, label=label))

    def write_notes(self) -> None:
        """Write the footnotes that wait, so that they part neither the items of a list nor the rows of a table."""
        for label, text in self.notes:
            self.add(text, BlockKind.PARAGRAPH, label=label)
        self.notes = []

    def add_table(self, rows: list[list[TableCell]], header_rows: int = 0) -> None:
        """A table: one line for each row, a tab between cells."""
        plain = [
            [cell._replace(text=_LINE.sub(" ", clean_text(cell.text)).strip()) for cell in cells]
            for cells in rows
        ]
        table = lay_out_cells(plain, header_rows)
        shown = ["\t".join(row) for row in table.rows]
        if not shown:
            return
        start = at = self._open()
        spans: list[Span] = []
        for row in shown:
            spans.append(Span(at, at + len(row)))
            at += len(row) + 1
        self._write("\n".join(shown))
        self._elements.append(
            Element(start, self._length, BlockKind.TABLE, 0, tuple(spans), table.header_rows)
        )

    def _open(self, close: bool = False) -> int:
        """The offset of what is written next, after what parts it from the element before."""
        if self._parts:
            self._go_on("\n\f" if self._new_page else "\n" if close else "\n\n")
        return self._length

    def _go_on(self, blank: str) -> None:
        """Write `blank`; a page begins with its first words, one without words where the next begins."""
        pending = self._length
        self._write(blank)
        if self._new_page:
            self._pages = [(self._length if at >= pending else at, n) for at, n in self._pages]
        self._new_page = False

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def clean_text(text: str) -> str:
    """`text` composed, without ligatures and what nobody sees (soft hyphens, zero-width, control)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return unicodedata.normalize("NFC", text.translate(_TABLE))
