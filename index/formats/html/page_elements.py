"""Recognises single elements of a page: lists with their numbers, tables of data, and what is not read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from alpie.index.formats.notation.list_numbers import list_number, parse_integer
from alpie.index.notices import NoticeKind

STRUCK = frozenset({"del", "s", "strike"})
_MAX_CELL = 600  # characters: with longer ones, and without a header, a table only arranges a page
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)")
_LIST_KINDS = {
    "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A", "lower-roman": "i", "upper-roman": "I",
    "decimal-leading-zero": "01",
}  # fmt: skip


@dataclass
class HtmlList:
    """A list that is open."""

    ordered: bool
    kind: str  # as `list_number` takes it
    number: int  # of its next item
    step: int

    @classmethod
    def of(cls, node: LexborNode) -> HtmlList:
        """The list that an element begins."""
        style = _LIST_STYLE.search((node.attributes.get("style") or "").lower())
        kind = _LIST_KINDS.get(style[1], "1") if style else node.attributes.get("type") or "1"
        back = "reversed" in node.attributes
        first = sum(item.tag == "li" for item in node.iter()) if back else 1
        first = parse_integer(node.attributes.get("start"), first, signed=True)
        return cls(node.tag == "ol", kind, first, -1 if back else 1)

    def marker(self, value: str | None) -> str:
        """The number that its next item shows, which may say a `value` of its own; "" for a bullet."""
        if not self.ordered:
            return ""
        number = parse_integer(value, self.number, signed=True)
        self.number = number + self.step
        return f"{list_number(number, self.kind)}."


def is_note_link(link: LexborNode) -> bool:
    """Whether a link is marked as a footnote call, as e-books mark it."""
    told = f"{link.attributes.get('epub:type') or ''} {link.attributes.get('role') or ''}".split()
    return not {"noteref", "doc-noteref"}.isdisjoint(told)


def begins_below(text: LexborNode) -> bool:
    """Whether a text stands under the bold words before it, as style sheets set it: «<strong>Trienio</strong>Cantidad …»."""
    before = text.prev
    if before is None or before.tag not in ("strong", "b") or before.prev is not None:
        return False
    return bool(re.match(r"[A-ZÁÉÍÓÚÑ][\w@]", text.text_content or "")) and before.text()[-1:].islower()


def unread_kind(node: LexborNode, told: Mapping[int, NoticeKind]) -> NoticeKind | None:
    """Why the text of an element is not read, if it is not; `told` holds reasons that the page as a whole gives."""
    attributes = node.attributes
    style = (attributes.get("style") or "").replace(" ", "").lower()
    if node.tag in STRUCK or re.search(r"text-decoration(?:-line)?:[^;]*line-through", style):
        return NoticeKind.STRUCK_TEXT
    closed = "hidden" in attributes or (node.tag == "dialog" and "open" not in attributes)
    if closed or "display:none" in style or "visibility:hidden" in style:
        return NoticeKind.HIDDEN_TEXT
    kind = told.get(node.mem_id)
    return None if kind is NoticeKind.HIDDEN_TEXT and "display:" in style else kind


def rows_of(table: LexborNode) -> list[list[LexborNode]]:
    """The cells of the rows of a table, not of those inside its cells."""
    rows = []
    for row in table.css("tr"):
        around = row.parent
        while around is not None and around.tag in ("tbody", "thead", "tfoot"):
            around = around.parent
        if around is not None and around.mem_id == table.mem_id:
            rows.append([cell for cell in row.iter() if cell.tag in ("td", "th")])
    return rows


def holds_data(table: LexborNode) -> bool:
    """Whether a table holds data: old pages lay themselves out with tables."""
    rows = rows_of(table)
    cells = [cell for row in rows for cell in row]
    if table.css("h1, h2, h3, h4") or table.attributes.get("role") == "presentation":
        return False
    if len(rows) < 2 or max(map(len, rows)) < 2:
        return False
    if any(cell.tag == "th" for cell in cells):
        return True
    return not table.css("table table") and all(len(cell.text()) <= _MAX_CELL for cell in cells)
