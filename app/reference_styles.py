"""References for people to read: APA 7 and ISO 690 (UNE-ISO 690:2013, first element and date).

Written here rather than left to a citation processor: citeproc-py 0.11 with the official styles drops
the year of a source dated by a period («23–25 de noviembre de 2021»), repeats a publisher who is also
the author, writes dates of Spanish APA in the English order and leaves stray full stops in ISO 690; it
also needs lxml and 89 MB of styles. Whoever needs another style takes the CSL-JSON, RIS or BibTeX file.

Every source here is the work of an organisation, which is author and publisher in one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from alpie.app.citation import in_text
from alpie.app.records import Citation
from alpie.app.words import Words, read_date

__all__ = ["Style", "apa_style", "iso_690_style", "year_letters"]


@dataclass(frozen=True)
class Style:
    """How one style writes a reference and the bracket after a quotation. `letter`: 2025a, 2025b."""

    reference: Callable[[Citation, str], str]
    bracket: Callable[[Citation, str], str]


def year_letters(citations: Sequence[Citation]) -> Mapping[str, str]:
    """Document id → letter, for documents of one author and year; else "".

    In the order of APA: those dated by the year alone come first, then by date, then by title.
    """
    alike: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for citation in citations:
        alike[_author(citation), _year(citation)][citation.document_id] = f"{citation.date} {citation.title}"
    letters: dict[str, str] = {}
    for dated in alike.values():
        ordered = [document_id for _, document_id in sorted((value, key) for key, value in dated.items())]
        for number, document_id in enumerate(ordered):
            letters[document_id] = _letter(number) if len(ordered) > 1 else ""
    return letters


def apa_style(words: Words) -> Style:
    """APA, 7th edition: organisation. (date). Title [Kind]. Address."""

    def dated(citation: Citation, letter: str) -> str:
        year = (_year(citation) or words("date.none")) + letter
        rest = words.date(citation.date).replace(_year(citation), "").strip() if _has_day(citation) else ""
        # the words around the year: «23 de diciembre de » and «December 23, »
        rest = rest.removesuffix(" de").rstrip(", ")
        return f"{year}, {rest}" if rest else year

    def reference(citation: Citation, letter: str) -> str:
        title = _title_and_kind(citation)
        when = f"({dated(citation, letter)})"
        if not citation.publisher:
            return _with_address(f"{title}. {when}.", citation)
        return _with_address(f"{_stop(citation.publisher)} {when}. {title}.", citation)

    def bracket(citation: Citation, letter: str) -> str:
        year = (_year(citation) or words("date.none")) + letter
        return f"({_join(_inner(_author(citation)), year, in_text(citation, words))})"

    return Style(reference, bracket)


def iso_690_style(words: Words, accessed: date | None) -> Style:
    """ISO 690: ORGANISATION, year. Title. Kind, full date. Address and the day it was `accessed`."""

    def reference(citation: Citation, letter: str) -> str:
        year = (_year(citation) or words("date.none")) + letter
        creator = (citation.publisher or citation.title).upper()
        full_date = words.date(citation.date) if _has_day(citation) else ""
        medium = f" [{words('iso.online')}]" if citation.url else ""
        parts = [_stop(f"{creator}, {year}")]
        if citation.publisher:
            parts.append(_stop(citation.title + medium))
        if citation.kind or full_date:
            parts.append(_stop(_join(citation.kind[:1].upper() + citation.kind[1:], full_date)))
        if citation.url:
            day = f"[{words('iso.accessed', date=words.date(accessed.isoformat()))}]. " if accessed else ""
            parts.append(f"{day}{words('iso.available')}: {citation.url}")
        return " ".join(parts)

    def bracket(citation: Citation, letter: str) -> str:
        year = (_year(citation) or words("date.none")) + letter
        return f"({_join(f'{_inner(_author(citation))} {year}', in_text(citation, words))})"

    return Style(reference, bracket)


def _author(citation: Citation) -> str:
    return citation.publisher or citation.title


def _inner(text: str) -> str:
    """Brackets within brackets are square."""
    return text.replace("(", "[").replace(")", "]")


def _title_and_kind(citation: Citation) -> str:
    """«Title [Informe]»; a supplied title shares its brackets: «[Title; nota de prensa]»."""
    if not citation.kind:
        return citation.title
    if citation.title.startswith("[") and citation.title.endswith("]"):
        return f"{citation.title[:-1]}; {citation.kind}]"
    return f"{citation.title} [{citation.kind[:1].upper()}{citation.kind[1:]}]"


def _year(citation: Citation) -> str:
    dates = read_date(citation.date)
    return str(dates[0][0]) if dates else ""


def _has_day(citation: Citation) -> bool:
    dates = read_date(citation.date)
    return bool(dates) and len(dates[0]) > 1


def _letter(number: int) -> str:
    return chr(ord("a") + number) if number < 26 else f"-{number + 1}"


def _stop(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _join(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _with_address(reference: str, citation: Citation) -> str:
    return f"{reference} {citation.url}" if citation.url else reference
