"""Which elements of a page its own style sheet hides, by plain rules: none that ask for a state or the size of a window."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from alpie.index.notices import NoticeKind

_MAX_RULES = 500
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DECLARED = re.compile(r"(?i)(?:^|[;\s])(display|visibility)\s*:\s*([a-z-]+)\s*(!\s*important)?")
_ON_SCREEN = re.compile(r"(?i)@media\s+(?:only\s+)?(?:screen|all)$")
_HIDES = frozenset(("none", "hidden", "collapse"))
_Weight = tuple[bool, int, int, int, int]  # important, names, classes, tags, place


def hidden_by_style(tree: LexborHTMLParser) -> dict[int, NoticeKind]:
    """The elements that rules of `<style>` hide, by their place in memory; of several rules for one, what the cascade says.

    Never the whole page: a script shows it again.
    """
    sheets = [
        element
        for element in tree.css("style")
        if (element.attributes.get("media") or "all").lower() in ("all", "screen")
    ]
    told: dict[tuple[int, str], tuple[_Weight, str]] = {}
    rules = [rule for sheet in sheets for rule in _screen_rules(sheet.text())]
    for place, (selectors, body) in enumerate(rules[:_MAX_RULES]):
        for selector in selectors.split(","):
            matched = _matches(tree, selector)
            for name, value, important in _DECLARED.findall(body):
                weight = (bool(important), *_specificity(selector), place)
                for element in matched:
                    key = element, name.lower()
                    told[key] = max(told.get(key, (weight, "")), (weight, value.lower()))
    return {element: NoticeKind.HIDDEN_TEXT for (element, _), (_, value) in told.items() if value in _HIDES}


def _screen_rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of the rules that hold on a screen."""
    opened: list[str] = []
    for before, brace in re.findall(r"([^{}]*)([{}])", _COMMENT.sub("", sheet)):
        if brace == "{":
            opened.append(before.rpartition(";")[2].strip())
        elif opened:
            selectors = opened.pop()
            holds = not selectors.startswith("@") and all(map(_ON_SCREEN.match, opened))
            if holds and _DECLARED.search(before):
                yield selectors, before


def _specificity(selector: str) -> tuple[int, int, int]:
    names, classes = selector.count("#"), selector.count(".") + selector.count("[")
    return names, classes, len(re.findall(r"(?:^|[\s>+~])[a-zA-Z]", selector))


def _matches(tree: LexborHTMLParser, selector: str) -> list[int]:
    """The elements that a selector names; none where it asks for a state."""
    if ":" in selector or not selector.strip():
        return []
    try:
        return [element.mem_id for element in tree.css(selector) if element.tag not in ("html", "body")]
    except ValueError:
        return []
