"""Counts the list items of a DOCX: the file only holds the rule for their numbers, which the page shows."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from docx.document import Document as DocxDocument

from alpie.index.formats.docx.docx_styles import DocxStyles, ListPlace
from alpie.index.formats.docx.word_xml import W, is_set, value_at
from alpie.index.formats.notation.list_numbers import list_number, parse_integer

_NUMBER_FORMATS = {"lowerLetter": "aa", "upperLetter": "AA", "lowerRoman": "i", "upperRoman": "I", "decimalZero": "01",
          "ordinal": "1º", "ordinalText": "primero", "cardinalText": "uno", "numberInDash": "- 1 -",
          "decimalEnclosedCircle": "①"}  # fmt: skip
_PLACE = re.compile(r"%([1-9])")


class Numbering:
    """Counts the items of the lists of one document, in order."""

    def __init__(self, document: DocxDocument, styles: DocxStyles) -> None:
        """Read the rules of all lists: those they share, and what single lists override."""
        self._styles = styles
        self._levels: dict[str, dict[int, _Level]] = {}  # of each list
        self._abstract: dict[str, str] = {}
        self._counters: dict[ListPlace, int] = {}
        try:
            root: Any = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):  # a file without lists
            return
        abstracts = root.iterchildren(f"{W}abstractNum")
        levels = {abstract.get(f"{W}abstractNumId"): _levels(abstract) for abstract in abstracts}
        for number in root.iterchildren(f"{W}num"):
            identity = number.get(f"{W}numId")
            name = value_at(number, "abstractNumId")
            own = dict(levels.get(name, {}))
            restarts = False
            for override in number.iterchildren(f"{W}lvlOverride"):
                depth = parse_integer(override.get(f"{W}ilvl"), 0)
                if of_its_own := _levels(override):
                    own.update(of_its_own)
                    restarts = True
                start = value_at(override, "startOverride")
                if start is not None and depth in own:
                    own[depth] = own[depth]._replace(start=parse_integer(start, 1))
                    restarts = True
            self._levels[identity] = own
            self._abstract[identity] = identity if restarts else f"abstract {name}"

    def marker(self, paragraph: Any) -> str | None:
        """The number a paragraph shows, "" for a bullet, None for no item of a list."""
        place = self._styles.list_of(paragraph)
        if place is None or place.number not in self._levels:
            return None
        identity, depth = place
        levels = self._levels[identity]
        if depth not in levels:
            return ""
        counter = self._abstract[identity]
        level = levels[depth]
        counted = ListPlace(counter, depth)
        self._counters[counted] = self._counters.get(counted, level.start - 1) + 1
        for deeper in range(depth + 1, 9):
            self._counters.pop(ListPlace(counter, deeper), None)
        if level.form in ("bullet", "none") or not _PLACE.search(level.text):
            return ""

        def number(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            of = levels.get(place, _Level("decimal", "", 1, False))
            form = "1" if level.legal and of.form != "decimalZero" else _NUMBER_FORMATS.get(of.form, "1")
            return list_number(self._counters.get(ListPlace(counter, place), of.start), form)

        return _PLACE.sub(number, level.text).strip()


class _Level(NamedTuple):
    form: str
    text: str
    start: int
    legal: bool  # shows all numbers as figures


def _levels(abstract: Any) -> dict[int, _Level]:
    return {
        parse_integer(level.get(f"{W}ilvl"), 0): _Level(
            value_at(level, "numFmt") or "",
            value_at(level, "lvlText") or "",
            parse_integer(value_at(level, "start"), 1),
            is_set(level, "isLgl") or False,
        )
        for level in abstract.iterchildren(f"{W}lvl")
    }
