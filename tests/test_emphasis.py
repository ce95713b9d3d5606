"""Bold type marks the one figure or date that was asked for, and nothing in doubt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.app.emphasis import emphasise


def marked(question: str, text: str) -> list[str]:
    return [text[start:end] for start, end in emphasise(question, text)]


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("¿Cuántos archivos?", "Se incautaron 16.800 archivos.", "16.800"),
        ("¿Cuántas denuncias?", "Hubo 105 047 denuncias.", "105 047"),
        ("¿Qué porcentaje?", "Es el 9,1 % del total.", "9,1 %"),
        ("¿Cuánto cuesta?", "Cuesta 149 000 € al año.", "149 000 €"),
        ("¿Qué edad tenía?", "Era una niña de 9 años de Perú.", "9"),
        ("¿Cuántos usuarios?", "Tiene mil usuarios o 367 millones de cuentas.", "367 millones"),
        ("How many files?", "Se incautaron 173 dispositivos.", "173"),
        ("¿Cuántas detenciones hubo en 2025?", "En 2025 hubo 25 detenciones.", "25"),
        ("¿Cuántos hubo?", "El 3 de mayo de 2021 hubo 12 casos.", "12"),
        ("¿Cuándo fue?", "Fue el 23 de diciembre de 2025, en casa.", "23 de diciembre de 2025"),
        ("¿En qué año?", "Empezó en 2024 con 33 registros.", "2024"),
        ("when was it?", "Fue el 23/12/2025.", "23/12/2025"),
    ],
)
def test_the_one_fitting_expression_is_marked(question: str, text: str, expected: str) -> None:
    assert marked(question, text) == [expected]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("¿Cuántos registros?", "Hubo 33 registros, 4 de ellos en España."),
        ("¿Cuándo fue?", "Empezó en 2024 y acabó en 2025."),
        ("¿Quién fue detenido?", "Un hombre de 45 años."),
        ("¿Cuándo y cuántos?", "En 2024 hubo 12."),
        ("¿Cuántos son los 25 detenidos?", "Son 25 detenidos."),
        ("¿Cuántas redes?", "Varias redes."),
        ("¿Cuántas?", ""),
    ],
)
def test_in_doubt_nothing_is_marked(question: str, text: str) -> None:
    assert marked(question, text) == []


def test_a_code_or_an_identifier_is_no_figure() -> None:
    assert marked("¿Cuántos?", "La resolución AGN/65/RES/10 y la GA-2021 citan P2P.") == []


@given(st.sampled_from(["¿Cuántos?", "¿Cuándo?", "¿Quién?", "how many", ""]), st.text(max_size=120))
def test_a_mark_lies_inside_any_text(question: str, text: str) -> None:
    for start, end in emphasise(question, text):
        assert 0 <= start < end <= len(text)
        assert text[start:end].strip()


def test_a_decimal_point_does_not_cut_a_figure() -> None:
    assert marked("¿Cuántos usuarios?", "Tiene 2.5 millones de usuarios.") in ([], ["2.5 millones"])


def test_a_range_is_marked_whole_or_not_at_all() -> None:
    assert marked("¿Qué edad tenían?", "Tenían 11-13 años.") in ([], ["11-13"])
