"""How a follow-up is completed: what it takes along and in which order, and that any conversation can be searched.

Which of the project's own questions lean, and how many wrongly, is counted in `test_conversation`.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.app.answering.conversation import complete, leans_on_earlier
from alpie.index.errors import QuestionError
from alpie.index.spanish.query import read_question

ARRESTS = "¿Cuántas detenciones hizo Europol en Alemania?"


def completed(question: str, *turns: str) -> str:
    return complete(read_question(question), turns).searched


def words(text: str) -> set[str]:
    return set(text.strip("¿?").split())


@pytest.mark.parametrize(
    "question",
    [
        "¿Pero cuándo?",
        "¿Quién lo dijo?",
        "¿Y eso qué significa?",
        "¿Qué edad tenían ellos?",
        "¿Y dónde fue?",
        "What about Spain?",
    ],
)
def test_questions_that_lean(question: str) -> None:
    assert leans_on_earlier(question)


@pytest.mark.parametrize(
    "question",
    [
        "¿Cuántas detenciones hubo en España?",
        "¿En qué provincias españolas se hicieron registros?",
        "¿Cuál es la capital de Mongolia?",
        "¿Qué dice el informe sobre el cifrado de extremo a extremo en esas aplicaciones de mensajería?",
        "¿Yemen aparece en el informe?",
        "¿Operaciones en Alicante?",
        "How many images were reported in 2018?",
    ],
)
def test_questions_that_stand_alone(question: str) -> None:
    assert not leans_on_earlier(question)


def test_a_leaning_question_takes_the_earlier_ones_words() -> None:
    assert {"España", "detenciones", "Europol", "Alemania"} <= words(completed("¿Y en España?", ARRESTS))


def test_what_is_asked_now_stands_first_and_last() -> None:
    searched = completed("¿Y en España?", ARRESTS)
    assert searched.startswith("en España ")
    assert searched.endswith(" en España?")


def test_a_new_question_word_takes_only_the_subject() -> None:
    searched = completed("¿Y cuándo empezó?", ARRESTS)
    assert "detenciones" in searched
    assert "Cuántas" not in searched


def test_each_link_of_a_chain_adds_its_words() -> None:
    assert {"2019", "España", "detenciones"} <= words(completed("¿Y en 2019?", ARRESTS, "¿Y en España?"))


def test_names_of_the_head_come_along() -> None:
    searched = completed("¿Y por qué?", "¿Qué hizo INTERPOL en 2021?", "¿Y con qué países habló?")
    assert {"INTERPOL", "2021"} <= words(searched)


def test_chat_spelling_in_an_earlier_turn_is_written_out_too() -> None:
    assert "que hizo la policia porque" in completed("y eso?", "q hizo la policia xq")


@pytest.mark.parametrize("turn", ["", "¿?", "🙂"])
def test_a_turn_without_words_is_passed_over(turn: str) -> None:
    assert completed("¿Y en España?", turn) == "¿Y en España?"


@given(st.text(max_size=80), st.lists(st.text(max_size=60), max_size=6))
def test_any_conversation_gives_a_question(text: str, turns: list[str]) -> None:
    try:
        question = read_question(text)
    except QuestionError:
        return
    result = complete(question, turns)
    assert result.typed == text
    assert result.searched


def test_fifty_leaning_turns_stay_short() -> None:
    assert len(completed("¿Y por qué?", ARRESTS, *["¿Y eso?"] * 50)) < 2_000


def test_a_very_long_chain_is_no_error() -> None:
    assert completed("¿Y por qué?", ARRESTS, *["¿Y eso?"] * 2_000)


@pytest.mark.parametrize(
    "question",
    ["¿E-Safety Commissioner qué funciones cumple en Australia?", "So-called sextortion means what?"],
)
def test_a_hyphenated_word_is_no_conjunction(question: str) -> None:
    assert not leans_on_earlier(question)


@pytest.mark.parametrize(
    "question",
    [
        "How many arrests were there in Spain?",
        "What did INTERPOL ask its member countries to do?",
        "¿De qué trata este informe?",
    ],
)
def test_a_word_that_points_inside_its_own_question_does_not_lean(question: str) -> None:
    assert not leans_on_earlier(question)


def test_names_from_before_a_change_of_subject_are_not_carried_over() -> None:
    searched = completed(
        "¿Y por qué?", "¿Qué dice Europol de Dinamarca?", "¿Qué es el grooming en las redes?"
    )
    assert words(searched).isdisjoint({"Europol", "Dinamarca"})
