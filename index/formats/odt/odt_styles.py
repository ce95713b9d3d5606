"""The styles of an ODT: page breaks, text that is not shown, and the numbers of lists and headings."""

from __future__ import annotations

import re

from lxml.etree import _Element

from alpie.index.formats.notation.list_numbers import list_number, parse_integer

SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "math": "http://www.w3.org/1998/Math/MathML",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_SHORT = {uri: name for name, uri in SPACES.items()}
_MAX_REPEATED = 100  # cells or spaces that one element may stand for, whatever it claims
_MAX_BASES = 10  # styles based one on the other: in a damaged file without end


def name_of(element: _Element) -> str:
    """The name of an element, with the short name of its space."""
    tag = element.tag
    if not isinstance(tag, str) or not tag.startswith("{"):
        return ""
    space, _, local = tag[1:].partition("}")
    return f"{_SHORT.get(space, '?')}:{local}"


def value_of(element: _Element, name: str, default: str = "") -> str:
    """An attribute by its name, with the short name of its space."""
    space, _, local = name.partition(":")
    return element.get(f"{{{SPACES[space]}}}{local}", default)


def count_at(element: _Element, name: str) -> int:
    """A number that an attribute says, within bounds; 1 where it says none."""
    return min(parse_integer(value_of(element, name), 1), _MAX_REPEATED)


class OdtStyles:
    """What the styles say of page breaks, of text that is not shown, and of the numbers of lists and headings."""

    def __init__(self, roots: list[_Element]) -> None:
        """Read from the styles what changes the text: breaks, hidden, struck and raised text, and numbers."""
        self._looks: dict[str, set[str]] = {}
        self._parents: dict[str, str] = {}
        self._levels: dict[tuple[str, int], _Element] = {}
        for root in roots:
            for style in root.iter("{*}style"):
                name = value_of(style, "style:name")
                self._parents[name] = value_of(style, "style:parent-style-name")
                looks = self._looks.setdefault(name, set())
                for properties in style:
                    looks |= {"break"} if value_of(properties, "fo:break-before") == "page" else set()
                    looks |= {"hidden"} if value_of(properties, "text:display") == "none" else set()
                    line = value_of(properties, "style:text-line-through-style", "none")
                    looks |= {"struck"} if line != "none" else set()
                    position = value_of(properties, "style:text-position")
                    looks |= {"raised"} if re.match(r"super|[1-9]", position) else set()
            for level in root.iter("{*}list-level-style-number", "{*}outline-level-style"):
                parent = level.getparent()
                of_heading = parent is None or name_of(level) == "text:outline-level-style"
                name = "" if parent is None or of_heading else value_of(parent, "style:name")
                self._levels[name, count_at(level, "text:level")] = level

    def has(self, element: _Element, look: str) -> bool:
        """Whether the style of an element, or one that it is based on, is «break», «hidden», «struck» or «raised»."""
        name = value_of(element, "text:style-name")
        for _ in range(_MAX_BASES):
            if look in self._looks.get(name, ()):
                return True
            name = self._parents.get(name, "")
        return False

    def marker(self, style: str, numbers: list[int]) -> str:
        """The number that an item shows whose lists count `numbers`, outermost first; "" for a bullet. Headings have style ""."""
        own = self._levels.get((style, len(numbers)))
        if own is None or not value_of(own, "style:num-format"):
            return ""
        first = len(numbers) - min(count_at(own, "text:display-levels"), len(numbers))
        shown = [
            self._numeral(level, number)
            for depth, number in enumerate(numbers[first:], first + 1)
            if (level := self._levels.get((style, depth))) is not None
        ]
        numeral = ".".join(filter(None, shown))
        return f"{value_of(own, 'style:num-prefix')}{numeral}{value_of(own, 'style:num-suffix')}"

    def first(self, style: str, depth: int) -> int:
        """The number that a level begins with."""
        level = self._levels.get((style, depth))
        return 1 if level is None else parse_integer(value_of(level, "text:start-value"), 1)

    @staticmethod
    def _numeral(level: _Element, number: int) -> str:
        form = value_of(level, "style:num-format")
        twice = value_of(level, "style:num-letter-sync") == "true"
        return list_number(number, form * 2 if twice else form) if form else ""
