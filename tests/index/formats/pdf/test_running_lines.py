"""Running heads and feet of a PDF are left out, and titles and numbers that only look like them are kept."""

from __future__ import annotations

from itertools import chain

import pytest

from alpie.index.records import BlockKind
from support.formats.pages import BUDGET, HEIGHT, PARKS, TEXT, WIDTH, Drawn

pytestmark = pytest.mark.heavy


def test_a_running_head_of_two_lines_and_the_title_of_a_part_are_left_out() -> None:
    drawn = Drawn()
    parts = ["Parques"] * 4 + ["Gastos"] * 4
    for number, part in enumerate(parts, start=1):
        drawn.at(70, 725, "Ley 7 de 1990")  # below the margin that running heads keep to
        drawn.at(70, 712, f"Parte de {part}")
        text = (
            f"La cuenta número {number} se cierra en {part.lower()}",
            f"con un saldo de {number * 17} euros.",
        )
        drawn.lines(*text, y=660)
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
