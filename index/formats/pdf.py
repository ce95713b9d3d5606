"""PDF: words, pages and the way they are set, read by PDFium.

The canonical text keeps the lines of the pages, a form feed before each page, and the running heads and
feet, which the layout leaves out. A hyphen that divides a word at a line end stays in it too, as a mark.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from alpie.index.errors import SourceError
from alpie.index.formats.extraction import Extraction, clean
from alpie.index.formats.pdf_blocks import Block, body_of, heading_levels, page_blocks
from alpie.index.formats.pdf_lines import Line, page_fragments, reading_order
from alpie.index.formats.pdf_metadata import pdf_metadata
from alpie.index.formats.pdf_running import running_lines
from alpie.index.readable import collapse
from alpie.index.records import BlockKind, Element, Span, Structure

__all__ = ["PDFIUM", "extract_pdf"]

PDFIUM = threading.RLock()  # PDFium must not be called from two threads at once

_RULES = 1  # of this package: raise it when the text that it makes of a file changes
_MOST_PAGES = 5_000
_FEWEST_LETTERS = 20  # a page: below this on nearly every page, the file is a scan
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_LENGTH = re.compile(r"(?:^|[^\w])(?:[kchdm]?m|in|ft|pulgadas?|pies)$")  # before an exponent
_NOTES_BACK = 50  # raised figures looked back on
_DIVIDED = re.compile(r"(?<=[^\W\d_])-$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")


def extract_pdf(data: bytes, path: Path) -> Extraction:
    """Raises `SourceError` for a damaged or encrypted file, and for a scan without text."""
    import pypdfium2 as pdfium

    with PDFIUM:
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            raise _refusal(error, path) from error
        try:
            return _read(document, data, path)
        except pdfium.PdfiumError as error:
            raise _refusal(error, path) from error
        finally:
            document.close()


def _refusal(error: Exception, path: Path) -> SourceError:
    if getattr(error, "err_code", None) == _PASSWORD or "password" in str(error).lower():
        return SourceError(
            f"{path}: está cifrado con contraseña. Ábrelo con ella y guárdalo sin cifrar "
            "(por ejemplo, imprimiéndolo como PDF).",
            path,
        )
    return SourceError(
        f"{path}: el PDF está dañado y no se puede leer ({error}). Ábrelo y guárdalo de nuevo, o cópialo otra vez.",
        path,
    )


def _read(document: Any, data: bytes, path: Path) -> Extraction:
    if len(document) > _MOST_PAGES:
        raise SourceError(f"{path}: tiene más de {_MOST_PAGES} páginas. Divide el documento.", path)
    pages: list[list[Line]] = []
    heights: list[float] = []
    pictures = 0
    for number in range(len(document)):
        lines, height, has_picture = _page(document, number)
        pages.append(lines)
        heights.append(height)
        pictures += has_picture
    letters = [sum(character.isalpha() for line in lines for character in line.text) for lines in pages]
    if not any(letters):
        if pictures:
            raise SourceError(
                f"{path}: es un escaneo sin texto: hay que pasarle antes un reconocimiento de caracteres (OCR), "
                f"por ejemplo: ocrmypdf -l spa '{path.name}' con-texto.pdf",
                path,
            )
        raise SourceError(f"{path}: el PDF no contiene texto. Retira el archivo o complétalo.", path)
    numbers = [_number(document, number) for number in range(len(document))]
    running = running_lines(pages, heights)
    text = _Text(_outline(document))
    text.write(pages, running, numbers)
    scanned = sum(count < _FEWEST_LETTERS for count in letters)
    structure = Structure(
        tuple(text.elements), tuple(text.pages), tuple(text.footers), text.calls, tuple(text.marks)
    )
    parser = f"pypdfium2 {version('pypdfium2')}, pdf {_RULES}"
    notes = (f"{scanned} de {len(pages)} páginas no tienen texto (¿escaneadas?).",) if pictures else ()
    return Extraction(text.text, parser, structure, pdf_metadata(document, data, text.title, notes))


def _page(document: Any, number: int) -> tuple[list[Line], float, bool]:
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    try:
        page = document[number]
    except pdfium.PdfiumError:  # one damaged page does not cost the others
        return [], 1.0, False
    try:
        text_page = page.get_textpage()
        try:
            fragments = page_fragments(raw, text_page)
        finally:
            text_page.close()
        has_picture = not fragments and any(
            one.type == raw.FPDF_PAGEOBJ_IMAGE for one in page.get_objects(max_depth=3)
        )
        return reading_order(fragments), page.get_height() or 1.0, has_picture
    finally:
        page.close()


def _number(document: Any, number: int) -> int:
    """The number a page carries by the file's own page labels, else its place."""
    label = document.get_page_label(number).strip()
    return int(label) if re.fullmatch(r"[0-9]{1,5}", label) else number + 1


