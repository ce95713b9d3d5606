"""Acronyms are learned where a document introduces them, and join the two ways to say a thing."""

from __future__ import annotations

import pytest

from alpie.index.spanish.acronyms import Acronyms, learn_acronyms
from alpie.index.spanish.analysis import stem, terms
from support.tables import cases


def stems_of(text: str) -> tuple[str, ...]:
    return tuple(str(term) for term in terms(text))


@cases("text, learned")
def test_each_way_to_introduce_one_is_recognised(text: str, learned: dict[str, str]) -> None:
    assert learn_acronyms([text]) == {name: stems_of(words) for name, words in learned.items()}


def test_the_first_definition_met_is_kept() -> None:
    texts = ["La Guardia Rural (GR) vino.", "El Grupo Rojo (GR) también."]
    assert learn_acronyms(texts) == {"gr": stems_of("Guardia Rural")}


def test_an_acronym_in_a_question_brings_its_expansion() -> None:
    acronyms = Acronyms({"gr": stems_of("Guardia Rural")})
    assert acronyms.related(["jef", "gr"]) == list(stems_of("Guardia Rural"))


def test_a_name_in_a_question_brings_its_acronym_only_when_it_is_whole() -> None:
    acronyms = Acronyms({"gr": stems_of("Guardia Rural")})
    assert acronyms.related(stems_of("guardia rural")) == ["gr"]
    assert acronyms.related(stems_of("guardia")) == []
    assert acronyms.related(stems_of("rural")) == []


def test_what_is_in_the_question_already_is_not_brought_again() -> None:
    acronyms = Acronyms({"gr": stems_of("Guardia Rural"), "grm": stems_of("Guardia Rural Montada")})
    assert acronyms.related([*stems_of("Guardia Rural"), "gr"]) == []
    assert acronyms.related(["gr", "grm"]) == list(stems_of("Guardia Rural Montada"))


def test_a_question_without_acronyms_brings_nothing() -> None:
    assert Acronyms({}).related(["casa"]) == []
    assert Acronyms({"gr": (stem("guardia"), stem("rural"))}).related([]) == []


@pytest.mark.timeout(120, func_only=True)  # which work that grows with the square of a text would outlast
def test_a_long_text_without_any_is_read() -> None:
    text = "Palabra Con Capital " * 200_000
    assert learn_acronyms([text + "(", text + "(ABC"]) == {}
