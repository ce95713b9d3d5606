"""The units of laws: which lines name an article, which are its title and which its text."""

from __future__ import annotations

import pytest

from alpie.index.records import BlockKind
from support.formats.reading import Reading
from support.tables import cases


def blocks(*paragraphs: str) -> list[tuple[BlockKind, str | None, str]]:
    return Reading("a.md", "\n\n".join(("# Norma", *paragraphs)).encode()).blocks[1:]


@cases("line, label")
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


@cases("text")
def test_an_article_on_one_line_is_text_of_a_place_of_its_own(text: str) -> None:
    lines = ("Artículo 4. Objeto.", "Texto del cuarto.", f"Artículo 5. {text}")
    found = blocks(*lines, "Artículo 6. Fin", "Texto del sexto.")
    assert found[2] == (BlockKind.PARAGRAPH, "artículo 5", f"Artículo 5. {text}")
    reading = Reading("a.md", ("##### " + "\n\n".join(lines)).encode())
    assert reading.layout.blocks[-1].path == ()  # not under article 4
    assert " ".join(reading.labelled("artículo 5")) == reading.texts[-1]


@cases("title")
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
    assert [block[:2] for block in blocks(*lines)] == [
        (BlockKind.HEADING, "artículo I"),
        (BlockKind.HEADING, "artículo II"),
        (BlockKind.PARAGRAPH, "artículo II"),
    ]
    reading = Reading("a.txt", "\n\n".join(lines).encode())
    assert " ".join(reading.labelled("artículo I")) == lines[0]
    assert reading.labelled("artículo II") == [lines[2]]
