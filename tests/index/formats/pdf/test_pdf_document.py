"""What a PDF says outside its text counts: forms and page labels are read, hidden text and scans are named."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from alpie.index.notices import Notice, NoticeKind
from support.formats import law, made
from support.formats.pages import GREY, TEXT, Drawn
from support.formats.reading import Reading

pytestmark = pytest.mark.heavy


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
