"""Which elements of a page its own style sheet hides or sets apart.

Rules that depend on a state or on the size of the window are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from alpie.index.notices import NoticeKind

_MAX_RULES = 500  # each is looked for in the whole page
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DECLARED = re.compile(r"(?i)(?:^|[;\s])(display|visibility)\s*:\s*([a-z-]+)\s*(!\s*important)?")
_ON_SCREEN = re.compile(r"(?i)@media\s+(?:only\s+)?(?:screen|all)$")
_MEDIA = ("all", "screen")
_HIDES = frozenset(("none", "hidden", "collapse"))
_ROWS = frozenset(("flex", "inline-flex", "grid", "inline-grid"))  # set what stands in them apart
_LINES = frozenset(("block", "flex", "grid", "list-item", "table", "table-row", "table-cell", "flow-root"))
_Weight = tuple[bool, int, int, int, int]  # important, names, classes, tags, place


class StyledElements(NamedTuple):
    """What a style sheet makes of elements, which are named by their place in memory."""

    hidden: dict[int, NoticeKind]
    apart: set[int]  # inline elements set apart from the words beside them


def styled_elements(tree: LexborHTMLParser) -> StyledElements:
    """The elements that rules of `<style>` hide or set apart; of several rules for one, what the cascade says.

    Never the whole page is hidden: a script shows it again.
    """
    sheets = [one for one in tree.css("style") if (one.attributes.get("media") or "all").lower() in _MEDIA]
    told: dict[tuple[int, str], tuple[_Weight, str]] = {}
    rules = [rule for sheet in sheets for rule in _screen_rules(sheet.text())]
    nodes: dict[int, LexborNode] = {}
    for place, (selectors, body) in enumerate(rules[:_MAX_RULES]):
        for selector in selectors.split(","):
            matched = _matches(tree, selector)
            nodes |= {node.mem_id: node for node in matched}
            for name, value, important in _DECLARED.findall(body):
                weight = (bool(important), *_specificity(selector), place)
                for node in matched:
                    key = node.mem_id, name.lower()
                    told[key] = max(told.get(key, (weight, "")), (weight, value.lower()))
    hidden = {node: NoticeKind.HIDDEN_TEXT for (node, _), (_, value) in told.items() if value in _HIDES}
    shown = {node: value for (node, name), (_, value) in told.items() if name == "display"}
    for node in tree.css("[style*=display i]"):
        if match := _DECLARED.search(node.attributes.get("style") or ""):
            nodes[node.mem_id], shown[node.mem_id] = node, match[2].lower()
    rows = [nodes[node] for node, value in shown.items() if value in _ROWS]
    apart = {node for node, value in shown.items() if value in _LINES}
    return StyledElements(hidden, apart | {child.mem_id for row in rows for child in row.iter()})


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


def _matches(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """The elements that a selector names; none where it asks for a state."""
    if ":" in selector or not selector.strip():
        return []
    try:
        return [element for element in tree.css(selector) if element.tag not in ("html", "body")]
    except ValueError:
        return []
