"""Writes raised text so that it means the same on the line; footnote calls are left out."""

from __future__ import annotations

import re

_SIGN = r"(?:\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*|[a-zñ]|\*{1,4}|[†‡§])"
_BRACKETED = re.compile(rf"[\[(]\s*(?:nota\s+)?{_SIGN}\s*[\])]|\*{{1,4}}|[†‡]", re.IGNORECASE)
_BARE = re.compile(r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*")
# not after «m», «km» or a figure
_AFTER_A_WORD = re.compile(r"(?:[^\W\d_]{3,}[»”\")]*|[.,;:!?»”\")\]%])\s*$")


def is_note_call(raised: str, before: str, linked: bool) -> bool:
    """Whether raised text calls a note; `before` is what it follows, `linked` that it leads somewhere."""
    raised = raised.strip()
    if linked and re.fullmatch(rf"[\[(]?{_SIGN}[\])]?", raised, re.IGNORECASE):
        return True
    if _BRACKETED.fullmatch(raised):
        return True
    return _BARE.fullmatch(raised) is not None and _AFTER_A_WORD.search(before) is not None


RAISED, LOWERED = "\x0e", "\x0f"  # around raised text until all of it is known; no document holds these
_EXPONENTS = str.maketrans("0123456789+-−–n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻ⁿ")
_ORDINALS = str.maketrans("oa", "ºª")


def raised_text(raised: str, before: str) -> str:
    """Write raised text, which follows `before`, so that it says the same on the line: «10⁶», «s⁻¹», «nº», «m2»."""
    bare = raised.strip()
    power = re.search(r"[\d)]$", before) and re.fullmatch(r"\d{1,4}|n", bare)
    if power or (re.search(r"[\w)]$", before) and re.fullmatch(r"[+\-−–]\d{1,3}", bare)):
        return bare.translate(_EXPONENTS)  # 10⁶ is not 106
    if re.fullmatch("[oa]s?", bare) and re.search(r"[\d.]$|\b[nN]$", before):
        return bare.translate(_ORDINALS)  # nº 3 is not «no 3»
    return raised


def write_raised(text: str) -> str:
    """`text` with what stands between `RAISED` and `LOWERED` as `raised_text`, without calls of notes."""
    shown: list[str] = []
    parts = re.split(f"{RAISED}([^{RAISED}{LOWERED}]*){LOWERED}", text.replace(LOWERED + RAISED, ""))
    for number, part in enumerate(parts):
        before = "".join(shown[-4:])[-40:]
        if number % 2 and not is_note_call(part, before, False):
            shown.append(raised_text(part, before))
        elif number % 2 == 0:
            shown.append(part)
    return "".join(shown)
