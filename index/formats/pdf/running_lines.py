"""Separates the running lines of a PDF from its body: heads and feet, page numbers, watermarks, line numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from alpie.index.formats.pdf.fragments import PdfLine
from alpie.index.typography.line_forms import ends_sentence

_ZONE = 0.13  # of the height of the tallest page, at the top and at the bottom of each
_MAX_RUNNING = 150  # characters: a longer line is text
_SAME_HEIGHT = 4.0  # points between lines of two pages that count as at one height
_NEARLY = 12.0  # points, for the first and last line: another sheet has another margin
_FEWEST_LETTERS = 8  # of what shows a line to be a running one, though the rest of it varies
_PAGE = re.compile(r"(?:p[áa]g(?:ina|s?\.)?|folio|page)\s*#(?:\s*(?:de|/|of)\s*#)?$")
_EDGE = 0.2  # of the height of a page: what its first or last line may be if it is a running one
_FEWEST_OF_PART = 3  # pages of a chapter, one after the other or every second, that bear its title
_HUGE = 2.5  # times the usual size: letters of a watermark
_SLIDE_TITLE = 1.05  # times the usual size: the title of a slide, which may be repeated too
_SHARE = 0.4  # of the pages that have text, at least two
_SHARE_FACING = 0.6  # of the left pages, or of the right ones
_FEWEST_FACING = 6  # pages, to distinguish left from right ones
_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)

PageLines = Sequence[Sequence[PdfLine]]  # of each page


class LinePlace(NamedTuple):
    """A line by the numbers of its page and of itself on it."""

    page: int
    line: int


class _RunningCandidate(NamedTuple):
    place: LinePlace
    height: float  # from the edge of the page that is nearer, in points


# words, whether at the top → where they stand
_RunningByWords = dict[tuple[str, bool], list[_RunningCandidate]]


def running_lines(pages: PageLines) -> set[LinePlace]:
    """Find the lines that are not part of the document's text: running lines, and lines that are `left_out` by their nature."""
    lines = [line for on_page in pages for line in on_page]
    usual = median(line.size for line in lines) if lines else 0.0
    with_text = sum(map(bool, pages))
    fewest = max(2, round(_SHARE * with_text))
    seen, outermost = _candidates(pages, usual)
    running = {place for place, line in _places(pages) if line.left_out}
    for candidates, tolerance in ((seen, _SAME_HEIGHT), (outermost, _NEARLY)):
        for (words, _), alike in candidates.items():
            running |= _repeated(words, alike, tolerance, fewest, pages)
    for alike in seen.values() if with_text >= _FEWEST_FACING else ():
        on_pages = {one.place.page for one in alike}
        # half of the pages each is enough, where left and right pages carry different words
        if len({page % 2 for page in on_pages}) == 1 and len(on_pages) >= _SHARE_FACING * with_text / 2:
            running.update(one.place for one in alike)
    running.update(_watermarks(pages, fewest, _HUGE * usual))
    while heads := _edges_of_parts(pages, running, usual):
        running |= heads
    return running - _heads_of_tables(pages, running)


def _places(pages: PageLines) -> Iterator[tuple[LinePlace, PdfLine]]:
    for page, lines in enumerate(pages):
        for number, line in enumerate(lines):
            yield LinePlace(page, number), line


def _candidates(pages: PageLines, usual: float) -> tuple[_RunningByWords, _RunningByWords]:
    """Lines near the edge of a page by their words, and the first and last lines by what shows them to be running."""
    zone = _ZONE * max((line.height for _, line in _places(pages)), default=0.0)
    seen: _RunningByWords = defaultdict(list)
    outermost: _RunningByWords = defaultdict(list)
    for page, lines in enumerate(pages):
        bases = [line.base for line in lines if not (line.left_out or line.aside)]
        for number, line in enumerate(lines):
            below = line.height - line.base  # the top of the page: sheets may lie on their side
            top = below < zone
            if line.left_out or not (top or line.base < zone) or len(line.text) > _MAX_RUNNING:
                continue
            candidate = _RunningCandidate(LinePlace(page, number), below if top else line.base)
            texts = [_without_numbers(text) for text in (line.text, *(cell.text for cell in line.cells))]
            for words in {texts[0], *filter(_PAGE.match, texts)}:
                seen[words, top].append(candidate)
            if not line.aside and line.base == (max(bases) if top else min(bases)):
                for words in _parts_of_running(line, page, usual):
                    outermost[words, top].append(candidate)
    return seen, outermost


def _without_numbers(text: str) -> str:
    return " ".join(_NUMBER.sub("#", text).casefold().split())


