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


@cases("why, known, asked, brought")
def test_an_acronym_and_its_name_bring_each_other(
    why: str, known: dict[str, str], asked: str, brought: list[str]
) -> None:
    acronyms = Acronyms({name: stems_of(words) for name, words in known.items()})
    assert acronyms.related(stems_of(asked)) == [*map(stem, brought)], why


@pytest.mark.timeout(120, func_only=True)  # which work that grows with the square of a text would outlast
def test_a_long_text_without_any_is_read() -> None:
    text = "Palabra Con Capital " * 200_000
    assert learn_acronyms([text + "(", text + "(ABC"]) == {}
