"""Signs of fonts that are no letters, and what fields of forms show in a DOCX."""

from __future__ import annotations

import re
from typing import Any

from alpie.index.formats.docx.word_xml import W, find_below, is_set, value_at
from alpie.index.formats.notation.list_numbers import parse_integer

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


def symbol_text(element: Any) -> str:
    """The character of a `w:sym`; "" where no character is known."""
    code = element.get(f"{W}char") or ""
    known = re.fullmatch("[0-9A-Fa-f]{1,6}", code)
    return font_sign(int(code, 16), element.get(f"{W}font") or "") if known else ""


def font_of(text: Any) -> str:
    """The font that the run of a `w:t` is set in by itself."""
    fonts = find_below(text.getparent(), "rPr/rFonts")
    return "" if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or ""


def font_sign(code: int, font: str) -> str:
    """What a font shows for a code; "" where that is not known."""
    font, at = font.lower(), code & 0xFF
    if font == "symbol":
        return _SYMBOL.get(at, chr(at) if 0x20 <= at < 0x40 else "")
    if font.startswith("wingdings"):
        return {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}.get(font, {}).get(at, "")
    return "" if 0xF000 <= code <= _MAX_FONT_CODE or code > 0x10FFFF else chr(code)


def form_value(field: Any) -> str:
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
