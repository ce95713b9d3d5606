"""Writes formulas of Word and of MathML in one line, as one would read them out: «(a+b)/c», «x^2», «∑_(i=1)^n x_i»."""

from __future__ import annotations

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
_UNREAD = frozenset({"annotation", "annotation-xml", "ctrlPr", "rPr"})


def formula_text(element: Any) -> str:
    """What an element of a formula says; of Office Math or MathML."""
    tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "annotation"
    if tag in _UNREAD or tag.endswith("Pr"):
        return ""
    kept = [one for one in element if isinstance(one.tag, str)]
    if not kept:
        return (element.text or "").strip() if tag != "t" else element.text or ""
    name = _NAMES.get(tag, tag)
    texts = [formula_text(one) for one in kept]
    values: dict[str, list[str]] = {}
    for number, (one, text) in enumerate(zip(kept, texts, strict=True)):
        own = one.tag.rpartition("}")[2]
        if tag in _NAMES:
            own = _PARTS[name][min(number, len(_PARTS[name]) - 1)] if name in _PARTS else "e"
        values.setdefault(own, []).append(text)
    if tag == "msqrt":
        values = {"e": ["".join(texts)]}
    parts = {own: _in_brackets("".join(texts)) for own, texts in values.items()}
    e = parts.get("e", "")
    below, above = (mark + parts[own] if parts.get(own) else "" for mark, own in (("_", "sub"), ("^", "sup")))
    if name == "f":
        return f"{parts.get('num', '')}/{parts.get('den', '')}"
    if name in ("sSup", "sSub", "sSubSup"):
        return e + below + above
    if name == "nary":
        return f"{_property(element, 'chr', '∫')}{below}{above} {''.join(values.get('e', []))}"
    if name == "rad":
        return f"{parts.get('deg', '').translate(_RAISED)}√{e}"
    if name == "d":
        inside = _property(element, "sepChr", "|").join(values.get("e", []))
        return _property(element, "begChr", "(") + inside + _property(element, "endChr", ")")
    if name in ("m", "eqArr"):
        return "; ".join(filter(None, texts))
    if name == "mr":
        return ", ".join(values.get("e", []))
    if name == "func":
        return f"{''.join(values.get('fName', []))} {''.join(values.get('e', []))}"
    if name in ("limLow", "limUpp"):
        return f"{e}{'_' if name == 'limLow' else '^'}{parts.get('lim', '')}"
    if name == "acc":
        return e + _property(element, "chr", "\u0302")
    return "".join(texts)


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
