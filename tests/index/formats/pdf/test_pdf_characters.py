"""Characters, words, forms and scans of a PDF: what its reader sees is read, and what is not read is named."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from alpie.index.notices import Notice, NoticeKind
from support.formats import law, made
from support.formats.pages import Drawn
from support.formats.reading import Reading
from support.tables import cases

pytestmark = pytest.mark.heavy

TEXT = ("El horno del pueblo abre los martes y los jueves.", "La leña la ponen los vecinos por turnos.")
GREY = Image.new("L", (60, 80), 200)


# --- characters and words -----------------------------------------------------------------------------

LINES = (
    "El horno del pueblo abre los martes y también", "los jueves de cada semana, y la leña la ponen",
    "los vecinos por turnos. Quien falte a su turno", "paga lo que cueste la carga que no puso, según",
    "el precio de la plaza. El dinero va a la bolsa", "del horno y con él se paga al hornero.",
)  # fmt: skip


@pytest.mark.parametrize(("x", "every", "times"), [(50, 1, 1), (540, 1, 2), (540, 5, 2), (60, 5, 2)])
def test_numbers_of_lines_are_left_out(x: float, every: int, times: int) -> None:
    drawn = Drawn()
    for number, line in enumerate(LINES * times, start=1):
        drawn.at(90, 760 - 14 * number, line)
        if number % every == 0:
            drawn.at(x, 760 - 14 * number, f"{number}", size=8)
    found = drawn.read()
    assert found.said == " ".join(LINES * times)
    assert times > 1 or found.left_out == ["1 2 3 4 5 6"]


def test_numbers_of_items_stay() -> None:
    drawn = Drawn()
    drawn.columns({50: "12345", 90: ("Harina", "Agua", "Sal", "Levadura", "Leña")}, y=746)
    assert "4 Levadura" in drawn.read().texts[0]


def test_footnote_calls_are_left_out_and_exponents_stay() -> None:
    drawn, lines = Drawn(), ("La plaza mide 400 m", "y la fuente se hizo en 1990", "con piedra de la sierra.")
    ends = [drawn.at(70, 760 - 14 * number, line) for number, line in enumerate(lines)]
    for end, y, raised in zip(
        ends, (764, 750), "21", strict=False
    ):  # calls after all text, as some programs do
        drawn.at(end, y, raised, size=6.5)
    found = drawn.read()
    assert found.said == "La plaza mide 400 m2 y la fuente se hizo en 1990 con piedra de la sierra."
    assert [found.document.text[s.start : s.end] for s in found.layout.note_calls] == ["1"]


@cases("lines, word")
def test_a_hyphen_at_a_line_end_stays_where_the_word_has_it(lines: Sequence[str], word: str) -> None:
    drawn = Drawn()
    drawn.lines(*lines)
    assert word in drawn.read().said


@pytest.mark.parametrize(("blank", "between"), [(0.13, 0.0), (0.3, 0.05), (0.5, 0.2)])
def test_words_are_parted_by_gaps_however_letters_are_set(blank: float, between: float) -> None:
    """Gaps in ems of the type: narrow blanks without a space character, and letters set apart."""
    drawn, x = Drawn(), 70.0
    said = "El mercado único suprime las barreras y la ley lo ampara."
    for letter in said:
        x = x + 11 * blank if letter == " " else drawn.at(x, 700, letter) + 11 * between
    assert drawn.read().said == said


@pytest.mark.parametrize(("initial", "rest", "words"), [
    ("E", "l consejo se reúne cada", "El consejo se"), ("A", "los vecinos se les avisa", "A los vecinos"),
    ("«P", "or la tarde avisa", "«Por la tarde"),
])  # fmt: skip
def test_an_initial_over_several_lines_belongs_to_its_word(initial: str, rest: str, words: str) -> None:
    drawn = Drawn()
    left = 2 + drawn.at(70, 732, initial, size=40)
    drawn.lines(rest, "lunes por la tarde en la", "sala grande del municipio", x=left)
    drawn.lines("y levanta acta de lo que allí acuerda.", y=718)
    said = drawn.read().said
    assert said.startswith(words)
    assert f"{rest.split()[-1]} lunes por la tarde en la sala" in said


@pytest.mark.parametrize(("words", "said"), [
    ("El mercado p´ublico entregar´a el a˜no que viene m´aximas", "El mercado público entregará el año que viene máximas"),
    ("La Casa d´Or y l´estany d´una vila", "La Casa d´Or y l´estany d´una vila"),
])  # fmt: skip
def test_accents_set_as_signs_of_their_own_are_composed_where_they_make_a_word(words: str, said: str) -> None:
    drawn = Drawn()
    drawn.lines(f"{words}.")
    assert drawn.read().said == f"{said}."


def test_an_accent_over_a_letter_is_its_accent() -> None:
    drawn = Drawn()
    x = drawn.at(70, 700, "Luis P")
    drawn.at(x + 0.6, 700.3, "´")
    x = drawn.at(x, 700, "e")
    drawn.at(x, 700, "rez Gil vive en Soria.")
    assert drawn.read().said == "Luis Pérez Gil vive en Soria."


# --- forms, scans, labels ---------------------------------------------------------------------------------


@pytest.mark.parametrize("appearance", [b"/AP ", b"/XP "])
def test_values_of_a_form_are_read_beside_their_names(appearance: bytes) -> None:
    """Whether or not the file says how they look."""
    drawn = Drawn()
    for y, name, value in ((730, "Nombre", "Ana Ríos"), (700, "Motivo", "La leña está mojada")):
        drawn.at(70, y, f"{name}:")
        drawn.canvas.acroForm.textfield(name=name, value=value, x=160, y=y - 5, width=220, height=18)
    drawn.lines(TEXT[0], y=660)
    found = Reading("a.pdf", drawn.bytes().replace(b"/AP ", appearance))
    assert "Nombre: Ana Ríos Motivo: La leña está mojada" in found.words
    assert found.extraction.notices == ()


def test_boxes_that_are_ticked_are_read_and_others_too() -> None:
    drawn = Drawn()
    for y, name, ticked in ((730, "Becario", True), (700, "Socio", False)):
        drawn.at(70, y, f"{name}:")
        drawn.canvas.acroForm.checkbox(name=name, checked=ticked, x=180, y=y - 4, size=16)
    assert drawn.read().rows == ["Becario: · ☒", "Socio: · ☐"]


@pytest.mark.parametrize("scanned", [False, True])
def test_text_without_ink_is_read_only_where_a_picture_shows_it(scanned: bool) -> None:
    drawn = Drawn()
    drawn.canvas.textAnnotation("Revisar", (400, 600, 500, 650))
    if scanned:
        drawn.picture(GREY)
    hidden = drawn.canvas.beginText(70, 600)
    hidden.setFont("Times-Roman", 11)
    hidden.setTextRenderMode(3)
    hidden.textLines(TEXT * 4)
    drawn.lines("Una línea.")
    drawn.canvas.drawText(hidden)
    found = drawn.read()
    assert (TEXT[0] in found.said) == scanned
    notices = [] if scanned else [Notice(NoticeKind.HIDDEN_TEXT, len(" ".join(TEXT * 4).split()), 1)]
    assert found.extraction.notices == (*notices, Notice(NoticeKind.COMMENTS, 1, 1))


@pytest.mark.parametrize(("ink", "ground", "size", "seen"), [
    ((1, 1, 1), None, 11, False), ((0.99, 0.99, 1), None, 11, False), ((0.9, 0.9, 0.5), None, 11, True),
    ((1, 1, 1), (0, 0, 0.5), 11, True), ((0, 0, 0.5), (0, 0, 0.5), 11, False), ((0, 0, 0), None, 0.1, False),
])  # fmt: skip
def test_text_that_its_colour_or_size_hides_is_not_read_and_named(
    ink: tuple[float, ...], ground: tuple[float, ...] | None, size: float, seen: bool
) -> None:
    drawn = Drawn()
    drawn.lines(*TEXT)
    if ground:
        drawn.canvas.setFillColorRGB(*ground)
        drawn.canvas.rect(60, 590, 300, 30, stroke=0, fill=1)
    drawn.canvas.setFillColorRGB(*ink)
    drawn.at(70, 600, "La clave es 4471.", size=size)
    found = drawn.read()
    assert ("La clave es 4471." in found.said) == seen
    assert TEXT[0] in found.said
    assert found.extraction.notices == (() if seen else (Notice(NoticeKind.HIDDEN_TEXT, 4, 1),))


@pytest.mark.parametrize("stamp", ["", "Entrada 412 del registro"])
def test_pages_that_are_pictures_are_counted_though_they_bear_a_stamp(stamp: str) -> None:
    drawn = Drawn()
    drawn.lines(*TEXT)
    drawn.page()
    for number in range(4):
        drawn.picture(GREY)
        drawn.at(400, 800 - 100 * number, stamp)
        drawn.page()
    made_of_it = drawn.read().extraction
    assert made_of_it.notices == (Notice(NoticeKind.PAGES_WITHOUT_TEXT, 4, 5),)
    assert (made_of_it.coverage.pages_read, made_of_it.coverage.pages) == (1, 5)


def test_a_blank_page_is_not_said_to_be_unread_and_costs_the_others_nothing() -> None:
    drawn = Drawn()
    for lines in (TEXT, (), TEXT):
        drawn.lines(*lines)
        drawn.page()
    found = drawn.read()
    assert [block.page for block in found.layout.blocks] == [1, 3]
    assert len(found.layout.page_starts) == 3
    assert found.extraction.notices == ()


def test_pages_are_called_what_the_labels_of_the_file_say() -> None:
    drawn = Drawn()
    for number, (style, start, prefix) in enumerate(
        (("ROMAN_LOWER", 4, None), ("ARABIC", 1, None), ("ARABIC", 15, "A-"))
    ):
        drawn.canvas.addPageLabel(number, style=style, start=start, prefix=prefix)
        drawn.lines(*TEXT, y=600)
        drawn.page()
    assert [block.page for block in drawn.read().layout.blocks] == ["iv", 1, "A-15"]


# --- every word of the file -------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext of poppler-utils")
@pytest.mark.parametrize("columns", [1, 2])
def test_the_letters_of_blocks_and_of_what_is_left_out_are_those_of_the_file(
    columns: int, tmp_path: Path
) -> None:
    """Compared with another program's reading of the same file."""
    file = tmp_path / "a.pdf"
    file.write_bytes(made.law_pdf(law.law(), columns))
    command = ["pdftotext", "-enc", "UTF-8", file, "-"]
    other = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = Reading("a.pdf", file.read_bytes())
    ours, theirs = (
        Counter(character for character in text.casefold() if character.isalnum())
        for text in (" ".join([*found.texts, *found.left_out]), other)
    )
    assert ours == theirs
