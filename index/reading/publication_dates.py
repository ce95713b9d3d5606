"""Dates as `sources.toml` writes them: ISO 8601 as far as known, or a period of two with a slash between."""

from __future__ import annotations

import re
from datetime import date

ParsedDate = tuple[int, ...]  # year, month, day, as far as known

_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_SHORT = re.compile(
    r"\d{2}(?:-\d{2})?"
)  # the end of a period without what it has in common with the beginning


def read_date(value: str) -> tuple[ParsedDate, ...]:
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
