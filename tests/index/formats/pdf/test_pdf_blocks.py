"""Headings and tables of contents of a PDF are told from its text, with or without an outline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpie.index.records import BlockKind
from support.formats import law, made
from support.formats.pages import PARKS, TEXT, Drawn
from support.formats.reading import Reading

pytestmark = pytest.mark.heavy


def test_what_the_outline_names_on_its_page_is_a_heading_and_nothing_else() -> None:
    drawn = Drawn()
    drawn.columns({70: ["4.2"], 110: ["Escaleras de uso general"]}, y=700)
    drawn.lines("La leña se guarda donde dice el", "artículo 9. El horno abre los martes.", y=670)
    drawn.lines("Artículo 9", TEXT[0], y=600)
    for title in ("4.2 Escaleras de uso general", "Artículo 9", "Firma"):
        drawn.canvas.bookmarkPage(title)
        drawn.canvas.addOutlineEntry(title, title)
    drawn.page()
    drawn.lines("Escaleras de uso general", y=600)
    found = drawn.read()
    assert found.of(BlockKind.HEADING) == ["4.2 Escaleras de uso general", "Artículo 9"]
    assert TEXT[0] in found.of(BlockKind.PARAGRAPH)


def test_a_bold_number_before_bold_words_is_theirs() -> None:
    drawn = Drawn()
    for y, number, title in ((700, "1", "Hornos"), (600, "1.1", "Leña"), (500, "II", "Turnos")):
        drawn.at(70, y, number, font="Times-Bold")
        drawn.at(110, y, title, font="Times-Bold")
        drawn.lines(*TEXT, y=y - 30)
    assert drawn.read().of(BlockKind.HEADING) == ["1 Hornos", "1.1 Leña", "II Turnos"]


def test_a_preamble_is_headed_though_it_is_set_as_its_text() -> None:
    drawn = Drawn()
    drawn.at(270, 760, "PREÁMBULO")
    drawn.lines(*PARKS, y=746)
    found = drawn.read()
    assert found.of(BlockKind.HEADING) == ["PREÁMBULO"]
    assert found.said == " ".join(PARKS)


@pytest.mark.parametrize(("first", "title"), [
    ("Memoria de los parques", "Memoria de los parques"), ("Artículo 1. Objeto.", ""),
])  # fmt: skip
def test_a_title_is_the_largest_heading_when_the_file_names_itself_only(first: str, title: str) -> None:
    """But the name of an article is none."""
    drawn = Drawn(title="Microsoft Word - memoria_v3.docx")
    drawn.at(70, 790, first, size=22, font="Times-Bold")
    drawn.lines(*PARKS, y=740)
    found = drawn.read()
    assert found.extraction.metadata.title == title
    assert {passage.label for passage in found.passages} == {None if title else "artículo 1"}


@pytest.mark.parametrize("columns", [1, 2])
def test_headings_set_on_two_lines_are_one(columns: int) -> None:
    parts = [
        replace(one, text=one.text.replace(". ", "<br/>", 1)) if one.sort == "division" else one
        for one in law.law()
    ]
    found = Reading("a.pdf", made.law_pdf(parts, columns, markup=True))
    assert found.passage("lotes de hasta 40 ejemplares").path[-3:] == (
        "TÍTULO IV De los servicios", "CAPÍTULO II Préstamo", "Artículo 22. Préstamo especial.",
    )  # fmt: skip


def test_entries_of_a_table_of_contents_are_told_apart() -> None:
    drawn = Drawn()
    titles = (
        "Artículo 1. Los hornos", "Artículo 2. La leña que se guarda para lo que señala", "el bando del pueblo",
        "Artículo 3. Los turnos",
    )  # fmt: skip
    dots = [f"{'.' * 40} {page}" if page else "" for page in (2, 0, 3, 4)]
    drawn.columns({70: titles, 320: dots}, y=700)
    drawn.page()
    drawn.lines(titles[0], "", TEXT[0], y=600)
    found = drawn.read()
    assert found.of(BlockKind.CONTENTS)
    assert found.said == TEXT[0]


@pytest.mark.parametrize("head", ["Índice", "CONTENIDO", "Tabla de contenidos", ""])
@pytest.mark.parametrize("font", ["Times-Roman", "Times-Bold"])
@pytest.mark.parametrize("gap", [0, 15])
def test_a_table_of_contents_needs_no_dots(head: str, font: str, gap: int) -> None:
    """Its numbers stand at the right edge, or after a blank; without a head, its titles are found in the text."""
    drawn = Drawn()
    titles = (
        "1. Hornos", "1.1 Del horno de arriba", "2. Leña y su reparto entre los", "vecinos", "Anexo I. Turnos",
    )  # fmt: skip
    drawn.at(70, 760, head, size=16, font="Times-Bold")
    for number, title in enumerate(titles):
        end = drawn.at(70, 730 - 18 * number, title, font=font)
        if number != 2:
            drawn.at(end + gap if gap else 500, 730 - 18 * number, str(3 + 4 * number), font=font)
    drawn.page()
    for y, title, text in zip((760, 660), titles, TEXT, strict=False):
        drawn.at(70, y, title, font="Times-Bold", size=14)
        drawn.lines(text, y=y - 45)
    found = drawn.read()
    assert found.said == " ".join(TEXT)
    assert found.of(BlockKind.HEADING) == [*filter(None, [head]), *titles[:2]]
