"""Writes the canonical text of a PDF from the blocks of its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from alpie.index.formats.checked_metadata import is_title, joined_title, names_part
from alpie.index.formats.extraction import clean_text
from alpie.index.formats.notation.superscripts import raised_text
from alpie.index.formats.pdf.contents_entries import title_key
from alpie.index.formats.pdf.fragments import Fragment, PdfLine
from alpie.index.formats.pdf.pdf_blocks import Look, PdfBlock, heading_levels, page_blocks, running_text_of
from alpie.index.formats.pdf.pdf_lines import DIVIDED, holds_line_end_sign
from alpie.index.formats.pdf.running_lines import LinePlace, PageLines
from alpie.index.records import (
    BlockKind,
    Element,
    PageLabel,
    PageStart,
    RecognisedWord,
    Span,
    Structure,
    collapse,
)
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.spelling import lexicon_of
from alpie.index.typography.footnote_calls import NoteCall, heaviest_note_chain
from alpie.index.typography.line_forms import ends_in_function_word, ends_sentence
from alpie.index.typography.unit_openings import opens_unit

_SHORT = 70  # characters: a line that may be the whole of a title
_MAX_LEVEL = 9  # of a heading: looks of type beyond it are accidents
_LENGTH = re.compile(r"(?:^|[^\w])(?:[kchdm]?m|in|ft|pulgadas?|pies)$")  # before an exponent
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# «teórico-», «franco-»: words that are joined by hyphens end so
_FIRST_OF_TWO = re.compile(r"[^\W\d_]{3,}o-$")


Outline = dict[int, dict[str, int]]  # page → folded title → level


class _RaisedFigures:
    """The small figures set high in a text, of which some call notes and others are exponents."""

    def __init__(self) -> None:
        self._possible_calls: list[NoteCall] = []
        self._exponents: dict[int, str] = {}  # by offset: what is written for figures that call no note

    def note_call(self, text: str, raised: Span, begin: int) -> None:
        """Figures after a word or a stop may call a note; `begin`: the offset of `text`."""
        figures = text[raised.start : raised.end].strip()
        before = text[: raised.start].rstrip()
        if re.fullmatch(r"\d{1,3}", figures) and before and not _LENGTH.search(before):
            number = int(figures)
            self._possible_calls.append(NoteCall(begin + raised.start, begin + raised.end, number, number))

    def note_exponent(self, text: str, raised: Span, begin: int) -> None:
        """Figures that a sign stands for are written as that, unless they call a note."""
        figures = text[raised.start : raised.end]
        written = raised_text(figures, text[: raised.start])
        if written != figures and len(written) == len(figures):
            self._exponents[begin + raised.start] = written

    @property
    def calls(self) -> tuple[Span, ...]:
        """The figures that count on, from one: no exponent does."""
        return tuple(Span(call.start, call.end) for call in heaviest_note_chain(self._possible_calls))

    def with_exponents(self, text: str) -> str:
        """The whole `text` with its exponents as they are written."""
        parts: list[str] = []
        end = 0
        calls = {call.start for call in self.calls}
        for start, written in self._exponents.items():
            if start not in calls:
                parts += text[end:start], written
                end = start + len(written)
        return "".join([*parts, text[end:]])


class PdfText:
    """The canonical text being written."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._parts: list[str] = []
        self._length = 0
        self.elements: list[Element] = []
        self.pages: list[PageStart] = []
        self.footers: list[Span] = []
        self.marks: list[Span] = []
        self.title = ""
        self._raised = _RaisedFigures()
        self._words: set[str] = set()  # of the document, as it writes them inside its lines
        self.recognised: list[RecognisedWord] = []
        self._open_table: PdfBlock | None = None  # which the next page may go on with

    @property
    def text(self) -> str:
        return self._raised.with_exponents("".join(self._parts))

    def structure(self, found: str) -> Structure:
        """What is known of the runs of the text that was written; `found`: see `Structure`."""
        return Structure(
            tuple(self.elements),
            tuple(self.pages),
            tuple(self.footers),
            self._raised.calls,
            tuple(self.marks),
            tuple(self.recognised),
            found=found,
        )

    def write(self, pages: PageLines, running: set[LinePlace], numbers: Sequence[PageLabel]) -> None:
        """Write all pages: heads first, then the blocks, then feet; a paragraph goes on across them."""
        bodies = [
            [line for at, line in enumerate(lines) if (page, at) not in running]
            for page, lines in enumerate(pages)
        ]
        body = running_text_of(bodies)
        known = {title_key(line.text) for on_page in bodies for line in on_page if len(line.text) < _SHORT}
        blocks: list[list[PdfBlock]] = []
        for page, body_lines in enumerate(bodies):
            listed = bool(blocks and blocks[-1]) and blocks[-1][-1].contents
            blocks.append(page_blocks(body_lines, body, self._outline.get(page, {}), known, listed))
        levels = heading_levels([block for on_page in blocks for block in on_page])
        texts = (line.text for lines in bodies for line in lines)
        self._words = {word.casefold() for text in texts for word in _WORD.findall(text)}
        self.title = _title(blocks[0] if blocks else [])
        broken: PdfBlock | None = None  # a paragraph that the end of its column or page cut
        for page, lines in enumerate(pages):
            if page:
                self._write("\n\f")
            self.pages.append(PageStart(self._length, numbers[page]))
            edge = [line for at, line in enumerate(lines) if (page, at) in running]
            middle = min((line.base for line in bodies[page]), default=0.0)
            heads = [line for line in edge if line.base > middle and not line.left_out]
            for line in heads:
                self._write_running(line)
            broken = self._write_page(page, blocks[page], levels, broken)
            for line in edge:
                if line not in heads:
                    self._write_running(line)

    def _write_page(
        self,
        page: int,
        blocks: Sequence[PdfBlock],
        levels: Mapping[Look, int],
        broken: PdfBlock | None,
    ) -> PdfBlock | None:
        """Write the blocks of a page, the first after a paragraph that may be `broken`; returns the last if it may be."""
        region = -1
        for number, block in enumerate(blocks):
            breaks = number == 0 or block.lines[0].region != region
            joins = breaks and broken is not None and _joins(broken, block)
            if block.heading:
                told = self._outline.get(page, {}).get(title_key(block.text))
                block.level = min(told or levels[block.look], _MAX_LEVEL)
            self._write_block(block, broken if joins else None, first=number == 0)
            broken = None if block.table or block.heading or block.contents else block
            region = block.lines[-1].region
        return broken if blocks else None

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _begin(self, parted: bool = True) -> int:
        if self._parts and not self._parts[-1].endswith("\f"):
            self._write("\n\n" if parted else "\n")
        return self._length

    def _write_running(self, line: PdfLine) -> None:
        text = clean_text(line.text).strip()
        if text:
            start = self._begin()
            self._write(text)
            self.footers.append(Span(start, self._length))

    def _write_block(self, block: PdfBlock, joined: PdfBlock | None, first: bool) -> None:
        """Write a block and note its element; one that goes on with `joined` makes one element with it."""
        if block.table and not block.contents:
            self._write_table(block, self._open_table if first else None)
            self._open_table = block
            return
        self._open_table = None
        parted = not (block.item and bool(self.elements) and self.elements[-1].item)
        start = self._begin(parted)
        for line, following in zip_longest(block.lines, block.lines[1:]):
            self._write_line(line, following, block.heading)
        if start == self._length:
            return
        if block.contents:
            self.elements.append(Element(start, self._length, BlockKind.CONTENTS))
        elif block.heading:
            self.elements.append(Element(start, self._length, BlockKind.HEADING, block.level))
        elif joined is not None:
            whole = self.elements.pop()
            self._mark_hyphen(joined.lines[-1], block.lines[0], whole.end, start)
            self.elements.append(replace(whole, end=self._length))
        else:
            self.elements.append(Element(start, self._length, item=block.item))

    def _write_line(self, line: PdfLine, following: PdfLine | None, heading: bool) -> None:
        """Write one line; note its footnote calls and the hyphen that divides its last word."""
        for cell, begin in self._write_cells(line, " "):
            for raised in cell.raised if not heading else ():
                self._raised.note_call(cell.text, raised, begin)
        if following is not None:
            self._mark_hyphen(line, following, self._length, self._length + 1)
            self._write("\n")

    def _write_cells(self, line: PdfLine, between: str) -> Iterator[tuple[Fragment, int]]:
        """Write the cells of a line; yields those of which no character changed, with the place of their text."""
        for number, cell in enumerate(line.cells):
            self._write(between if number else "")
            begin, text = self._length, clean_text(cell.text).strip()
            self._write(text)
            if text == cell.text:  # else the places inside the cell do not hold
                self.recognised += [word.moved(begin) for word in cell.recognised]
                for raised in cell.raised:
                    self._raised.note_exponent(text, raised, begin)
                yield cell, begin

    def _mark_hyphen(self, line: PdfLine, following: PdfLine, end: int, start: int) -> None:
        """Mark what stands between the halves of a word that a line end divides, from `end` to `start`."""
        before, after = clean_text(line.text), clean_text(following.text)
        if DIVIDED.search(before) and after[:1].islower():
            # the hyphen and the line end, or of a compound word the line end alone
            self.marks.append(Span(end - (0 if self._is_compound(before, after) else 1), start))
        elif holds_line_end_sign(before, after):
            self.marks.append(Span(end, start))

    def _is_compound(self, before: str, after: str) -> bool:
        """Whether the document, else the language, writes the word that a line end divides with a hyphen."""
        halves = re.search(r"(?:[^\W\d_]+-)+$", before), re.match(r"[^\W\d_]+", after)
        if not halves[0] or not halves[1]:
            return False
        first, second = halves[0].group().casefold(), halves[1].group().casefold()
        if first + second in self._words:
            return True
        if first[:-1] + second in self._words or not _FIRST_OF_TWO.search(first):
            return False
        words, joined = lexicon_of("es"), fold(first[:-1] + second)
        accented = fold(first[:-2]) != first[:-2]  # «físico-»: one word would have lost it, «fisicoquímico»
        return (accented or joined not in words) and fold(first[:-1]) in words and fold(second) in words

    def _write_table(self, block: PdfBlock, before: PdfBlock | None) -> None:
        """A row a line; a table that goes on from the page before is one, its repeated head left out."""
        start = self._begin()
        rows: list[Span] = []
        repeated = before is not None and before.lines[0].text == block.lines[0].text
        goes_on = before is not None and (repeated or before.extent == block.extent is not None)
        for number, line in enumerate(block.lines):
            if number:
                self._write("\n")
            begin = self._length
            for cell, at in self._write_cells(line, "\t"):
                self.marks += [Span(at + place, at + place + 1) for place in cell.hyphens]
            if number or not repeated:
                rows.append(Span(begin, self._length))
            else:
                self.footers.append(Span(begin, self._length))
        if goes_on and self.elements[-1].kind is BlockKind.TABLE:
            whole = self.elements.pop()
            self.elements.append(replace(whole, end=self._length, rows=(*whole.rows, *rows)))
            return
        head = block.lines[0]
        headers = int(head.bold and not all(line.bold for line in block.lines))
        headers = headers or int(not re.search(r"\d", head.text))
        texts = [cell.text for cell in head.cells]
        # heads of several columns have their own below, beside one over both
        if headers and len(texts) > len(set(texts)):
            headers = max(1, sum(line.cells[0].text == texts[0] for line in block.lines[:-1]))
        self.elements.append(Element(start, self._length, BlockKind.TABLE, 0, tuple(rows), headers))


def _joins(before: PdfBlock, after: PdfBlock) -> bool:
    """Whether the end of a column or page fell inside a paragraph."""
    if after.table or after.heading or after.item or after.contents or ends_sentence(before.text):
        return False
    return after.text[:1].islower() or bool(DIVIDED.search(before.text)) or ends_in_function_word(before.text)


def _title(blocks: Sequence[PdfBlock]) -> str:
    """The largest heading of the first page that stands before its first part, else its first line; "" for none."""
    texts = [collapse(clean_text(block.text)) for block in blocks]
    parts = (at for at, text in enumerate(texts) if opens_unit(text) or names_part(text))
    opening = range(next(parts, len(blocks)))
    headings = [at for at in opening if blocks[at].heading]
    largest = max(headings, key=lambda at: blocks[at].size, default=0)
    if not headings and not (opening and is_title(texts[0].removesuffix("."))):
        return ""
    return joined_title(texts[largest], texts[largest + 1 : opening.stop])
