"""Follow-up questions: the earlier turn is used when the new one leans on it, and only then."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from alpie.app.answering.understanding.conversation import (
    complete_question,
    depends_on_earlier,
    standalone_question,
)
from alpie.index.spanish.query import parse_question
from support.places import ROOT
from support.tables import cases

QUESTIONS = ROOT / "eval" / "questions"
FIRST = "¿Cuántas detenciones hubo en la operación de Europol?"
ARRESTS = "¿Cuántas detenciones hizo Europol en Alemania?"


@cache
def rows() -> tuple[dict[str, Any], ...]:
    """All questions of the project that came with a file of their own."""
    lines = (
        line for path in sorted(QUESTIONS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()
    )
    return tuple(json.loads(line) for line in lines if line.strip())


def searched(question: str, *turns: str) -> str:
    return complete_question(parse_question(question), turns).searched


@cases("question")
def test_these_lean_on_the_question_before(question: str) -> None:
    assert depends_on_earlier(parse_question(question).searched)
    assert "europol" in searched(question, FIRST).lower()


@cases("question")
def test_asking_for_more_is_the_question_before_once_more(question: str) -> None:
    assert searched(question, FIRST) == FIRST
    assert searched(question, FIRST, "y en España?", question) == searched("y en España?", FIRST)
    assert searched(question) == parse_question(question).searched


@pytest.mark.parametrize("question", [
    "explica el grooming", "dame más información sobre la red oscura", "¿Qué más pide la resolución?",
    "no entiendo el cifrado", "¿cuál es el país con más denuncias?", "muchas gracias", "no",
])  # fmt: skip
def test_asking_for_more_of_something_named_is_a_question_of_its_own(question: str) -> None:
    assert FIRST not in searched(question, FIRST)


@cases("question")
def test_these_stand_alone_and_take_nothing_along(question: str) -> None:
    asked = parse_question(question)
    assert complete_question(asked, (FIRST, "¿y en España?")) is asked


def test_without_an_earlier_question_nothing_changes() -> None:
    asked = parse_question("¿y en España?")
    assert complete_question(asked, ()) is asked


def test_what_is_asked_now_stands_first_and_last_and_what_was_typed_is_not_touched() -> None:
    completed = complete_question(parse_question("¿Y en España?"), (ARRESTS,))
    assert completed.typed == "¿Y en España?"
    assert completed.searched.startswith("en España ")
    assert completed.searched.endswith(" en España?")


@cases("question, before, asked")
def test_what_is_asked_where_the_question_before_did_not_help(question: str, before: str, asked: str) -> None:
    assert standalone_question(question, (before,)).rstrip("?") == asked.rstrip("?")


@cases("why, turns, question, held, lacked")
def test_what_a_follow_up_takes_along(
    why: str, turns: list[str], question: str, held: list[str], lacked: list[str]
) -> None:
    found = searched(question, *turns)
    assert [words for words in held if words not in found] == [], why
    assert [words for words in lacked if words in found] == [], why


@pytest.mark.parametrize("turns", [50, 2_000])
def test_a_long_chain_stays_short(turns: int) -> None:
    assert 0 < len(searched("¿Y por qué?", ARRESTS, *["¿Y eso?"] * turns)) < 2_000


@pytest.mark.parametrize("turn", ["", "???", "🙂"])
def test_an_earlier_turn_that_was_no_question_is_left_out(turn: str) -> None:
    assert searched("¿y en España?", turn) == searched("¿y en España?")


@pytest.mark.parametrize("noise", ["y" * 5_000, "¿y " * 1_000, "ellos " * 900])
def test_long_nonsense_is_handled(noise: str) -> None:
    assert searched(noise, FIRST, noise)


# --- on the project's questions -------------------------------------------------------------------


def test_every_follow_up_of_the_questions_leans() -> None:
    follow_ups = [row for row in rows() if len(row.get("turns", ())) > 1]
    assert len(follow_ups) >= 20
    alone = [
        row["id"] for row in follow_ups if not depends_on_earlier(parse_question(row["turns"][-1]).searched)
    ]
    assert alone == []


def test_hardly_any_stand_alone_question_is_taken_for_a_follow_up() -> None:
    """Wrong carry-over, counted: six of 407 when this was written, all colloquial («qué es eso del grooming»)."""
    single = [row["question"] for row in rows() if len(row.get("turns", ())) < 2]
    wrong = [question for question in single if depends_on_earlier(parse_question(question).searched)]
    assert len(wrong) <= 0.02 * len(single), wrong


def test_the_reader_is_asked_a_sentence_with_what_it_leans_on() -> None:
    earlier = ["¿Cuántas detenciones hubo en total?"]
    asked = complete_question(parse_question("¿y en España?"), earlier)
    assert asked.reader_text == "¿y en España, Cuántas detenciones hubo en total?"
    chain = complete_question(parse_question("¿y en Francia?"), [*earlier, "¿y en España?"])
    assert chain.reader_text == "¿y en Francia, Cuántas detenciones hubo en total?"
    assert complete_question(parse_question("¿Qué es el grooming?"), earlier).reader_text == ""
    again = complete_question(parse_question("explícamelo mejor"), earlier)
    assert again.reader_text == again.searched
