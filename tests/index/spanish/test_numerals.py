"""A number of a unit of a law has one form, however it is written, and an order."""

from __future__ import annotations

import pytest

from alpie.index.spanish.numerals import number_at, number_in_words, rank_of
from support.tables import cases


@cases("written, number")
def test_a_number_has_one_form(written: str, number: str) -> None:
    found = number_at(written)
    assert found is not None
    assert found.canonical == number


@pytest.mark.parametrize("words", ["civil", "de datos", "mil", "novedades", "", "a)"])
def test_what_is_no_number(words: str) -> None:
    assert number_at(words) is None


@pytest.mark.parametrize(("text", "rest"), [
    ("14 a 16", " a 16"), ("8 bis a 10", " a 10"), ("5 A LOS EFECTOS", " A LOS EFECTOS"), ("22.1", ".1"),
])  # fmt: skip
def test_what_follows_a_number_is_no_part_of_it(text: str, rest: str) -> None:
    found = number_at(text)
    assert found is not None
    assert text[found.end :] == rest


def test_numbers_have_an_order() -> None:
    numbers = ["10", "5 ter", "6 a", "5", "5 octies", "6", "5 bis"]
    assert sorted(numbers, key=rank_of) == ["5", "5 bis", "5 ter", "5 octies", "6", "6 a", "10"]


@pytest.mark.parametrize(("text", "number"), [
    ("Segundo. Objeto", "2"), ("DÉCIMO TERCERO: Cuantía", "13"), ("Treinta y uno.", "31"), ("Única. Vigor", "unico"),
    ("VIII. Información", None), ("4.º Objeto", None), ("Dos. Objeto", None), ("Objeto", None), ("", None),
])  # fmt: skip
def test_a_number_in_words_opens_a_heading(text: str, number: str | None) -> None:
    found = number_in_words(text)
    assert (found and found.canonical) == number
