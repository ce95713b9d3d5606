"""References for people to read: APA 7 and ISO 690 (UNE-ISO 690:2013, first element and date).

Written here rather than left to a citation processor: see docs/documents.md for where those fail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from alpie.app.answering.answer_types import Citation
from alpie.app.answering.quoting.citation import locator, title_in_line, with_capital
from alpie.app.translations import Translations
from alpie.index.spanish.dates import parse_date

_BLOCK_WORDS = 40  # from which APA sets a quotation apart, without quotation marks


@dataclass(frozen=True)
class BibliographyEntry:
    """An entry of the list of references. `title` is set in italics, where there are any."""

    before: str
    title: str
    after: str
    url: str = ""

    @property
    def text(self) -> str:
        return self.before + self.title + self.after + self.url


@dataclass(frozen=True)
class Style:
    """How one style writes a reference and the bracket after a quotation. `letter`: 2025a, 2025b."""

    reference: Callable[[Citation, str], BibliographyEntry]
    bracket: Callable[[Citation, str], str]
    block_words: int | None = None  # from which on a quotation is a paragraph of its own


def year_letters(citations: Sequence[Citation]) -> Mapping[str, str]:
    """The letter of each document by its id («2025a»), where one author has several of a year; else "".

    In the order of APA: those dated by the year alone come first, then by date, then by title.
    """
    alike: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for citation in citations:
        alike[_author(citation), citation.date[:4]][citation.document_id] = (
            f"{citation.date} {citation.title}"
        )
    letters: dict[str, str] = {}
    for (_, year), dated in alike.items():
        ordered = [document_id for _, document_id in sorted((value, key) for key, value in dated.items())]
        for number, document_id in enumerate(ordered):
            dash = "" if year else "-"  # «s. f.-a»
            letters[document_id] = dash + _letter(number) if len(ordered) > 1 else ""
    return letters


def apa_style(translations: Translations, accessed: date | None = None) -> Style:
    """APA, 7th edition: organisation. (date). Title [Kind]. Address."""

    def reference(citation: Citation, letter: str) -> BibliographyEntry:
        when = f"({_format_date(citation, letter, translations, translations.days(citation.date))})."
        space = " " if citation.url else ""
        kind = citation.kind
        if citation.title.startswith("["):  # a supplied title shares its brackets: «[Title; nota de prensa]»
            named = BibliographyEntry("", "", f"{citation.title[:-1]}; {kind}]" if kind else citation.title)
        else:
            named = BibliographyEntry("", citation.title, f" [{with_capital(kind)}]" if kind else "")
        if not citation.publisher:
            return BibliographyEntry("", named.title, f"{_with_stop(named)} {when}{space}", citation.url)
        return BibliographyEntry(
            f"{_stop(citation.publisher)} {when} ", named.title, _with_stop(named) + space, citation.url
        )

    def bracket(citation: Citation, letter: str) -> str:
        year = _format_date(citation, letter, translations)
        return f"({_join(_square(_author(citation)), year, locator(citation, translations.language))})"

    return Style(reference, bracket, _BLOCK_WORDS)


def iso_690_style(translations: Translations, accessed: date | None = None) -> Style:
    """ISO 690: ORGANISATION, year. Title. Kind. Place: publisher, date [day it was `accessed`]. Address."""

    def reference(citation: Citation, letter: str) -> BibliographyEntry:
        year = _format_date(citation, letter, translations, undated="iso.undated")
        online = bool(citation.url)
        published = ": ".join(part for part in (citation.place, citation.publisher) if part)
        day = translations.date(citation.date) if parse_date(citation.date) else ""
        issued = _join(published, "" if day == translations.years(citation.date) else day)
        if online and accessed:
            visit = translations("iso.accessed", date=translations.date(accessed.isoformat()))
            issued = f"{issued} [{visit}]".lstrip()
        rest = "".join(f" {_stop(part)}" for part in (with_capital(citation.kind), issued) if part)
        if online:
            rest += f" {translations('iso.available')}: "
        named = BibliographyEntry("", citation.title, f" [{translations('iso.online')}]" if online else "")
        if not citation.publisher:
            return BibliographyEntry("", named.title, f"{named.after}, {_stop(year)}{rest}", citation.url)
        creator = _stop(f"{citation.publisher.upper()}, {year}")
        return BibliographyEntry(f"{creator} ", named.title, _with_stop(named) + rest, citation.url)

    def bracket(citation: Citation, letter: str) -> str:
        year = _format_date(citation, letter, translations, undated="iso.undated")
        mark = " " if citation.publisher else ", "  # «Ley 39/2006, 2006»
        dated = f"{_square(_author(citation))}{mark}{year}"
        return f"({_join(dated, locator(citation, translations.language))})"

    return Style(reference, bracket)


STYLES: Mapping[str, Callable[[Translations, date | None], Style]] = {
    "apa": apa_style,
    "iso690": iso_690_style,
}


def _author(citation: Citation) -> str:
    return citation.publisher or title_in_line(citation)


def _format_date(
    citation: Citation, letter: str, translations: Translations, days: str = "", undated: str = "date.none"
) -> str:
    """Year and letter, and the days if asked for: «2025a», «s. f.»; in brackets what the text does not carry."""
    year = (translations.years(citation.date) or translations(undated)) + letter
    return translations.supplied(_join(year, days), citation.date_is_ours)


def _square(text: str) -> str:
    return text.replace("(", "[").replace(")", "]")


def _letter(number: int) -> str:
    return chr(ord("a") + number) if number < 26 else f"-{number + 1}"


def _stop(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _with_stop(named: BibliographyEntry) -> str:
    """What follows the title, with the stop that ends it."""
    return named.after + _stop(named.text)[len(named.text) :]


def _join(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
