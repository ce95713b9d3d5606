"""Single steps of reading a PDF, on characters, fragments and lines whose places are given: no file, no PDFium."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from alpie.index.formats.pdf.accents import compose_accents
from alpie.index.formats.pdf.aligned_tables import stands_in_columns, table_rows
from alpie.index.formats.pdf.annotations import TickBox, draw_ticks
from alpie.index.formats.pdf.columns import regions
from alpie.index.formats.pdf.fragments import Fragment, PdfLine
from alpie.index.formats.pdf.page_characters import Box, Character, frame_height, rotations_of, turned_box
from alpie.index.formats.pdf.pdf_blocks import PdfBlock, heading_levels, page_blocks, running_text_of
from alpie.index.formats.pdf.pdf_metadata import pdf_metadata
from alpie.index.formats.pdf.ruled_tables import Grid, grids, mark_cells
from alpie.index.formats.pdf.running_lines import running_lines

PAGE = Box(0, 0, 600, 800)


def set_at(text: str, x: float, base: float, rotation: int = 0) -> list[Character]:
    """Letters five points wide, ten high."""
    return [
        Character(letter, x + 5 * at, x + 5 * at + 5, base, 10, 0, rotation, False)
        for at, letter in enumerate(text)
    ]


def line(*cells: tuple[float, str], base: float, size: float = 10, bold: bool = False) -> PdfLine:
    made = [Fragment(text, x, x + 5 * len(text), base, size, bold) for x, text in cells]
    return PdfLine(made, 0, height=PAGE.top)


@pytest.mark.parametrize(("rotation", "turned"), [
    (0, (10, 20, 30, 60)), (1, (20, 570, 60, 590)), (2, (570, 740, 590, 780)), (3, (740, 10, 780, 30)),
])  # fmt: skip
def test_a_box_is_given_as_text_of_its_rotation_sees_it(rotation: int, turned: Sequence[float]) -> None:
    assert turned_box(Box(10, 20, 30, 60), rotation, PAGE) == turned
    assert frame_height(rotation, PAGE) == (600 if rotation % 2 else 800)


def test_most_letters_tell_how_a_page_runs() -> None:
    characters = [*set_at("...", 0, 0, 2), None, *set_at("sello", 0, 0, 1), *set_at("x", 0, 0)]
    assert rotations_of(characters)[0] == 1
    assert rotations_of(set_at("marca de agua", 0, 0, -1)) == []


@pytest.mark.parametrize(("text", "composed"), [
    ("espa˜nol", "español"), ("Art´ıculo", "Artículo"), ("p´ublico", "público"), ("m´aximas", "máximas"),
    ("l´estany", "l´estany"), ("d´una", "d´una"), ("d´Or", "d´Or"), ("x ´ y", "x ´ y"),
])  # fmt: skip
def test_an_accent_is_composed_with_its_letter(text: str, composed: str) -> None:
    assert "".join(one.text for one in compose_accents([*set_at(text, 0, 0)]) if one) == composed


def test_a_ticked_box_takes_the_place_of_what_is_drawn_in_it() -> None:
    characters: list[Character | None] = [*set_at("xSí", 0, 100)]
    draw_ticks(characters, [TickBox(Box(0, 95, 5, 110), True), TickBox(Box(50, 95, 60, 110), False)], 0)
    assert [one.text for one in characters if one] == ["S", "í", "☒", "☐"]


def ruled(*lines: tuple[float, float, float, float]) -> list[Grid]:
    return grids([Box(*one) for one in lines], [], 0, PAGE)


def test_a_cell_reaches_as_far_as_no_line_parts_it() -> None:
    frame = [(0, 0, 90, 0), (0, 60, 90, 60), (0, 0, 0, 60), (90, 0, 90, 60)]
    [grid] = ruled(*frame, (0, 30, 90, 30), (45, 0, 45, 30))
    assert [[(one.start, one.end) for one in grid.cells_in(row)] for row in (0, 1)] == [
        [(0, 2)],
        [(0, 1), (1, 2)],
    ]
    assert grid.cell_at(80, 50) == grid.cell_at(10, 50) != grid.cell_at(10, 10)
    assert grid.cell_at(10, 99) is None
    assert ruled(*frame) == []  # one cell is a frame
    assert (
        len(ruled(*frame, (45, 0, 45, 60), *((x + 200, *rest, z + 200, w) for x, *rest, z, w in frame))) == 1
    )


def test_only_a_grid_with_two_rows_of_two_cells_is_a_table() -> None:
    lines = [(0, y, 90, y) for y in (0, 30, 60)] + [(x, 0, x, 60) for x in (0, 45, 90)]
    tables = ruled(*lines)
    words = [set_at(text, x, y) for text, x, y in (("a", 5, 40), ("b", 50, 40), ("c", 5, 10), ("d", 50, 10))]
    assert mark_cells([one for word in words for one in word], tables, 0) == {0}
    assert mark_cells([one for word in words[:3] for one in word], tables, 0) == set()


@pytest.mark.parametrize("right", [0, 320])
def test_two_columns_are_regions_of_their_own(right: float) -> None:
    texts = ["Los parques de la comarca son de todos"] * 4
    columns = [
        Fragment(f"{text} {x:.0f}", x, x + 190, 700 - 14 * at, 10, False)
        for x in filter(None, (60.0, right))
        for at, text in enumerate(texts)
    ]
    found = [[fragment.x0 for fragment in region] for region in regions(columns)]
    assert found == ([[60.0] * 4, [320.0] * 4] if right else [[60.0] * 4])


def test_rows_stand_in_columns() -> None:
    lines = [
        line((0, name), (200, value), base=100 - 14 * at)
        for at, (name, value) in enumerate((("Pan", "2"), ("Sal", "40")))
    ]
    after = line((0, "Se paga el lunes."), base=50)
    assert table_rows([*lines, after], 0, 14).end == 2
    assert table_rows([lines[0], after], 0, 14).rows == []
    assert stands_in_columns(*lines)
    assert not stands_in_columns(lines[0], line((0, "x"), (330, "y"), base=0))


def test_words_at_one_height_of_all_pages_run() -> None:
    pages = [
        [
            line((60, "Bando del horno"), base=780),
            line((60, f"El turno {name} es de noche."), base=500),
            line((300, f"{at}"), base=20),
        ]
        for at, name in enumerate(("alto", "bajo", "medio"), start=7)
    ]
    assert {(place.page, place.line) for place in running_lines(pages)} == {
        (page, at) for page in range(3) for at in (0, 2)
    }
    assert running_lines(pages[:1]) == set()


def test_lines_make_paragraphs_items_and_headings() -> None:
    lines = [
        line((60, "Del horno"), base=700, size=16), line((60, "Abre los martes y también los"), base=670),
        line((60, "jueves."), base=656), line((60, "a) uno"), base=642), line((60, "b) dos"), base=628),
    ]  # fmt: skip
    blocks = page_blocks(lines, running_text_of([lines]))
    assert [(block.text, block.heading, block.item) for block in blocks] == [
        ("Del horno", True, False), ("Abre los martes y también los jueves.", False, False),
        ("a) uno", False, True), ("b) dos", False, True),
    ]  # fmt: skip
    larger = PdfBlock([line((0, "x"), base=0, size=20)], heading=True)
    assert heading_levels([*blocks, larger]) == {larger.look: 1, blocks[0].look: 2}


@pytest.mark.parametrize(("info", "packet", "told"), [
    ({"Title": "Bando", "Author": "Ana", "CreationDate": "D:20240517"}, "", ("Bando", "Ana", "2024-05-17", ("date",))),
    ({"Title": "Microsoft Word - v3.docx"}, "", ("Del horno", "", "", ("date", "title"))),
    ({"Title": "x"}, "<d:title><r:li>Bando</r:li></d:title><d:creator><r:li>Ana</r:li><r:li>Eva</r:li></d:creator>"
     "<d:date>2024-05-17</d:date>", ("Bando", "Ana, Eva", "2024-05-17", ())),
    ({"Title": "x"}, "<d:title>", ("x", "", "", ("date",))),
])  # fmt: skip
def test_a_packet_of_the_file_is_believed_before_its_dictionary(
    info: dict[str, str], packet: str, told: tuple[object, ...]
) -> None:
    xmp = (
        '<x:xmpmeta xmlns:x="x" xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f"{packet}</x:xmpmeta>"
    ).encode()
    document = SimpleNamespace(get_metadata_dict=lambda skip_empty: info)
    said = pdf_metadata(document, xmp if packet else b"", "Del horno")
    assert (said.title, said.author, said.date, said.guessed) == told
