"""Reads dates, both those of tables and catalogues (ISO 8601) and those that documents and people write out."""

from __future__ import annotations

import re
from datetime import date

from alpie.index.spanish.number_words import MONTHS

ParsedDate = tuple[int, ...]  # year, month, day, as far as known

_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
# the end of a period without what it has in common with the beginning
_SHORT = re.compile(r"\d{2}(?:-\d{2})?")


def parse_date(value: str) -> tuple[ParsedDate, ...]:
    """(year, month, day) as far as known, once or, for a period, twice; empty for anything else."""
    first, *rest = value.split("/")
    if rest and _SHORT.fullmatch(rest[0]):  # 2021-11-23/25, 2019/20
        rest[0] = first[: len(first) - len(rest[0])] + rest[0]
    texts = [first, *rest]
    parts = tuple(tuple(map(int, text.split("-"))) for text in texts if _DATE.fullmatch(text))
    try:
        days = [date(*(*part, 1, 1)[:3]) for part in parts]
    except ValueError:
        return ()
    return parts if len(parts) == len(texts) <= 2 and days == sorted(days) else ()


_PDF = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?![\d-])")
# «3 de mayo de 2024», «1º de mayo de 2024», «mayo de 2024», «3/5/2024», «5/2024», "3 May 2024"
_WRITTEN = re.compile(
    r"(?:(\d{1,2})[.ºo°]{0,2}(?:\s+(?:de\s+)?|[/.-]))?(\d{1,2}|[a-z]{3,})(?:\s+(?:del?\s+)?|[/.-])(\d{4})(?!\d)"
)
_AMERICAN = re.compile(r"([a-z]{3,})\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")  # "May 3, 2024"


def iso_date(text: str) -> str:
    """`text` as «2024», «2024-05» or «2024-05-17»; "" for anything that is not a date."""
    text = text.strip().lower()
    if match := _PDF.match(text.upper()) or _ISO.match(text):
        year, month, day = match[1], match[2], match[3]
    elif (match := _AMERICAN.match(text)) and match[1] in MONTHS:
        year, month, day = match[3], str(MONTHS[match[1]]), match[2]
    elif (match := _WRITTEN.match(text)) and (match[2].isdigit() or match[2] in MONTHS):
        year, month, day = match[3], str(MONTHS.get(match[2]) or match[2]), match[1]
    else:
        return ""
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    return "-".join(part.zfill(2) for part in (year, month, day) if part)
