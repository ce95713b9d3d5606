"""From what somebody typed to what is searched: cleaned up, never changed in meaning."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.index.errors import QuestionError
from alpie.index.spanish.query import MAX_CHARACTERS, detect_language, parse_question
from support.tables import cases


def searched(text: str) -> str:
    return parse_question(text).searched


def test_the_question_as_typed_is_kept_beside_the_one_searched() -> None:
    typed = "  q  es\tel CSAM \n"
    question = parse_question(typed)
    assert question.typed == typed
    assert question.searched == "que es el CSAM"


@cases("typed, expected", (unicodedata.normalize("NFD", "¿Qué niño?"), "¿Qué niño?"))
def test_what_is_searched(typed: str, expected: str) -> None:
    """Where nothing is expected, it is what was typed."""
    assert searched(typed) == (expected or typed)


@pytest.mark.parametrize("typed", ["", "   ", "¿?", "…!!", "\u200b\u200b", "🙂🙂", "\x00"])
def test_nothing_to_search_is_said(typed: str) -> None:
    with pytest.raises(QuestionError, match="no contiene palabras que buscar"):
        parse_question(typed)


@pytest.mark.parametrize("typed", ["7", "ñ", "漢字", "Ω", "bro", "porfa pls"])
def test_a_single_sign_or_word_of_any_script_can_be_searched(typed: str) -> None:
    assert searched(typed)


def test_a_long_question_is_cut_at_a_word() -> None:
    question = parse_question("palabras " * 1000)
    assert len(question.searched) <= MAX_CHARACTERS
    assert set(question.searched.split()) == {"palabras"}
    assert len(parse_question("a" * 100_000).searched) <= MAX_CHARACTERS


@cases("text, language")
def test_the_language_is_told_by_function_words(text: str, language: str) -> None:
    assert detect_language(text) == language


@given(st.text(alphabet="qxk deáñ¿?.,AB1\n", min_size=1, max_size=80))
def test_cleaning_up_twice_is_cleaning_up_once(text: str) -> None:
    try:
        once = searched(text)
    except QuestionError:
        return
    assert searched(once) == once
