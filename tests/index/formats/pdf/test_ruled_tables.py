"""Tables of a PDF keep their rows and cells, over pages too; a mere frame around text is no table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import pytest

from alpie.index.records import BlockKind
from support.formats.pages import PARKS, TEXT, WIDE, Drawn
from support.formats.reading import Reading

pytestmark = pytest.mark.heavy


Row = Sequence[Sequence[str]]  # the lines of each cell
HEAD = ("Plaza",), ("Quién puede pedirla",), ("Precio",)
ROWS = (
    (("Sombra",), ("Quien viva en Castilla-", "León desde hace dos años"), ("30 euros",)),
    (("Sol y",  "sombra"), ("Cualquier vecino",), ("25 euros",)),
    (("Sol",), ("Cualquier perso-", "na mayor de edad"), ("12 euros",)),
)  # fmt: skip
AS_READ = [  # hyphens aside
    "Plaza · Quién puede pedirla · Precio",
    "Sombra · Quien viva en CastillaLeón desde hace dos años · 30 euros",
    "Sol y sombra · Cualquier vecino · 25 euros",
    "Sol · Cualquier persona mayor de edad · 12 euros",
]


def table(drawn: Drawn, rows: Sequence[Row], y: float, rules: str = "around") -> float:
    """A table with lines or thin boxes around its cells, lines between its rows or none; returns where it ends."""
    edges = (70, 170, 330, 430)
    for row in rows:
        height = 14 * max(map(len, row)) + 8
        for left, right, cell in zip(edges, edges[1:], row, strict=False):
            if rules == "around":
                drawn.canvas.rect(left, y - height, right - left, height)
            elif rules == "filled":
                for low in (y, y - height):
                    drawn.canvas.rect(left, low, right - left, 1, stroke=0, fill=1)
                for x in (left, right):
                    drawn.canvas.rect(x, y - height, 1, height, stroke=0, fill=1)
            elif rules:
                drawn.canvas.line(left, y, right, y)
                drawn.canvas.line(left, y - height, right, y - height)
            drawn.lines(*cell, x=left + 4, y=y - 14)
        y -= height
    return y


def rows_of(found: Reading) -> list[str]:
    return [row.replace("-", "") for row in found.rows]


@pytest.mark.parametrize("rules", ["around", "filled", "between", ""])
def test_a_table_keeps_the_lines_of_a_cell_together(rules: str) -> None:
    drawn = Drawn()
    drawn.lines(*TEXT)
    y = table(drawn, [HEAD, *ROWS], 700, rules)
    drawn.lines("Los precios valen para todo el año.", y=y - 30)
    found = drawn.read()
    assert rows_of(found) == AS_READ
    assert found.of(BlockKind.PARAGRAPH) == [*TEXT, "Los precios valen para todo el año."]


def test_a_table_that_goes_on_over_the_page_is_one_and_its_head_is_read_once() -> None:
    drawn = Drawn()
    for y, rows in ((200, ROWS[:1]), (780, ROWS[1:]), (780, ROWS[:1])):
        table(drawn, [HEAD, *rows], y)
        drawn.page()
    found = drawn.read()
    assert rows_of(found) == [*AS_READ, AS_READ[1]]
    assert found.left_out == ["\t".join(chain(*HEAD))] * 2


def test_the_head_of_a_table_at_the_top_of_pages_is_no_running_head() -> None:
    drawn = Drawn()
    for place in ("Norte", "Sur", "Este"):
        table(drawn, [HEAD, ((place,), ("Una",), ("Dos",))], 804, rules="")
        drawn.page()
    found = drawn.read()
    assert found.rows == [AS_READ[0], *(f"{place} · Una · Dos" for place in ("Norte", "Sur", "Este"))]
    assert found.left_out == ["\t".join(chain(*HEAD))] * 2


@pytest.mark.parametrize(("rows", "heads"), [
    ([("Parque", "Árboles", "Fuentes"), ("El Soto", "120", "3"), ("La Vega", "85", "2"), ("Fuentefría", "40", "9")], 1),
    ([("Piscina", "40"), ("Pista", "45"), ("Todo", "80")], 0),  # no table of contents
])  # fmt: skip
def test_a_table_keeps_its_rows(rows: list[tuple[str, ...]], heads: int) -> None:
    drawn = Drawn()
    drawn.lines(*PARKS)
    drawn.columns(dict(zip((70, 250, 400), zip(*rows, strict=True), strict=False)), y=660, step=16)
    found = drawn.read()
    assert found.rows == [" · ".join(row) for row in rows]
    [block] = [block for block in found.layout.blocks if block.kind is BlockKind.TABLE]
    assert block.header_parts == heads


def test_cells_side_by_side_that_go_on_below_are_one_row() -> None:
    drawn = Drawn()
    drawn.lines(*[WIDE] * 8)
    cells = {
        70: ("Gimnasia para personas", "mayores de sesenta", "Natación en la", "piscina cubierta"),
        320: ("Lunes y miércoles de diez", "a once", "Martes y jueves por la tarde", "en verano"),
    }
    drawn.columns(cells, y=600)
    assert drawn.read().rows == [
        "Gimnasia para personas mayores de sesenta · Lunes y miércoles de diez a once",
        "Natación en la piscina cubierta · Martes y jueves por la tarde en verano",
    ]


def test_a_frame_around_running_text_is_no_table() -> None:
    drawn = Drawn()
    drawn.canvas.rect(40, 40, 515, 760)
    for x, width, words in ((40, 260, "Ayuntamiento"), (300, 255, "Bando")):
        drawn.canvas.rect(x, 760, width, 40)
        drawn.at(x + 10, 775, words)
    drawn.lines(*TEXT * 15, y=740)
    assert " ".join(TEXT * 15) in drawn.read().said


def test_a_cell_of_many_words_stays_in_the_row_that_it_is_about() -> None:
    drawn, long = Drawn(), ["La leña la ponen los vecinos"] * 36
    rows = [("Motivo",), ("Días",)], [("Boda",), ("Quince",)], [("Mudanza",), ("Uno",)], [long, ("Cuatro",)]
    table(drawn, rows, 760)
    assert drawn.read().rows[1:] == ["Boda · Quince", "Mudanza · Uno", f"{' '.join(long)} · Cuatro"]


@pytest.mark.parametrize("in_table", [False, True])
def test_text_is_no_heading_for_being_larger_than_the_notes_on_it(in_table: bool) -> None:
    drawn = Drawn(size=8)
    y = table(drawn, [HEAD, *ROWS], 740) if in_table else drawn.lines(*TEXT * 3, y=740)
    for below, text, size in ((40, "Del horno", 16), (80, TEXT[0], 11), (100, TEXT[1], 11)):
        drawn.at(70, y - below, text, size=size)
    assert drawn.read().of(BlockKind.HEADING) == ["Del horno"]
