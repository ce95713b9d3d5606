"""The numbers of a DOCX's lists: the file holds the rule, not the number, and the reader sees the number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from alpie.index.formats.docx_styles import Styles
from alpie.index.formats.numbering import ordinal

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SORTS = {"lowerLetter": "aa", "upperLetter": "AA", "lowerRoman": "i", "upperRoman": "I", "decimalZero": "01",
          "ordinal": "1º", "ordinalText": "primero"}  # fmt: skip
_PLACE = re.compile(r"%([1-9])")


class Numbering:
    """Counts the items of the lists of one document, in order."""

    def __init__(self, document: DocxDocument) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}  # list → level → (format, text, start)
        self._abstract: dict[str, str] = {}
        self._counters: dict[tuple[str, int], int] = {}
        try:
            root: Any = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):  # a file without lists
            return
        levels = {
            one.get(f"{_W}abstractNumId"): _levels(one) for one in root.iterchildren(f"{_W}abstractNum")
        }
        for number in root.iterchildren(f"{_W}num"):
            identity = number.get(f"{_W}numId")
            abstract = number.find(f"{_W}abstractNumId")
            name = abstract.get(f"{_W}val") if abstract is not None else ""
            own = dict(levels.get(name, {}))
            restarts = False
            for override in number.iterchildren(f"{_W}lvlOverride"):
                depth = int(override.get(f"{_W}ilvl") or 0)
                start = override.find(f"{_W}startOverride")
                if start is not None and depth in own:
                    own[depth] = (*own[depth][:2], _whole(start.get(f"{_W}val"), 1))
                    restarts = True
            self._levels[identity] = own
            self._abstract[identity] = identity if restarts else f"abstract {name}"

    def marker(self, paragraph: Any, styles: Styles) -> str | None:
        """The number a paragraph shows, "" for a bullet, None for no item of a list."""
        belongs = styles.numbering(paragraph)
        if belongs is None or belongs[0] not in self._levels:
            return None
        identity, depth = belongs
        levels = self._levels[identity]
        if depth not in levels:
            return ""
        counter = self._abstract[identity]
        start = levels[depth][2]
        self._counters[counter, depth] = self._counters.get((counter, depth), start - 1) + 1
        for deeper in range(depth + 1, 9):
            self._counters.pop((counter, deeper), None)
        form, text, _ = levels[depth]
        if form in ("bullet", "none") or not _PLACE.search(text):
            return ""

        def number(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            sort, _, first = levels.get(place, ("decimal", "", 1))
            return ordinal(self._counters.get((counter, place), first), _SORTS.get(sort, "1"))

        return _PLACE.sub(number, text).strip()


def _levels(abstract: Any) -> dict[int, tuple[str, str, int]]:
    found: dict[int, tuple[str, str, int]] = {}
    for level in abstract.iterchildren(f"{_W}lvl"):
        values = {
            name: one.get(f"{_W}val") or "" if (one := level.find(f"{_W}{name}")) is not None else ""
            for name in ("numFmt", "lvlText", "start")
        }
        found[_whole(level.get(f"{_W}ilvl"), 0)] = (
            values["numFmt"],
            values["lvlText"],
            _whole(values["start"], 1),
        )
    return found


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() and len(text) < 7 else default
