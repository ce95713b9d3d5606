"""Spanish terms: what counts as the same word, what stays one piece, and where each stood."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.index.spanish.analysis import (
    STOP_WORDS,
    content_words,
    fold,
    slug_of,
    stem,
    stemmed_words,
    stems,
    terms,
    tokens,
)
from support.tables import cases


def values(text: str) -> list[str]:
    return [str(token) for token in tokens(text)]


def term_values(text: str) -> list[str]:
    return [str(term) for term in terms(text)]


@cases("one, other", ("La decisión del niño", unicodedata.normalize("NFD", "La decisión del niño")))
def test_case_accents_and_inflection_do_not_tell_words_apart(one: str, other: str) -> None:
    assert term_values(one) == term_values(other)


def test_different_words_have_different_stems() -> None:
    assert stem("menor") != stem("mayor")
    assert stem("detenido") != stem("registrado")


def test_function_words_are_dropped_and_negations_kept() -> None:
    assert term_values("¿Cuántas de las que hay en España son de la red?") == [stem("espana"), "red"]
    assert term_values("no sin contra") == ["no", "sin", stem("contra")]
    assert {"no", "sin", "contra", "dos"}.isdisjoint(STOP_WORDS)


def test_stop_words_are_folded_and_hold_no_content_words() -> None:
    assert all(word == fold(word) for word in STOP_WORDS)
    assert {"estado", "sentido", "menores", "poder"}.isdisjoint(STOP_WORDS)


@cases("text, expected")
def test_figures_and_codes_stay_whole(text: str, expected: list[str]) -> None:
    assert values(text) == expected


@given(st.text(alphabet="abcñÑáÉü İıßø12 .,/-", max_size=60))
def test_a_tokens_place_holds_its_word(text: str) -> None:
    for token in tokens(text):
        assert fold(text[token.start : token.end])[:1] == token[:1]


@pytest.mark.parametrize(("text", "words"), [
    ("Se incautaron 16.800 archivos.", ["incautaron", "16.800", "archivos"]),
    ("İstanbul y Jaén", ["İstanbul", "Jaén"]),  # a capital that lowers to two characters
])  # fmt: skip
def test_terms_point_at_the_words_as_written(text: str, words: list[str]) -> None:
    assert [text[term.start : term.end] for term in terms(text)] == words


def test_stems_are_a_set_and_know_the_words_behind_them() -> None:
    text = "Detenciones: la detención y otras detenciones"
    assert stems(text) == {stem("detencion")}
    assert stemmed_words(text) == ((stem("detencion"), "detenciones"), (stem("detencion"), "detención"))


@pytest.mark.parametrize("text", ["", " \n", "¿?¡!…", "🙂", "___"])
def test_texts_without_words_have_no_terms(text: str) -> None:
    assert list(tokens(text)) == []
    assert stems(text) == frozenset()


@given(st.text(max_size=60) | st.from_regex(r"[a-z ñÁ]{0,9}\d{1,4}[.,/ -]?\d{0,4}[a-z]{0,3}", fullmatch=True))
def test_content_words_are_the_tokens_that_are_no_function_words(text: str) -> None:
    assert content_words(text) == [str(token) for token in tokens(text) if token not in STOP_WORDS]


@pytest.mark.parametrize(("text", "slug"), [
    ("¿Qué es  CSAM?", "que-es-csam"), ("Año_2025 (ñ)", "ano-2025-n"), ("ﬁn ½", "fin-12"), ("«…»", ""), ("Ελλάδα", ""),
])  # fmt: skip
def test_a_slug_has_plain_letters_figures_and_single_hyphens(text: str, slug: str) -> None:
    assert slug_of(text) == slug
