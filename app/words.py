"""The words of the command line and of citations, one catalogue a language: `locale/*.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

__all__ = ["LANGUAGES", "Words", "read_date", "words_for"]

LANGUAGES = ("es", "en")
_FOLDER = Path(__file__).resolve().parent / "locale"


@dataclass(frozen=True)
class Words:
    """Texts of one language: ``words("ask.none")`` is the text under that key, placeholders filled in."""

    language: str
    entries: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        return self.entries[key].format(**values)

    def number(self, value: float, decimals: int = 0) -> str:
        """A number as the language writes it: Spanish groups by no-break space and has a decimal comma."""
        text = f"{value:,.{decimals}f}"
        if self.language == "en":
            return text
        # four figures are not grouped in Spanish: 3187, but 12 345
        return text.replace(",", "\u00a0" if abs(value) >= 10_000 else "").replace(".", ",")

    def count(self, key: str, number: int) -> str:
        """«1 documento», «4 documentos»: the texts under `key`.one and `key`.many."""
        return self(f"{key}.one" if number == 1 else f"{key}.many", number=self.number(number))

    def quoted(self, text: str) -> str:
        """`text` between the quotation marks of the language; nothing inside is touched."""
        return f"«{text}»" if self.language == "es" else f"“{text}”"

    def date(self, value: str) -> str:
        """An ISO 8601 date or period as prose: «23 de diciembre de 2025», «23–25 de noviembre de 2021»."""
        parts = read_date(value)
        if not parts:
            return self("date.none")
        if len(parts) == 1:
            return self._day(parts[0])
        first, last = parts
        if len(first) == 3 and len(last) == 3 and first[:2] == last[:2]:
            return self._day(last, days=f"{first[2]}–{last[2]}")
        return f"{self._day(first)} – {self._day(last)}"

    def month(self, number: int) -> str:
        return self("date.months").split()[number - 1]

    def _day(self, parts: tuple[int, ...], days: str = "") -> str:
        if len(parts) == 1:
            return str(parts[0])
        if len(parts) == 2:
            return self("date.month", month=self.month(parts[1]), year=parts[0])
        return self("date.day", day=days or parts[2], month=self.month(parts[1]), year=parts[0])


@lru_cache
def words_for(language: str) -> Words:
    """The catalogue of `language`; Spanish for a language there is none of."""
    chosen = language if language in LANGUAGES else LANGUAGES[0]
    entries: dict[str, str] = json.loads((_FOLDER / f"{chosen}.json").read_text(encoding="utf-8"))
    return Words(chosen, entries)


def read_date(value: str) -> tuple[tuple[int, ...], ...]:
    """(year, month, day) as far as known, once or, for a period, twice; empty for anything else."""
    try:
        parts = tuple(tuple(int(number) for number in part.split("-")) for part in value.split("/"))
        for part in parts:
            date(*(*part, 1, 1)[:3])
    except (TypeError, ValueError):
        return ()
    return parts if len(parts) <= 2 and all(len(part) <= 3 for part in parts) else ()
