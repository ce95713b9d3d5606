"""A PDF page as lines: fragments gathered in reading order.

A PDF only holds characters at positions, not lines.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Any

from alpie.index.formats.notation.table_grid import NOTHING, PlacedCell, fill_rows
from alpie.index.formats.pdf.columns import regions
from alpie.index.formats.pdf.fragments import (
    BOX,
    GAP,
    RAISED_BY,
    SEEN_GAP,
    SMALL,
    WORD_GAP,
    Extent,
    Fragment,
    PdfLine,
)
from alpie.index.formats.pdf.page_characters import SLANTED, Character, Slot
from alpie.index.formats.pdf.recognition import RecognisedLine, Recogniser
from alpie.index.formats.pdf.ruled_tables import Grid
from alpie.index.records import RecognisedWord, Span
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.spelling import lexicon_of

DIVIDED = re.compile(r"(?<=[^\W\d_])[-‐]$")  # a word at the end of a line that goes on in the next
_INITIAL = re.compile(r"[«“\"¿¡(]?[^\W\d_]")
_DROP_CAP = 1.8  # times the size of the text beside it: an initial set over several lines
# Of its text: what stands beside an initial is smaller, by this much more than its height tells (boxes differ), begins
# right of it, nearly at its edge, and does not stand below it.
_CAP_TOLERANCE, _CAP_OVERLAP, _CAP_GAP, _CAP_ABOVE = 1.2, 0.2, 1.5, 0.3
_FEWEST_NUMBERS = 4  # of lines in a margin, where they do not count by five or ten
_MAX_DIGITS = 4  # of the number of a line
_EDGE_PART = 20  # one fragment in so many may stand out beyond the edge of the text: a mark, another number
_RUN_ON_PART = 4  # one line in so many begins with a small letter in running text, as in no list of items
_STEP_OFF = 0.25  # of the step by which numbers count: lines that a formula or a blank line shifts
_STEPS = (5, 10)  # by which numbers of lines count where not every line has one
_ON_LINE = 0.4  # of the size of type, between base lines that are one
_APART = 3.0  # points, at least, from the number of a line to the text


def table_fragment(fragments: Sequence[Fragment], number: int, grid: Grid) -> Fragment:
    """Make a fragment that stands for ruled table `number`, with a line for each row of its cells."""
    cells: dict[Slot, list[Fragment]] = defaultdict(list)
    for fragment in fragments:
        if fragment.cell is not None and fragment.cell.table == number:
            cells[fragment.cell.slot].append(fragment)
    parts: list[list[Fragment]] = []  # of a cell, by the number that stands for it among the placed ones
    begins: dict[Slot, tuple[str, int]] = {}  # cell → that number, row
    placed: list[list[PlacedCell]] = []
    for row in range(len(grid.ys) - 1):
        for cell in (cell for cell in sorted(cells) if cell.row == row):
            begins[cell] = str(len(parts)), row
            parts.append([cell_fragment(_lines(cells[cell], 0))])
        placed.append(
            [PlacedCell(start, end, *begins.get(cell, ("", row))) for cell, start, end in grid.cells_in(row)]
        )
    shown: set[str] = set()
    extent = Extent(round(grid.xs[0]), round(grid.xs[-1]))
    rows = [_shown_cells(row, parts, shown) for row in fill_rows(placed) if row]
    made = [PdfLine(cells, 0, table=number, extent=extent) for cells in rows]
    return Fragment("", grid.xs[0], grid.xs[-1], -grid.ys[0], made[0].size, False, rows=made)


def _shown_cells(
    row: Sequence[str], parts: Sequence[Sequence[Fragment]], written: set[str]
) -> list[Fragment]:
    """The fragments of a row; what is not its own, a sign or a value that was `written` before, on its base line."""
    own = parts[max(int(number) for number in row if number != NOTHING)][0]  # of the cell that begins last
    sign = replace(own, text=NOTHING, raised=[], recognised=[], hyphens=[], bold=True)
    cells: list[Fragment] = []
    for number in row:
        repeated = number in written
        for fragment in [sign] if number == NOTHING else parts[int(number)]:
            cells.append(replace(fragment, base=own.base, recognised=[]) if repeated else fragment)
        written.add(number)
    return cells


def holds_line_end_sign(before: str, after: str) -> bool:
    """Whether a word holds the sign at a line end: «2019-» before «2021», «A-» before «17», «enero/» before «marzo»."""
    if re.search(r"\w-$", before):
        return after[:1].isdigit() or after[:1].isupper()
    if not re.search(r"\w/$", before) or not after[:1].isalnum():
        return False
    # an address goes on where what follows looks like one
    return "." not in before.split()[-1] or re.search(r"[/._?=]\w", after.split()[0]) is not None


def cell_fragment(lines: list[PdfLine]) -> Fragment:
    """One fragment with the text of all lines of a cell."""
    whole = lines[0].cells[0]
    for part in [cell for line in lines for cell in line.cells][1:]:
        divided = DIVIDED.search(whole.text) and part.text[:1].islower()
        if divided:
            whole.hyphens.append(len(whole.text) - 1)
        whole.take(part, "" if divided or holds_line_end_sign(whole.text, part.text) else " ")
        whole.bold = whole.bold and part.bold
    return whole


def slanted_lines(characters: Iterable[Character | None]) -> list[PdfLine]:
    """Make a line of each run of slanted text, which is a watermark."""
    made: list[PdfLine] = []
    before: Character | None = None
    for character in characters:
        if character is None or character.rotation != SLANTED:
            before = None
            continue
        if before is None:
            start = Fragment("", character.x0, character.x1, character.base, character.size, False)
            made.append(PdfLine([start], -2, aside=True, left_out=True))
        made[-1].cells[0].text += f" {character.text}" if character.blank else character.text
        before = character
    return [line for line in made if line.text.strip()]


def reading_order(fragments: Sequence[Fragment]) -> list[PdfLine]:
    """The lines of a page: from the top down, one column after the other."""
    numbers = _line_numbers(fragments)
    lines: list[PdfLine] = []
    if numbers:
        lines.append(PdfLine(sorted(numbers, key=lambda number: -number.base), -1, left_out=True))
    kept = _join_drop_caps([fragment for fragment in fragments if fragment not in numbers])
    for number, region in enumerate(regions(kept)):
        lines += _lines(region, number)
    return lines


def _join_drop_caps(fragments: list[Fragment]) -> list[Fragment]:
    """Join each initial that is set over several lines to the first of those lines."""
    usual = median(fragment.size for fragment in fragments) if fragments else 0.0
    for initial in [fragment for fragment in fragments if _INITIAL.fullmatch(fragment.text)]:
        beside = [
            fragment
            for fragment in fragments
            if fragment.size < initial.size / _DROP_CAP * _CAP_TOLERANCE
            and -_CAP_OVERLAP * usual < fragment.x0 - initial.x1 < _CAP_GAP * usual
            and initial.base + _CAP_ABOVE * usual < fragment.base < initial.base + initial.size
        ]
        if initial.size < _DROP_CAP * usual or not initial.text.isupper() or not beside:
            continue
        first = max(beside, key=lambda fragment: fragment.base)
        word = fold(first.text.split(" ", 1)[0].strip(".,;:"))
        letter = initial.text[-1]
        words = lexicon_of("es") if letter in "AEOUY" else None  # «A» may be a word of its own
        apart = words is not None and words.has(word) and not words.has(fold(letter) + word)
        text = initial.text + (" " if apart else "")
        first.raised = [Span(one.start + len(text), one.end + len(text)) for one in first.raised]
        first.text = text + first.text
        fragments.remove(initial)
    return fragments


def _line_numbers(fragments: Sequence[Fragment]) -> list[Fragment]:
    """Numbers in a margin that count the lines beside them: every one, or every fifth."""
    text = [fragment for fragment in fragments if not fragment.text.isdigit() and not fragment.rows]
    numbers = [
        fragment for fragment in fragments if fragment.text.isdigit() and len(fragment.text) <= _MAX_DIGITS
    ]
    if len(numbers) < 2 or len(text) < _FEWEST_NUMBERS:
        return []
    left = sorted(fragment.x0 for fragment in text)[len(text) // _EDGE_PART]
    right = sorted((fragment.x1 for fragment in text), reverse=True)[len(text) // _EDGE_PART]
    before = [number for number in numbers if left - number.x1 > _APART]
    after = [number for number in numbers if number.x0 - right > _APART]
    return next((found for found in (before, after) if _count_lines(found, text)), [])


def _count_lines(numbers: list[Fragment], text: Sequence[Fragment]) -> bool:
    """Whether `numbers` stand in one column and count the lines of `text`; puts them in order."""
    numbers.sort(key=lambda number: -number.base)
    values = [int(number.text) for number in numbers]
    steps = {after - before for before, after in pairwise(values)}
    edges = [number.x1 for number in numbers], [number.x0 for number in numbers]
    if len(steps) != 1 or min(max(edge) - min(edge) for edge in edges) >= _APART:
        return False
    beside = [fragment for fragment in text if numbers[-1].base - 1 <= fragment.base <= numbers[0].base + 1]
    lines = len({round(fragment.base) for fragment in beside})
    step, every = steps.pop(), (lines - 1) / (len(numbers) - 1)
    # every fifth line; or each, where lines run on that a list of items would not
    run_on = sum(fragment.text[:1].islower() for fragment in beside) >= lines / _RUN_ON_PART
    exact = abs(every - step) <= _STEP_OFF * step and step > 0
    if len(numbers) < _FEWEST_NUMBERS:
        return run_on and exact and step in _STEPS and values[0] % step == 0
    return run_on and (exact or (step in _STEPS and numbers[0].x0 < beside[0].x0))


def _lines(region: list[Fragment], number: int) -> list[PdfLine]:
    rows: list[list[Fragment]] = []
    for fragment in sorted(region, key=lambda fragment: (-fragment.base, fragment.x0)):
        first = rows[-1][0] if rows and not (fragment.rows or rows[-1][0].rows) else None
        if first is not None and abs(first.base - fragment.base) <= _ON_LINE * max(fragment.size, first.size):
            rows[-1].append(fragment)
        else:
            rows.append([fragment])
    made: list[PdfLine] = []
    for row in rows:
        if row[0].rows:
            made += [replace(line, region=number) for line in row[0].rows]
        else:
            made.append(PdfLine(_join_fragments(sorted(row, key=lambda fragment: fragment.x0)), number))
    return made


def _join_fragments(row: list[Fragment]) -> list[Fragment]:
    """The fragments of a line, those joined that no wide gap parts: a file may set its words in any order."""
    cells: list[Fragment] = []
    for fragment in row:
        last = cells[-1] if cells else None
        size = max(fragment.size, last.size) if last else fragment.size
        if last is None or fragment.x0 - last.x1 >= GAP * BOX * size:
            cells.append(fragment)
            continue
        least = (SEEN_GAP if fragment.blank else WORD_GAP) * size
        space = "" if fragment.x0 - last.x1 < least or last.text.endswith(" ") else " "
        larger = last if last.size >= fragment.size else fragment
        if min(len(last.text), len(fragment.text)) <= 2:  # an initial, a figure
            larger = max(last, fragment, key=lambda part: len(part.text))
        if fragment.size < SMALL * last.size and fragment.base > last.base + RAISED_BY * last.size:
            fragment = replace(fragment, raised=[Span(0, len(fragment.text))])
        whole = Fragment("", last.x0, last.x1, larger.base, larger.size, last.bold and fragment.bold)
        whole.take(last, "")
        whole.take(replace(fragment, x0=last.x0), space)
        cells[-1] = whole
    return cells


_DOTS_PER_POINT = 300 / 72  # what Tesseract is made for
_MAX_PIXELS = 25_000_000  # of the picture of a page: A3 at the resolution above fits
_DESCENT = 0.22  # of a line's height, below its base
_ALIKE = 1.4  # times, or one part in: heights of boxes of one size of type


def recognised_page(document: Any, number: int, recogniser: Recogniser) -> list[PdfLine]:
    """The lines of page `number`, a picture, in reading order."""
    page = document[number]
    try:
        width, height = page.get_size()
        scale = min(_DOTS_PER_POINT, (_MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
        picture = io.BytesIO()
        page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil().save(picture, "PNG")
    finally:
        page.close()
    recognised = recogniser.lines(picture.getvalue())
    usual = median(line.bottom - line.top for line in recognised) if recognised else 0
    lines = reading_order([_recognised_fragment(line, usual, scale, height) for line in recognised])
    return [replace(line, height=height) for line in lines]


def _recognised_fragment(line: RecognisedLine, usual: float, scale: float, height: float) -> Fragment:
    tall = line.bottom - line.top
    # the height of a box depends on which letters stand in it: lines nearly alike are of one size
    size = (usual if usual / _ALIKE < tall < usual * _ALIKE else tall) / scale
    base = height - line.bottom / scale + _DESCENT * size
    left, right = line.left / scale, line.right / scale
    whole = Fragment("", left, right, base, size, False)
    for text, confidence in line.words:
        places = [RecognisedWord(0, len(text), confidence)]
        word = Fragment(text, left, right, base, size, False, recognised=places)
        whole.take(word, " " if whole.text else "")
    return whole
