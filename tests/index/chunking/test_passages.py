"""Passages: what stays together, what never does, and addresses that last."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from alpie.app.answering.quoting.citation import cite, locator
from alpie.index.chunking.passages import label_below_heading, make_passages, passage_address
from alpie.index.layout import lay_out
from alpie.index.records import BlockKind, Document, Element, PageStart, Passage, SentenceRole, Structure
from alpie.index.sources.document_folder import read_sources
from support.fake_encoder import document_of
from support.formats.reading import Reading
from support.places import DOCS_SRC, SHARED

REAL = SHARED / "real_documents"
DOCUMENTS = {document.id: document for document in read_sources(DOCS_SRC).documents}


def passages_of(document: Document) -> tuple[Passage, ...]:
    return make_passages(document, lay_out(document))


def passage_with(document_id: str, words: str) -> Passage:
    return next(passage for passage in passages_of(DOCUMENTS[document_id]) if words in passage.text)


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=lambda document: document.id)
def test_passages_stay_under_one_heading_and_in_one_box(document: Document) -> None:
    layout = lay_out(document)
    for passage in make_passages(document, layout):
        blocks = [layout.blocks[sentence.block] for sentence in passage.sentences]
        assert {(block.path, block.box) for block in blocks} == {(passage.path, passage.box)}


def test_passages_have_a_readable_size() -> None:
    passages = passages_of(DOCUMENTS["weprotect-2019"])
    assert max(len(passage.text.split()) for passage in passages) <= 250
    prose = [one for one in passages if one.kind is BlockKind.PARAGRAPH and one.box is None]
    assert sum(60 <= len(passage.text.split()) <= 200 for passage in prose) > 0.8 * len(prose)


def test_a_list_stands_whole_with_its_introduction() -> None:
    passage = passage_with("weprotect-2019", "Artículo 22: Corrupción de menores")
    assert "El Convenio define los seis siguientes tipos de delitos:" in passage.text
    assert "Artículo 23: Proposiciones a menores" in passage.text
    apps = passage_with("weprotect-2019", "Viber Más de mil millones")
    assert apps.box == "Las aplicaciones de mensajería más populares del mundo"
    assert len(apps.sentences) == 6
    assert apps.page == 13


def test_each_clause_of_a_resolution_is_a_passage_of_its_own() -> None:
    passages = passages_of(DOCUMENTS["interpol-2021"])
    labels = [passage.label for passage in passages if passage.label]
    assert labels[2] == "párrafo 3 del preámbulo"
    assert labels[-1] == "párrafo 2 de la parte dispositiva"
    assert len(labels) == len(set(labels)) == 10


def test_a_table_is_a_passage_with_its_title() -> None:
    passage = passage_with("weprotect-2019", "TOTAL 149 000 €")
    assert passage.kind is BlockKind.TABLE
    assert passage.sentences[0].role is SentenceRole.HEADER


def test_key_data_stand_together_and_a_figure_under_its_caption() -> None:
    passage = passage_with("weprotect-2019", "90 países ya son miembros")
    assert [sentence.text.split()[0] for sentence in passage.sentences] == ["90", "22", "26"]
    figure = passage_with("weprotect-2019", "Figura 2: Crecimiento digital ene 2018 – ene 2019")
    assert len(figure.sentences) == 6


def test_a_lead_opens_the_first_passage_of_its_section() -> None:
    passage = passage_with("weprotect-2019", "Dramáticas diferencias entre el Norte y el Sur globales")
    assert passage.kind is BlockKind.LEAD
    assert passage.path == ("07 El contexto socioambiental",)


def test_paragraphs_are_counted_under_their_heading_whatever_box_stands_between() -> None:
    before = passage_with("weprotect-2019", "El término «sin soberanía» se refiere")
    after = passage_with("weprotect-2019", "Otra dificultad desafío")
    assert (before.paragraph, after.paragraph) == (2, 3)


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=lambda document: document.id)
def test_addresses_are_plain_ascii_and_unique(document: Document) -> None:
    addresses = [passage.address for passage in passages_of(document)]
    assert len(set(addresses)) == len(addresses)
    form = rf"{document.id}/[a-z0-9-]+/[0-9a-f]{{10}}(-\d+)?"
    assert [address for address in addresses if not re.fullmatch(form, address)] == []


def test_an_address_does_not_depend_on_other_passages() -> None:
    document = DOCUMENTS["europol-ia-2025"]
    more = "\nOtra cosa\nEste párrafo se añadió más tarde, y no cambia nada.\n"
    longer = replace(document, text=document.text + more)
    old = {passage.address for passage in passages_of(document)}
    assert old < {passage.address for passage in passages_of(longer)}


def test_an_address_changes_with_its_words_and_not_with_its_line_ends() -> None:
    assert passage_address("a", "Título", "Una casa") == passage_address("a", "Título", "Una\n casa")
    assert passage_address("a", "Título", "Una casa") != passage_address("a", "Título", "Dos casas")


def test_repeated_text_gets_addresses_of_its_own() -> None:
    text = "Nota\n\nEl mismo texto dos veces.\n\nNota\n\nEl mismo texto dos veces.\n"
    first, second = (passage.address for passage in passages_of(document_of(text)))
    assert second == f"{first}-2"


def test_an_empty_document_has_no_passages() -> None:
    assert passages_of(document_of("")) == ()
    assert passages_of(document_of(" \n\f \n")) == ()


# --- whoever follows a locator finds one paragraph ------------------------------------------------


def locators(document: Document) -> list[str]:
    return [locator(cite(document, passage)) for passage in make_passages(document, lay_out(document))]


@pytest.mark.parametrize(
    "folder", [DOCS_SRC, *([REAL] if REAL.is_dir() else [])], ids=lambda folder: folder.name
)
def test_two_paragraphs_never_have_the_same_locator(folder: Path) -> None:
    for document in read_sources(folder).documents:
        blocks: dict[str, set[int]] = defaultdict(set)
        for passage in make_passages(document, lay_out(document)):
            blocks[locator(cite(document, passage))].add(passage.sentences[0].block)
        assert not {place: at for place, at in blocks.items() if len(at) > 1}, document.file


def test_every_passage_names_its_section_and_paragraph() -> None:
    document = document_of(
        f"Plazos\n\n{'El plazo es de diez días hábiles. ' * 12}\n\n{'La prórroga dura cinco días. ' * 20}\n"
    )
    assert locators(document) == ["sección Plazos, párr. 1", "sección Plazos, párr. 2"]


def test_paragraphs_of_an_article_and_of_a_numbered_part_are_counted_apart() -> None:
    part = "Las bibliotecas abren cada día del año menos los festivos que señale la junta de gobierno. " * 5
    paragraphs = ("Artículo 1. Horario.", f"1. {part}", part, f"2. {part}", part)
    text, elements = "", []
    for paragraph in paragraphs:
        kind, level = (None, 0) if text else (BlockKind.HEADING, 1)
        elements.append(Element(len(text), len(text) + len(paragraph), kind, level=level))
        text += paragraph + "\n\n"
    found = locators(replace(document_of(text), structure=Structure(tuple(elements))))
    assert len(found) == len(set(found)) == 4
    assert found[0] == "Artículo 1. Horario, apartado 1"


def test_a_heading_that_comes_again_counts_on() -> None:
    text = f"# Recomendaciones\n\n{'Se recomienda actuar sin demora. ' * 15}\n\n" * 2
    found = locators(Reading("a.md", text.encode()).document)
    assert found == ["sección Recomendaciones, párr. 1", "sección Recomendaciones, párr. 2"]


def test_what_stands_on_the_next_page_is_cited_with_it() -> None:
    items = ["1. La piscina abre de junio a septiembre.", "2. El abono cuesta 45 euros."]
    text = "\n".join(items)
    second = text.index(items[1])
    elements = (Element(0, len(items[0]), item=True), Element(second, len(text), item=True))
    document = replace(
        document_of(text), structure=Structure(elements, pages=(PageStart(0, 7), PageStart(second, 8)))
    )
    (passage,) = make_passages(document, lay_out(document))
    pages = [cite(document, passage, sentence.spans).page for sentence in passage.sentences]
    assert pages == [7, 8]
    spans = [span for one in passage.sentences for span in one.spans]
    assert locator(cite(document, passage, spans)) == "párr. 1, pp. 7-8"


@pytest.mark.parametrize(("heading", "label", "below"), [
    ("Artículo 22. Préstamo", "artículo 22, apartado 2, letra b)", "apartado 2, letra b)"),
    ("Artículo 22. Préstamo", "artículo 22", ""),
    ("Artículo 22 bis. Préstamo", "artículo 2, apartado 1", "artículo 2, apartado 1"),
    ("TÍTULO I", "artículo 3", "artículo 3"), ("TÍTULO I", None, ""),
])  # fmt: skip
def test_a_unit_is_named_below_its_heading(heading: str, label: str | None, below: str) -> None:
    assert label_below_heading([heading], label) == below
