"""Headings of laws: which number each has, and which line is the text of its article and no title."""

from __future__ import annotations

import pytest

from alpie.index.layout import lay_out
from alpie.index.records import BlockKind, readable_text
from alpie.index.spanish.unit_numbers import number_at, order_of
from support.fake_encoder import document_of
from support.tables import cases


@cases("written, number")
def test_a_number_has_one_form(written: str, number: str) -> None:
    found = number_at(written)
    assert found is not None
    assert found.canonical == number


@pytest.mark.parametrize("words", ["civil", "de datos", "mil", "novedades", "", "a)"])
def test_what_is_no_number(words: str) -> None:
    assert number_at(words) is None


@pytest.mark.parametrize(("text", "rest"), [
    ("14 a 16", " a 16"), ("8 bis a 10", " a 10"), ("5 A LOS EFECTOS", " A LOS EFECTOS"), ("22.1", ".1"),
])  # fmt: skip
def test_what_follows_a_number_is_no_part_of_it(text: str, rest: str) -> None:
    found = number_at(text)
    assert found is not None
    assert text[found.end :] == rest


def test_numbers_have_an_order() -> None:
    numbers = ["10", "5 ter", "6 a", "5", "5 octies", "6", "5 bis"]
    assert sorted(numbers, key=order_of) == ["5", "5 bis", "5 ter", "5 octies", "6", "6 a", "10"]


def laid_out(*lines: str) -> list[tuple[str, BlockKind, str]]:
    text = "\n\n".join(("Ley de prueba", *lines))
    blocks = lay_out(document_of(text)).blocks[1:]
    return [(block.label or "", block.kind, readable_text(text, block.spans)) for block in blocks]


def test_an_entry_of_a_table_of_contents_is_no_text() -> None:
    blocks = laid_out("Artículo 1. Objeto.", "Artículo 2. Fines.", "Artículo 1. Objeto.", "Esta ley regula los parques.",
                      "Artículo 2. Fines.", "Son fines de esta ley el recreo y la sombra.")  # fmt: skip
    said = [text for label, kind, text in blocks if (label, kind) == ("artículo 1", BlockKind.PARAGRAPH)]
    assert said == ["Esta ley regula los parques."]


@pytest.mark.parametrize(("line", "label"), [
    ("Cláusula quinta. Venta.", "cláusula quinta"), ("Base tercera. Requisitos.", "base tercera"),
    ("Disposición adicional decimoctava. Venta.", "disposición adicional decimoctava"),
    ("Artículo segundo transitorio. Venta.", "transitorio segundo"),
])  # fmt: skip
def test_other_units_than_articles_have_their_labels(line: str, label: str) -> None:
    found = laid_out(line, "El juez puede acordar la venta de los bienes.")
    assert [one[0] for one in found] == [label, label]


def test_what_is_named_by_an_ordinal_alone() -> None:
    blocks = laid_out("Artículo 9. Cierre.", "El parque cierra de noche.", "TRANSITORIOS",
                      "Primero.- Este reglamento entra en vigor el día de su publicación.",
                      "Décimo Segundo.- Se abroga el reglamento anterior.", "DISPOSICIONES FINALES",
                      "Primera. El pleno dicta las normas de desarrollo de este reglamento.")  # fmt: skip
    assert [label for label, kind, _ in blocks if kind is not BlockKind.HEADING] == [
        "artículo 9", "transitorio primero", "transitorio décimo segundo", "disposición final primera",
    ]  # fmt: skip


def test_the_sections_of_a_preamble_belong_to_it() -> None:
    text = "### PREÁMBULO\n\n### I\n\nLa transparencia es un eje de la política.\n\n### TÍTULO I. Objeto\n\nEs esta ley.\n"
    blocks = lay_out(document_of(text)).blocks
    paths = [block.path for block in blocks if block.kind is not BlockKind.HEADING]
    assert paths == [("PREÁMBULO", "I"), ("TÍTULO I. Objeto",)]


def test_a_reference_opens_no_article() -> None:
    blocks = laid_out("Artículo 2. Nombre.", "Toda persona tiene un nombre.",
                      "Artículo único de la Ley 31305, publicada el 23 de julio de 2021, que fue declarada nula.")  # fmt: skip
    assert blocks[-1][0] == "artículo 2"
