"""From the lines of a PDF to its elements: their typesetting shows what is a paragraph, heading, list item or table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from alpie.index.formats.pdf.aligned_tables import ITEM, NAMED, stands_in_columns, table_rows
from alpie.index.formats.pdf.contents_entries import FEWEST_ENTRIES, LEADS, contents_end, title_key
from alpie.index.formats.pdf.fragments import Extent, PdfLine
from alpie.index.typography.contents_titles import is_contents_title
from alpie.index.typography.letter_widths import printed_width
from alpie.index.typography.line_forms import (
    BULLET_SIGNS,
    LAST_BUT_ONE,
    LETTER,
    ends_sentence,
    first_word,
    starts_lower,
)

_MARKER = re.compile(
    rf"(?:[{BULLET_SIGNS}–—\-*]|\(?{LETTER}[.)]|"
    r"\(?(?:\d{1,3}|[ivx]{1,5}|[IVX]{1,6})[.)]|\d{1,3}\.[ºª]?|(?:[A-Z]\.)?\d{1,2}(?:\.\d{1,2}){1,4}\.?)$"
)
_LETTERED = re.compile(rf"(?:[a-zñ]\.|{LETTER}\))\s")
# a marker only where its words are bold and stand alone
_NUMBER = re.compile(r"(?:[A-Z]\.)?\d{1,2}$|[IVX]{1,6}$")
_BARE = re.compile(r"(?:preámbulo|exposición de motivos|sumario|índice|transitorios)[.:]?$", re.IGNORECASE)
_SAME_SIZE = 0.08  # of the size of the body: sizes of one paragraph differ by less
_PARAGRAPH_GAP = 1.35  # times the pitch of its lines: what is further below is another paragraph
_SHORT_LINE = 0.2  # of the width of its column, left free by the last line of a paragraph
_INDENT = 0.8  # of the size of type: how far a first line is indented at least
_RUNNING = 0.2  # of the characters: a size that runs
_LARGER = 1.1  # than the body's size: a heading
_USUAL_SIZE, _USUAL_PITCH = 10.0, 1.2  # points, and times that: of a file without a paragraph to measure
# times the size of type: nearer lines are raised figures, further ones other paragraphs
_MIN_PITCH, _MAX_PITCH = 0.7, 2.5
# times the height of its boxes: what type larger than the body takes from line to line at least
_TYPE_PITCH = 1.15
_NOT_SET_IN = 0.4  # of the size of type: a line that begins closer to the edge is not indented
_AS_LARGE = 0.95  # of the body's size: a bold line at least so large may be a heading
_NEAR_LINES = 3  # above a line, whose columns it may go on with
# one line in so many has dots, from the first to the last entry of a whole table of contents
_DOTTED_PART = 3
_MAX_HEADING = 200  # characters: what is longer is a paragraph
_MAX_HEADING_LINES = 4  # of the largest headings, those of norms


class Look(NamedTuple):
    """How a block is set."""

    size: float
    bold: bool


@dataclass(slots=True)
class PdfBlock:
    """Lines of a page that make one paragraph, heading, item, table or list of contents."""

    lines: list[PdfLine]
    table: bool = False
    heading: bool = False
    item: bool = False
    contents: bool = False  # entries of a table of contents
    level: int = 0  # of a heading

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)

    @property
    def extent(self) -> Extent | None:
        return self.lines[0].extent

    @property
    def size(self) -> float:
        return median(line.size for line in self.lines)

    @property
    def bold(self) -> bool:
        return all(line.bold for line in self.lines)

    @property
    def look(self) -> Look:
        return Look(round(self.size), self.bold)


@dataclass(frozen=True, slots=True)
class RunningText:
    """How the running text of a document is set."""

    size: float
    bold: bool
    pitch: float  # from base line to base line, in points
    largest: float  # size of running text: notes may take up more room than what they are about


def running_text_of(pages: Sequence[Sequence[PdfLine]]) -> RunningText:
    """Measure the running text: lines of the size that most characters have, those in ruled tables apart."""
    lines = [line for on_page in pages for line in on_page]
    lines = [line for line in lines if line.table is None] or lines
    sizes: Counter[float] = Counter()
    bolds: Counter[bool] = Counter()
    for line in lines:
        sizes[round(2 * line.size) / 2] += len(line.text)
        bolds[line.bold] += len(line.text)
    size = sizes.most_common(1)[0][0] if sizes else _USUAL_SIZE
    pitches = (
        line.base - below.base
        for line, below in pairwise(lines)
        if line.region == below.region and abs(line.size - size) < 1 and abs(below.size - size) < 1
    )
    near = sorted(pitch for pitch in pitches if _MIN_PITCH * size < pitch < _MAX_PITCH * size)
    pitch = near[len(near) // 4] if near else _USUAL_PITCH * size
    usual = [line for line, count in sizes.items() if count >= _RUNNING * sizes.total()]
    return RunningText(size, bolds[True] > bolds[False], pitch, max([size, *usual]))


def page_blocks(
    lines: Sequence[PdfLine],
    body: RunningText,
    titles: Collection[str] = (),
    known: Collection[str] = (),
    contents: bool = False,
) -> list[PdfBlock]:
    """The blocks of one page, in reading order.

    `titles` are those that the file's outline sets there, `known` all lines of the document, both folded;
    `contents`: the page before ended in a table of contents.
    """
    for line in lines:
        if line.table is None:
            _join_markers(line)
    blocks: list[PdfBlock] = []
    edges = _edges(lines)
    index = 0
    while index < len(lines):
        opens = is_contents_title(title_key(blocks[-1].text)) if blocks else contents
        if (end := _title_end(lines, index, titles)) > index:
            blocks.append(PdfBlock(list(lines[index:end]), heading=True))
        elif (end := contents_end(lines, index, known, opens)) > index:
            blocks.append(PdfBlock(list(lines[index:end]), contents=True))
        elif (
            not _is_running_text(blocks, lines[index], body, edges)
            and (found := table_rows(lines, index, body.pitch)).rows
        ):
            blocks.append(PdfBlock(found.rows, table=True))
            end = found.end
        else:
            line, end = lines[index], index + 1
            before = blocks[-1] if blocks and not (blocks[-1].table or blocks[-1].heading) else None
            if before is not None and _continues(before, line, body, edges[line.region]):
                before.lines.append(line)
            else:
                blocks.append(PdfBlock([line], item=ITEM.match(line.text) is not None))
        index = end
    _mark_contents(blocks)
    for block in blocks:
        may_head = not (block.contents or block.table or block.lines[0].aside)
        block.heading = may_head and (block.heading or _is_heading(block, body))
    return blocks


def _is_running_text(
    blocks: Sequence[PdfBlock], line: PdfLine, body: RunningText, edges: dict[int, Extent]
) -> bool:
    """Whether `line` opens an article or goes on with a sentence: the blanks of a justified line part no cells."""
    if line.table is not None:
        return False
    named = NAMED.match(line.cells[0].text)
    if named and named.end() < len(line.cells[0].text):
        return True
    before = blocks[-1] if blocks else None
    if before is None or before.table or ends_sentence(before.text):
        return False
    if any(stands_in_columns(above, line) for above in before.lines[-_NEAR_LINES:]):
        return False
    return starts_lower(line.text) and _continues(before, line, body, edges[line.region])


def _title_end(lines: Sequence[PdfLine], index: int, titles: Collection[str]) -> int:
    """Where the title of the outline that begins at `index` ends; `index` if none does."""
    text = ""
    if lines[index].text[:1].islower():  # «… del / artículo 143.»
        return index
    for end, line in enumerate(lines[index : index + _MAX_HEADING_LINES], start=index + 1):
        text = f"{text} {title_key(line.text)}".strip()
        if not any(title.startswith(text) for title in titles):
            break
        if text in titles and not (line.aside or line.table is not None):
            return end
    return index


def _mark_contents(blocks: Sequence[PdfBlock]) -> None:
    """Entries end in dots that lead to the number of a page; what stands between them is their first lines."""
    leads = [sum(LEADS.search(line.text) is not None for line in block.lines) for block in blocks]
    leads = [0 if block.contents else count for block, count in zip(blocks, leads, strict=True)]
    with_dots = [number for number, count in enumerate(leads) if count]
    if sum(leads) < FEWEST_ENTRIES:
        return
    between = blocks[with_dots[0] : with_dots[-1] + 1]
    whole = sum(leads) * _DOTTED_PART >= sum(len(block.lines) for block in between)
    for block in between if whole else [blocks[number] for number in with_dots]:
        block.contents = True


def _join_markers(line: PdfLine) -> None:
    """A bullet, number or name of an article with its words: the gap between them is no edge of a cell."""
    number = len(line.cells) == 2 and line.bold and _NUMBER.match(line.cells[0].text)
    number = number or (line.cells[0].text[-1:] in ".:" and NAMED.fullmatch(line.cells[0].text))
    if len(line.cells) >= 2 and (number or _MARKER.match(line.cells[0].text)):
        first, second = line.cells[:2]
        whole = replace(second, text=first.text, raised=[*first.raised], recognised=[*first.recognised])
        whole.take(second)
        whole.x0 = first.x0
        line.cells[:2] = [whole]


def _edges(lines: Sequence[PdfLine]) -> dict[int, Extent]:
    """Left and right edge of each column."""
    edges: dict[int, Extent] = {}
    for line in lines:
        left, right = edges.get(line.region, (line.x0, line.x1))
        edges[line.region] = Extent(min(left, line.x0), max(right, line.x1))
    return edges


def _continues(block: PdfBlock, line: PdfLine, body: RunningText, edges: Extent) -> bool:
    """Whether `line` goes on with the paragraph of `block`."""
    last = block.lines[-1]
    text, before = line.text, block.text
    # a word in bold may open or close a paragraph, its whole first line may be bold by chance
    mixed = not ends_sentence(before) and text[:1].islower()
    if abs(last.size - line.size) > _SAME_SIZE * body.size or (last.bold != line.bold and not mixed):
        return False
    if last.region != line.region or _BARE.match(before) or _BARE.match(text):
        return False
    gap = last.base - line.base
    if not 0 < gap <= _PARAGRAPH_GAP * max(
        body.pitch, _TYPE_PITCH * min(last.size, line.size)
    ) or _begins_item(text, before):
        return False
    if NAMED.match(text) and text[:1].isupper() and (ends_sentence(before) or block.bold):
        return False
    left, right = edges
    width = max(right - left, 1.0)
    short = right - last.x1 > _SHORT_LINE * width
    # a paragraph of one line, before another one with the same indent
    alone = len(block.lines) == 1 and right - last.x1 > printed_width(first_word(text)) * line.size
    set_in = last.x0 - left < _NOT_SET_IN * body.size or alone
    indented = line.x0 - left > _INDENT * body.size and set_in and not block.item
    begins = not text[:1].islower() or _LETTERED.match(text)
    closed = ends_sentence(before) or LAST_BUT_ONE.search(before)
    return not ((short or indented) and closed and begins)


def _begins_item(text: str, before: str) -> bool:
    """Whether a line begins an item, and not by chance with a figure: «… puntos de cero (0) a cien / (100) puntos»."""
    item = ITEM.match(text)
    by_chance = item and text[0] == "(" and starts_lower(text[item.end() :]) and before[-1].isalnum()
    return item is not None and not by_chance


def _is_heading(block: PdfBlock, body: RunningText) -> bool:
    text = block.text
    long = len(text) > _MAX_HEADING or len(block.lines) > _MAX_HEADING_LINES
    if long or not re.search(r"[^\W\d_]{2}", text) or any(len(line.cells) > 1 for line in block.lines):
        return False
    if block.size >= _LARGER * body.largest or _BARE.match(text):
        return True
    if block.size < _AS_LARGE * body.size or not block.bold or body.bold:
        return False
    return not ends_sentence(text) or NAMED.match(text) is not None


def heading_levels(blocks: Sequence[PdfBlock]) -> dict[Look, int]:
    """Levels by size, larger ones first, bold before plain of the same size."""
    looks = {block.look for block in blocks if block.heading}
    return {look: level for level, look in enumerate(sorted(looks, reverse=True), start=1)}
