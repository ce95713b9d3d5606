"""The paragraph and character styles of a DOCX: headings, lists, hidden and raised text."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from docx.document import Document as DocxDocument

from alpie.index.formats.docx.word_xml import W, is_set, value_at
from alpie.index.formats.notation.list_numbers import parse_integer

_HEADING = re.compile(r"(?:heading|t[ií]tulo|encabezado)\s*([1-9])")
_CONTENTS = re.compile(
    r"(?:toc|tdc|índice|index)\s?\d|(?:toc|tdc) heading|tabla de (?:contenido|ilustraciones)|table of figures|título tdc"
)
_MAX_BASES = 12  # styles based one on the other: in a damaged file without end
_BODY_LEVEL = 9  # of an outline: text


class ListPlace(NamedTuple):
    """A level of a list, which the file knows by a number."""

    number: str
    depth: int


class DocxStyles:
    """The paragraph styles of a document."""

    def __init__(self, document: DocxDocument) -> None:
        root: Any = document.styles.element
        styles = ((one.get(f"{W}styleId"), one) for one in root.iterchildren(f"{W}style"))
        self._styles = {name: style for name, style in styles if name}
        self._level_of = cache(self._find_level)
        self._look_of = cache(self._find_look)

    def heading_level(self, paragraph: Any) -> int | None:
        """The level of a heading, from 1 to 9; None for a paragraph that is not a heading."""
        own, style = value_at(paragraph, "pPr/outlineLvl"), value_at(paragraph, "pPr/pStyle")
        if own is not None:
            return _level(own)
        return None if style is None else self._level_of(style)

    def is_contents(self, paragraph: Any) -> bool:
        """Whether a paragraph is a line of a table of contents or of an index."""
        style = value_at(paragraph, "pPr/pStyle") or ""
        names = (style, *(value_at(base, "name") or "" for base in self._chain(style)))
        return any(_CONTENTS.match(name.lower()) for name in names)

    def run_is(self, run: Any, paragraph: Any, look: str) -> bool:
        """Whether a run has a property («vanish», «strike»): its own, or from its style or that of its paragraph."""
        own = is_set(run, f"rPr/{look}")
        styles = value_at(run, "rPr/rStyle"), value_at(paragraph, "pPr/pStyle")
        found = (own, *(self._look_of(style, look) for style in styles if own is None and style))
        return next((one for one in found if one is not None), False)

    def is_raised(self, run: Any) -> bool:
        """Whether a run is a superscript, directly or through its style."""
        bearers = (run, *self._chain(value_at(run, "rPr/rStyle")))
        return next(filter(None, (value_at(one, "rPr/vertAlign") for one in bearers)), "") == "superscript"

    def list_of(self, paragraph: Any) -> ListPlace | None:
        """The list that a paragraph belongs to, directly or through its style."""
        bearers = [paragraph, *self._chain(value_at(paragraph, "pPr/pStyle"))]
        number = next((one for by in bearers if (one := value_at(by, "pPr/numPr/numId"))), "0")
        level = next((one for by in bearers if (one := value_at(by, "pPr/numPr/ilvl"))), "0")
        return None if number == "0" else ListPlace(number, parse_integer(level, 0))

    def _chain(self, name: str | None) -> list[Any]:
        chain: list[Any] = []
        style = self._styles.get(name)
        while style is not None and len(chain) < _MAX_BASES:
            chain.append(style)
            style = self._styles.get(value_at(style, "basedOn"))
        return chain

    def _find_level(self, name: str) -> int | None:
        for style in self._chain(name):
            words = (value_at(style, "name") or "").lower()
            if match := _HEADING.match(words):
                return int(match[1])
            if words in ("title", "título"):
                return 1
            if (outline := value_at(style, "pPr/outlineLvl")) is not None:
                return _level(outline)
        return None

    def _find_look(self, name: str, look: str) -> bool | None:
        marks = (is_set(base, f"rPr/{look}") for base in self._chain(name))
        return next((mark for mark in marks if mark is not None), None)


def _level(outline: str) -> int | None:
    return int(outline) + 1 if outline.isdigit() and int(outline) < _BODY_LEVEL else None
