"""What can be quoted: sentences alone, lists whole, long lists in items."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.app.answering.judging.candidates import CandidateSpan, candidate_spans, needs_sentence_before
from alpie.index.records import Sentence, SentenceRole, Span
from alpie.index.spanish.query import parse_question

ROLE = SentenceRole


def sentence(words: int, role: SentenceRole = ROLE.SENTENCE, group: int | None = None) -> Sentence:
    return Sentence(" ".join(["palabra"] * words), (Span(0, 1),), role, group)


def listed(items: int, words: int, role: SentenceRole = ROLE.ITEM, group: int = 0) -> list[Sentence]:
    opener = ROLE.HEADER if role is ROLE.ROW else ROLE.LEAD_IN
    return [sentence(8, opener, group), *[sentence(words, role, group) for _ in range(items)]]


def spans(sentences: list[Sentence], whole: bool = False) -> list[CandidateSpan]:
    return list(candidate_spans(sentences, whole))


def units(*places: tuple[int, int]) -> list[CandidateSpan]:
    return [CandidateSpan(*place) for place in places]


LONG_ITEMS = units(*((n, n) for n in range(9)))


@pytest.mark.parametrize(
    ("sentences", "whole", "expected"),
    [
        ([], False, []),
        ([sentence(5), sentence(9)], False, units((0, 0), (1, 1))),
        ([sentence(5), *listed(4, 14), sentence(6)], False, units((0, 0), (1, 5), (6, 6))),
        (listed(20, 4, ROLE.ROW), False, units((0, 20))),
        (listed(3, 60), False, LONG_ITEMS[:4]),
        (listed(3, 60), True, units((0, 3))),
        (listed(8, 60), True, LONG_ITEMS),
        (listed(60, 5), False, units((0, 60))),
        ([sentence(70, ROLE.ITEM, 3), sentence(70, ROLE.ITEM, 3)], False, units((0, 0), (1, 1))),
        ([*listed(2, 5, group=0), *listed(2, 5, group=1)], False, units((0, 2), (3, 5))),
    ],
    ids=[
        "nothing", "sentences alone", "a short list with its lead-in", "a table with its header",
        "items of a long list", "a long list that is asked for", "up to a length",
        "items too short to stand alone", "no lead-in", "two lists in a row",
    ],
)  # fmt: skip
def test_what_can_be_quoted(sentences: list[Sentence], whole: bool, expected: list[CandidateSpan]) -> None:
    assert spans(sentences, whole) == expected


@given(
    st.lists(
        st.tuples(st.sampled_from(list(ROLE)), st.sampled_from([None, 0, 1]), st.integers(1, 90)), max_size=12
    ),
    st.booleans(),
)
def test_every_sentence_is_in_exactly_one_unit(
    rows: list[tuple[SentenceRole, int | None, int]], whole: bool
) -> None:
    sentences = [sentence(words, role, group) for role, group, words in rows]
    covered = [place for span in spans(sentences, whole) for place in range(span.first, span.last + 1)]
    assert covered == list(range(len(sentences)))


@pytest.mark.parametrize(("question", "several"), [
    *((question, True) for question in (
        "¿Cuáles son los criterios propuestos?", "cuales son los tipos de delito", "Enumera las medidas", "dime los países",
        "¿Qué tipos de delitos define el convenio?", "¿En qué provincias españolas se hicieron registros?",
        "What are the categories?", "List the criteria",
    )),
    *((question, False) for question in (
        "¿Cuándo fue detenido?", "¿Qué es CSAM?", "¿Cuántas detenciones hubo?", "Who was arrested?", "¿Por qué?"
    )),
])  # fmt: skip
def test_which_questions_ask_for_several_things(question: str, several: bool) -> None:
    assert parse_question(question).asks_for_list is several


LONG, SHORT, ITEM = sentence(9), sentence(3, ROLE.LEAD_IN, 0), sentence(4, ROLE.ITEM, 0)


@pytest.mark.parametrize(("sentences", "place", "needed"), [
    ([LONG, SHORT, ITEM], 1, True), ([LONG, sentence(9, ROLE.LEAD_IN, 0), ITEM], 1, False), ([SHORT, ITEM], 0, False),
    ([ITEM, SHORT, ITEM], 1, False), ([LONG, sentence(3)], 1, False),
])  # fmt: skip
def test_a_lead_in_of_a_few_words_needs_the_sentence_before_it(
    sentences: list[Sentence], place: int, needed: bool
) -> None:
    assert needs_sentence_before(sentences, place) is needed