def _repeated(
    words: str, candidates: Sequence[_RunningCandidate], tolerance: float, fewest: int, pages: PageLines
) -> set[LinePlace]:
    """Which lines of the same `words` stand at one height of enough pages, two of them neighbours."""
    running: set[LinePlace] = set()
    for height in {candidate.height for candidate in candidates}:
        alike = [candidate for candidate in candidates if abs(candidate.height - height) <= tolerance]
        on = sorted({one.place.page for one in alike})
        follows = any(b - a == 1 for a, b in pairwise(on))
        if len(on) >= fewest and follows and (words != "#" or _rises(alike, pages)):
            running.update(one.place for one in alike)
    return running


def _parts_of_running(line: PdfLine, page: int, usual: float) -> Iterator[str]:
    """What shows the first or last line of a page to be a running one, whatever stands beside it.

    That is words, or the number of the page, by how it differs from its place; the number of a title is larger than the text.
    """
    for text in {line.text, *(cell.text for cell in line.cells)}:
        number = re.fullmatch(r"\W*(\d{1,4})\W*" if text == line.text else r"(\d{1,4})", text)
        if number and line.size <= usual:
            yield f"# {int(number[1]) - page}"
        elif sum(map(str.isalpha, text)) >= _FEWEST_LETTERS and not text.endswith(":"):
            yield _without_numbers(text)


def _watermarks(pages: PageLines, fewest: int, size: float) -> Iterator[LinePlace]:
    """Lines in huge letters that stand in the same place of many pages."""
    huge: dict[tuple[str, int], list[LinePlace]] = defaultdict(list)
    for place, line in _places(pages):
        if line.size > size:
            huge[line.text, round(line.base)].append(place)
    for places in huge.values():
        if len(places) >= fewest:
            yield from places


def _edges_of_parts(pages: PageLines, running: set[LinePlace], usual: float) -> set[LinePlace]:
    """The outermost lines beside those `running` that the pages of one part repeat: its title, or the second line of a head."""
    alike: dict[tuple[str, bool, int], list[LinePlace]] = defaultdict(list)
    for page, lines in enumerate(pages):
        left = ((at, line) for at, line in enumerate(lines) if (page, at) not in running)
        body = [(line.base, at) for at, line in left if not line.aside]
        for base, at in {max(body), min(body)} if len(body) > 1 else ():
            line, top = lines[at], base == max(body)[0]
            height = line.height - base if top else base
            words = re.search(r"[^\W\d_]{3}", line.text[:_MAX_RUNNING]) and not ends_sentence(line.text)
            if height <= _EDGE * line.height and words:
                alike[line.text, top, round(height / _SAME_HEIGHT)].append(LinePlace(page, at))
    heads: set[LinePlace] = set()
    for places in alike.values():
        run: list[LinePlace] = []
        for place in places:
            run = [*run, place] if run and place.page - run[-1].page <= 2 else [place]
            large = pages[place.page][place.line].size > _SLIDE_TITLE * usual
            if len(run) >= (_FEWEST_OF_PART * 2 if large else _FEWEST_OF_PART):
                heads.update(run)
    return heads - _heads_of_tables(pages, heads)


def _heads_of_tables(pages: PageLines, running: set[LinePlace]) -> set[LinePlace]:
    """The running lines that are really the repeated head of a table: its other rows do not repeat."""
    rows = ((place, line.table) for place, line in _places(pages) if line.table is not None)
    tables = {(place.page, table) for place, table in rows if place not in running}
    heads: set[LinePlace] = set()
    for place in running:
        line, *below = pages[place.page][place.line : place.line + 2]
        if (place.page, line.table) in tables or (below and _heads_columns(line, below[0])):
            heads.add(place)
    return heads


def _heads_columns(line: PdfLine, below: PdfLine) -> bool:
    """Whether the cells of a line stand over those of the next, as no running head does."""
    if len(line.cells) != len(below.cells) or len(line.cells) < 2:
        return False
    pairs = zip(line.cells, below.cells, strict=True)
    return all(abs(upper.x0 - lower.x0) < _SAME_HEIGHT for upper, lower in pairs)


def _rises(candidates: Sequence[_RunningCandidate], pages: PageLines) -> bool:
    """Whether bare numbers count the pages."""
    places = sorted(candidate.place for candidate in candidates)
    texts = (pages[place.page][place.line].text for place in places)
    values = [int(match.group()) for text in texts if (match := re.search(r"\d+", text))]
    return not values or all(b > a for a, b in pairwise(values))
