"""Superscripts: the call of a note is no part of the sentence it stands in, an exponent or «n.º» is."""

from __future__ import annotations

import re

_SIGN = r"(?:\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*|[a-zñ]|\*{1,4}|[†‡§])"
_BRACKETED = re.compile(rf"[\[(]\s*(?:nota\s+)?{_SIGN}\s*[\])]|\*{{1,4}}|[†‡]", re.IGNORECASE)
_BARE = re.compile(r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*")
_AFTER_A_WORD = re.compile(
    r"(?:[^\W\d_]{3,}[»”\")]*|[.,;:!?»”\")\]%])\s*$"
)  # not after «m», «km» or a figure


def is_note_call(raised: str, before: str, linked: bool) -> bool:
    """Whether raised text calls a note; `before` is what it follows, `linked` that it leads somewhere."""
    raised = raised.strip()
    if linked and re.fullmatch(rf"[\[(]?{_SIGN}[\])]?", raised, re.IGNORECASE):
        return True
    if _BRACKETED.fullmatch(raised):
        return True
    return _BARE.fullmatch(raised) is not None and _AFTER_A_WORD.search(before) is not None
