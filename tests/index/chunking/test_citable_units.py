"""Whoever follows a locator finds one paragraph: no two have the same."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from places import DOCS_SRC, SHARED

from alpie.app.answering.citation import cite, locator
from alpie.index.chunking.passages import make_passages, unit_below
from alpie.index.layout import lay_out
from alpie.index.reading.sources import read_sources
from alpie.index.records import BlockKind, Document, Element, Structure

SEED = DOCS_SRC
REAL = SHARED / "real_documents"
FOLDERS = [SEED, *([REAL] if REAL.is_dir() else [])]


def locators(document: Document) -> list[str]:
    return [locator(cite(document, passage)) for passage in make_passages(document, lay_out(document))]


def document_of(text: str, structure: Structure | None = None) -> Document:
    return Document("ley", "Ley", "", "2024", "ley", "es", "ley.md", text, structure=structure)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_two_paragraphs_never_have_the_same_locator(folder: Path) -> None:
    for document in read_sources(folder).documents:
        blocks: dict[str, set[int]] = defaultdict(set)
        for passage in make_passages(document, lay_out(document)):
            blocks[locator(cite(document, passage))].add(passage.sentences[0].paragraph)
        assert not {place: at for place, at in blocks.items() if len(at) > 1}, document.file


def test_every_passage_names_its_section_and_paragraph() -> None:
    document = document_of(
        f"Plazos\n\n{'El plazo es de diez días hábiles. ' * 12}\n\n{'La prórroga dura cinco días. ' * 20}\n"
    )
    assert locators(document) == ["sección Plazos, párr. 1", "sección Plazos, párr. 2"]


def test_paragraphs_of_an_article_and_of_a_numbered_part_are_counted_apart() -> None:
    part = "Las bibliotecas abren cada día del año menos los festivos que señale la junta de gobierno. " * 5
    text = f"Artículo 1. Horario.\n\n1. {part}\n\n{part}\n\n2. {part}\n\n{part}\n"
    lines, elements, at = text.split("\n\n"), [], 0
    for number, line in enumerate(lines):
        kind = None if number else BlockKind.HEADING
        elements.append(Element(at, at + len(line), kind, level=0 if number else 1))
        at += len(line) + 2
    found = locators(document_of(text, Structure(tuple(elements))))
    assert len(found) == len(set(found)) == 4
    assert found[0] == "Artículo 1. Horario, apartado 1"


def test_a_heading_that_comes_again_counts_on() -> None:
    text = "\n\n".join(f"# Recomendaciones\n\n{'Se recomienda actuar sin demora. ' * 15}" for _ in range(2))
    elements = [
        Element(at := text.index("# R", start) + 2, text.index("\n", at), BlockKind.HEADING, 1)
        for start in (0, 10)
    ]
    for heading in tuple(elements):
        start = heading.end + 2
        end = text.find("\n\n#", start)
        elements.append(Element(start, len(text) if end < 0 else end))
    document = document_of(text, Structure(tuple(sorted(elements, key=lambda one: one.start))))
    assert locators(document) == ["sección Recomendaciones, párr. 1", "sección Recomendaciones, párr. 2"]


def test_what_stands_on_the_next_page_is_cited_with_it() -> None:
    items = ["1. La piscina abre de junio a septiembre.", "2. El abono cuesta 45 euros."]
    text = "\n".join(items)
    second = text.index(items[1])
    elements = (Element(0, len(items[0]), item=True), Element(second, len(text), item=True))
    document = document_of(text, Structure(elements, pages=((0, 7), (second, 8))))
    (passage,) = make_passages(document, lay_out(document))
    pages = [cite(document, passage, sentence.spans).page for sentence in passage.sentences]
    assert pages == [7, 8]
    assert (
        locator(cite(document, passage, [span for one in passage.sentences for span in one.spans]))
        == "párr. 1, pp. 7-8"
    )


@pytest.mark.parametrize(
    ("heading", "label", "below"),
    [
        ("Artículo 22. Préstamo", "artículo 22, apartado 2, letra b)", "apartado 2, letra b)"),
        ("Artículo 22. Préstamo", "artículo 22", ""),
        ("Artículo 22 bis. Préstamo", "artículo 2, apartado 1", "artículo 2, apartado 1"),
        ("TÍTULO I", "artículo 3", "artículo 3"),
        ("TÍTULO I", None, ""),
    ],
)
def test_a_unit_is_named_below_its_heading(heading: str, label: str | None, below: str) -> None:
    assert unit_below([heading], label) == below
