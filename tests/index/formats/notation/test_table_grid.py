"""Rows of tables with empty and spanning cells: read alone, none of their values slips under another head."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from alpie.index.formats.notation.table_grid import TableCell, lay_out_cells
from support.formats.packed import docx, odt, pptx, slide_paragraph
from support.formats.pages import Drawn
from support.formats.reading import Reading

ROWS = [
    [TableCell("Tramo", rows=2), TableCell("Cuota", columns=2)],
    [TableCell("2024"), TableCell("2025")],
    [TableCell("Bajo"), TableCell("10"), TableCell("")],
    [TableCell("Alto", rows=2), TableCell("7", columns=2)],
    [TableCell(""), TableCell("9")],
]
SHOWN = ["Tramo · Cuota · Cuota", "Tramo · 2024 · 2025", "Bajo · 10 · –", "Alto · 7 · 7", "Alto · – · 9"]


def html_table() -> bytes:
    rows = ["".join(f"<td colspan={c} rowspan={r}>{text}" for text, c, r, _ in row) for row in ROWS]
    return f"<html><table><tr>{'<tr>'.join(rows)}</table>".encode()


def docx_table() -> bytes:
    cell = "<w:tc><w:tcPr>{}</w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>".format
    rows = ["".join(cell(_docx_merge(one), one.text) for one in row) for row in ROWS]
    goes_on = cell("<w:vMerge/>", "")
    rows[1], rows[4] = goes_on + rows[1], goes_on + rows[4]
    return docx(f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>")


def _docx_merge(cell: TableCell) -> str:
    span = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
    return span + ('<w:vMerge w:val="restart"/>' if cell.rows > 1 else "")


def odt_table() -> bytes:
    cell = (
        '<table:table-cell table:number-columns-spanned="{}" table:number-rows-spanned="{}">'
        "<text:p>{}</text:p></table:table-cell>"
    ).format
    covered = "<table:covered-table-cell/>"
    rows = [
        [cell(one.columns, one.rows, one.text) + covered * (one.columns - 1) for one in row] for row in ROWS
    ]
    rows[1].insert(0, covered)
    rows[4].insert(0, covered)
    made = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    return odt(f"<table:table>{made}</table:table>")


def pptx_table() -> bytes:
    cell = '<a:tc gridSpan="{}" rowSpan="{}"><a:txBody>{}</a:txBody></a:tc>'.format
    covered = '<a:tc {}="1"><a:txBody><a:p/></a:txBody></a:tc>'.format
    rows = [
        [cell(c, r, slide_paragraph(text)) + covered("hMerge") * (c - 1) for text, c, r, _ in row]
        for row in ROWS
    ]
    rows[1].insert(0, covered("vMerge"))
    rows[4].insert(0, covered("vMerge"))
    made = "".join(f"<a:tr>{''.join(row)}</a:tr>" for row in rows)
    return pptx("", f"<p:graphicFrame><a:tbl>{made}</a:tbl></p:graphicFrame>")


def pdf_table() -> bytes:
    drawn = Drawn()
    xs, top, height = (70, 200, 300, 400), 700, 24
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(ROWS):
        column = 0
        for text, columns, rows, _ in row:
            while (number, column) in taken:
                column += 1
            taken |= {(number + down, column + right) for down in range(rows) for right in range(columns)}
            low = top - height * (number + rows)
            drawn.canvas.rect(xs[column], low, xs[column + columns] - xs[column], height * rows)
            if text:
                drawn.at(xs[column] + 6, low + 8, text)
            column += columns
    return drawn.bytes()


@pytest.mark.parametrize(("name", "table"), [
    ("a.html", html_table), ("a.docx", docx_table), ("a.odt", odt_table), ("a.pptx", pptx_table), ("a.pdf", pdf_table),
])  # fmt: skip
def test_each_row_has_something_in_each_column(name: str, table: Callable[[], bytes]) -> None:
    found = Reading(name, table())
    assert found.rows == SHOWN
    (block,) = [block for block in found.layout.blocks if block.parts]
    assert block.header_parts == 2
    assert found.quotable == [row.replace(" · ", " ") for row in SHOWN]


@pytest.mark.parametrize(("rows", "shown"), [
    # a value over the whole width stands once, a column without words not at all
    ([[("Grupo A", 3)], [("Uno", 1), ("", 1), ("3", 1)]], [["Grupo A"], ["Uno", "3"]]),
    # nor does a row that only has a title get signs, nor a form whose cells cross those of other rows copies
    ([[("Norte", 1), ("", 1)], [("Uno", 1), ("2", 1)]], [["Norte"], ["Uno", "2"]]),
    ([[("Nombre", 2), ("DNI", 1)], [("Calle", 1), ("Pueblo", 2)]], [["Nombre", "DNI"], ["Calle", "Pueblo"]]),
])  # fmt: skip
def test_signs_and_copies_stand_where_they_tell_something(
    rows: list[list[tuple[str, int]]], shown: list[list[str]]
) -> None:
    assert lay_out_cells([[TableCell(*cell) for cell in row] for row in rows], 1).rows == shown


def test_a_span_beyond_all_bounds_is_held_in() -> None:
    span = "colspan=999999 rowspan=999999"
    found = Reading("a.html", f"<table><tr><th>A<th>B<tr><td {span}>Uno<tr><td>2<td>3</table>".encode())
    assert found.rows == ["A · B", "Uno", "Uno · 2 · 3"]


def test_the_bars_of_markdown_stay_where_a_cell_is_empty() -> None:
    full = "| Tramo | 2024 | 2025 |\n|---|---|---|\n| Bajo | **10** | 30 |\n"
    assert Reading("a.md", full.encode()).quotable == ["Tramo 2024 2025", "Bajo 10 30"]
    found = Reading("a.md", (full + "| Alto | | 90 |\n|Nulo|||\n| Con \\| barra | | 1 |\n").encode())
    assert found.quotable == [
        "| Tramo | 2024 | 2025 |", "| Bajo | 10 | 30 |", "| Alto | | 90 |", "|Nulo|||", "| Con | barra | | 1 |",
    ]  # fmt: skip
