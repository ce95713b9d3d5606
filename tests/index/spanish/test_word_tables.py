"""Forms of questions in tables: what the marks of a line allow."""

from __future__ import annotations

import re

import pytest

from alpie.index.spanish.word_tables import any_expression, line_expressions


@pytest.mark.parametrize(("line", "matched", "others"), [
    ("ver|dame la? lista", ["ver lista", "dame la lista"], ["la lista", "ver la la lista", "verlista"]),
    ("por? favor", ["favor", "por favor"], ["porfavor", "por"]),
    ("resum* esto?", ["resumen", "resume esto"], ["resume aquello", "esto"]),
    ("no … hay", ["no hay", "no se que hay", "no ya hay"], ["no se que es lo que hay", "nohay"]),
])  # fmt: skip
def test_a_line_matches_its_places_in_order(line: str, matched: list[str], others: list[str]) -> None:
    assert [text for text in matched if not re.fullmatch(any_expression(line), text)] == []
    assert [text for text in others if re.fullmatch(any_expression(line), text)] == []


def test_a_named_place_is_any_text_and_may_be_missing() -> None:
    (form,) = line_expressions("de que trata <name>?")
    found = [re.fullmatch(form, text) for text in ("de que trata", "de que trata la ley del ruido", "trata")]
    assert [match and match["name"] for match in found] == [None, "la ley del ruido", None]
    assert found[0]
