"""What the runs of a DOCX's paragraphs show: text, signs, formulas, field results. Hidden and struck text is kept apart."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from alpie.index.formats.docx.docx_styles import DocxStyles
from alpie.index.formats.docx.word_xml import MATH, W, find_below, is_on, is_set, value_at
from alpie.index.formats.notation.formulas import formula_text
from alpie.index.formats.notation.list_numbers import parse_integer
from alpie.index.formats.notation.superscripts import LOWERED, RAISED, write_raised
from alpie.index.notices import NoticeKind

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DELETED = frozenset({f"{W}del", f"{W}moveFrom"})
_UNSEEN = frozenset({_FALLBACK, *(W + name for name in ("pPr", "rPr", "instrText", "delText", "rt"))})
_SHOWN = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}noBreakHyphen": "-", f"{W}br": "\n", f"{W}cr": "\n",
          f"{W}lastRenderedPageBreak": "\f"}  # fmt: skip
_STRUCK = ("strike", "dstrike")
_OF_A_FONT = re.compile("[\uf000-\uf0ff]")
# The font Symbol, from 0x40 and from 0xA1 on; what is not here stands there as in ASCII.
_SYMBOL = {
    **{0x40 + at: sign for at, sign in enumerate("≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼")},
    **{0xA1 + at: sign for at, sign in enumerate("ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑")},
    0xA0: "€", 0x22: "∀", 0x24: "∃", 0x27: "∋", 0x2A: "∗", 0x2D: "−", 0xF1: "〉", 0xF2: "∫",
}  # fmt: skip
_WINGDINGS = {
    0x6F: "□", 0xA7: "▪", 0xA8: "□", 0xD8: "➢", 0xE0: "→", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□"}
_MAX_FONT_CODE = 0xF0FF  # such codes mean nothing without the font


class DocxRuns:
    """Reads the runs of paragraphs, in order: fields may go on from one paragraph to the next."""

    def __init__(self, styles: DocxStyles, rendered: bool) -> None:
        """`rendered`: Word noted where its pages broke; the breaks that a writer set are then among them."""
        self.unread: dict[NoticeKind, list[Any]] = defaultdict(list)
        self.signs = 0  # in fonts that do not say what they are
        self._styles, self._rendered = styles, rendered
        self._fields: list[bool] = []  # that are open, whether each is a table of contents
        self._codes: list[bool] = []  # of the fields that are open, whether this is their instruction

    @property
    def in_contents(self) -> bool:
        """Whether a field is open that is a table of contents."""
        return any(self._fields)

    def end_paragraph(self) -> None:
        """An instruction of a field stands in one paragraph."""
        self._codes = [False] * len(self._codes)

    def words_of(self, roots: Sequence[Any]) -> str:
        """All words of some elements that are not kept apart, without regard to how they are laid out."""
        left_out = {element for runs in self.unread.values() for run in runs for element in run.iter()}
        parts: list[str] = []
        for root in roots:
            initial = False
            for element in root.iter(*(W + name for name in ("p", "t", "tab", "br", "noBreakHyphen"))):
                if element.tag == f"{W}p":
                    parts.append("" if initial else "\n")
                    initial = is_drop_cap(element)
                elif element.tag != f"{W}t":
                    parts.append("-" if element.tag == f"{W}noBreakHyphen" else "\n")
                elif element not in left_out and next(element.iterancestors(_FALLBACK), None) is None:
                    parts.append(self._marked(element, element.text or ""))
        return write_raised("".join(parts))

    def pieces(self, paragraph: Any, boxes: list[Any], calls: list[Any]) -> Iterator[str]:
        """What a paragraph shows, a form feed where a page begins; text boxes go to `boxes`, calls of notes to `calls`."""
        stack = [paragraph]
        while stack:
            element = stack.pop()
            tag = element.tag
            if tag == f"{W}instrText" and self._fields and (element.text or "").split()[:1] == ["TOC"]:
                self._fields[-1] = True
            if tag in _DELETED:
                self.unread[NoticeKind.STRUCK_TEXT].append(element)
            elif tag in _UNSEEN or not isinstance(tag, str):
                continue
            elif tag == f"{W}r" and self._styles.run_is(element, paragraph, "vanish"):
                self.unread[NoticeKind.HIDDEN_TEXT].append(element)
            elif tag == f"{W}r" and any(self._styles.run_is(element, paragraph, look) for look in _STRUCK):
                self.unread[NoticeKind.STRUCK_TEXT].append(element)
            elif tag == f"{W}txbxContent":
                boxes.append(element)
            elif (shown := self._shown_by_element(element, tag)) is not None:
                yield shown
            elif tag == f"{W}object" and any((o.get("ProgID") or "").startswith("Equation") for o in element):
                self.unread[NoticeKind.FORMULAS].append(element)
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                calls.append(element)
                if is_on(element.get(f"{W}customMarkFollows", "0")):  # the mark, which its run shows
                    del stack[len(stack) - len(list(element.itersiblings())) :]
            else:
                stack += reversed(element)

    def _shown_by_element(self, element: Any, tag: str) -> str | None:
        """What an element of a run shows by itself; None where what stands in it does."""
        if tag == f"{W}t":
            if any(self._codes):
                return ""
            text = _OF_A_FONT.sub(partial(self._font_character, _font_of(element)), element.text or "")
            return self._marked(element, text)
        if tag in _SHOWN:
            ends_page = tag == f"{W}br" and element.get(f"{W}type") == "page" and not self._rendered
            return "\n\f" if ends_page else _SHOWN[tag]
        if tag == f"{W}sym":
            sign = _symbol_text(element)
            self.signs += not sign
            return sign
        if tag == f"{MATH}oMath":
            return formula_text(element)
        if tag == f"{W}fldChar":
            self._enter_or_leave_field(element.get(f"{W}fldCharType"))
            return _form_value(element)
        return None

    def _enter_or_leave_field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append(False)
            self._codes.append(True)
        elif kind == "separate" and self._codes:
            self._codes[-1] = False
        elif kind == "end" and self._fields:
            self._fields.pop()
            self._codes.pop()

    def _font_character(self, font: str, match: re.Match[str]) -> str:
        shown = _font_sign(ord(match[0]), font)
        self.signs += not shown
        return shown

    def _marked(self, element: Any, text: str) -> str:
        """The text of a `w:t`, marked where its run is raised."""
        return RAISED + text + LOWERED if self._styles.is_raised(element.getparent()) else text


def is_drop_cap(paragraph: Any) -> bool:
    """Whether a paragraph is the first letter of the next one, set large."""
    frame = find_below(paragraph, "pPr/framePr")
    return frame is not None and frame.get(f"{W}dropCap") in ("drop", "margin")


def _symbol_text(element: Any) -> str:
    """The character of a `w:sym`; "" where no character is known."""
    code = element.get(f"{W}char") or ""
    known = re.fullmatch("[0-9A-Fa-f]{1,6}", code)
    return _font_sign(int(code, 16), element.get(f"{W}font") or "") if known else ""


def _font_of(text: Any) -> str:
    """The font that the run of a `w:t` is set in by itself."""
    fonts = find_below(text.getparent(), "rPr/rFonts")
    return "" if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or ""


def _font_sign(code: int, font: str) -> str:
    """What a font shows for a code; "" where that is not known."""
    font, at = font.lower(), code & 0xFF
    if font == "symbol":
        return _SYMBOL.get(at, chr(at) if 0x20 <= at < 0x40 else "")
    if font.startswith("wingdings"):
        return {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}.get(font, {}).get(at, "")
    return "" if 0xF000 <= code <= _MAX_FONT_CODE or code > 0x10FFFF else chr(code)


def _form_value(field: Any) -> str:
    """What a menu or a box to be ticked of a form shows; "" for other fields."""
    box, menu = find_below(field, "ffData/checkBox"), find_below(field, "ffData/ddList")
    if box is not None:
        states = (is_set(box, name) for name in ("checked", "default"))
        return "☒" if next((state for state in states if state is not None), False) else "☐"
    if menu is None:
        return ""
    chosen = (value_at(menu, name) for name in ("result", "default"))
    number = next((parse_integer(value, 0) for value in chosen if value is not None), 0)
    entries = [value.get(f"{W}val") or "" for value in menu.iterchildren(f"{W}listEntry")]
    return entries[number] if number < len(entries) else ""
