"""Signs of a DOCX that are no letters: symbols of fonts with a code of their own, and formulas."""

from __future__ import annotations

from typing import Any

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# The font Symbol, from 0x40 and from 0xA1 on; what is not here stands there as in ASCII.
_SYMBOL = {
    **{0x40 + at: sign for at, sign in enumerate("≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼")},
    **{
        0xA1 + at: sign
        for at, sign in enumerate(
            "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑"
        )
    },
    0x22: "∀", 0x24: "∃", 0x27: "∋", 0x2A: "∗", 0x2D: "−", 0xF1: "〉", 0xF2: "∫",
}  # fmt: skip
_WINGDINGS = {
    0x6F: "□",
    0xA7: "▪",
    0xA8: "□",
    0xD8: "➢",
    0xE0: "→",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
}
_LARGEST_OF_A_FONT = 0xF0FF  # such codes mean nothing without the font


def symbol(element: Any) -> str:
    """The character of a `w:sym`; "" where no character is known."""
    try:
        code = int(element.get(f"{_W}char") or "", 16)
    except ValueError:
        return ""
    font = (element.get(f"{_W}font") or "").lower()
    own = _SYMBOL if font == "symbol" else _WINGDINGS if font.startswith("wingdings") else None
    if own is not None:
        at = code & 0xFF
        return own.get(at, chr(at) if own is _SYMBOL and 0x20 <= at < 0x40 else "")
    return "" if 0xF000 <= code <= _LARGEST_OF_A_FONT or code > 0x10FFFF else chr(code)


def formula(element: Any) -> str:
    """A formula in one line: «(a+b)/c», «x^2», «√(n)»."""
    name = element.tag.removeprefix(MATH) if isinstance(element.tag, str) else ""
    if name == "t":
        return element.text or ""
    parts = {
        one.tag.removeprefix(MATH): _grouped(formula(one)) for one in element if isinstance(one.tag, str)
    }
    if name == "f":
        return f"{parts.get('num', '')}/{parts.get('den', '')}"
    if name in ("sSup", "sSub", "sSubSup"):
        below = f"_{parts['sub']}" if "sub" in parts else ""
        return parts.get("e", "") + below + (f"^{parts['sup']}" if "sup" in parts else "")
    if name == "rad":
        return f"√{parts.get('e', '')}"
    return "".join(map(formula, element))


def _grouped(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() else f"({text})"
