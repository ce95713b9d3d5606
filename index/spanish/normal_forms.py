"""Unicode normal forms in time that grows with the text, whatever stands in it.

`unicodedata.normalize` sorts each run of combining characters by insertion: a megabyte of them takes a
quarter of an hour. Real text has a few in a row, so a long text is taken in portions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

_PORTION = 1_000  # characters
_UNSEEN = re.compile(r"\u00ad[ \t]*\r?\n[ \t]*(?=[^\W\d_])|[\u00ad\u200b\u2060\ufeff]")
_SAFE_CUT = re.compile(r"[\x00-\x7f]")  # an ASCII character never composes with what stands before it


def normalize(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """`unicodedata.normalize`; thousands of characters without an ASCII one among them are cut somewhere."""
    if len(text) <= _PORTION:
        return unicodedata.normalize(form, text)
    if text.isascii():
        return text
    return "".join(unicodedata.normalize(form, portion) for portion in _portions(text))


def visible(text: str) -> str:
    """`text` without what cannot be seen in it: soft hyphens, zero-width characters, marks of direction."""
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def unseen(text: str) -> tuple[tuple[int, int], ...]:
    """Where `text` holds soft hyphens and other signs without width, with the line end that one divides a word at."""
    return tuple(match.span() for match in _UNSEEN.finditer(text)) if not text.isascii() else ()


def _portions(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = start + _PORTION
        safe = _SAFE_CUT.search(text, end, end + _PORTION)
        end = safe.start() if safe else end
        yield text[start:end]
        start = end
