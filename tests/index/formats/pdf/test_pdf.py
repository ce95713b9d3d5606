"""What only PDFs have: turned pages, columns, ruled tables, running lines, headings by type, tables of contents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

import pytest

from alpie.index.notices import Notice, NoticeKind
from alpie.index.records import BlockKind
from support.formats import law, made
from support.formats.pages import HEIGHT, WIDTH, Drawn
from support.formats.reading import Reading

pytestmark = pytest.mark.heavy

TEXT = ("El horno del pueblo abre los martes y los jueves.", "La leña la ponen los vecinos por turnos.")
PARKS = (
    "La red de parques se extiende por toda la", "comarca y suma cuarenta hectáreas de césped.",
    "Cada parque tiene un guarda y una fuente de", "agua potable que se revisa todos los meses.",
)  # fmt: skip
BUDGET = (
    "El presupuesto de los parques se aprueba en", "diciembre y se publica en el tablón del pueblo.",
    "Los bancos de madera se pintan de verde cada", "dos años, siempre antes de que llegue mayo.",
)  # fmt: skip


# --- pages and text that are turned ---------------------------------------------------------------------


def turned(drawn: Drawn, degrees: float, x: float, y: float, draw: Callable[[], object]) -> None:
    drawn.canvas.saveState()
    drawn.canvas.translate(x, y)
    drawn.canvas.rotate(degrees)
    draw()
    drawn.canvas.restoreState()


@pytest.mark.parametrize(("degrees", "x", "y", "declared"), [
    (90, WIDTH, 0, 0), (180, WIDTH, HEIGHT, 0), (270, 0, HEIGHT, 0), (90, HEIGHT, 0, 90), (180, WIDTH, HEIGHT, 180),
])  # fmt: skip
def test_a_page_that_lies_on_its_side_or_head_is_read_as_it_runs(
    degrees: int, x: float, y: float, declared: int
) -> None:
    """Whether or not the file says so itself: then its viewer turns it back."""
    drawn = Drawn()
    drawn.canvas.setPageRotation(declared)
    turned(drawn, degrees, x, y, lambda: drawn.lines(*TEXT, y=500))
    assert drawn.read().said == " ".join(TEXT)


@pytest.mark.parametrize("pages", [1, 3])
def test_a_stamp_along_the_edge_is_no_part_of_the_text(pages: int) -> None:
    """On one page it is a block of its own, on all a running line."""
    drawn, stamp = Drawn(), "Copia auténtica, código 4F-77"
    for _ in range(pages):
        drawn.lines(*TEXT, y=600)
        turned(drawn, 90, 580, 200, lambda: drawn.at(0, 0, stamp))
        drawn.page()
    found = drawn.read()
    if pages == 1:
        assert found.texts == [" ".join(TEXT), stamp]
    else:
        assert (found.said, found.left_out) == (" ".join(TEXT * pages), [stamp] * pages)


def test_a_watermark_is_left_out_and_named() -> None:
    drawn = Drawn()
    turned(drawn, 45, 150, 300, lambda: drawn.at(0, 0, "BORRADOR", size=70))
    drawn.lines(*TEXT * 10)
    found = drawn.read()
    assert (found.said, found.left_out) == (" ".join(TEXT * 10), ["BORRADOR"])
    assert found.extraction.metadata.title == ""
    assert found.extraction.notices == (Notice(NoticeKind.WATERMARKS, 1, 1),)


def test_letters_that_lean_are_text_all_the_same() -> None:
    drawn = Drawn()
    leaning = drawn.canvas.beginText()
    leaning.setFont("Times-Roman", 11)
    leaning.setTextTransform(1, 0, 0.33, 1, 70, 700)
    leaning.textOut(TEXT[0])
    drawn.canvas.drawText(leaning)
    found = drawn.read()
    assert (found.said, found.extraction.notices) == (TEXT[0], ())


def test_text_outside_the_page_is_not_read_and_named() -> None:
    drawn = Drawn()
    drawn.lines(*TEXT)
    drawn.at(70, -40, "La cuota secreta es de mil pesetas.")
    found = drawn.read()
    assert found.said == " ".join(TEXT)
    assert found.extraction.notices == (Notice(NoticeKind.OUTSIDE_THE_PAGE, 7, 1),)


# --- columns and running lines --------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [
    {70: PARKS, 320: BUDGET},
    {70: (*PARKS[:2], "que riegan los vecinos del ayunta-"), 320: ("miento de Valdeluna por turnos, cada uno el", *BUDGET)},
    {60: ("El pregón se lee en la", "plaza a las ocho de", "la tarde del sábado,", "antes de la cena."),
     225: ("La verbena dura hasta", "las tres y la toca la", "banda del pueblo, que", "cobra lo de siempre."),
     390: ("El encierro sale a las", "once de la mañana del", "domingo y lo vigila la", "guardia municipal.")},
])  # fmt: skip
def test_columns_are_read_one_after_the_other_under_a_title_that_spans_them(
    columns: Mapping[float, Sequence[str]],
) -> None:
    drawn, title = Drawn(), "Los parques de la comarca de Valdeluna en cifras"
    drawn.at(70, 790, title, size=20, font="Times-Bold")
    drawn.columns(columns, y=740)
    found = drawn.read()
    assert found.of(BlockKind.HEADING) == [title]
    assert found.said == " ".join(chain(*columns.values())).replace("ayunta- ", "ayunta")


WIDE = "Este párrafo va de un lado al otro de la hoja y está delante de las dos columnas que siguen, que son prosa."


def test_a_title_under_two_columns_heads_what_comes_below_and_not_the_right_column() -> None:
    drawn = Drawn()
    drawn.columns({70: PARKS, 320: BUDGET}, y=740)
    drawn.at(70, 650, "Agenda", font="Times-Bold")
    drawn.lines(WIDE, y=630)
    found = drawn.read()
    assert found.said == " ".join([*PARKS, *BUDGET, WIDE])
    assert found.passage(WIDE).path == ("Agenda",)
    assert not found.passage(BUDGET[0]).path


@pytest.mark.parametrize("columns", [False, True])
def test_text_that_runs_over_several_lines_stays_with_its_label(columns: bool) -> None:
    drawn = Drawn()
    if columns:  # the text stands across the white between them
        drawn.columns({70: PARKS, 320: BUDGET}, y=740)
    for y, label, text in (
        (600, "Lunes 4", "Taller de huerto en la azotea del centro, con inscripción en"),
        (586, "", "la conserjería y plazas limitadas a quince."),
        (572, "Martes 5", "Cine al aire libre."),
        (558, "Jueves 7", "Asamblea general, a las siete y media en primera convocatoria"),
        (544, "", "y a las ocho en segunda."),
    ):
        drawn.at(70, y, label, font="Times-Bold")
        drawn.at(150, y, text)
    assert drawn.read().rows == [
        "Lunes 4 · Taller de huerto en la azotea del centro, con inscripción en la conserjería y plazas limitadas a quince.",
        "Martes 5 · Cine al aire libre.",
        "Jueves 7 · Asamblea general, a las siete y media en primera convocatoria y a las ocho en segunda.",
    ]


def test_the_label_of_an_article_belongs_to_its_paragraph() -> None:
    drawn = Drawn()
    for y, label, text in (
        (600, "Artículo 1.", "La leña se guarda donde dice el bando y la reparten"),
        (586, "", "los vecinos por turnos."),
        (560, "Artículo 2.", "El horno abre los martes y los jueves, salvo los que"),
        (546, "", "son fiesta."),
    ):
        drawn.at(70, y, label)
        drawn.at(150, y, text)
    assert {passage.label for passage in drawn.read().passages} == {"artículo 1", "artículo 2"}


@pytest.mark.parametrize("first", [
    {70: "Artículo 3.", 150: "La leña que cada casa debe al horno se mide en cargas"},
    {70: "ARTICULO 3.", 150: "Leña.", 230: "La que cada casa", 345: "debe al horno, en cargas"},
])  # fmt: skip
def test_justified_lines_of_an_article_are_no_rows_of_a_table(first: dict[int, str]) -> None:
    lines = (
        first,
        {150: "iguales", 215: "que se apuntan", 320: "en el libro"},
        {150: "que guarda", 232: "en su casa", 320: "la hornera."},
    )
    drawn = Drawn()
    for number, words in enumerate(lines):
        for x, text in words.items():
            drawn.at(x, 600 - 14 * number, text)
    text = " ".join(chain.from_iterable(line.values() for line in lines))
    assert drawn.read().blocks == [(BlockKind.PARAGRAPH, "artículo 3", text)]


def test_a_figure_that_opens_a_line_amid_a_sentence_opens_no_item() -> None:
    drawn, lines = (
        Drawn(),
        ("La puntuación del concurso de pan va de cero (0) a diez", "(10) puntos, sin decimales."),
    )
    drawn.lines(*lines)
    assert drawn.read().blocks == [(BlockKind.PARAGRAPH, None, " ".join(lines))]


@pytest.mark.parametrize(
    "second", ["La Junta de Leñas y de Hornos de la Comarca.", "b. la Junta de Leñas y de Hornos."]
)
def test_paragraphs_of_one_line_that_are_set_in_are_parted(second: str) -> None:
    drawn = Drawn()
    drawn.lines(WIDE, x=70, y=760)
    first = "El Consejo de las Vecinas y los Vecinos del Barrio Alto y del Bajo de Valdeluna y su comarca."
    drawn.lines(first, second, x=90, y=746)
    assert [text for _, _, text in drawn.read().blocks][-2:] == [first, second]


def test_a_running_head_of_two_lines_and_the_title_of_a_part_are_left_out() -> None:
    drawn = Drawn()
    parts = ["Parques"] * 4 + ["Gastos"] * 4
    for number, part in enumerate(parts, start=1):
        drawn.at(70, 725, "Ley 7 de 1990")  # below the margin that running heads keep to
        drawn.at(70, 712, f"Parte de {part}")
        drawn.lines(
            f"La cuenta número {number} se cierra en {part.lower()}",
            f"con un saldo de {number * 17} euros.",
            y=660,
        )
        drawn.page()
    found = drawn.read()
    assert len(found.left_out) == 16
    assert "Ley 7" not in found.said
    assert "Parte de" not in found.said


def test_a_title_repeated_on_a_few_pages_of_slides_stays() -> None:
    drawn = Drawn()
    for number, title in enumerate(
        ["Requisitos"] * 3 + ["Plazos", "Tasas", "Recursos", "Anexo", "Dudas", "Citas", "Fin"]
    ):
        drawn.at(70, 760, title, size=20)
        drawn.lines(f"Aviso {number} del horno, que dura {number + 2} días.", y=660)
        drawn.page()
    assert "Requisitos" in drawn.read().of(BlockKind.HEADING)


def test_a_paragraph_goes_on_over_the_page_and_its_running_lines() -> None:
    drawn, head = Drawn(), "Memoria de parques y jardines"
    pages = ((*PARKS[:3], "y así sigue la cuenta de lo hecho hasta"), BUDGET, PARKS)
    for number, words in enumerate(pages, start=1):
        drawn.at(70, 810, head, size=8)
        drawn.lines(*words)
        drawn.at(290, 40, f"{number}", size=8)
        drawn.page()
    found = drawn.read()
    assert found.left_out == [text for n in (1, 2, 3) for text in (head, str(n))]
    assert found.said == " ".join(chain(*pages))
    assert [passage.page for passage in found.passages] == sorted(p.page or 0 for p in found.passages)


def test_a_running_head_is_told_by_its_number_whatever_stands_beside_it() -> None:
    drawn = Drawn()
    for page in range(4):
        drawn.at(70, 810, ("Ordenanza", "Ayuntamiento")[page % 2])
        drawn.at(480, 810, f"Pág. {page + 1} de 4")
        drawn.at(120, 420, "COPIA", size=120)
        drawn.lines(f"El turno {page} es de noche.", y=600)
        drawn.page()
    assert drawn.read().texts == [f"El turno {page} es de noche." for page in range(4)]


def test_a_running_head_is_one_on_a_sheet_that_lies_on_its_side_too() -> None:
    drawn = Drawn()
    for number in range(8):
        width, top = (HEIGHT, WIDTH) if number == 6 else (WIDTH, HEIGHT)
        drawn.canvas.setPageSize((width, top))
        drawn.at(200, top - 56, "BOLETÍN DEL HORNO", size=20)
        drawn.at(70, top - 82, f"Núm. 8 Pág. {number + 1}")
        drawn.lines(*TEXT, y=top - 160)
        drawn.page()
    found = drawn.read()
    assert found.texts == [" ".join(TEXT)] * 8
    assert len(found.left_out) == 16


def test_a_running_head_is_told_by_the_half_of_it_that_stays() -> None:
    """And by the number of the page, on a sheet with another margin too."""
    drawn = Drawn()
    titles = "Balance", "Propuestas", "Cuentas de la comarca"
    for number, (title, words) in enumerate(zip(titles, (PARKS, BUDGET, PARKS), strict=True)):
        top = WIDTH if number == 2 else HEIGHT
        drawn.canvas.setPageSize((HEIGHT + WIDTH - top, top))
        drawn.at(70, top - 30 - 3 * number, "Informe anual de los parques", size=8)
        drawn.at(400, top - 30 - 3 * number, title, size=8)
        drawn.lines(*words, y=top - 160)
        drawn.at(290, 40 - 4 * number, f"— {number + 11} —", size=8)
        drawn.page()
    found = drawn.read()
    assert found.said == " ".join([*PARKS, *BUDGET, *PARKS])
    assert len(found.left_out) == 6


def test_the_number_of_a_title_is_no_page_number() -> None:
    drawn = Drawn()
    for number, words in enumerate((PARKS, BUDGET, PARKS), start=1):
        drawn.at(70, 790, str(number), size=16)
        drawn.at(120, 790, ("Parques", "Gastos", "Más parques")[number - 1], size=16)
        drawn.lines(*words, y=740)
        drawn.page()
    assert drawn.read().left_out == []


# --- tables -----------------------------------------------------------------------------------------------

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
    """A table with lines around its cells, between its rows or none; returns where it ends."""
    edges = (70, 170, 330, 430)
    for row in rows:
        height = 14 * max(map(len, row)) + 8
        for left, right, cell in zip(edges, edges[1:], row, strict=False):
            if rules == "around":
                drawn.canvas.rect(left, y - height, right - left, height)
            elif rules:
                drawn.canvas.line(left, y, right, y)
                drawn.canvas.line(left, y - height, right, y - height)
            drawn.lines(*cell, x=left + 4, y=y - 14)
        y -= height
    return y


def rows_of(found: Reading) -> list[str]:
    return [row.replace("-", "") for row in found.rows]


@pytest.mark.parametrize("rules", ["around", "between", ""])
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


# --- headings and contents ------------------------------------------------------------------------------


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


@pytest.mark.parametrize("in_table", [False, True])
def test_text_is_no_heading_for_being_larger_than_the_notes_on_it(in_table: bool) -> None:
    drawn = Drawn(size=8)
    y = table(drawn, [HEAD, *ROWS], 740) if in_table else drawn.lines(*TEXT * 3, y=740)
    for below, text, size in ((40, "Del horno", 16), (80, TEXT[0], 11), (100, TEXT[1], 11)):
        drawn.at(70, y - below, text, size=size)
    assert drawn.read().of(BlockKind.HEADING) == ["Del horno"]


def test_a_large_first_letter_makes_no_heading() -> None:
    drawn = Drawn()
    drawn.at(70, 700, "E", size=30)
    drawn.at(90, 700, "n el horno se cuece pan y nada más.")
    assert drawn.read().said == "En el horno se cuece pan y nada más."


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
        law.Part(
            one.sort, one.text.replace(". ", "<br/>", 1) if one.sort == "division" else one.text, one.level
        )
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
        "1. Hornos",
        "1.1 Del horno de arriba",
        "2. Leña y su reparto entre los",
        "vecinos",
        "Anexo I. Turnos",
    )
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
