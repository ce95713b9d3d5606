"""What a reader of a PDF sees is what is read of it, and what is not read is named."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from formats import law, made
from formats.pages import HEIGHT, WIDTH, Drawn
from test_formats import Read
from test_promise import assert_promise

from alpie.index.notices import Notice, NoticeKind
from alpie.index.records import BlockKind

pytestmark = pytest.mark.heavy

TEXT = ("El horno del pueblo abre los martes y los jueves.", "La leña la ponen los vecinos por turnos.")


def read(drawn: Drawn) -> Read:
    found = Read("a.pdf", drawn.bytes())
    assert_promise(found.document)
    return found


def said(found: Read) -> str:
    return " ".join(passage.text for passage in found.passages)


def rows(found: Read, table: int = 0) -> list[str]:
    """The rows of a table, its cells parted by «·»."""
    block = [block for block in found.layout.blocks if block.kind is BlockKind.TABLE][table]
    text = found.document.text
    return ["".join(text[s.start : s.end] for s in part).replace("\t", " · ") for part in block.parts]


def left_out(found: Read) -> list[str]:
    return [found.document.text[span.start : span.end] for span in found.layout.footers]


def turned(drawn: Drawn, degrees: float, x: float, y: float, draw: Callable[[], object]) -> None:
    drawn.canvas.saveState()
    drawn.canvas.translate(x, y)
    drawn.canvas.rotate(degrees)
    draw()
    drawn.canvas.restoreState()


# --- pages and text that are turned ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("degrees", "x", "y", "declared"),
    [
        (90, WIDTH, 0, 0),
        (180, WIDTH, HEIGHT, 0),
        (270, 0, HEIGHT, 0),
        (90, HEIGHT, 0, 90),
        (180, WIDTH, HEIGHT, 180),
    ],
)
def test_a_page_that_lies_on_its_side_or_head_is_read_as_it_runs(
    degrees: int, x: float, y: float, declared: int
) -> None:
    """Whether or not the file says so itself: then its viewer turns it back."""
    drawn = Drawn()
    drawn.canvas.setPageRotation(declared)
    turned(drawn, degrees, x, y, lambda: drawn.lines(*TEXT, y=500))
    assert said(read(drawn)) == " ".join(TEXT)


def test_a_stamp_along_the_edge_is_no_part_of_the_text() -> None:
    drawn = Drawn()
    for _ in range(3):
        drawn.lines(*TEXT, y=600)
        turned(drawn, 90, 580, 200, lambda: drawn.at(0, 0, "Copia auténtica, código 4F-77"))
        drawn.page()
    found = read(drawn)
    assert said(found) == " ".join(TEXT * 3)
    assert left_out(found) == ["Copia auténtica, código 4F-77"] * 3


def test_a_stamp_on_one_page_is_a_block_of_its_own() -> None:
    drawn = Drawn()
    drawn.lines(*TEXT)
    turned(drawn, 90, 580, 200, lambda: drawn.at(0, 0, "Copia auténtica, código 4F-77"))
    assert read(drawn).texts() == [" ".join(TEXT), "Copia auténtica, código 4F-77"]


def test_a_watermark_is_left_out_and_named() -> None:
    drawn = Drawn()
    turned(drawn, 45, 150, 300, lambda: drawn.at(0, 0, "BORRADOR", size=70))
    drawn.lines(*TEXT * 10)
    found = read(drawn)
    assert said(found) == " ".join(TEXT * 10)
    assert left_out(found) == ["BORRADOR"]
    assert found.extraction.metadata.title == ""
    assert found.extraction.notices == (Notice(NoticeKind.WATERMARKS, 1, 1),)


def test_letters_that_lean_are_text_all_the_same() -> None:
    drawn = Drawn()
    leaning = drawn.canvas.beginText()
    leaning.setFont("Times-Roman", 11)
    leaning.setTextTransform(1, 0, 0.33, 1, 70, 700)
    leaning.textOut(TEXT[0])
    drawn.canvas.drawText(leaning)
    found = read(drawn)
    assert said(found) == TEXT[0]
    assert found.extraction.notices == ()


def test_text_outside_the_page_is_not_read_and_named() -> None:
    drawn = Drawn()
    drawn.lines(*TEXT)
    drawn.at(70, -40, "La cuota secreta es de mil pesetas.")
    found = read(drawn)
    assert said(found) == " ".join(TEXT)
    assert found.extraction.notices == (Notice(NoticeKind.OUTSIDE_THE_PAGE, 7, 1),)


# --- tables and columns -----------------------------------------------------------------------------------

HEAD = ("Plaza", "Quién puede pedirla", "Precio")
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


def ruled(drawn: Drawn, rows: Sequence[Sequence[Sequence[str]]], y: float, upright: bool = True) -> float:
    """A table with lines between its cells; returns where it ends."""
    edges = (70, 170, 330, 430)
    for row in rows:
        height = 14 * max(len(cell) for cell in row) + 8
        for number, cell in enumerate(row):
            left, right = edges[number], edges[number + 1]
            if upright:
                drawn.canvas.rect(left, y - height, right - left, height)
            else:
                drawn.canvas.line(left, y, right, y)
                drawn.canvas.line(left, y - height, right, y - height)
            for at, words in enumerate(cell):
                drawn.at(left + 4, y - 14 - 14 * at, words)
        y -= height
    return y


@pytest.mark.parametrize("upright", [True, False])
def test_a_ruled_table_keeps_the_lines_of_a_cell_together(upright: bool) -> None:
    drawn = Drawn()
    drawn.lines(*TEXT)
    y = ruled(drawn, [[(cell,) for cell in HEAD], *ROWS], 700, upright)
    drawn.lines("Los precios valen para todo el año.", y=y - 30)
    found = read(drawn)
    assert [row.replace("-", "") for row in rows(found)] == AS_READ
    assert "Cualquier persona mayor" in found.texts(BlockKind.TABLE)[0]
    assert found.texts(BlockKind.PARAGRAPH) == [*TEXT, "Los precios valen para todo el año."]


def test_a_table_that_goes_on_over_the_page_is_one_and_its_head_is_read_once() -> None:
    drawn = Drawn()
    head = [(cell,) for cell in HEAD]
    ruled(drawn, [head, ROWS[0]], 200)
    drawn.page()
    ruled(drawn, [head, *ROWS[1:]], 780)
    drawn.page()
    ruled(drawn, [head, *ROWS[:1]], 780)
    found = read(drawn)
    assert [row.replace("-", "") for row in rows(found)] == [*AS_READ, AS_READ[1]]
    assert left_out(found) == ["\t".join(HEAD)] * 2


def unruled(drawn: Drawn, cells: Sequence[Sequence[Sequence[str]]], y: float) -> None:
    for row in cells:
        for left, cell in zip((70, 170, 400), row, strict=True):
            for at, words in enumerate(cell):
                drawn.at(left, y - 13 * at, words)
        y -= 13 * max(map(len, row)) + 8


def test_the_lines_of_a_cell_stay_together_without_rules() -> None:
    drawn = Drawn()
    unruled(drawn, [[(cell,) for cell in HEAD], *ROWS], 700)
    assert [row.replace("-", "") for row in rows(read(drawn))] == AS_READ


def test_the_head_of_a_table_at_the_top_of_pages_is_no_running_head() -> None:
    drawn = Drawn()
    for place in ("Norte", "Sur", "Este"):
        unruled(drawn, [[(cell,) for cell in HEAD], [(place,), ("Una",), ("Dos",)]], 790)
        drawn.page()
    found = read(drawn)
    assert rows(found) == [" · ".join(HEAD), "Norte · Una · Dos", "Sur · Una · Dos", "Este · Una · Dos"]
    assert left_out(found) == ["\t".join(HEAD)] * 2


def test_a_running_head_is_told_by_its_number_whatever_stands_beside_it() -> None:
    drawn = Drawn()
    for page in range(4):
        drawn.at(70, 810, ("Ordenanza", "Ayuntamiento")[page % 2])
        drawn.at(480, 810, f"Pág. {page + 1} de 4")
        drawn.at(120, 420, "COPIA", size=120)
        drawn.lines(f"El turno {page} es de noche.", y=600)
        drawn.page()
    assert read(drawn).texts() == [f"El turno {page} es de noche." for page in range(4)]


def test_a_frame_around_running_text_is_no_table() -> None:
    drawn = Drawn()
    drawn.canvas.rect(40, 40, 515, 760)
    for x in (40, 300):
        drawn.canvas.rect(x, 760, 255 if x == 300 else 260, 40)
        drawn.at(x + 10, 775, "Ayuntamiento" if x == 40 else "Bando")
    drawn.lines(*TEXT * 15, y=740)
    assert " ".join(TEXT * 15) in said(read(drawn))


def test_a_cell_of_many_words_stays_in_the_row_that_it_is_about() -> None:
    drawn, long = Drawn(), ["La leña la ponen los vecinos"] * 36
    ruled(
        drawn,
        [[("Motivo",), ("Días",)], [("Boda",), ("Quince",)], [("Mudanza",), ("Uno",)], [long, ("Cuatro",)]],
        760,
    )
    assert rows(read(drawn))[1:] == ["Boda · Quince", "Mudanza · Uno", f"{' '.join(long)} · Cuatro"]


def test_a_running_head_is_one_on_a_sheet_that_lies_on_its_side_too() -> None:
    drawn = Drawn()
    for number in range(8):
        wide = number == 6
        drawn.canvas.setPageSize((HEIGHT, WIDTH) if wide else (WIDTH, HEIGHT))
        top = WIDTH if wide else HEIGHT
        drawn.at(200, top - 56, "BOLETÍN DEL HORNO", size=20)
        drawn.at(70, top - 82, f"Núm. 8 Pág. {number + 1}")
        drawn.lines(*TEXT, y=top - 160)
        drawn.page()
    found = read(drawn)
    assert found.texts() == [" ".join(TEXT)] * 8
    assert len(left_out(found)) == 16


# --- headings -------------------------------------------------------------------------------------------


def test_what_the_outline_names_on_its_page_is_a_heading_and_nothing_else() -> None:
    drawn = Drawn()
    drawn.at(70, 700, "4.2")
    drawn.at(110, 700, "Escaleras de uso general")
    drawn.lines("La leña se guarda donde dice el", "artículo 9. El horno abre los martes.", y=670)
    drawn.lines("Artículo 9", TEXT[0], y=600)
    for title in ("4.2 Escaleras de uso general", "Artículo 9", "Firma"):
        drawn.canvas.bookmarkPage(title)
        drawn.canvas.addOutlineEntry(title, title)
    drawn.page()
    drawn.lines("Escaleras de uso general", y=600)
    found = read(drawn)
    assert found.texts(BlockKind.HEADING) == ["4.2 Escaleras de uso general", "Artículo 9"]
    assert TEXT[0] in found.texts(BlockKind.PARAGRAPH)


def test_a_bold_number_before_bold_words_is_theirs() -> None:
    drawn = Drawn()
    for y, number, title in ((700, "1", "Hornos"), (600, "1.1", "Leña"), (500, "II", "Turnos")):
        drawn.at(70, y, number, font="Times-Bold")
        drawn.at(110, y, title, font="Times-Bold")
        drawn.lines(*TEXT, y=y - 30)
    assert read(drawn).texts(BlockKind.HEADING) == ["1 Hornos", "1.1 Leña", "II Turnos"]


@pytest.mark.parametrize("table", [False, True])
def test_text_is_no_heading_for_being_larger_than_the_notes_on_it(table: bool) -> None:
    drawn, y = Drawn(size=8), 740.0
    cells = [[(cell,) for cell in HEAD], *ROWS]
    y = ruled(drawn, cells, y) if table else drawn.lines(*(TEXT * 3), y=y)
    drawn.at(70, y - 40, "Del horno", size=16)
    drawn.at(70, y - 80, TEXT[0], size=11)
    drawn.at(70, y - 100, TEXT[1], size=11)
    assert read(drawn).texts(BlockKind.HEADING) == ["Del horno"]


def test_three_columns_are_read_one_after_the_other() -> None:
    drawn = Drawn()
    columns = (
        ("El pregón se lee en la", "plaza a las ocho de", "la tarde del sábado,", "antes de la cena."),
        ("La verbena dura hasta", "las tres y la toca la", "banda del pueblo, que", "cobra lo de siempre."),
        ("El encierro sale a las", "once de la mañana del", "domingo y lo vigila la", "guardia municipal."),
    )
    for line in range(4):
        for number, column in enumerate(columns):
            drawn.at(60 + 165 * number, 700 - 14 * line, column[line])
    assert said(read(drawn)) == " ".join(" ".join(column) for column in columns)


def test_entries_of_a_table_of_contents_are_told_apart() -> None:
    drawn = Drawn()
    titles = (
        "Artículo 1. Los hornos",
        "Artículo 2. La leña que se guarda para lo que señala",
        "Artículo 3. Los turnos",
    )
    y = 700
    for number, title in enumerate(titles):
        drawn.at(70, y, title)
        if number == 1:
            y -= 14
            drawn.at(70, y, "el bando del pueblo")
        drawn.at(320, y, "." * 40 + f" {number + 2}")
        y -= 14
    drawn.page()
    drawn.lines(titles[0], "", TEXT[0], y=600)
    found = read(drawn)
    assert len([block for block in found.layout.blocks if block.kind is BlockKind.CONTENTS]) >= 1
    assert said(found) == TEXT[0]


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
        drawn.at(70, 730 - 18 * number, title, font=font)
        if number != 2:
            right = 70 + drawn.canvas.stringWidth(title, font, 11) + gap if gap else 500
            drawn.at(right, 730 - 18 * number, str(3 + 4 * number), font=font)
    drawn.page()
    drawn.at(70, 760, titles[0], font="Times-Bold", size=14)
    drawn.lines(TEXT[0], y=700)
    drawn.at(70, 660, titles[1], font="Times-Bold", size=14)
    drawn.lines(TEXT[1], y=630)
    found = read(drawn)
    assert said(found) == " ".join(TEXT)
    assert found.texts(BlockKind.HEADING) == [*filter(None, [head]), titles[0], titles[1]]


def test_lines_that_end_in_numbers_are_no_contents() -> None:
    drawn = Drawn()
    for number, cells in enumerate((("Piscina", "40"), ("Pista", "45"), ("Todo", "80"))):
        drawn.at(70, 700 - 14 * number, cells[0])
        drawn.at(300, 700 - 14 * number, cells[1])
    assert rows(read(drawn)) == ["Piscina · 40", "Pista · 45", "Todo · 80"]


def test_a_sentence_goes_on_over_the_end_of_a_column() -> None:
    drawn = Drawn()
    left = (
        "La red de parques se extiende por toda la",
        "comarca y suma cuarenta hectáreas de césped",
        "que riegan los vecinos del ayunta-",
    )
    right = (
        "miento de Valdeluna por turnos, cada uno el", "suyo, según el cuadro que se publica cada",
        "primavera en el tablón del pueblo.",
    )  # fmt: skip
    for number in range(3):
        drawn.at(70, 740 - 14 * number, left[number])
        drawn.at(320, 740 - 14 * number, right[number])
    found = read(drawn)
    assert len(found.texts()) == 1
    assert "los vecinos del ayuntamiento de Valdeluna" in said(found)


# --- characters and words -----------------------------------------------------------------------------


def test_numbers_of_lines_are_left_out_and_numbers_of_items_stay() -> None:
    drawn = Drawn()
    lines = (
        "El horno del pueblo abre los martes y también", "los jueves de cada semana, y la leña la ponen",
        "los vecinos por turnos. Quien falte a su turno", "paga lo que cueste la carga que no puso, según",
        "el precio de la plaza. El dinero va a la bolsa", "del horno y con él se paga al hornero.",
    )  # fmt: skip
    for number, line in enumerate(lines, start=1):
        drawn.at(90, 760 - 14 * number, line)
        drawn.at(50, 760 - 14 * number, f"{number}", size=8)
    found = read(drawn)
    assert said(found) == " ".join(lines)
    assert left_out(found) == ["1 2 3 4 5 6"]
    for right, fifth in ((True, False), (True, True), (False, True)):
        drawn = Drawn()
        for number, line in enumerate((*lines, *lines), start=1):
            drawn.at(90, 760 - 14 * number, line)
            if not fifth or number % 5 == 0:
                drawn.at(540 if right else 60, 760 - 14 * number, f"{number}", size=8)
        assert said(read(drawn)) == " ".join(lines * 2)
    listed = Drawn()
    for number, word in enumerate(("Harina", "Agua", "Sal", "Levadura", "Leña"), start=1):
        listed.at(90, 760 - 14 * number, word)
        listed.at(50, 760 - 14 * number, f"{number}")
    assert "4 Levadura" in read(listed).texts()[0]


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        (("El curso de 2019-", "2021 fue largo."), "2019-2021"),
        (("La sala A-", "17 está cerrada."), "A-17"),
        (("La pandemia de covid-", "19 la cerró."), "covid-19"),
        (("Un examen teórico-", "práctico cada mes."), "teórico-práctico"),
        (("El pacto de Castilla-", "La Mancha rige."), "Castilla-La Mancha"),
        (("NORMAS DE CONVI-", "VENCIA DEL PUEBLO"), "CONVIVENCIA"),
        (("El cuadro físico-", "químico del agua."), "físico-químico"),
        (("El expediente 2023/", "1456 de enero/", "febrero."), "2023/1456 de enero/febrero"),
        (("Véase www.horno.es/", "pan/turnos.html hoy."), "www.horno.es/pan/turnos.html"),
        (("Véase www.horno.es/", "para más."), "www.horno.es/ para más"),
        (("La oficina de empa-", "dronamiento abre."), "empadronamiento"),
        (("El informe del ex-", "presidente. El ex-presidente calla."), "El informe del ex-presidente."),
    ],
)  # fmt: skip
def test_a_hyphen_at_a_line_end_stays_where_the_word_has_it(lines: Sequence[str], word: str) -> None:
    drawn = Drawn()
    drawn.lines(*lines)
    assert word in said(read(drawn))


@pytest.mark.parametrize(("blank", "between"), [(0.13, 0.0), (0.3, 0.05), (0.5, 0.2)])
def test_words_are_parted_by_gaps_however_letters_are_set(blank: float, between: float) -> None:
    """Gaps in ems of the type: narrow blanks without a space character, and letters set apart."""
    drawn = Drawn()
    x = 70.0
    for letter in "El mercado único suprime las barreras y la ley lo ampara.":
        if letter == " ":
            x += 11 * blank
            continue
        drawn.at(x, 700, letter)
        x += drawn.canvas.stringWidth(letter, "Times-Roman", 11) + 11 * between
    assert said(read(drawn)) == "El mercado único suprime las barreras y la ley lo ampara."


@pytest.mark.parametrize(
    ("initial", "rest", "words"),
    [
        ("E", "l consejo se reúne cada", "El consejo se"),
        ("A", "los vecinos se les avisa", "A los vecinos"),
        ("«P", "or la tarde avisa", "«Por la tarde"),
    ],
)
def test_an_initial_over_several_lines_belongs_to_its_word(initial: str, rest: str, words: str) -> None:
    drawn = Drawn()
    drawn.at(70, 732, initial, size=40)
    left = 72 + drawn.canvas.stringWidth(initial, "Times-Roman", 40)
    for number, line in enumerate((rest, "lunes por la tarde en la", "sala grande del municipio")):
        drawn.at(left, 760 - 14 * number, line)
    drawn.lines("y levanta acta de lo que allí acuerda.", y=718)
    found = said(read(drawn))
    assert found.startswith(words)
    assert f"{rest.split()[-1]} lunes por la tarde en la sala" in found


def test_a_large_first_letter_makes_no_heading() -> None:
    drawn = Drawn()
    drawn.at(70, 700, "E", size=30)
    drawn.at(90, 700, "n el horno se cuece pan y nada más.")
    assert said(read(drawn)) == "En el horno se cuece pan y nada más."


def test_definitions_under_roman_numbers_are_a_list_each_whole() -> None:
    drawn = Drawn()
    drawn.lines("Artículo 2. A los efectos de este bando se entiende por:", y=760)
    for number, (mark, words) in enumerate(
        (("I.", "Horno: El que está en la plaza;"), ("II.", "Reservas: La leña que se guarda para lo que señala"),
         ("", "el artículo 28 del bando, y"), ("III.", "Turno: El que toca a cada casa."))
    ):  # fmt: skip
        drawn.at(90, 736 - 14 * number, mark)
        drawn.at(130 if mark else 90, 736 - 14 * number, words)
    found = read(drawn)
    block = next(block for block in found.layout.blocks if block.kind is BlockKind.LIST)
    assert len(block.parts) == 3
    reserves = "II. Reservas: La leña que se guarda para lo que señala el artículo 28 del bando, y"
    assert reserves in [s.text for passage in found.passages for s in passage.sentences]


# --- forms, scans, labels ---------------------------------------------------------------------------------


def form() -> bytes:
    drawn = Drawn()
    for y, name, value in ((730, "Nombre", "Ana Ríos"), (700, "Motivo", "La leña está mojada")):
        drawn.at(70, y, f"{name}:")
        drawn.canvas.acroForm.textfield(name=name, value=value, x=160, y=y - 5, width=220, height=18)
    drawn.lines(TEXT[0], y=660)
    return drawn.bytes()


@pytest.mark.parametrize("drawn", [True, False])
def test_values_of_a_form_are_read_beside_their_names(drawn: bool) -> None:
    """Whether or not the file says how they look."""
    found = Read("a.pdf", form() if drawn else form().replace(b"/AP ", b"/XP "))
    assert "Nombre: Ana Ríos Motivo: La leña está mojada" in " ".join(found.texts())
    assert found.extraction.notices == ()


def test_boxes_that_are_ticked_are_read_and_others_too() -> None:
    drawn = Drawn()
    for y, name, ticked in ((730, "Becario", True), (700, "Socio", False)):
        drawn.at(70, y, f"{name}:")
        drawn.canvas.acroForm.checkbox(name=name, checked=ticked, x=180, y=y - 4, size=16)
    assert rows(read(drawn)) == ["Becario: · ☒", "Socio: · ☐"]


@pytest.mark.parametrize("scanned", [False, True])
def test_text_without_ink_is_read_only_where_a_picture_shows_it(scanned: bool) -> None:
    drawn = Drawn()
    drawn.canvas.textAnnotation("Revisar", (400, 600, 500, 650))
    if scanned:
        picture(drawn)
    hidden = drawn.canvas.beginText(70, 600)
    hidden.setFont("Times-Roman", 11)
    hidden.setTextRenderMode(3)
    hidden.textLines(TEXT * 4)
    drawn.lines("Una línea.")
    drawn.canvas.drawText(hidden)
    found = read(drawn)
    assert (TEXT[0] in said(found)) == scanned
    words = len(" ".join(TEXT * 4).split())
    notices = [Notice(NoticeKind.HIDDEN_TEXT, words, 1)] if not scanned else []
    assert found.extraction.notices == (*notices, Notice(NoticeKind.COMMENTS, 1, 1))


def picture(drawn: Drawn) -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    drawn.canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, WIDTH, HEIGHT)


@pytest.mark.parametrize("stamp", ["", "Entrada 412 del registro"])
def test_pages_that_are_pictures_are_counted_though_they_bear_a_stamp(stamp: str) -> None:
    drawn = Drawn()
    drawn.lines(*TEXT)
    drawn.page()
    for number in range(4):
        picture(drawn)
        drawn.at(400, 800 - 100 * number, stamp)
        drawn.page()
    found = read(drawn)
    assert found.extraction.notices == (Notice(NoticeKind.PAGES_WITHOUT_TEXT, 4, 5),)
    assert (found.extraction.coverage.pages_read, found.extraction.coverage.pages) == (1, 5)


def test_a_blank_page_is_not_said_to_be_unread() -> None:
    drawn = Drawn()
    drawn.lines(*TEXT)
    drawn.page()
    drawn.page()
    assert read(drawn).extraction.notices == ()


def test_pages_are_called_what_the_labels_of_the_file_say() -> None:
    drawn = Drawn()
    for number, (style, prefix) in enumerate((("ROMAN_LOWER", None), ("ARABIC", None), ("ARABIC", "A-"))):
        drawn.canvas.addPageLabel(number, style=style, start=(4, 1, 15)[number], prefix=prefix)
        drawn.lines(*TEXT, y=600)
        drawn.page()
    assert [block.page for block in read(drawn).layout.blocks] == ["iv", 1, "A-15"]


def test_a_sentence_on_the_second_page_of_a_passage_is_cited_with_it() -> None:
    from alpie.app.answering.citation import cite

    drawn = Drawn()
    items = ("1. El horno abre en enero.", "2. La leña se corta en mayo.", "3. El pan se reparte a las ocho.")
    drawn.lines(*items[:2])
    drawn.page()
    drawn.lines(items[2])
    found = read(drawn)
    passage = found.passage("El pan se reparte")
    pages = [cite(found.document, passage, sentence.spans).page for sentence in passage.sentences]
    assert dict(zip([s.text for s in passage.sentences], pages, strict=True)) == dict(
        zip(items, (1, 1, 2), strict=True)
    )


# --- every word of the file -------------------------------------------------------------------------------


def letters(text: str) -> Counter[str]:
    return Counter(character for character in text.casefold() if character.isalnum())


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext of poppler-utils")
@pytest.mark.parametrize("columns", [1, 2])
def test_the_letters_of_blocks_and_of_what_is_left_out_are_those_of_the_file(
    columns: int, tmp_path: Path
) -> None:
    """Compared with another program's reading of the same file."""
    file = tmp_path / "a.pdf"
    file.write_bytes(made.law_pdf(law.law(), columns))
    other = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", file, "-"], capture_output=True, text=True, check=True
    ).stdout
    found = Read("a.pdf", file.read_bytes())
    ours = letters(" ".join([*found.texts(), *left_out(found)]))
    missing = letters(other) - ours
    assert not missing
    assert not ours - letters(other)


def test_the_name_of_an_article_is_no_title() -> None:
    drawn = Drawn()
    drawn.at(70, 760, "Artículo 1. Objeto.", size=16, font="Times-Bold")
    drawn.lines(*TEXT, y=730)
    found = read(drawn)
    assert found.extraction.metadata.title == ""
    assert {passage.label for passage in found.passages} == {"artículo 1"}
