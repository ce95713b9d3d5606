"""The words of a PDF are those that a reader of the page sees, however their letters are turned, set or hidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from alpie.index.notices import Notice, NoticeKind
from support.formats.pages import HEIGHT, TEXT, WIDTH, Drawn
from support.tables import cases

pytestmark = pytest.mark.heavy


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
    # calls after all text, as some programs do
    for end, y, raised in zip(ends, (764, 750), "21", strict=False):
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


def test_an_accent_over_a_letter_is_its_accent() -> None:
    drawn = Drawn()
    x = drawn.at(70, 700, "Luis P")
    drawn.at(x + 0.6, 700.3, "´")
    x = drawn.at(x, 700, "e")
    drawn.at(x, 700, "rez Gil vive en Soria.")
    assert drawn.read().said == "Luis Pérez Gil vive en Soria."


def test_a_large_first_letter_makes_no_heading() -> None:
    drawn = Drawn()
    drawn.at(70, 700, "E", size=30)
    drawn.at(90, 700, "n el horno se cuece pan y nada más.")
    assert drawn.read().said == "En el horno se cuece pan y nada más."
