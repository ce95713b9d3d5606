"""The units of laws: which lines name an article, which are its title and which its text."""

from __future__ import annotations

import pytest

from alpie.index.records import BlockKind
from support.formats.reading import Reading


def blocks(*paragraphs: str) -> list[tuple[BlockKind, str | None, str]]:
    return Reading("a.md", "\n\n".join(("# Norma", *paragraphs)).encode()).blocks[1:]


@pytest.mark.parametrize(("line", "label"), [
    ("Artículo 7 quáter.", "artículo 7 quáter"), ("Artículo 7 sexies. Uso", "artículo 7 sexies"),
    ("Artículo 8 bis a. Principios rectores.", "artículo 8 bis a"), ("Artículo 7-A. Custodia", "artículo 7-A"),
    ("ARTÍCULO 4º:.-", "artículo 4"), ("Art. 12.º bis", "artículo 12 bis"),
    ("ARTICULO 1° — Objeto", "artículo 1"), ("Artículo Único.-", "artículo único"),
    ("Artículo Unico.-", "artículo único"), ("Artículo I.- Objeto y alcance", "artículo I"),
    ("Artículo décimo tercero. Plazos", "artículo décimo tercero"), ("Artículo Quinto.-", "artículo quinto"),
])  # fmt: skip
def test_an_article_is_named_in_every_manner(line: str, label: str) -> None:
    for mark in ("", "##### "):
        named, text = blocks(mark + line, "El juez puede acordar la venta de los bienes.")
        assert named[:2] == (BlockKind.HEADING, label)
        assert text[:2] == (BlockKind.PARAGRAPH, label)


@pytest.mark.parametrize(
    "line", ["Artículo 4 de la ley, que rige aquí.", "Artículo 4, apartado 2: vale.", "Articulado."]
)
def test_words_that_only_speak_of_one_name_none(line: str) -> None:
    assert blocks(line)[0][1] is None


@pytest.mark.parametrize("text", [
    "El fallo es inapelable.", "La cuota no excede de 120 pesos.", "La asamblea se reúne en enero.",
    "El Ministerio supervisará el cumplimiento.", "Deróganse las normas que se opongan.",
    "Comuníquese al Poder Ejecutivo.", "La oficina tiene su sede en la capital.",
    "La oficina organiza las elecciones.", "(Derogado)", "Suprimido.", "[Derogado por la Ley 3/2020]",
])  # fmt: skip
def test_an_article_on_one_line_is_text_of_a_place_of_its_own(text: str) -> None:
    lines = ("Artículo 4. Objeto.", "Texto del cuarto.", f"Artículo 5. {text}")
    found = blocks(*lines, "Artículo 6. Fin", "Texto del sexto.")
    assert found[2] == (BlockKind.PARAGRAPH, "artículo 5", f"Artículo 5. {text}")
    reading = Reading("a.md", ("##### " + "\n\n".join(lines)).encode())
    assert reading.layout.blocks[-1].path == ()  # not under article 4
    assert " ".join(reading.labelled("artículo 5")) == reading.texts[-1]


@pytest.mark.parametrize("text", [
    "La junta la forman tres socias.", "El presidente manda cuatro años.", "El club elige un color propio.",
])  # fmt: skip
def test_an_article_on_one_line_is_text_whatever_follows_it(text: str) -> None:
    found = blocks(f"Artículo 5. {text}", "Se firma por duplicado en Baza.")
    assert found[0] == (BlockKind.PARAGRAPH, "artículo 5", f"Artículo 5. {text}")


def test_where_no_article_has_a_title_each_line_of_one_is_text() -> None:
    lines = [
        "Artículo 1. La sede es Baza.",
        "Artículo 2. Se vota en mayo.",
        "Artículo 3. El tesorero guarda la caja.",
        "Consta.",
    ]
    assert [kind for kind, _, _ in blocks(*lines)] == [BlockKind.PARAGRAPH] * 4
    titled = [
        *lines[:2],
        "Artículo 3. La caja.",
        "La guarda el tesorero.",
        "Artículo 4. Cuotas.",
        "Cada mes.",
    ]
    assert [kind for kind, _, _ in blocks(*titled)][2:] == [BlockKind.HEADING, BlockKind.PARAGRAPH] * 2


@pytest.mark.parametrize("title", [
    "Objeto.", "Objeto y alcance", "De los servicios.", "El Consejo de Administración.",
    "Actos que ponen fin al procedimiento.", "Personas a las que se aplica.", "Suelo no urbanizable.",
    "Entrada en vigor.", "[Derecho a la salud. Protección de la persona]",
    "Efectos sobre el patrimonio durante la instrucción.", "El régimen y el orden de los trabajos.",
    "Mandato de cuatro años.", "Deber de comunicar los datos.", "Las sanciones para todos los socios.",
])  # fmt: skip
def test_a_title_stays_a_heading(title: str) -> None:
    found = blocks(f"Artículo 5. {title}", "El fallo es inapelable.")
    assert [one[0] for one in found] == [BlockKind.HEADING, BlockKind.PARAGRAPH]
    assert {one[1] for one in found} == {"artículo 5"}


def test_divisions_are_known_without_their_accents() -> None:
    found = blocks(
        "TITULO II", "De las funciones", "Artículo 1. Fin", "Texto.", "CAPITULO I. Del todo", "Más texto."
    )
    assert [text for kind, _, text in found if kind is BlockKind.HEADING] == [
        "TITULO II De las funciones", "Artículo 1. Fin", "CAPITULO I. Del todo",
    ]  # fmt: skip


def test_articles_in_capitals_are_no_clauses_of_a_resolution() -> None:
    rest = "no excede de 120 pesos por persona asociada, y se paga;"
    lines = [f"ARTICULO {n}° — La cuota del año número {n} {rest}" for n in (1, 2, 3)]
    assert [label for _, label, _ in blocks(*lines)] == ["artículo 1", "artículo 2", "artículo 3"]


def test_a_title_without_text_stays_a_heading_and_is_all_there_is_to_quote() -> None:
    lines = (
        "Artículo I. Definiciones del tratado.",
        "Artículo II. Entrada en vigor.",
        "El tratado rige desde enero.",
    )
    assert [one[:2] for one in blocks(*lines)] == [
        (BlockKind.HEADING, "artículo I"),
        (BlockKind.HEADING, "artículo II"),
        (BlockKind.PARAGRAPH, "artículo II"),
    ]
    reading = Reading("a.txt", "\n\n".join(lines).encode())
    assert " ".join(reading.labelled("artículo I")) == lines[0]
    assert reading.labelled("artículo II") == [lines[2]]