def _outline(document: Any) -> dict[str, int]:
    """Level of each title of the file's outline, by its folded words."""
    import pypdfium2 as pdfium

    levels: dict[str, int] = {}
    try:
        for entry in document.get_toc(max_depth=6):
            title = entry.get_title() if hasattr(entry, "get_title") else entry.title
            levels.setdefault(_folded(title or ""), entry.level + 1)
    except (pdfium.PdfiumError, ValueError):
        return {}
    return levels


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", clean(text).casefold()).strip()


class _Text:
    """Writes the canonical text and notes what stands where."""

    def __init__(self, outline: dict[str, int]) -> None:
        self._outline = outline
        self._parts: list[str] = []
        self._length = 0
        self.elements: list[Element] = []
        self.pages: list[tuple[int, int]] = []
        self.footers: list[Span] = []
        self.marks: list[Span] = []
        self.title = ""
        self._raised: list[tuple[int, Span]] = []  # small figures set high: calls or exponents
        self._compounds: set[str] = set()

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def write(
        self, pages: Sequence[Sequence[Line]], running: set[tuple[int, int]], numbers: Sequence[int]
    ) -> None:
        bodies = [
            [line for at, line in enumerate(lines) if (page, at) not in running]
            for page, lines in enumerate(pages)
        ]
        body = body_of(bodies)
        blocks = [page_blocks(lines, body) for lines in bodies]
        levels = heading_levels([block for on_page in blocks for block in on_page])
        whole = " ".join(line.text for lines in bodies for line in lines)
        self._compounds = {match.group().casefold() for match in _WORD.finditer(whole)}
        self.title = _title(blocks[0] if blocks else [])
        broken: Block | None = None  # a paragraph that the end of its page cut
        for page, lines in enumerate(pages):
            if page:
                self._write("\n\f")
            self.pages.append((self._length, numbers[page]))
            edge = [line for at, line in enumerate(lines) if (page, at) in running]
            middle = min((line.base for line in bodies[page]), default=0.0)
            heads = [line for line in edge if line.base > middle]
            for line in heads:
                self._running(line)
            for number, block in enumerate(blocks[page]):
                joins = number == 0 and broken is not None and _joins(broken, block)
                self._block(block, levels, broken if joins else None)
                broken = None if block.table or block.heading else block
            for line in edge:
                if line not in heads:
                    self._running(line)
            if not blocks[page]:
                broken = None

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _begin(self, parted: bool = True) -> int:
        if self._parts and not self._parts[-1].endswith("\f"):
            self._write("\n\n" if parted else "\n")
        return self._length

    def _running(self, line: Line) -> None:
        text = clean(line.text).strip()
        if text:
            start = self._begin()
            self._write(text)
            self.footers.append(Span(start, self._length))

    def _block(self, block: Block, levels: dict[tuple[float, bool], int], joined: Block | None) -> None:
        if block.table:
            self._table(block)
            return
        parted = not (block.item and bool(self.elements) and self.elements[-1].item)
        start = self._begin(parted)
        for number, line in enumerate(block.lines):
            if number:
                self._write("\n")
            self._line(line, [*block.lines, None][number + 1], block.heading)
        if start == self._length:
            return
        if block.heading:
            told = self._outline.get(_folded(block.text))
            level = told or levels[round(block.size), block.bold]
            self.elements.append(Element(start, self._length, BlockKind.HEADING, min(level, 9)))
        elif joined is not None:
            self._divided_over_pages(clean(joined.lines[-1].text), clean(block.lines[0].text), start)
            first = self.elements.pop()
            self.elements.append(replace(first, end=self._length))
        else:
            self.elements.append(Element(start, self._length, item=block.item))

    def _line(self, line: Line, following: Line | None, heading: bool) -> None:
        """Write one line; note its footnote calls and the hyphen that divides its last word."""
        for number, cell in enumerate(line.cells):
            if number:
                self._write(" ")
            begin = self._length
            # positions inside a cell hold only while no character of it changes
            text = clean(cell.text)
            self._write(text)
            if text == cell.text and not heading:
                for start, end in cell.raised:
                    self._note_call(text, start, end, begin)
        text = clean(line.text)
        after = clean(following.text) if following is not None else ""
        if _DIVIDED.search(text) and after[:1].islower():
            keeps = self._is_compound(text, after)
            # the hyphen and the line end, or of a compound word the line end alone
            start = self._length - (0 if keeps else 1)
            self.marks.append(Span(start, self._length + 1))

    def _divided_over_pages(self, before: str, after: str, start: int) -> None:
        """A word that the end of a page divides."""
        if _DIVIDED.search(before) and after[:1].islower():
            end = self.elements[-1].end
            self.marks.append(Span(end - (0 if self._is_compound(before, after) else 1), start))

    def _is_compound(self, before: str, after: str) -> bool:
        first = re.search(r"[^\W\d_]+-$", before)
        second = re.match(r"[^\W\d_]+", after)
        if not first or not second:
            return False
        return (first.group() + second.group()).casefold() in self._compounds

    def _note_call(self, text: str, start: int, end: int, begin: int) -> None:
        """Small raised figures after a word or a stop may call a note: see `_calls`."""
        figures = text[start:end].strip()
        before = text[:start].rstrip()
        if re.fullmatch(r"\d{1,3}", figures) and before and not _LENGTH.search(before):
            self._raised.append((int(figures), Span(begin + start, begin + end)))

    @property
    def calls(self) -> tuple[Span, ...]:
        """The longest run of raised figures that count on, from one: no exponent does."""
        best: list[tuple[float, int]] = []  # of the run that ends at each: its worth, the one before
        for place, (value, _) in enumerate(self._raised):
            worth, before = 1.0 - 0.6 * (value - 1), -1
            for at in range(max(0, place - _NOTES_BACK), place):
                earlier = self._raised[at][0]
                if 0 < value - earlier <= 3 and best[at][0] + 1.6 - 0.6 * (value - earlier) > worth:
                    worth, before = best[at][0] + 1.6 - 0.6 * (value - earlier), at
            best.append((worth, before))
        at = max(range(len(best)), key=lambda index: best[index][0], default=-1)
        if at < 0 or best[at][0] <= 0:
            return ()
        chain: list[Span] = []
        while at >= 0:
            chain.append(self._raised[at][1])
            at = best[at][1]
        return tuple(reversed(chain))

    def _table(self, block: Block) -> None:
        start = self._begin()
        rows: list[Span] = []
        for number, line in enumerate(block.lines):
            if number:
                self._write("\n")
            begin = self._length
            self._write("\t".join(clean(cell.text).strip() for cell in line.cells))
            rows.append(Span(begin, self._length))
        head = block.lines[0]
        headers = int(head.bold and not all(line.bold for line in block.lines))
        headers = headers or int(not re.search(r"\d", head.text))
        self.elements.append(Element(start, self._length, BlockKind.TABLE, 0, tuple(rows), headers))


def _joins(before: Block, after: Block) -> bool:
    """Whether a page break fell inside a paragraph."""
    open_ended = before.text.rstrip("»”’\"') ")[-1:] not in ".!?…;:"
    return (
        open_ended and not after.table and not after.heading and not after.item and after.text[:1].islower()
    )


def _title(blocks: Sequence[Block]) -> str:
    """The largest heading of the first page."""
    headings: Iterator[Block] = (block for block in blocks if block.heading)
    largest = max(headings, key=lambda block: block.size, default=None)
    return collapse(clean(largest.text)) if largest else ""
