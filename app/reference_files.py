"""References for reference managers: BibTeX, RIS, CSL-JSON. One entry a document, its quotations as notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alpie.app.citation import link, locator
from alpie.app.escaping import json_text, latex, plain_line
from alpie.app.records import Citation
from alpie.app.words import Words, read_date
from alpie.index.readable import collapse

__all__ = ["Source", "bibtex", "csl_json", "ris"]


@dataclass(frozen=True)
class Source:
    """A document and what is quoted from it: (words, citation) each."""

    citation: Citation
    quotes: tuple[tuple[str, Citation], ...]


@dataclass(frozen=True)
class _Types:
    csl: str
    ris: str
    bibtex: str


_REPORT = _Types("report", "RPRT", "techreport")
_OTHER = _Types("document", "GEN", "misc")
_TYPES: Mapping[str, _Types] = {
    "informe": _REPORT,
    "resolución": _REPORT,  # reference managers keep no author for laws, and that of a resolution matters
    "ley": _Types("legislation", "STAT", "misc"),
    "real decreto": _Types("legislation", "STAT", "misc"),
    "reglamento": _Types("legislation", "STAT", "misc"),
    "directiva": _Types("legislation", "STAT", "misc"),
    "libro": _Types("book", "BOOK", "book"),
}


def csl_json(sources: Sequence[Source], words: Words, base_url: str) -> str:
    """CSL-JSON, as Zotero and pandoc read it."""
    items: list[dict[str, object]] = []
    for source in sources:
        citation = source.citation
        item: dict[str, object] = {
            "id": citation.document_id,
            "type": _types(citation).csl,
            "title": citation.title,
            "author": [{"literal": citation.publisher}] if citation.publisher else None,
            "publisher": citation.publisher,
            "issued": {"date-parts": [list(part) for part in read_date(citation.date)]}
            if citation.date
            else None,
            "genre": citation.kind,
            "language": citation.language,
            "URL": citation.url,
            "note": "\n".join(_notes(source, words, base_url)),
        }
        items.append({key: value for key, value in item.items() if value})
    return json_text(items)


def ris(sources: Sequence[Source], words: Words, base_url: str) -> str:
    """RIS; every value on one line, as the format has no other."""
    lines: list[str] = []
    for source in sources:
        citation = source.citation
        dates = read_date(citation.date)
        fields = [
            ("TY", _types(citation).ris),
            ("ID", citation.document_id),
            # a comma would part family from given name: an organisation has none
            ("AU", citation.publisher.replace(", ", ". ")),
            ("TI", citation.title),
            ("PY", str(dates[0][0]) if dates else ""),
            (
                "DA",
                "/".join([f"{number:02}" for number in dates[0]] + [""] * (4 - len(dates[0])))
                if dates
                else "",
            ),
            ("PB", citation.publisher),
            ("M3", citation.kind),
            ("LA", citation.language),
            ("UR", citation.url),
            *(("N1", note) for note in _notes(source, words, base_url)),
        ]
        lines += [f"{tag}  - {plain_line(value)}" for tag, value in fields if value]
        lines += ["ER  - ", ""]
    return "\r\n".join(lines) + "\r\n"


def bibtex(sources: Sequence[Source], words: Words, base_url: str) -> str:
    """BibTeX in UTF-8. Values stand in double braces: names and capitals stay as they are."""
    entries: list[str] = []
    for source in sources:
        citation = source.citation
        kind = _types(citation).bibtex
        dates = read_date(citation.date)
        fields = {
            "author": citation.publisher,
            "title": citation.title,
            "institution" if kind == "techreport" else "publisher": citation.publisher,
            "year": str(dates[0][0]) if dates else "",
            "month": str(dates[0][1]) if dates and len(dates[0]) > 1 else "",
            "type" if kind == "techreport" else "howpublished": citation.kind,
            "language": citation.language,
            "url": citation.url,
            "annote": " ".join(_notes(source, words, base_url)),
        }
        body = "".join(
            f"  {name} = {{{{{latex(value)}}}}},\n"
            if name not in ("year", "month")
            else f"  {name} = {{{value}}},\n"
            for name, value in fields.items()
            if value
        )
        entries.append(f"@{kind}{{{citation.document_id},\n{body}}}\n")
    return "\n".join(entries)


def _types(citation: Citation) -> _Types:
    return _TYPES.get(citation.kind.lower(), _OTHER)


def _notes(source: Source, words: Words, base_url: str) -> list[str]:
    """One line a quotation: its words, where they stand, and their address."""
    notes: list[str] = []
    for text, citation in source.quotes:
        where = link(citation.address, base_url) if base_url else citation.address
        notes.append(f"{words.quoted(collapse(text))} ({locator(citation, words.language)}; {where})")
    return notes
