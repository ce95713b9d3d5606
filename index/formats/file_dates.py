"""Dates as files carry them, to ISO 8601."""

from __future__ import annotations

import re
from datetime import date

_PDF = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?!\d)")
_SPANISH = re.compile(r"(\d{1,2})(?:\s+de\s+([a-z]+)\s+(?:de|del)\s+|[/.])(?:(\d{1,2})[/.])?(\d{4})")
_MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()


def iso_date(text: str) -> str:
    """`text` as «2024», «2024-05» or «2024-05-17»; "" for what is no date."""
    text = text.strip().lower()
    if match := _PDF.match(text.upper()) or _ISO.match(text):
        year, month, day = match[1], match[2], match[3]
    elif (match := _SPANISH.match(text)) and (match[3] or match[2] in _MONTHS):
        number = int(match[3]) if match[3] else _MONTHS.index(match[2]) + 1
        year, month, day = match[4], f"{number:02d}", f"{int(match[1]):02d}"
    else:
        return ""
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    return "-".join(part for part in (year, month, day) if part)
