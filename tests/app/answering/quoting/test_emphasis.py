"""Bold type marks the words that answer where the reader is sure of them, and nothing in doubt."""

from __future__ import annotations

import numpy as np
import pytest

from alpie.app.answering.judging.candidates import CandidateSpan
from alpie.app.answering.judging.judgement import Candidate
from alpie.app.answering.quoting.emphasis import (
    MIN_LEAD,
    MIN_LOG_ODDS,
    MIN_PROBABILITY,
    MIN_PROBABILITY_AMONG_NUMBERS,
    emphasise,
)
from alpie.index.reader import AnswerWords, Reading
from alpie.index.records import Hit
from support.fake_encoder import passage_of

SENTENCES = ("Hubo una docena de registros en dos países.", "Duró nueve días.", "Nadie resultó herido.")
SURE = MIN_PROBABILITY + 0.1


def reading(*words: AnswerWords | None, best: int = 0) -> Reading:
    scores = np.full(len(SENTENCES), -3.0, np.float32)
    scores[best] = 3.0
    return Reading(3.0, scores, words)


def marked(of: Reading | None, first: int, last: int, question: str = "") -> list[str]:
    text = " ".join(SENTENCES[first : last + 1])
    spans = emphasise(candidate_of(of, first, last), text, question)
    return [text[span.start : span.end] for span in spans]


def candidate_of(of: Reading | None, first: int, last: int) -> Candidate:
    span = CandidateSpan(first, last)
    return Candidate(Hit(passage_of(*SENTENCES), 1.0), 0, span, 0, 0.0, 1.0, reading=of)


@pytest.mark.parametrize(("of", "first", "last", "words"), [
    (reading(AnswerWords(5, 15, SURE), None, None), 0, 0, ["una docena"]),  # figures or not
    (reading(None, AnswerWords(5, 15, SURE), None, best=1), 0, 2, ["nueve días"]),  # where its sentence stands
    # in doubt nothing
    (None, 0, 1, []), (Reading(1.0, np.zeros(3, np.float32)), 0, 1, []), (reading(None, None, None), 0, 1, []),
    (reading(AnswerWords(5, 14, MIN_PROBABILITY - 0.01), None, None), 0, 1, []),
    (reading(AnswerWords(5, 5, SURE), None, None), 0, 1, []),
    (Reading(0.0, np.full(3, MIN_LOG_ODDS - 0.1, np.float32), (AnswerWords(5, 14, SURE), None, None)), 0, 1, []),
])  # fmt: skip
def test_words_are_marked_where_the_reader_is_sure(
    of: Reading | None, first: int, last: int, words: list[str]
) -> None:
    assert marked(of, first, last) == words


@pytest.mark.parametrize(("sentence", "question", "probability", "words"), [
    ("De los doce registros, dos fueron en Jaén.", "¿Cuántos registros hubo en Jaén?", SURE, []),
    ("De los doce registros, dos fueron en Jaén.", "cuantos registros hubo en jaen", SURE, []),
    ("De los doce registros, dos fueron en Jaén.", "¿Cuántos registros?", MIN_PROBABILITY_AMONG_NUMBERS, ["los doce"]),
    ("De los doce registros, dos fueron en Jaén.", "¿Qué hubo en Jaén?", SURE, ["los doce"]),
    ("De los doce registros se supo más tarde.", "¿Cuántos registros hubo?", SURE, ["los doce"]),
])  # fmt: skip
def test_of_several_numbers_one_is_marked_only_where_the_reader_is_surer(
    sentence: str, question: str, probability: float, words: list[str]
) -> None:
    of = Reading(3.0, np.array([3.0], np.float32), (AnswerWords(3, 11, probability),))
    candidate = Candidate(Hit(passage_of(sentence), 1.0), 0, CandidateSpan(0, 0), 0, 0.0, 1.0, reading=of)
    assert [sentence[span.start : span.end] for span in emphasise(candidate, sentence, question)] == words


def test_nothing_is_marked_where_two_sentences_may_answer() -> None:
    scores = np.array([3.0, 3.0 - MIN_LEAD + 0.1, -3.0], np.float32)
    of = Reading(3.0, scores, (AnswerWords(5, 14, SURE), None, None))
    assert marked(of, 0, 1) == []
    assert marked(of, 0, 0) == ["una docen"]


def test_of_two_sentences_that_may_answer_the_one_with_more_words_of_the_question_does() -> None:
    scores = np.array([3.0, 3.0 - MIN_LEAD + 0.1, -3.0], np.float32)
    of = Reading(3.0, scores, (AnswerWords(5, 15, SURE), AnswerWords(5, 10, SURE), None))
    for question, words in (("¿Cuántos registros hubo?", "una docena"), ("¿Cuántos días duró?", "nueve")):
        assert marked(of, 0, 1, question) == [words]


def test_nothing_is_marked_in_a_quotation_that_shows_the_sentence_otherwise() -> None:
    of = reading(AnswerWords(5, 14, SURE), None, None)
    assert emphasise(candidate_of(of, 0, 0), "Hubo […] registros") == ()
