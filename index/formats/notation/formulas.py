"""Writes formulas from Word and MathML on one line, as one would read them aloud: «(a+b)/c», «x^2», «∑_(i=1)^n x_i»."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

_RAISED = str.maketrans("0123456789n", "⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ")
# MathML names what Word calls by its own names; their parts come in this order.
_NAMES = {
    "mfrac": "f", "msup": "sSup", "msub": "sSub", "msubsup": "sSubSup", "msqrt": "rad", "mroot": "rad", "mover": "limUpp",
    "munder": "limLow", "munderover": "sSubSup", "mtable": "m", "mtr": "mr", "mtd": "e", "mfenced": "d",
}  # fmt: skip
_PARTS = {
    "f": ("num", "den"), "sSup": ("e", "sup"), "sSub": ("e", "sub"), "sSubSup": ("e", "sub", "sup"),
    "rad": ("e", "deg"), "limUpp": ("e", "lim"), "limLow": ("e", "lim"),
}  # fmt: skip
# how the parts of each are written; of the others their order is enough
_WRITTEN = {
    **dict.fromkeys(("sSup", "sSub", "sSubSup"), "{e}{below}{above}"), "f": "{num}/{den}", "rad": "{root}√{e}",
    "limLow": "{e}_{lim}", "limUpp": "{e}^{lim}", "nary": "{sign}{below}{above} {argument}", "func": "{name} {argument}",
    "acc": "{e}{sign}",
}  # fmt: skip
_UNREAD = frozenset({"annotation", "annotation-xml", "ctrlPr", "rPr"})


def formula_text(element: Any) -> str:
    """What an element of a formula says; of Office Math or MathML."""
    tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "annotation"
    if tag in _UNREAD or tag.endswith("Pr"):
        return ""
    kept = [part for part in element if isinstance(part.tag, str)]
    if not kept:
        return (element.text or "").strip() if tag != "t" else element.text or ""
    name = _NAMES.get(tag, tag)
    texts = [formula_text(part) for part in kept]
    values: dict[str, list[str]] = {}
    for number, (part, text) in enumerate(zip(kept, texts, strict=True)):
        own = part.tag.rpartition("}")[2]
        if tag in _NAMES:
            own = _PARTS[name][min(number, len(_PARTS[name]) - 1)] if name in _PARTS else "e"
        values.setdefault(own, []).append(text)
    if tag == "msqrt":
        values = {"e": ["".join(texts)]}
    parts = {own: _in_brackets("".join(texts)) for own, texts in values.items()}
    if name in _WRITTEN:
        facts = defaultdict(str, parts)
        facts["below"], facts["above"] = (
            mark + parts[own] if parts.get(own) else "" for mark, own in (("_", "sub"), ("^", "sup"))
        )
        facts["argument"], facts["name"] = ("".join(values.get(own, [])) for own in ("e", "fName"))
        facts["root"] = parts.get("deg", "").translate(_RAISED)
        facts["sign"] = _property(element, "chr", "∫" if name == "nary" else "\u0302")
        return _WRITTEN[name].format_map(facts)
    if name == "d":
        inside = _property(element, "sepChr", "|").join(values.get("e", []))
        return _property(element, "begChr", "(") + inside + _property(element, "endChr", ")")
    if name in ("m", "eqArr"):
        return "; ".join(filter(None, texts))
    return ", ".join(values.get("e", [])) if name == "mr" else "".join(texts)


def _property(element: Any, name: str, default: str) -> str:
    """What the properties of an element say, in either language."""
    space, _, tag = element.tag.rpartition("}")
    own = {"begChr": "open", "endChr": "close", "sepChr": "separators"}.get(name, "")
    if tag == "mfenced":
        return str(element.get(own, {"sepChr": ", "}.get(name, default)))
    found = element.find(f"{space}}}{tag}Pr/{space}}}{name}")
    return default if found is None else found.get(f"{space}}}val", "")


def _in_brackets(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() or (text[0] == "(" and text[-1] == ")") else f"({text})"
