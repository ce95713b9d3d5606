"""A canonical text as lines that know their offsets and how they were typeset.

Extraction from PDF leaves three traces that the rest of the layout reads: leading space, whether a
line carried on (a space before the line end) or was closed, and how wide the line was on paper.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from alpie.index.spanish.analysis import normalize
from alpie.index.typography.letter_widths import printed_width

_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")

# A line longer than this was never set in a column: its width means nothing.
_MAX_COLUMN_CHARACTERS = 200
_MIN_WRAPS_SHARE = 0.2  # of the breaks between lines: fewer before a small letter are lists, tables or verse
_COLUMN_QUANTILE = 0.9  # of the widths of wrapped lines: the widest tenth may be of another column
_MIN_WRAPS = 3  # by which to tell whether a document marks them
_MIN_MARKED_SHARE = 0.9  # of the wraps end in a space, where the document marks them


CleanLines = Mapping[int, str]
"""The text of each line that is not blank, by its number, without what is left out of it: footers, calls of notes."""


@dataclass(slots=True)
class Line:
    """One line; `start` and `end` bound its text without white space at the ends."""

    number: int  # 0-based
    start: int
    end: int
    text: str  # stripped, its accents composed
    indent: int  # characters of white space before the text
    carries_on: bool  # white space stood between the text and the line end
    after_form_feed: bool = False
    width: float = 0.0  # on paper, in ems; 0 for a line too long to be a column's

    @property
    def blank(self) -> bool:
        return not self.text


def split_lines(text: str) -> list[Line]:
    """All lines of `text`, blank ones too, in order."""
    lines: list[Line] = []
    position = 0
    form_feed = False
    ends = [(match.start(), match.end()) for match in _LINE_END.finditer(text)]
    ends.append((len(text), len(text)))
    for stop, following in ends:
        raw = text[position:stop]
        bare = raw.strip()
        composed = normalize("NFC", bare)
        indent = len(raw) - len(raw.lstrip())
        start = position + indent
        width = printed_width(composed) if len(composed) <= _MAX_COLUMN_CHARACTERS else 0.0
        carries_on = bool(composed) and indent + len(bare) < len(raw)
        lines.append(
            Line(len(lines), start, start + len(bare), composed, indent, carries_on, form_feed, width)
        )
        form_feed = "\f" in text[stop:following]
        position = following
    return lines


_CELLS = re.compile(r" *\| *| *\t *|[ \xa0]{2,}")
_NUMBER = re.compile(r"\W?|\(?\w{1,4}[.)ºª-]+")  # of an item, set apart from its text
_MAX_MEAN_CELL_CHARACTERS = 30  # columns of running text are wider


def find_rows(lines: list[Line]) -> frozenset[int]:
    """The numbers of the lines that are rows of a table: two or more on end, of as many cells set apart.

    Blanks also separate running text that is set in columns or justified: there, lines begin in lower case or are long.
    """
    cells = [_CELLS.split(line.text) for line in lines]
    may_be = [
        len(row) > 1
        and not (row[0][:1].islower() or _NUMBER.fullmatch(row[0]))
        and sum(map(len, row)) <= _MAX_MEAN_CELL_CHARACTERS * len(row)
        for row in cells
    ]
    rows: set[int] = set()
    for number, (above, row) in enumerate(pairwise(cells), 1):
        if may_be[number - 1] and may_be[number] and len(row) == len(above):
            rows |= {number - 1, number}
    # a row of the same table that has cells without words
    return frozenset(rows | {n for n, is_row in enumerate(may_be) if is_row and {n - 1, n + 1} & rows})


@dataclass(frozen=True, slots=True)
class Typesetting:
    """How a document was typeset, as far as its line ends show."""

    wrapped: bool  # paragraphs run over several lines
    marks_wraps: bool  # a line that runs on ends in a space, a closed one does not
    column: float  # width of its text column in ems; 0 if it has none


def detect_typesetting(lines: list[Line]) -> Typesetting:
    """Whether, and how, the document is hard-wrapped, read from its line ends: a break before a small letter is a wrap."""
    breaks = [pair for pair in pairwise(lines) if not (pair[0].blank or pair[1].blank)]
    wraps = [line for line, following in breaks if following.text[0].islower()]
    wrapped = len(wraps) >= _MIN_WRAPS_SHARE * len(breaks) and bool(wraps)
    marked = sum(line.carries_on for line in wraps)
    # Only lines that were certainly wrapped show the column.
    widths = sorted(line.width for line in wraps if line.width > 0)
    column = widths[int(len(widths) * _COLUMN_QUANTILE)] if wrapped and widths else 0.0
    marks = len(wraps) >= _MIN_WRAPS and marked >= _MIN_MARKED_SHARE * len(wraps)
    return Typesetting(wrapped, wrapped and marks, column)
