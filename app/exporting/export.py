"""Writes quotations with their citations, as text to paste or as files for other programs."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from alpie.app.answering.answer_types import Citation
from alpie.app.answering.quoting.citation import full_citation, page_range, short_citation
from alpie.app.exporting.reference_files import (
    Excerpt,
    ExportJob,
    bibtex,
    csl_json,
    escape_markdown,
    markdown_link,
    ris,
    spreadsheet_cell,
)
from alpie.app.exporting.reference_styles import STYLES, BibliographyEntry, year_letters
from alpie.app.translations import Translations, translations_for
from alpie.index.spanish.dates import ParsedDate, parse_date

_COLUMNS = (
    "quote", "citation", "document", "title", "publisher", "date", "kind", "section", "label", "page",
    "paragraph", "address", "link", "url", "rights", "start", "end", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Format:
    """An export format; `encoding` says whether a byte order mark is written, by which spreadsheets recognise UTF-8."""

    extension: str
    media_type: str
    render: Callable[[ExportJob], str]
    encoding: str = "utf-8"


def export_excerpts(
    excerpts: Sequence[Excerpt],
    format_name: str,
    language: str = "es",
    *,
    base_url: str = "",
    accessed: date | None = None,
) -> str:
    """`excerpts` in one of `FORMATS`; KeyError for another name.

    `base_url` is the server's public address, for links that work elsewhere, "" where it has none;
    `accessed` the day on which addresses on the web were consulted, which ISO 690 wants to know.
    """
    plain = tuple(excerpt.on_lines() for excerpt in excerpts)
    return FORMATS[format_name].render(ExportJob(plain, translations_for(language), base_url, accessed))


@dataclass(frozen=True)
class FormattedQuotation:
    """A quotation as a style sets it. `block`: a paragraph of its own, without quotation marks."""

    text: str
    bracket: str
    block: bool
    note: str


class FormattedCitations(NamedTuple):
    """What a style makes of some quotations."""

    quotations: tuple[FormattedQuotation, ...]
    references: tuple[BibliographyEntry, ...]


def format_citations(
    excerpts: Sequence[Excerpt], style_name: str, translations: Translations, accessed: date | None = None
) -> FormattedCitations:
    """Quotations in their order, each with its bracket, and the references in that of the alphabet."""
    style = STYLES[style_name](translations, accessed)
    lines = [excerpt.on_lines() for excerpt in excerpts]
    letters = year_letters([excerpt.citation for excerpt in lines])
    cited = tuple(
        FormattedQuotation(
            text=excerpt.text,
            bracket=style.bracket(excerpt.citation, letters[excerpt.citation.document_id]),
            block=style.block_words is not None and len(excerpt.text.split()) >= style.block_words,
            note=excerpt.note,
        )
        for excerpt in lines
    )
    first = {excerpt.citation.document_id: excerpt.citation for excerpt in reversed(lines)}
    ordered = sorted(first.values(), key=_place_in_the_list)
    references = (style.reference(citation, letters[citation.document_id]) for citation in ordered)
    return FormattedCitations(cited, tuple(dict.fromkeys(references)))


def _render_style(job: ExportJob, style_name: str) -> str:
    cited, references = format_citations(job.excerpts, style_name, job.translations, job.accessed)
    lines: list[str] = []
    for quotation in cited:
        quoted = f"{job.translations.quoted(quotation.text)} {quotation.bracket}."
        lines += [f"    {quotation.text} {quotation.bracket}" if quotation.block else quoted, ""]
        if quotation.note:
            lines += [job.translations("export.note", note=quotation.note), ""]
    if not lines:
        return ""
    lines += [job.translations("export.references"), "", *(entry.text for entry in references)]
    return "\n".join(lines) + "\n"


def _place_in_the_list(citation: Citation) -> tuple[str, tuple[ParsedDate, ...], str]:
    """Author, date, title. Nothing goes before something: of one author, the undated first, then the year alone."""
    first = _alphabetical(citation.publisher or citation.title)
    return first, parse_date(citation.date), _alphabetical(citation.title)


def _alphabetical(text: str) -> str:
    """Sort key: capitals and accents do not count, nor does the bracket of a supplied title."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if c.isalnum() or c == " ")


def _csv(job: ExportJob) -> str:
    """A row for each excerpt, for spreadsheets: lines end as RFC 4180 says, and no cell can be a formula."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for excerpt in job.excerpts:
        c, here = excerpt.citation, job.link(excerpt.citation) if job.base_url else ""
        row = [
            *(
                excerpt.text,
                short_citation(c, job.translations.language),
                c.document_id,
                c.title,
                c.publisher,
                c.date,
            ),
            *(c.kind, " › ".join(c.path), c.label, page_range(c), c.paragraph or "", c.address, here, c.url),
            *(c.rights, excerpt.start, excerpt.end, excerpt.note),
        ]
        writer.writerow("" if value is None else spreadsheet_cell(str(value)) for value in row)
    return output.getvalue()


def _markdown(job: ExportJob) -> str:
    """Block quotations with footnotes. Labels come from the address, so two exports fit in one text."""
    quotes: list[str] = []
    footnotes: list[str] = []
    labels: set[str] = set()
    for excerpt in job.excerpts:
        label = _footnote_label(excerpt.citation, labels)
        labels.add(label)
        cited = escape_markdown(full_citation(replace(excerpt.citation, url=""), job.translations.language))
        addresses = [excerpt.citation.url, job.link(excerpt.citation) if job.base_url else ""]
        cited = " ".join([cited, *(markdown_link(address) for address in addresses if address)])
        quotes.append(f"> {escape_markdown(excerpt.text)}[^{label}]\n")
        if excerpt.note:
            quotes.append(f"{escape_markdown(job.translations('export.note', note=excerpt.note))}\n")
        footnotes.append(f"[^{label}]: {cited}\n")
    return "\n".join(quotes + footnotes)


def _footnote_label(citation: Citation, taken: set[str]) -> str:
    label = base = (
        f"{citation.document_id}-{re.sub(r'[^A-Za-z0-9]', '', citation.address.rsplit('/', 1)[-1])[:8]}"
    )
    number = 1
    while label in taken:
        number += 1
        label = f"{base}-{number}"
    return label


FORMATS: Mapping[str, Format] = {
    "apa": Format("txt", "text/plain", lambda job: _render_style(job, "apa")),
    "iso690": Format("txt", "text/plain", lambda job: _render_style(job, "iso690")),
    "bibtex": Format("bib", "application/x-bibtex", bibtex),
    "ris": Format("ris", "application/x-research-info-systems", ris),
    "csl-json": Format("json", "application/vnd.citationstyles.csl+json", csl_json),
    "csv": Format("csv", "text/csv", _csv, encoding="utf-8-sig"),
    "markdown": Format("md", "text/markdown", _markdown),
}
