"""The table of citations in docs/documents.md shows what the exports give; write it with ALPIE_WRITE_DOCS=1."""

from __future__ import annotations

import json
import os
import re
from datetime import date

import pytest

from alpie.app.exporting.export import export_excerpts
from alpie.app.exporting.reference_files import Excerpt
from alpie.index.chunking.passages import make_passages
from alpie.index.layout import lay_out
from alpie.index.records import Document
from alpie.index.sources.document_folder import read_sources
from support.places import ROOT

pytestmark = pytest.mark.heavy

PAGE = ROOT / "docs" / "documents.md"
MARKED = re.compile(r"(?<=<!-- generated -->\n).*(?=<!-- /generated -->)", re.DOTALL)
DAY = date(2026, 3, 1)
SHOWN = ("europol-ia-2025", "interpol-2021")  # a year found elsewhere, a period and a unit


def exports_of(document: Document) -> dict[str, str]:
    """What each export gives of a passage; of those for programs, the fields in which documents differ."""
    passage = make_passages(document, lay_out(document))[3]
    short = Excerpt("…", Excerpt.from_passage(document, passage).citation)

    def made(name: str) -> str:
        return export_excerpts([short], name, accessed=DAY)

    given = {}
    for name, label in (("apa", "APA 7"), ("iso690", "ISO 690")):
        given[f"{label}, text"], given[f"{label}, reference"] = (
            made(name).strip().split("\n\nReferencias\n\n")
        )
    own = re.findall(
        r"^@\w+|^  (?:type|howpublished|year|month|date) = .*(?=,$)", made("bibtex"), re.MULTILINE
    )
    tags = re.findall(r"^(?:TY|DA|M3|N1)  - .*$", made("ris").replace("\r", ""), re.MULTILINE)
    (item,) = json.loads(made("csl-json"))
    kept = {key: item[key] for key in ("type", "genre", "issued")}
    given["BibTeX"] = " · ".join(f"`{line.strip()}`" for line in own)
    given["RIS"] = " · ".join(f"`{line}`" for line in tags)
    given["CSL-JSON"] = f"`{json.dumps(kept, ensure_ascii=False)}`"
    given["CSV, citation"] = made("csv").splitlines()[1].split('"')[1]
    return given


def table() -> str:
    by_id = {document.id: document for document in read_sources(ROOT / "docs_src").documents}
    columns = {name: exports_of(by_id[name]) for name in SHOWN}
    rows = [[name, *(of[name] for of in columns.values())] for name in columns[SHOWN[0]]]
    cells = [["", *SHOWN], ["---"] * (1 + len(SHOWN)), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in cells)


@pytest.mark.generated
def test_the_table_of_exports_is_what_the_code_gives() -> None:
    current = MARKED.sub(lambda _: table(), PAGE.read_text("utf-8"))
    if os.environ.get("ALPIE_WRITE_DOCS"):
        PAGE.write_text(current, encoding="utf-8")
    assert PAGE.read_text("utf-8") == current
