"""Running heads and feet: what stands at the same height of many pages and says the same but for a number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from alpie.index.formats.pdf_fragments import Line

_ZONE = 0.13  # of the height of the tallest page, at the top and at the bottom of each
_LONGEST = 150  # characters
_SAME_HEIGHT = 4.0  # points
_SHARE = 0.4  # of the pages that have text, at least two
_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)


def running_lines(pages: Sequence[Sequence[Line]]) -> set[tuple[int, int]]:
    """(page, line) of every running line, and of those that are left out by what they are."""
    zone = _ZONE * max((line.height for lines in pages for line in lines), default=0.0)
    seen: dict[tuple[str, bool], list[tuple[int, int, float]]] = defaultdict(list)
    found: set[tuple[int, int]] = set()
    for page, lines in enumerate(pages):
        for number, line in enumerate(lines):
            if line.left_out:
                found.add((page, number))
                continue
            below = line.height - line.base  # the top of the page: sheets may lie on their side
            top = below < zone
            if not (top or line.base < zone) or len(line.text) > _LONGEST:
                continue
            words = _NUMBER.sub("#", line.text).casefold()
            seen[" ".join(words.split()), top].append((page, number, below if top else line.base))
    with_text = sum(1 for lines in pages if lines)
    fewest = max(2, round(_SHARE * with_text))
    for (words, _), places in seen.items():
        for height in {place[2] for place in places}:
            alike = [place for place in places if abs(place[2] - height) <= _SAME_HEIGHT]
            on = sorted({place[0] for place in alike})
            follows = any(b - a == 1 for a, b in pairwise(on))
            if len(on) >= fewest and follows and (words != "#" or _rises(alike, pages)):
                found.update((page, number) for page, number, _ in alike)
    # Left and right pages often carry different words: half of the pages each is enough, from six pages on.
    if with_text >= 6:
        for places in seen.values():
            parities = {page % 2 for page, _, _ in places}
            if len(parities) == 1 and len({page for page, _, _ in places}) >= 0.6 * with_text / 2:
                found.update((page, number) for page, number, _ in places)
    return found - _heads_of_tables(pages, found)


def _heads_of_tables(pages: Sequence[Sequence[Line]], running: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of `running` that head a table of which other rows do not repeat."""
    tables = {
        (page, line.table)
        for page, lines in enumerate(pages)
        for number, line in enumerate(lines)
        if line.table is not None and (page, number) not in running
    }
    return {(page, number) for page, number in running if (page, pages[page][number].table) in tables}


def _rises(places: Sequence[tuple[int, int, float]], pages: Sequence[Sequence[Line]]) -> bool:
    """Whether bare numbers count the pages."""
    values = [
        int(match.group())
        for page, number, _ in sorted(places)
        if (match := re.search(r"\d+", pages[page][number].text))
    ]
    return not values or all(b > a for a, b in pairwise(values))
