"""Headings of laws: which number each has, and which line is the text of its article and no title."""

from __future__ import annotations

import pytest

from alpie.index.layout import lay_out
from alpie.index.records import BlockKind
from support.fake_encoder import document_of
from support.formats.reading import Reading
from support.promise import assert_promise
from support.tables import cases


def labels_of(*lines: str) -> list[str]:
    """Of the blocks of a law that has these lines; those of headings after #."""
    blocks = lay_out(document_of("\n\n".join(("Ley de prueba", *lines)))).blocks[1:]
    return [f"{'# ' if block.kind is BlockKind.HEADING else ''}{block.label or ''}" for block in blocks]


@cases("line, label")
def test_other_units_than_articles_have_their_labels(line: str, label: str) -> None:
    assert labels_of(line, "El juez puede acordar la venta de los bienes.") == [f"# {label}", label]


@cases("why, lines, labels")
def test_the_lines_of_a_law_have_their_labels(why: str, lines: list[str], labels: list[str]) -> None:
    assert labels_of(*lines) == labels, why


def test_the_sections_of_a_preamble_belong_to_it() -> None:
    text = "### PREÁMBULO\n\n### I\n\nLa transparencia es un eje de la política.\n\n### TÍTULO I. Objeto\n\nEs esta ley.\n"
    blocks = lay_out(document_of(text)).blocks
    paths = [block.path for block in blocks if block.kind is not BlockKind.HEADING]
    assert paths == [("PREÁMBULO", "I"), ("TÍTULO I. Objeto",)]


@pytest.mark.parametrize("mark", ["", "## "], ids=["plain", "Markdown"])
def test_an_article_ends_the_preamble(mark: str) -> None:
    text = (
        f"{mark}LEY DEL AGUA\n\n{mark}PREÁMBULO\n\n{mark}I\n\nEl agua es de todos.\n\n{mark}II\n\n"
        f"Hay dos artículos.\n\n{mark}Artículo 1. Objeto.\n\nEs el agua.\n"
    )
    blocks = lay_out(document_of(text)).blocks
    paths = [block.path[-2:] for block in blocks if block.kind is BlockKind.PARAGRAPH]
    assert paths[:2] == [("PREÁMBULO", "I"), ("PREÁMBULO", "II")]
    assert paths[2][-1] == "Artículo 1. Objeto."
    assert "II" not in paths[2]


def test_units_glued_into_one_paragraph_are_parted() -> None:
    text = "# Ley\n\nTÍTULO I\nDEL USO\nCAPÍTULO I\nDE LOS BANCOS\nArtículo 1. Fin\n\nSon para sentarse.\n"
    found = Reading("ley.md", text.encode())
    paragraph = found.layout.blocks[-1]
    assert paragraph.path[1:] == ("TÍTULO I DEL USO", "CAPÍTULO I DE LOS BANCOS", "Artículo 1. Fin")
    assert paragraph.label == "artículo 1"
    assert_promise(found.document)


@pytest.mark.parametrize(("text", "paragraphs"), [
    (
        "REGULAMENTO DOS PARQUES\n\nArtigo 1.º\nObjeto\n\nOs parques são de todos.\n\nArtigo 2.º\nHorário\n\nAbrem às 8.\n",
        [(("Artigo 1.º Objeto",), None), (("Artigo 2.º Horário",), None)],
    ),
    (
        "LEY DEL PARQUE\nCAPÍTULO I\nDe los asientos\nArtículo 1.- Altura de los asientos.\n"
        "La altura será de cuarenta centímetros sobre el suelo de arena, de tierra o\nde caucho.\n"
        "CAPÍTULO II\nDel color\nArtículo 2.- Color.\n"
        "Los asientos serán verdes, sin que puedan combinarse con otro color en un\nmismo parque.\n",
        [(("CAPÍTULO I De los asientos", "Artículo 1.- Altura de los asientos."), "artículo 1"),
         (("CAPÍTULO II Del color", "Artículo 2.- Color."), "artículo 2")],
    ),
], ids=["in another language: no label", "of a chapter, with no blank line above it"])  # fmt: skip
def test_an_article_has_its_title_and_its_label(
    text: str, paragraphs: list[tuple[tuple[str, ...], str]]
) -> None:
    blocks = lay_out(document_of(text)).blocks
    found = [(block.path[1:], block.label) for block in blocks if block.kind is BlockKind.PARAGRAPH]
    assert found == paragraphs
