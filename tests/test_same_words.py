"""Texts that are the same words, signs apart; and those that only seem to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.app.checking.same_words import find_same_words


@pytest.mark.parametrize(
    ("pasted", "source"),
    [
        ("la operacion sigue abierta", "La operación sigue abierta."),
        ("EL 92,7% DE LOS DELINCUENTES", "el 92,7 % de los delincuentes"),
        ("«dijo», que sí: (siempre)", "dijo que si siempre"),
        ("nin\u0303os", "niños"),
        ("pingüino", "pinguino"),
    ],
)
def test_signs_are_no_words(pasted: str, source: str) -> None:
    assert find_same_words(pasted, source) is not None
    assert find_same_words(source, pasted) is not None


@pytest.mark.parametrize(
    ("pasted", "source"),
    [
        ("el ano pasado", "el año pasado"),  # another letter
        ("el 927 %", "el 92,7 %"),
        ("el 92.7 %", "el 92,7 %"),
        ("el 92,7", "el 92,8"),
        ("subió 5 %", "subió 5"),
        ("baja a -5 grados", "baja a 5 grados"),
        ("no hubo", "hubo"),
        ("sin embargo", "sinembargo"),
        ("…", "…"),
    ],
)
def test_letters_and_figures_are(pasted: str, source: str) -> None:
    assert find_same_words(pasted, source) is None


@given(
    before=st.text("ab ", max_size=9), words=st.lists(st.sampled_from(["él", "Año", "7,5", "%"]), min_size=1)
)
def test_the_place_is_that_of_the_words(before: str, words: list[str]) -> None:
    source = f"{before} | {'; '.join(words)}."
    found = find_same_words(" ".join(words).upper(), source)
    assert found is not None
    assert find_same_words(source[slice(*found)], " ".join(words)) is not None
