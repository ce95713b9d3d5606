"""Writes files for reference managers, in which anything from documents, metadata and questions is plain text."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from alpie.app.answering.answer_types import Citation
from alpie.app.answering.quoting.citation import cite, locator, permalink
from alpie.app.translations import Translations
from alpie.index.records import Document, Passage, collapse
from alpie.index.spanish.characters import escape_steering, without_controls
from alpie.index.spanish.dates import parse_date

_SIGNS = "=+-@"  # with which a formula begins, in any width
# A new cell where spreadsheets are set to «;», as in Spain. A dash after a blank is an item of a list.
_NEW_CELL = re.compile(r"""(;[\s"']*)(?=[=+@＝＋＠﹦﹢﹫])|(;["']*)(?=[-－﹣])""")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\\]+")
# Braces must balance even when escaped, hence the commands. [BibTeX reads before LaTeX does]
LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_"},
}


def plain_line(text: str) -> str:
    """`text` on one line: control characters and runs of white space as one space each."""
    return collapse(without_controls(text))


def spreadsheet_cell(text: str) -> str:
    """A cell no spreadsheet takes for a formula: an apostrophe stands before it where it would begin as one.

    Blanks, invisible characters and apostrophes do not hide the sign (so that what is put in can be taken out again), nor
    does its width («＝»). Source: OWASP, CSV injection.
    """
    text = _NEW_CELL.sub(r"\g<0>'", plain_line(text))
    seen = (c for c in text if c != "'" and not c.isspace() and unicodedata.category(c) != "Cf")
    first = unicodedata.normalize("NFKC", next(seen, " "))[0]
    return f"'{text}" if first in _SIGNS else text


def escape_markdown(text: str) -> str:
    """`text` so that Markdown shows it character by character, at the start of a line too."""
    escaped = re.sub(r"([\\`*_{}\[\]<>|~^$&@])", r"\\\1", plain_line(text))
    escaped = re.sub(r":(?=//)|(?<=\bwww)\.", r"\\\g<0>", escaped, flags=re.IGNORECASE)  # no link by itself
    return re.sub(r"^(\d+)([.)])|^([#+\-=:])", lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", escaped)


def markdown_link(address: str) -> str:
    """`address` as a link, where it is one of the web and holds nothing that would end it; else as text."""
    return f"<{address}>" if _WEB_ADDRESS.fullmatch(address) else escape_markdown(address)


def escape_latex(text: str) -> str:
    """`text` between the braces of a BibTeX field."""
    return "".join(LATEX.get(character, character) for character in plain_line(text))


def json_text(value: object) -> str:
    """`value` as a JSON file that can also stand in a page and be printed in a terminal: it reads back the same."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return escape_steering(text).replace("<", r"\u003c") + "\n"  # «<» could end a <script> around the file


_PUBLISHED = {"techreport": "institution", "book": "publisher"}
_NOT_IN_URLS = {ord(sign): f"%{ord(sign):02X}" for sign in '{}\\"<>^`|'}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")  # BibTeX's own


@dataclass(frozen=True)
class Excerpt:
    """Words of a document and where they come from: `source[start:end]`, see `alpie.app.answering.answer_types.Quote`."""

    text: str
    citation: Citation
    start: int | None = None
    end: int | None = None
    note: str = ""  # the visitor's own

    @classmethod
    def from_passage(cls, document: Document, passage: Passage) -> Excerpt:
        return cls(passage.text, cite(document, passage), passage.start, passage.end)

    def on_lines(self) -> Excerpt:
        """The excerpt without line ends and control characters: by them a text could leave its place."""
        citation: dict[str, Any] = {
            field.name: plain_line(value)
            for field in fields(self.citation)
            if isinstance(value := getattr(self.citation, field.name), str)
        }
        path = tuple(map(plain_line, self.citation.path))
        return replace(
            self,
            text=plain_line(self.text),
            citation=replace(self.citation, path=path, **citation),
            note=plain_line(self.note),
        )


@dataclass(frozen=True)
class ExportJob:
    """What is exported, and how. `base_url`: of the server, for links that work elsewhere; "" where it has none."""

    excerpts: tuple[Excerpt, ...]
    translations: Translations
    base_url: str
    accessed: date | None

    @property
    def sources(self) -> list[list[Excerpt]]:
        """What is quoted from each document, in the order of first appearance, the same quotation once."""
        found: dict[str, dict[tuple[str, str], Excerpt]] = {}
        for excerpt in self.excerpts:
            quotes = found.setdefault(excerpt.citation.document_id, {})
            quotes.setdefault((excerpt.text, excerpt.citation.address), excerpt)
        return [list(quotes.values()) for quotes in found.values()]

    def link(self, citation: Citation) -> str:
        """Where the quotation is seen in its document; only its address without a server."""
        return permalink(citation.address, self.base_url) if self.base_url else citation.address


@dataclass(frozen=True)
class _Types:
    csl: str
    ris: str
    bibtex: str


# RIS has a «generic» type, which Zotero takes for a journal article: what has no type of its own is a report.
_REPORT = _Types("report", "RPRT", "techreport")
_LAW = _Types("legislation", "STAT", "misc")
_TYPES: Mapping[str, _Types] = {  # by the first word of the kind
    # managers keep no author for laws, and that of a resolution matters: it stays a report
    **dict.fromkeys(("ley", "real", "decreto", "decreto-ley", "orden", "ordenanza", "reglamento"), _LAW),
    **dict.fromkeys(("directiva", "constitución", "código"), _LAW),
    "nota": _Types("webpage", "ELEC", "misc"),
    "libro": _Types("book", "BOOK", "book"),
}


def csl_json(job: ExportJob) -> str:
    """The references of an export in CSL-JSON, as Zotero and pandoc read it."""
    items: list[dict[str, object]] = []
    for source in job.sources:
        citation = source[0].citation
        dates = parse_date(citation.date)
        item: dict[str, object] = {
            "id": citation.document_id,
            "type": _types(citation).csl,
            "title": citation.title,
            "author": [{"literal": citation.publisher}] if citation.publisher else None,
            "publisher": citation.publisher,
            "publisher-place": citation.place,
            "issued": {"date-parts": [list(part) for part in dates]} if dates else None,
            "genre": citation.kind,
            "language": citation.language,
            "URL": citation.url,
            "accessed": {"date-parts": [list(_access_date(job, citation))]}
            if _access_date(job, citation)
            else None,
            # not `note`, which ISO 690 styles print in the reference
            "annote": "\n".join([*_remarks(citation, job), *_annotations(source, job)]),
        }
        items.append({key: value for key, value in item.items() if value})
    return json_text(items)


def ris(job: ExportJob) -> str:
    """The references of an export in RIS; every value on one line, as the format has no other."""
    lines: list[str] = []
    for source in job.sources:
        citation = source[0].citation
        first, *period = parse_date(citation.date) or ((),)  # for the end of a period it has no field
        fields = [
            ("TY", _types(citation).ris),
            ("ID", citation.document_id),
            # a comma would part family from given name: an organisation has none
            ("AU", citation.publisher.replace(", ", ". ")),
            ("TI", citation.title),
            ("PY", str(first[0]) if first else ""),
            ("DA", _ris_date(first)),
            ("PB", citation.publisher),
            ("CY", citation.place),
            ("M3", citation.kind),
            ("LA", citation.language),
            ("UR", citation.url),
            ("Y2", _ris_date(_access_date(job, citation))),
            *(("N1", note) for note in _remarks(citation, job)),
            (
                "N1",
                job.translations("export.date", date=job.translations.date(citation.date)) if period else "",
            ),
            *(("N1", note) for note in _annotations(source, job)),
        ]
        lines += [f"{tag}  - {plain_line(value)}" for tag, value in fields if value]
        lines += ["ER  - ", ""]
    return "\r\n".join(lines) + "\r\n"


def bibtex(job: ExportJob) -> str:
    """The references of an export in BibTeX (UTF-8), with the dates of biblatex; double braces keep names and titles."""
    entries: list[str] = []
    for source in job.sources:
        citation = source[0].citation
        kind = _types(citation).bibtex
        if kind in _PUBLISHED and not citation.publisher:  # which BibTeX misses there
            kind = "misc"
        if kind == "misc" and citation.url:
            kind = "online"
        dates = parse_date(citation.date)
        fields: dict[str, str] = {
            "author": f"{{{escape_latex(citation.publisher)}}}" if citation.publisher else ""
        }
        fields["title"] = f"{{{escape_latex(citation.title)}}}"
        if kind in _PUBLISHED:
            fields[_PUBLISHED[kind]] = f"{{{escape_latex(citation.publisher)}}}"
        fields |= {
            "address": escape_latex(citation.place),
            "type" if kind == "techreport" else "howpublished": escape_latex(citation.kind),
            "language": escape_latex(citation.language),
            "url": citation.url.translate(_NOT_IN_URLS),  # which LaTeX takes as it is
            "annote": escape_latex(" ".join([*_remarks(citation, job), *_annotations(source, job)])),
            "year": str(dates[0][0]) if dates else "",
            "date": "/".join("-".join(f"{number:02}" for number in part) for part in dates),
            "urldate": job.accessed.isoformat() if citation.url and job.accessed else "",
        }
        body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
        if dates and len(dates[0]) > 1:
            body += f"  month = {_MONTHS[dates[0][1] - 1]},\n"
        entries.append(f"@{kind}{{{citation.document_id},\n{body}}}\n")
    return "\n".join(entries)


def _types(citation: Citation) -> _Types:
    return _TYPES.get(citation.kind.lower().partition(" ")[0], _REPORT)


def _ris_date(parts: Sequence[int]) -> str:
    """A date as RIS writes it, as far as it is known: «2025/12/23/»."""
    return "/".join([f"{number:02}" for number in parts] + [""] * (4 - len(parts))) if parts else ""


def _access_date(job: ExportJob, citation: Citation) -> tuple[int, ...]:
    """Year, month and day on which the address of a document was consulted; () where it has none."""
    return tuple(job.accessed.timetuple()[:3]) if citation.url and job.accessed else ()


def _annotations(source: Sequence[Excerpt], job: ExportJob) -> list[str]:
    """One line a quotation: its words, where they stand, the visitor's note, their address."""
    translations, annotations = job.translations, []
    for quote in source:
        own = translations("export.note", note=quote.note) if quote.note else ""
        place = filter(None, [locator(quote.citation, translations.language), own, job.link(quote.citation)])
        annotations.append(f"{translations.quoted(collapse(quote.text))} ({'; '.join(place)})")
    return annotations


def _remarks(citation: Citation, job: ExportJob) -> list[str]:
    """What a field for the date cannot say: that it is ours."""
    given = f"[{job.translations.date(citation.date)}]"
    return [job.translations("export.date", date=given)] if citation.date_is_ours else []
