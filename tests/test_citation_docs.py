"""docs/citations.md shows what the exports give; write it with ALPIE_WRITE_DOCS=1."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from pathlib import Path

from alpie.app.exporting.export import Excerpt, export
from alpie.index.chunking.passages import make_passages
from alpie.index.layout import lay_out
from alpie.index.reading.sources import read_sources
from alpie.index.records import Document

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "citations.md"
MARKED = re.compile(r"(?<=<!-- generated -->\n).*(?=<!-- /generated -->)", re.DOTALL)
DAY = date(2026, 3, 1)


def table_of(document: Document) -> list[str]:
    """A row an export; of those for programs, the fields in which documents differ."""
    passage = make_passages(document, lay_out(document))[3]
    excerpt = Excerpt.from_passage(document, passage)
    short = Excerpt("…", excerpt.citation)

    def made(name: str) -> str:
        return export([short], name, accessed=DAY)

    rows: list[tuple[str, str]] = []
    for name, label in (("apa", "APA 7"), ("iso690", "ISO 690")):
        quoted, reference = made(name).strip().split("\n\nReferencias\n\n")
        rows += [(f"{label}, text", quoted), (f"{label}, reference", reference)]
    own = re.findall(
        r"^@\w+|^  (?:type|howpublished|year|month|date) = .*(?=,$)", made("bibtex"), re.MULTILINE
    )
    rows.append(("BibTeX", " · ".join(f"`{line.strip()}`" for line in own)))
    tags = re.findall(r"^(?:TY|DA|M3|N1)  - .*$", made("ris").replace("\r", ""), re.MULTILINE)
    rows.append(("RIS", " · ".join(f"`{line}`" for line in tags)))
    (item,) = json.loads(made("csl-json"))
    kept = {key: item[key] for key in ("type", "genre", "issued")}
    rows.append(("CSL-JSON", f"`{json.dumps(kept, ensure_ascii=False)}`"))
    rows.append(("CSV, citation", made("csv").splitlines()[1].split('"')[1]))
    rows.append(("Markdown, note", made("markdown").strip().splitlines()[-1].partition("]: ")[2]))
    lines = [f"| {document.id} | |", "|---|---|"]
    return [*lines, *(f"| {name} | {text.replace('|', chr(92) + '|')} |" for name, text in rows), ""]


def test_the_table_of_exports_is_what_the_code_gives() -> None:
    documents = read_sources(ROOT / "docs_src").documents
    generated = "\n".join(line for document in documents for line in table_of(document))
    page = PAGE.read_text("utf-8")
    current = MARKED.sub(lambda _: f"\n{generated}\n", page)
    if os.environ.get("ALPIE_WRITE_DOCS"):
        PAGE.write_text(current, encoding="utf-8")
    assert PAGE.read_text("utf-8") == current
