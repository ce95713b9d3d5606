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


@cases("line, label")
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


@pytest.mark.parametrize(("line", "label"), [
    ("Artículos 4 a 6. (Sin contenido)", "artículos 4 a 6"), ("Artículos 4 y 5. (Derogados)", "artículos 4 a 5"),
])  # fmt: skip
def test_several_articles_on_one_line_are_units_of_their_own(line: str, label: str) -> None:
    found = laid_out(
        "Artículo 3. Cierre.", "El parque cierra de noche.", line, "Artículo 7. Riego.", "Se riega de día."
    )
    assert (label, BlockKind.PARAGRAPH, line) in found
    assert ("artículo 7", BlockKind.PARAGRAPH, "Se riega de día.") in found


@pytest.mark.parametrize(
    "line", ["Artículos 4 y 9. Riego.", "Artículos 6 a 4. Riego.", "Artículos de riego."]
)
def test_words_for_several_articles_that_name_none(line: str) -> None:
    assert not [label for label, _, text in laid_out(line, "Se riega de día.") if label and text == line]


def clauses(*lines: str) -> list[str]:
    return [
        label.removeprefix("artículo 1") for label, _, _ in laid_out("Artículo 1. Modificación.", *lines)[1:]
    ]


def test_what_an_article_quotes_is_no_unit_of_it() -> None:
    assert clauses(
        "1. Se modifica la ley del suelo, que queda así:", "«Artículo 150. Plazo.", "1. Es de tres meses.",
        "Artículo 151. Silencio.", "2. Será negativo.»", "2. Se suprime la ley de aguas.",
    ) == [", apartado 1"] * 5 + [", apartado 2"]  # fmt: skip


def test_a_law_that_is_published_in_quotation_marks_has_its_own_units() -> None:
    blocks = laid_out(
        "“El congreso decreta:", "Artículo 1. Riego.", "1. Se riega.", "Artículo 2. Poda.", "1. Se poda.”"
    )
    assert [label for label, *_ in blocks if "apartado" in label] == [
        "artículo 1, apartado 1", "artículo 2, apartado 1",
    ]  # fmt: skip


@pytest.mark.parametrize(("lines", "labels"), [
    (("1.ª El conejo.", "2.ª La perdiz, excepto:", "1.º en vedas;", "2.º en refugios;", "3.º de noche.", "3.ª La liebre."),
     "122223"),  # an enumeration within a clause
    (("1. El riego.", "2. La poda.", "Notas del texto", "1. De noche."), "12  "),  # it counts something else
    (("1. El riego del artículo", "54. La poda."), "11"),  # the end of a sentence
    (("1. El riego.", "1. artikulua. Ureztatzea.", "2. artikulua. Inausketa."), "1"),  # articles in another language
])  # fmt: skip
def test_only_what_goes_on_counting_is_a_clause(lines: tuple[str, ...], labels: str) -> None:
    expected = [f", apartado {number}" if number.strip() else "" for number in labels]
    assert [label for label in clauses(*lines) if label != "artículo 1"][: len(expected)] == expected


def test_the_sections_of_a_preamble_belong_to_it() -> None:
    text = "### PREÁMBULO\n\n### I\n\nLa transparencia es un eje de la política.\n\n### TÍTULO I. Objeto\n\nEs esta ley.\n"
    blocks = lay_out(document_of(text)).blocks
    paths = [block.path for block in blocks if block.kind is not BlockKind.HEADING]
    assert paths == [("PREÁMBULO", "I"), ("TÍTULO I. Objeto",)]


def test_a_reference_opens_no_article() -> None:
    blocks = laid_out("Artículo 2. Nombre.", "Toda persona tiene un nombre.",
                      "Artículo único de la Ley 31305, publicada el 23 de julio de 2021, que fue declarada nula.")  # fmt: skip
    assert blocks[-1][0] == "artículo 2"
