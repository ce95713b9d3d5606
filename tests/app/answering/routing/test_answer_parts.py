"""One answer of several: each part keeps what answers it best, and an empty one says what comes nearest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpie.app.answering.answer_types import Answer, Part, Quote, Role
from alpie.app.answering.quoting.quote_policy import MAX_PART_QUOTES, QuotePolicy
from alpie.app.answering.routing.answer_parts import distribute_quotes, fill_parts, join_answers
from alpie.index.records import Span
from alpie.index.spanish.query import parse_question
from support.sample_answer import ANSWER, DOCUMENT, PASSAGE, QUOTE

DOCUMENTS = {DOCUMENT.id: DOCUMENT}
FIRST = QUOTE
SECOND = replace(QUOTE, text=PASSAGE.sentences[1].text, spans=PASSAGE.sentences[1].spans, score=0.6)
BOTH = replace(QUOTE, text=DOCUMENT.text, spans=(Span(0, len(DOCUMENT.text)),), score=0.5)
SIDES = (Part(Role.SIDE, "A", "¿A?"), Part(Role.SIDE, "B", "¿B?"))


def answer_of(*quotes: Quote, confidence: float = 0.9) -> Answer:
    return replace(ANSWER, quotes=quotes, confidence=confidence)


REFUSAL = replace(ANSWER, answered=False, quotes=(), nearest=(SECOND,), confidence=0.2)


@pytest.mark.parametrize(("answers", "kept"), [
    ((answer_of(FIRST), answer_of(SECOND)), ([FIRST], [SECOND])),  # nothing in common
    ((answer_of(FIRST), answer_of(replace(FIRST, score=0.3))), ([FIRST], [])),  # where it answers best
    ((answer_of(FIRST), REFUSAL), ([FIRST], [])), ((answer_of(FIRST), None), ([FIRST], [])),
])  # fmt: skip
def test_a_quotation_is_shown_where_it_answers_best(
    answers: tuple[Answer | None, ...], kept: tuple[list[Quote], ...]
) -> None:
    assert distribute_quotes(answers, QuotePolicy(), DOCUMENTS) == list(kept)


def test_of_a_longer_quotation_the_sentence_stays_that_no_better_one_shows() -> None:
    one, other = distribute_quotes([answer_of(FIRST), answer_of(BOTH)], QuotePolicy(), DOCUMENTS)
    assert [quote.text for quote in one] == [FIRST.text]
    assert [(quote.text, quote.score) for quote in other] == [(SECOND.text, BOTH.score)]


def test_a_part_has_few_quotations_and_none_that_is_much_less_likely() -> None:
    quotes = [replace(FIRST, spans=(Span(n, n + 1),), score=0.9 - n / 10) for n in range(4)]
    (shown,) = distribute_quotes([answer_of(*quotes)], QuotePolicy(), DOCUMENTS)
    assert shown == quotes[:MAX_PART_QUOTES]
    unlikely = replace(SECOND, score=0.01)
    assert distribute_quotes([answer_of(FIRST, unlikely)], QuotePolicy(), DOCUMENTS) == [[FIRST]]


@pytest.mark.parametrize(("answer", "nearest", "elsewhere"), [
    (REFUSAL, (SECOND,), False), (answer_of(SECOND), (SECOND,), True),
    (answer_of(FIRST), (), True), (None, (), False),  # the other part shows it
])  # fmt: skip
def test_an_empty_part_says_what_comes_nearest(
    answer: Answer | None, nearest: tuple[Quote, ...], elsewhere: bool
) -> None:
    full, empty = fill_parts(SIDES, [[FIRST], []], [answer_of(FIRST), answer])
    assert (full.quotes, full.nearest, full.shown_elsewhere) == ((FIRST,), (), False)
    assert (empty.quotes, empty.nearest, empty.shown_elsewhere) == ((), nearest, elsewhere)
    assert (empty.heading, empty.question) == ("B", "¿B?")


def test_a_joined_answer_is_as_sure_as_the_best_and_holds_every_quotation_once() -> None:
    answers = [answer_of(FIRST, confidence=0.7), answer_of(FIRST, SECOND, confidence=0.8), None, REFUSAL]
    parts = [replace(SIDES[0], quotes=(FIRST,)), replace(SIDES[1], quotes=(FIRST, SECOND))]
    searched = replace(ANSWER.search, documents=7, passages=99)
    joined = join_answers(parse_question("¿A y B?"), answers, parts, searched)
    assert (joined.question, joined.answered, joined.confidence) == ("¿A y B?", True, 0.8)
    assert joined.quotes == (FIRST, SECOND)
    assert joined.parts == tuple(parts)
    assert (joined.search.documents, joined.search.passages) == (7, 99)
    assert joined.search.above_threshold == 3 * ANSWER.search.above_threshold
    assert joined.hits == ANSWER.hits
    assert join_answers(parse_question("¿A?"), [REFUSAL], SIDES, searched).parts == ()
