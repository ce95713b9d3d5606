"""Entries of the table of contents of a PDF: lines that end in the number of a page."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from alpie.index.formats.extraction import clean_text
from alpie.index.formats.pdf.fragments import PdfLine

FEWEST_ENTRIES = 3  # of a table of contents on a page: fewer lines may end in a number by chance
_ENTRY = re.compile(r"(?=.*[^\W\d_]{3})(.*)\s(?:(\d{1,4})|[ivxlc]{1,7})$")
# dots that lead to the number of a page
LEADS = re.compile(r"(?:\.[ \xa0]?){4,}\s*(?:\d{1,4}|[ivxlc]{1,7})$")
_MAX_LINES_BETWEEN = 3  # two entries of a table of contents


def title_key(text: str) -> str:
    """The words of a title without case and signs, by which the same title is found elsewhere."""
    return re.sub(r"[\W_]+", " ", clean_text(text).casefold()).strip()


def contents_end(lines: Sequence[PdfLine], index: int, known: Collection[str], sure: bool) -> int:
    """Where the entries that begin at `index` end, lines that end in the numbers of pages, which rise.

    `index` if none do; `sure`: they stand under «Índice», else half of them have to be titles of the document.
    """
    if not sure and (not _ENTRY.match(lines[index].text) or (index and _ENTRY.match(lines[index - 1].text))):
        return index
    end, last = index, 0
    entries: list[str] = []
    for at, line in enumerate(lines[index:], start=index + 1):
        entry = _ENTRY.match(line.text)
        if entry and int(entry[2] or last) >= last:
            end, last = at, int(entry[2] or last)
            entries.append(entry[1])
        elif at - end > _MAX_LINES_BETWEEN:
            break
    if len(entries) < FEWEST_ENTRIES or 2 * len(entries) < end - index:
        return index
    return end if sure or 2 * sum(title_key(title) in known for title in entries) >= len(entries) else index
