"""Numbers and dates of a text are read whatever their spelling."""

from __future__ import annotations

import pytest

from alpie.app.writer.stated_numbers import Date, parse_numbers


@pytest.mark.parametrize(("text", "keys"), [
    ("105 047 / 105.047 / 105,047", {("number", "105047")}),
    ("ciento cinco mil cuarenta y siete", {("number", "105047")}),
    ("one hundred and five thousand", {("number", "105000")}),
    ("1.234.567,89 = 1,234,567.89", {("number", "1234567.89")}),
    ("1,2 millones y dos millones", {("number", "1200000"), ("number", "2000000")}),
    ("cincuenta mil millones", {("number", "50000000000")}),
    ("mil quinientos millones", {("number", "1500000000")}),
    ("tres millones doscientos mil quinientos", {("number", "3200500")}),
    ("12,5 %, 12.5% y 12,50 por ciento", {("percent", "12.5")}), ("veinticinco por ciento", {("percent", "25")}),
    ("treinta y tres y dos", {("number", "33"), ("number", "2")}),
    ("de 13-17 años", {("number", "13"), ("number", "17")}),
    ("la 13-year-old del art. 3.º", {("number", "13"), ("number", "3")}),
    ("GA-2021-89-RES-09 y 5.1.2", {("code", "ga-2021-89-res-09"), ("code", "5.1.2")}),
    ("la mitad, un tercio y miles", {("quantity", "1/2"), ("quantity", "1/3"), ("quantity", "1000s")}),
    ("un hombre, una mujer, en segundo lugar", set()),
])  # fmt: skip
def test_numbers_are_read_whatever_their_spelling(text: str, keys: set[tuple[str, str]]) -> None:
    assert parse_numbers(text).keys == keys


@pytest.mark.parametrize(
    "text",
    ["23 de diciembre de 2025", "2025-12-23", "23/12/2025", "December 23, 2025", "el 23 diciembre 2025"],
)
def test_dates_are_read_whatever_their_spelling(text: str) -> None:
    assert parse_numbers(text).dates == (Date(2025, 12, 23),)


def test_a_range_of_days_is_two_dates() -> None:
    assert parse_numbers("del 23 al 25 de noviembre de 2021").dates == (
        Date(2021, 11, 23),
        Date(2021, 11, 25),
    )
