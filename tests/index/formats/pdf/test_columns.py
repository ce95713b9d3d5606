"""Columns and paragraphs of a PDF are read in the order of the page, and what belongs together stays together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

import pytest

from alpie.index.records import BlockKind
from support.formats.pages import BUDGET, PARKS, WIDE, Drawn

pytestmark = pytest.mark.heavy


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
    drawn = Drawn()
    lines = ("La puntuación del concurso de pan va de cero (0) a diez", "(10) puntos, sin decimales.")
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
