"""The title that a document shows, for a file that does not tell it: its first heading, or its first line.

A document is named by it, in citations and in questions, before the name of its file is used.
"""

from __future__ import annotations

import re

from alpie.index.formats.extraction import Extraction
from alpie.index.layout.forms import BULLET, NUMBERED, SECTION, ends_sentence, kind_by_form
from alpie.index.records import BlockKind, collapse
from alpie.index.spanish.references import read_label

_MOST_LINES = 3
_LONGEST = 200  # characters
_FEWEST_WORDS = 2
_BLANK = re.compile(r"\n\s*\n")


def shown_title(extraction: Extraction) -> str:
    """Find the heading that stands above all others, or the line set apart at the head of a text; "" where there is none."""
    text = extraction.text
    if extraction.structure is None:
        first = _BLANK.split(text.strip(), maxsplit=1)
        lines = first[0].splitlines()
        title = collapse(first[0])
        return title if len(first) > 1 and len(lines) <= _MOST_LINES and _is_title(title) else ""
    headings = [
        (element.level, title)
        for element in extraction.structure.elements
        if element.kind is BlockKind.HEADING
        and not _names_part(title := collapse(text[element.start : element.end]))
    ]
    highest = [title for level, title in headings if level == headings[0][0]]
    return highest[0] if len(highest) == 1 and len(highest[0]) <= _LONGEST else ""


def _is_title(line: str) -> bool:
    """Whether the first line of a text is its title and no sentence, item, date or heading of a part."""
    opens = line[:1].isupper() and not (BULLET.match(line) or NUMBERED.match(line))
    short = len(line.split()) >= _FEWEST_WORDS and len(line) <= _LONGEST
    return (
        opens and short and not ends_sentence(line) and kind_by_form(line) is None and not _names_part(line)
    )


def _names_part(heading: str) -> bool:
    """Whether a heading is that of an article, a division, a preamble or a numbered section."""
    return bool(read_label(heading) or SECTION.match(heading))
