"""Removes or escapes characters that are not text from what others wrote, before it is shown, searched or exported."""

from __future__ import annotations

import re
import unicodedata

# Control characters without tab and line feed; separators of lines, and lone surrogates, which no file can hold.
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
_CONTROL = re.compile(f"[{_CONTROLS}]")
# … and those that turn the direction of writing.
_STEERING = re.compile(rf"[{_CONTROLS}\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def without_controls(text: str, instead: str = " ") -> str:
    """`text` with `instead` for each control character: a document must steer no terminal and end no line."""
    return _CONTROL.sub(instead, text)


def without_invisible(text: str) -> str:
    """`text` without invisible characters: soft hyphens, zero-width characters, marks of direction."""
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def escape_steering(text: str) -> str:
    r"""`text` with control characters and marks of direction as «\u001b»: in JSON they read back the same."""
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
