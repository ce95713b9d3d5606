"""Where pages begin, what is repeated on each of them, and which page numbers are printed.

Running lines are the same words with a growing number, or the same words at the tops of pages. Pages between two
footers are numbered only if there are as many of them as the footers say.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from alpie.index.layout.lines import Line
from alpie.index.records import PageLabel
from alpie.index.spanish.word_tables import alternatives
from alpie.index.typography.line_forms import BULLET, CAPTION, WORDS, ends_sentence

_MAX_FOOTER_CHARACTERS = 150  # more than a printed line holds, less than a paragraph
_MIN_ALIKE = 3  # lines that run: two may be alike by chance
_MIN_WORDS = 3  # of one that runs with its number anywhere on a page: «Artículo 7» counts upward too
_MAX_DIGITS = 4  # of a page number
_MAX_NUMBER_LINE = 40  # characters of a line at the edge of a page that may be its number alone
_MIN_SPACED = 3  # lines with one space before them that are traces of page breaks
_MAX_INDENTED = 0.1  # of all lines: with more the text is indented, and a space is no trace of a page break
_TRAILING_NUMBER = re.compile(r"(?<!\d)\d[\d \xa0]{0,11}$")
_LEADING_NUMBER = re.compile(r"(\d{1,4})\s+(?=\S)")
_NAMED_NUMBER = re.compile(
    rf"(?i)(?:{alternatives(WORDS['pages'])})"
    r"\s*(\d{1,4})(?:\s*(?:de|of|/)\s*\d{1,4})?$"
)
_BARE_NUMBER = re.compile(r"[-–—|\s]*(\d{1,4})(?:\s*/\s*\d{1,4})?[-–—|\s]*$")


@dataclass(slots=True)
class Pages:
    """Page starts and running lines of one document, by line number."""

    starts: list[int] = field(default_factory=list)
    footers: dict[int, int | None] = field(default_factory=dict)  # line → printed page number
    printed: list[PageLabel | None] = field(default_factory=list)  # label of the page at each start

    def number_at(self, line: int) -> PageLabel | None:
        """Label of the page that line stands on, where known."""
        index = bisect_right(self.starts, line) - 1
        return self.printed[index] if index >= 0 else None


def find_pages(lines: list[Line]) -> Pages:
    """Find page starts, running lines and printed page numbers."""
    footers = _running_lines(lines)
    starts = _page_starts(lines, footers)
    pages = Pages(starts, footers)
    pages.printed = _printed_numbers(lines, pages)
    return pages


def _stands_apart(lines: list[Line], number: int) -> bool:
    before = number == 0 or lines[number - 1].blank or lines[number].after_form_feed
    after = number + 1 >= len(lines) or lines[number + 1].blank or lines[number + 1].after_form_feed
    return before and after


def _running_lines(lines: list[Line]) -> dict[int, int | None]:
    """Heads and feet with the page numbers they carry, known by their words or by numbers that grow."""
    by_head: dict[str, list[tuple[int, str]]] = defaultdict(list)
    named: list[tuple[int, int]] = []
    for line in lines:
        if line.blank or len(line.text) > _MAX_FOOTER_CHARACTERS:
            continue
        if match := _NAMED_NUMBER.match(line.text):
            named.append((line.number, int(match.group(1))))
            continue
        if not _stands_apart(lines, line.number):
            continue
        if (match := _TRAILING_NUMBER.search(line.text)) and match.start() > 0:
            by_head["<" + line.text[: match.start()].strip()].append((line.number, match.group()))
        if match := _LEADING_NUMBER.match(line.text):
            by_head[">" + line.text[match.end() :]].append((line.number, match.group(1)))
    footers: dict[int, int | None] = {}
    for head, alike in by_head.items():
        if len(alike) >= _MIN_ALIKE and len(head[1:].split()) >= _MIN_WORDS:
            footers.update(_running_numbers([number for number, _ in alike], [tail for _, tail in alike]))
    if len(named) >= 2 and _is_increasing([value for _, value in named]):
        footers.update(named)
        footers.update(_beside_numbers(lines, [number for number, _ in named]))
    footers.update(_running_at_form_feeds(lines))
    return footers


def _beside_numbers(lines: list[Line], numbers: Sequence[int]) -> dict[int, None]:
    """The lines of the same words above, or below, three or more numbers of pages: «BOLETÍN OFICIAL» over «Página 3»."""
    beside: dict[int, None] = {}
    for step in (-1, 1):
        at = list(numbers)
        while at:
            alike: dict[str, list[int]] = defaultdict(list)
            for line in (lines[number + step] for number in at if 0 <= number + step < len(lines)):
                if not (line.blank or ends_sentence(line.text)):
                    alike[line.text].append(line.number)
            at = [number for same in alike.values() if len(same) >= _MIN_ALIKE for number in same]
            beside.update(dict.fromkeys(at))
    return beside


def _is_increasing(values: list[int]) -> bool:
    return all(first < second for first, second in pairwise(values))


def _running_numbers(numbers: list[int], tails: list[str]) -> dict[int, int | None]:
    """Page numbers from the digits at the line ends, which may have a year glued before them."""
    compact = ["".join(tail.split()) for tail in tails]
    years = {tail[:4] for tail in compact}
    prefixes = [4, 0] if len(years) == 1 and re.fullmatch(r"(?:19|20)\d\d", next(iter(years))) else [0]
    for prefix in prefixes:
        rests = [tail[prefix:] for tail in compact]
        if all(rest and len(rest) <= _MAX_DIGITS and rest[0] != "0" for rest in rests):
            values = [int(rest) for rest in rests]
            if _is_increasing(values):
                return dict(zip(numbers, values, strict=True))
    return {}


def _running_at_form_feeds(lines: list[Line]) -> dict[int, int | None]:
    """Running lines at page edges, where form feeds show the edges: bare numbers and repeated words."""
    pages: list[list[Line]] = [[]]  # lines that are not blank
    for line in lines:
        if line.after_form_feed:
            pages.append([])
        if not line.blank:
            pages[-1].append(line)
    running: dict[int, int | None] = {}
    for edge in (0, -1) if len(pages) > 1 else ():
        ends = [page[edge] for page in pages if page]
        short = [line for line in ends if len(line.text) < _MAX_NUMBER_LINE]
        numbered = [
            (line.number, int(match[1])) for line in short if (match := _BARE_NUMBER.match(line.text))
        ]
        if len(numbered) >= 2 and _is_increasing([value for _, value in numbered]):
            running.update(numbered)
        repeated: dict[str, list[int]] = defaultdict(list)
        for line in ends:
            if len(line.text) <= _MAX_FOOTER_CHARACTERS:
                repeated[line.text].append(line.number)
        for numbers in repeated.values():
            if len(numbers) >= _MIN_ALIKE:
                running.update(dict.fromkeys(numbers[1:] if edge == 0 else numbers))
    return running


def _page_starts(lines: list[Line], footers: dict[int, int | None]) -> list[int]:
    """The first lines of pages, by form feeds, by footers, or by the space that extraction leaves before them."""
    spaced = [
        line.number
        for line in lines
        if line.indent == 1
        and not line.blank
        and not BULLET.match(line.text)
        and (line.number == 0 or not lines[line.number - 1].blank)
        and (line.number + 1 >= len(lines) or lines[line.number + 1].indent <= 1)
    ]
    indented = sum(1 for line in lines if line.indent and not line.blank)
    total = sum(1 for line in lines if not line.blank)
    if len(spaced) < _MIN_SPACED or indented > _MAX_INDENTED * total:
        spaced = []
    starts = set(spaced)
    begins = True  # a page, with the next line of text
    for line in lines:
        begins = begins or line.after_form_feed or footers.get(line.number) is not None
        if begins and not line.blank and line.number not in footers:
            starts.add(line.number)
            begins = False
    return sorted(starts)


def _printed_numbers(lines: list[Line], pages: Pages) -> list[PageLabel | None]:
    """Number the pages; a start that holds nothing but a caption is a figure on the page after it."""
    sheet_of: list[int] = []
    sheet = -1
    joins_next = False
    for index, start in enumerate(pages.starts):
        if not joins_next:
            sheet += 1
        sheet_of.append(sheet)
        alone = index + 1 < len(pages.starts) and pages.starts[index + 1] == start + 1
        joins_next = alone and CAPTION.match(lines[start].text) is not None
    numbers: dict[int, int] = {}  # of sheets
    for line, number in sorted(pages.footers.items()):
        index = bisect_right(pages.starts, line) - 1
        if number is not None and index >= 0:
            numbers.setdefault(sheet_of[index], number)
    for (first, low), (second, high) in pairwise(sorted(numbers.items())):
        if second - first == high - low:
            numbers.update({first + step: low + step for step in range(high - low)})
    return [numbers.get(sheet) for sheet in sheet_of]
