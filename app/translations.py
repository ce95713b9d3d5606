"""The texts of the command line, of citations and of refusals; `locale/*.json` holds one catalogue for each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from alpie.index import messages as index
from alpie.index.messages import MessageSource, format_sentence, translate
from alpie.index.spanish.dates import ParsedDate, parse_date

Language = Literal["es", "en"]  # the first one where none is asked for
LANGUAGES: tuple[str, ...] = get_args(Language)
message = MessageSource(*index.message.folders, Path(__file__).with_name("locale"))


@dataclass(frozen=True)
class Translations:
    """Texts of one language: ``translations("ask.none")`` is the text under that key, placeholders filled in."""

    language: str
    entries: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        return format_sentence(self.entries, key, values)

    def translate(self, text: str | BaseException) -> str:
        """A message, or that of an error, in this language; another text as it is."""
        return str(translate(text, self.entries))

    def number(self, value: float, decimals: int = 0) -> str:
        """A number as the language writes it: Spanish groups by no-break space and has a decimal comma."""
        text = f"{value:,.{decimals}f}"
        if self.language == "en":
            return text
        # four figures are not grouped in Spanish: 3187, but 12 345
        return text.replace(",", "\u00a0" if abs(value) >= 10_000 else "").replace(".", ",")

    def count(self, key: str, number: int) -> str:
        """A number with its noun, «1 documento», «4 documentos», by the texts `key`.one and `key`.many."""
        return self(f"{key}.one" if number == 1 else f"{key}.many", number=self.number(number))

    def quoted(self, text: str) -> str:
        """`text` between the quotation marks of the language; nothing inside is touched."""
        return f"«{text}»" if self.language == "es" else f"“{text}”"

    def date(self, value: str) -> str:
        """An ISO 8601 date or period as prose: «23 de diciembre de 2025», «23-25 de noviembre de 2021»."""
        parts = parse_date(value)
        if not parts:
            return self("date.none")
        if parts[0][0] == parts[-1][0]:
            return self._within_year(parts)
        if len(parts[0]) == len(parts[1]) == 1:
            return self.years(value)
        return self("date.period", first=self._within_year(parts[:1]), last=self._within_year(parts[1:]))

    def years(self, value: str) -> str:
        """The year of a date, or both of a period: «2021», «2019-2020»; "" where there is none."""
        years = [parts[0] for parts in parse_date(value)]
        if not years or years[0] == years[-1]:
            return str(years[0]) if years else ""
        return self("date.range", first=years[0], last=years[1])

    def days(self, value: str) -> str:
        """Day and month of a date or period within one year: «23-25 de noviembre»; "" where they are not known."""
        parts = parse_date(value)
        if not parts or parts[0][0] != parts[-1][0] or any(len(part) == 1 for part in parts):
            return ""
        first, last = parts[0], parts[-1]
        if first == last or first[1:2] != last[1:2] or len(first) != len(last):
            both = tuple(dict.fromkeys(self._day(part) for part in parts))
            return both[0] if len(both) == 1 else self("date.period", first=both[0], last=both[1])
        return self._day(last, self("date.range", first=first[2], last=last[2]))

    def supplied(self, text: str, is_ours: bool) -> str:
        """`text`, in square brackets where the document does not carry it."""
        return f"[{text}]" if is_ours else text

    def _within_year(self, parts: tuple[ParsedDate, ...]) -> str:
        value = "/".join("-".join(f"{number:02}" for number in part) for part in parts)
        if not (days := self.days(value)):
            return str(parts[0][0])
        key = "date.of_days" if any(len(part) == 3 for part in parts) else "date.of_month"
        return self(key, days=days, year=parts[0][0])

    def _day(self, parts: ParsedDate, days: str = "") -> str:
        month = self("date.months").split()[parts[1] - 1]
        return self("date.day", day=days or parts[2], month=month) if len(parts) == 3 else month


@lru_cache
def translations_for(language: str) -> Translations:
    """The catalogue of `language`; Spanish for a language that has none."""
    chosen = language if language in LANGUAGES else LANGUAGES[0]
    return Translations(chosen, message.catalogue(chosen))
