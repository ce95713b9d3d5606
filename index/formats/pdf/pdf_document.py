"""PDF: words, pages and their typesetting, read by PDFium.

The canonical text keeps the lines of the pages, with a form feed before each page, and the running heads and feet,
which the layout leaves out. A hyphen that divides a word at a line end is kept too, as a mark.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from alpie.index.errors import ScanWithoutText, SourceError
from alpie.index.formats.extraction import Extraction, clean_text
from alpie.index.formats.pdf.accents import compose_accents
from alpie.index.formats.pdf.annotations import TickBox, draw_ticks, read_annotations
from alpie.index.formats.pdf.contents_entries import title_key
from alpie.index.formats.pdf.fragments import Fragment, PdfLine, fragments_of
from alpie.index.formats.pdf.page_characters import (
    Box,
    frame_height,
    page_characters,
    rotations_of,
    turned_box,
)
from alpie.index.formats.pdf.page_drawing import page_drawing
from alpie.index.formats.pdf.pdf_lines import reading_order, recognised_page, slanted_lines, table_fragment
from alpie.index.formats.pdf.pdf_metadata import pdf_metadata
from alpie.index.formats.pdf.pdf_text import Outline, PdfText
from alpie.index.formats.pdf.recognition import Recogniser
from alpie.index.formats.pdf.ruled_tables import grids, mark_cells
from alpie.index.formats.pdf.running_lines import LinePlace, running_lines
from alpie.index.formats.pdf.unseen_text import remove_unseen
from alpie.index.notices import Coverage, Notice, NoticeKind
from alpie.index.records import PageLabel

PDFIUM = threading.RLock()  # PDFium must not be called from two threads at once

_RULES = 7  # of this package: raise it when the text that it makes of a file changes
_MAX_PAGES = 5_000  # of a file: what is read of each is kept until the last
_PICTURE = 0.3  # of a page: with fewer than `_FEWEST_LETTERS` beside it, it is a scan
_FEWEST_LETTERS = 120  # two lines: a stamp or a page number has fewer
_DRAWN = 50  # objects on a page without a letter: its words may be drawn
_REGIONS_A_ROTATION = 1_000  # numbers of columns: text that runs another way gets numbers of its own
_CALLED_LETTERS = 3  # before a raised figure that may call a note: shorter words are units, «m2»
_MAX_OUTLINE_DEPTH = 6  # levels, as many as headings have in HTML
_MAX_LABEL = 12  # characters: it stands in citations


def extract_pdf(data: bytes, path: Path, recogniser: Recogniser | None = None) -> Extraction:
    """The text of a PDF; for its scanned pages, what `recogniser` reads there.

    Raises `SourceError` for a damaged or encrypted file, and for a scan without text.
    """
    try:
        with PDFIUM, closing(pdfium.PdfDocument(data)) as document:
            return _read_document(document, data, path, recogniser)
    except pdfium.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise SourceError.at(path, "pdf.password") from error
        raise SourceError.at(path, "pdf.damaged", error=error) from error


@dataclass(slots=True)
class _Page:
    """What is read of one page."""

    lines: list[PdfLine] = field(default_factory=list)
    found: str = ""  # its words before they are laid out
    pictures: float = 0.0  # share of it that pictures cover
    objects: int = 0  # that are no text
    fields: int = 0  # of forms, with a value that does not show
    outside: int = 0  # words outside what is visible of it
    hidden: int = 0  # words set without ink
    comments: int = 0
    recognised: bool = False  # read off its picture


def _read_document(document: Any, data: bytes, path: Path, recogniser: Recogniser | None) -> Extraction:
    """Read all pages before any is written: running lines and the usual type show only across pages."""
    if len(document) > _MAX_PAGES:
        raise SourceError.at(path, "pdf.pages", most=_MAX_PAGES)
    document.init_forms()
    pages = [_read_page(document, number) for number in range(len(document))]
    if recogniser:
        _recognise(document, pages, recogniser)
    lines = [page.lines for page in pages]
    if not any(line.text for page in lines for line in page):
        if any(page.pictures or page.objects > _DRAWN for page in pages):
            raise ScanWithoutText.at(path, "pdf.scan")
        raise SourceError.at(path, "pdf.no_text")
    running = running_lines(lines)
    text = PdfText(_read_outline(document))
    text.write(lines, running, [_page_label(document, number) for number in range(len(document))])
    notices = _notices(pages, running)
    unread = sum(notice.count for notice in notices if notice.kind is NoticeKind.PAGES_WITHOUT_TEXT)
    recognised_by = f", {recogniser.version}" if recogniser and any(page.recognised for page in pages) else ""
    return Extraction(
        text.text,
        f"pypdfium2 {version('pypdfium2')}, pdf {_RULES}{recognised_by}",
        text.structure("\n".join(page.found for page in pages)),
        pdf_metadata(document, data, text.title),
        notices,
        Coverage(pages=len(pages), pages_read=len(pages) - unread),
    )


def _notices(pages: Sequence[_Page], running: set[LinePlace]) -> tuple[Notice, ...]:
    """What of the pages is not in the text, or not as it stands."""
    unread = (_is_unread(page, number, running) for number, page in enumerate(pages) if not page.recognised)
    counts = {
        NoticeKind.PAGES_WITHOUT_TEXT: sum(unread),
        NoticeKind.PAGES_RECOGNISED: sum(page.recognised for page in pages),
        NoticeKind.FORM_FIELDS: sum(page.fields for page in pages),
        NoticeKind.HIDDEN_TEXT: sum(page.hidden for page in pages),
        NoticeKind.COMMENTS: sum(page.comments for page in pages),
        NoticeKind.OUTSIDE_THE_PAGE: sum(page.outside for page in pages),
        NoticeKind.WATERMARKS: sum(any(one.left_out and one.aside for one in page.lines) for page in pages),
    }
    return tuple(Notice(kind, count, len(pages)) for kind, count in counts.items() if count)


def _is_unread(page: _Page, number: int, running: set[LinePlace]) -> bool:
    """Whether a page shows more than is read of it: a scan, stamped or not, or words that are drawn."""
    lines = [line for at, line in enumerate(page.lines) if (number, at) not in running]
    texts = (line.text for line in lines if not (line.aside or line.left_out))
    letters = sum(character.isalpha() for text in texts for character in text)
    if page.pictures >= _PICTURE:
        return letters < _FEWEST_LETTERS
    return page.objects > _DRAWN and not letters


def _recognise(document: Any, pages: list[_Page], recogniser: Recogniser) -> None:
    """Read the pages that are pictures. A stamp upon one is read with it."""
    for number, page in enumerate(pages):
        if not _is_unread(page, number, set()):
            continue
        if lines := recognised_page(document, number, recogniser):
            pages[number] = _Page(lines, "\n".join(line.text for line in lines), recognised=True)


def _read_page(document: Any, number: int) -> _Page:
    try:
        page = document[number]
    except pdfium.PdfiumError:  # one damaged page does not cost the others
        return _Page()
    try:
        notes = read_annotations(document, page)
        if notes.shown:
            raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
            page.close()
            page = document[number]
        read = _read_characters(page, notes.boxes)
        shown = "".join(read.found.split())
        read.fields = sum("".join(value.split()) not in shown for value in notes.values)
        read.comments = notes.comments
        return read
    finally:
        page.close()


def _read_characters(page: Any, boxes: Sequence[TickBox]) -> _Page:
    """The lines of a page: its tables first, then the rest in reading order, then what runs another way."""
    box = _visible_box(page)
    text_page = page.get_textpage()
    try:
        outside: list[str] = []
        characters = list(page_characters(text_page, box, outside))
        drawing = page_drawing(page, box)
        hidden = remove_unseen(page, text_page, characters, drawing)
        if hidden and drawing.pictures >= _PICTURE:  # the text of a scan, which its picture shows
            characters, hidden = list(page_characters(text_page, box, [])), 0
        characters = compose_accents(characters)
        rotation, *others = rotations_of(characters) or [0]
        if boxes:
            turned = [tick._replace(box=turned_box(tick.box, rotation, box)) for tick in boxes]
            draw_ticks(characters, turned, rotation)
        tables = grids(drawing.edges, characters, rotation, box) if drawing.edges else []
        real = mark_cells(characters, tables, rotation) if tables else set()
        fragments = fragments_of(text_page, characters, rotation)
        texts = [_part_calls(fragment) for fragment in fragments]
        whole = [table_fragment(fragments, at, tables[at]) for at in sorted(real)]
        lines = reading_order([*(fragment for fragment in fragments if fragment.cell is None), *whole])
        height = frame_height(rotation, box)
        lines = [replace(line, height=height) for line in lines]
        for other in sorted(others):
            beside = fragments_of(text_page, characters, other)
            texts += map(_part_calls, beside)
            height = frame_height(other, box)
            for line in reading_order(beside):
                region = _REGIONS_A_ROTATION * (other + 1) + line.region
                lines.append(replace(line, height=height, aside=True, region=region))
        lines += slanted_lines(characters)
        lost = len("".join(outside).split())
        return _Page(lines, "\n".join(texts), drawing.pictures, drawing.objects, outside=lost, hidden=hidden)
    finally:
        text_page.close()


def _part_calls(fragment: Fragment) -> str:
    """The text of a fragment, raised figures after a word apart: they may call notes."""
    text = fragment.text
    for raised in reversed(fragment.raised):
        before = text[: raised.start]
        if before[-_CALLED_LETTERS:].isalpha() and text[raised.start : raised.end].isdigit():
            text = f"{before} {text[raised.start :]}"
    return text


def _visible_box(page: Any) -> Box:
    """What is visible of a page, in its own coordinates."""
    crop, media = Box(*page.get_cropbox()), Box(*page.get_mediabox())
    box = Box(*map(max, crop[:2], media[:2]), *map(min, crop[2:], media[2:]))
    return box if box.left < box.right and box.bottom < box.top else media


def _page_label(document: Any, number: int) -> PageLabel:
    """What a page is called by the file's own page labels, else its place."""
    label = clean_text(document.get_page_label(number)).strip()
    if re.fullmatch(r"[0-9]{1,5}", label):
        return int(label)
    return label if 0 < len(label) <= _MAX_LABEL else number + 1


def _read_outline(document: Any) -> Outline:
    """The titles of the file's outline, with the page that they lead to."""
    outline: Outline = {}
    try:
        for entry in document.get_toc(max_depth=_MAX_OUTLINE_DEPTH):
            place = entry.get_dest()
            page = place.get_index() if place else None
            if page is not None and (title := title_key(entry.get_title() or "")):
                outline.setdefault(page, {}).setdefault(title, entry.level + 1)
    except (pdfium.PdfiumError, ValueError):
        pass
    return outline
