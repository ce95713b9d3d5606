"""What can be quoted: sentences alone, lists whole, long lists in items that know their lead-in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.app.answering.candidates import CandidateSpan, candidate_spans, needs_sentence_before
from alpie.index.records import Sentence, SentenceRole, Span
from alpie.index.spanish.query import read_question

ROLE = SentenceRole


def sentence(words: int, role: SentenceRole = ROLE.SENTENCE, group: int | None = None) -> Sentence:
    return Sentence(" ".join(["palabra"] * words), (Span(0, 1),), role, group)


def listed(items: int, words: int, role: SentenceRole = ROLE.ITEM, group: int = 0) -> list[Sentence]:
    opener = ROLE.HEADER if role is ROLE.ROW else ROLE.LEAD_IN
    return [sentence(8, opener, group), *[sentence(words, role, group) for _ in range(items)]]


def spans(sentences: list[Sentence], whole: bool = False) -> list[CandidateSpan]:
    return list(candidate_spans(sentences, whole))


def test_sentences_stand_alone() -> None:
    assert spans([sentence(5), sentence(9)]) == [CandidateSpan(0, 0), CandidateSpan(1, 1)]


def test_a_short_list_is_one_unit_with_its_lead_in() -> None:
    assert spans([sentence(5), *listed(4, 14), sentence(6)]) == [
        CandidateSpan(0, 0),
        CandidateSpan(1, 5),
        CandidateSpan(6, 6),
    ]


def test_a_table_is_one_unit_with_its_header() -> None:
    assert spans(listed(20, 4, ROLE.ROW)) == [CandidateSpan(0, 20)]


def test_a_long_list_gives_its_items_each_with_its_lead_in_as_context() -> None:
    found = spans(listed(3, 60))
    assert found == [
        CandidateSpan(0, 0),
        CandidateSpan(1, 1, 0),
        CandidateSpan(2, 2, 0),
        CandidateSpan(3, 3, 0),
    ]


def test_a_long_list_is_whole_when_a_list_is_asked_for_up_to_a_length() -> None:
    assert spans(listed(3, 60), whole=True) == [CandidateSpan(0, 3)]
    assert len(spans(listed(8, 60), whole=True)) == 9


def test_items_too_short_to_stand_alone_keep_even_a_very_long_list_whole() -> None:
    assert spans(listed(60, 5)) == [CandidateSpan(0, 60)]


def test_a_list_without_lead_in_has_items_without_context() -> None:
    assert spans([sentence(70, ROLE.ITEM, 3), sentence(70, ROLE.ITEM, 3)]) == [
        CandidateSpan(0, 0),
        CandidateSpan(1, 1),
    ]


def test_two_lists_in_a_row_are_two_units() -> None:
    assert spans([*listed(2, 5, group=0), *listed(2, 5, group=1)]) == [
        CandidateSpan(0, 2),
        CandidateSpan(3, 5),
    ]


def test_no_sentences_no_units() -> None:
    assert spans([]) == []


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


@pytest.mark.parametrize(
    "question",
    [
        "¿Cuáles son los criterios propuestos?",
        "cuales son los tipos de delito",
        "¿Qué tipos de delitos define el convenio?",
        "¿En qué provincias españolas se hicieron registros?",
        "Enumera las medidas",
        "dime los países",
        "What are the categories?",
        "List the criteria",
    ],
)
def test_questions_for_several_things(question: str) -> None:
    assert read_question(question).asks_for_list


@pytest.mark.parametrize(
    "question",
    [
        "¿Cuándo fue detenido?",
        "¿Qué es CSAM?",
        "¿Cuántas detenciones hubo?",
        "Who was arrested?",
        "¿Por qué?",
    ],
)
def test_questions_for_one_thing(question: str) -> None:
    assert not read_question(question).asks_for_list


def test_a_lead_in_of_a_few_words_needs_the_sentence_before_it() -> None:
    short, long = sentence(3, ROLE.LEAD_IN, 0), sentence(9, ROLE.LEAD_IN, 0)
    item = sentence(4, ROLE.ITEM, 0)
    assert needs_sentence_before([sentence(9), short, item], 1)
    assert not needs_sentence_before([sentence(9), long, item], 1)
    assert not needs_sentence_before([short, item], 0)
    assert not needs_sentence_before([item, short, item], 1)
    assert not needs_sentence_before([sentence(9), sentence(3)], 1)
