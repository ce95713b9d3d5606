"""A date has one form, whether a table, a catalogue, a document or a person writes it."""

from __future__ import annotations

import pytest

from alpie.index.spanish.dates import ParsedDate, iso_date, parse_date


@pytest.mark.parametrize(("value", "found"), [
    ("2019", ((2019,),)), ("2019-05", ((2019, 5),)), ("2021-11-23/2021-11-25", ((2021, 11, 23), (2021, 11, 25))),
    ("2021-11-23/25", ((2021, 11, 23), (2021, 11, 25))), ("2019/20", ((2019,), (2020,))),
    ("2021/2022/2023", ()), ("1-2-3-4", ()), ("2021-11-25/23", ()), ("2021-13", ()), ("", ()),
])  # fmt: skip
def test_only_dates_are_read_as_dates(value: str, found: tuple[ParsedDate, ...]) -> None:
    assert parse_date(value) == found


@pytest.mark.parametrize(("written", "iso"), [
    ("3 de mayo de 2024", "2024-05-03"), ("1º de mayo del 2024", "2024-05-01"), ("mayo de 2024", "2024-05"),
    ("3/5/2024", "2024-05-03"), ("5/2024", "2024-05"), ("3 May 2024", "2024-05-03"), ("May 3, 2024", "2024-05-03"),
    ("D:20240503101500Z", "2024-05-03"), ("2024-5-3T10:00", "2024-05-03"), ("2024", "2024"), ("31/2/2024", ""),
    ("ayer", ""), ("D:20240517120000+02'00'", "2024-05-17"), ("2024-05-17T10:00:00Z", "2024-05-17"),
    ("2024-05", "2024-05"), ("17 de mayo de 2024", "2024-05-17"), ("17/05/2024", "2024-05-17"),
    ("1º de mayo de 2024", "2024-05-01"), ("1.º de mayo de 2024", "2024-05-01"), ("2024-5-3", "2024-05-03"),
    ("2024-135", ""), ("2024-13-40", ""), ("D:99999999", ""), ("mañana", ""), ("", ""), ("20240517", ""),
    ("primavera de 2024", ""),
])  # fmt: skip
def test_a_date_is_read_however_written(written: str, iso: str) -> None:
    assert iso_date(written) == iso
