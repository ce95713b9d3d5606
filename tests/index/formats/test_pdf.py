"""What only PDFs have: columns, running lines, divided words, footnote calls, page labels, pictures of pages."""

from __future__ import annotations

import pytest
from formats import law, made
from formats.pages import Drawn
from test_formats import Read
from test_promise import assert_promise

from alpie.index.records import BlockKind

pytestmark = pytest.mark.heavy

COLUMN = (
    "La red de parques se extiende por toda la", "comarca y suma cuarenta hectáreas de césped.",
    "Cada parque tiene un guarda y una fuente de", "agua potable que se revisa todos los meses.",
)  # fmt: skip
OTHER = (
    "El presupuesto de los parques se aprueba en", "diciembre y se publica en el tablón del pueblo.",
    "Los bancos de madera se pintan de verde cada", "dos años, siempre antes de que llegue mayo.",
)  # fmt: skip


def test_columns_are_read_one_after_the_other_under_a_title_that_spans_them() -> None:
    drawn = Drawn()
    drawn.at(70, 790, "Los parques de la comarca de Valdeluna en cifras", size=20, font="Times-Bold")
    # line by line across the page, as some programs write it
    for number, (left, right) in enumerate(zip(COLUMN, OTHER, strict=True)):
        drawn.at(70, 740 - 14 * number, left)
        drawn.at(320, 740 - 14 * number, right)
    found = Read("a.pdf", drawn.bytes())
    assert found.texts(BlockKind.HEADING) == ["Los parques de la comarca de Valdeluna en cifras"]
    said = " ".join(passage.text for passage in found.passages)
    assert said == " ".join([*COLUMN, *OTHER])


def test_a_paragraph_goes_on_over_the_page_and_its_running_lines() -> None:
    drawn = Drawn()
    for number, words in enumerate((COLUMN, OTHER, COLUMN), start=1):
        drawn.at(70, 810, "Memoria de parques y jardines", size=8)
        drawn.lines(
            *words[:3], "y así sigue la cuenta de lo hecho hasta el día en que" if number == 1 else words[3]
        )
        drawn.at(290, 40, f"{number}", size=8)
        drawn.page()
    found = Read("a.pdf", drawn.bytes())
    left_out = [found.document.text[span.start : span.end] for span in found.layout.footers]
    assert left_out == [text for n in (1, 2, 3) for text in ("Memoria de parques y jardines", str(n))]
    assert all("Memoria" not in passage.text for passage in found.passages)
    assert [passage.page for passage in found.passages] == sorted(p.page or 0 for p in found.passages)
    assert_promise(found.document)


def test_a_sentence_cut_by_a_page_break_is_one() -> None:
    drawn = Drawn()
    for number, words in enumerate(
        (("El alcalde dijo que la obra", "empezará cuando"), ("llegue la primavera.",)), 1
    ):
        drawn.lines(*words)
        drawn.at(280, 40, f"Página {number}", size=8)
        drawn.page()
    found = Read("a.pdf", drawn.bytes())
    assert found.passages[0].text == "El alcalde dijo que la obra empezará cuando llegue la primavera."
    assert found.passages[0].page == 1
    assert_promise(found.document)


def test_footnote_calls_are_left_out_and_exponents_stay() -> None:
    drawn = Drawn()
    y = drawn.lines("La plaza mide 400 m", "y la fuente se hizo en 1990", "con piedra de la sierra.")
    drawn.at(70 + drawn.canvas.stringWidth("La plaza mide 400 m", "Times-Roman", 11), 764, "2", size=6.5)
    drawn.at(
        70 + drawn.canvas.stringWidth("y la fuente se hizo en 1990", "Times-Roman", 11), 750, "1", size=6.5
    )
    assert y < 760
    found = Read("a.pdf", drawn.bytes())
    assert "400 m2 y la fuente" in found.passages[0].text
    assert "1990 con piedra" in found.passages[0].text
    assert [found.document.text[s.start : s.end] for s in found.layout.note_calls] == ["1"]
    assert_promise(found.document)


def test_a_table_keeps_its_rows() -> None:
    drawn = Drawn()
    drawn.lines(*COLUMN)
    rows = (
        ("Parque", "Árboles", "Fuentes"),
        ("El Soto", "120", "3"),
        ("La Vega", "85", "2"),
        ("Fuentefría", "40", "9"),
    )
    for number, row in enumerate(rows):
        for x, cell in zip((70, 250, 400), row, strict=True):
            drawn.at(x, 660 - 16 * number, cell)
    found = Read("a.pdf", drawn.bytes())
    table = next(block for block in found.layout.blocks if block.kind is BlockKind.TABLE)
    assert len(table.parts) == 4
    assert table.header_parts == 1
    assert found.texts(BlockKind.TABLE) == [" ".join(" ".join(row) for row in rows)]
    assert_promise(found.document)


def test_one_page_without_text_does_not_cost_the_others() -> None:
    drawn = Drawn()
    drawn.lines(*COLUMN)
    drawn.page()
    drawn.page()
    drawn.lines(*OTHER)
    drawn.page()
    found = Read("a.pdf", drawn.bytes())
    assert [block.page for block in found.layout.blocks] == [1, 3]
    assert len(found.layout.page_starts) == 3


def test_a_title_is_the_largest_heading_when_the_file_names_itself_only() -> None:
    drawn = Drawn(title="Microsoft Word - memoria_v3.docx")
    drawn.at(70, 790, "Memoria de los parques", size=22)
    drawn.lines(*COLUMN, y=740)
    assert Read("a.pdf", drawn.bytes()).extraction.metadata.title == "Memoria de los parques"


def test_a_preamble_is_headed_though_it_is_set_as_its_text() -> None:
    drawn = Drawn()
    drawn.at(270, 760, "PREÁMBULO")
    drawn.lines(*COLUMN, y=746)
    found = Read("a.pdf", drawn.bytes())
    assert found.texts(BlockKind.HEADING) == ["PREÁMBULO"]
    assert found.passages[0].text == " ".join(COLUMN)


@pytest.mark.parametrize("columns", [1, 2])
def test_headings_set_on_two_lines_are_one(columns: int) -> None:
    parts = [
        part
        if part.sort != "division"
        else law.Part("division", part.text.replace(". ", "<br/>", 1), part.level)
        for part in law.law()
    ]
    raw = made.law_pdf(parts, columns, markup=True)
    found = Read("a.pdf", raw)
    special = found.passage("lotes de hasta 40 ejemplares")
    assert special.path[-3:] == (
        "TÍTULO IV De los servicios",
        "CAPÍTULO II Préstamo",
        "Artículo 22. Préstamo especial.",
    )
