"""From a question to an answer, on a corpus small enough to know by heart: quotations, or an honest no."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alpie.app.answering.answer_types import Answer
from alpie.app.answering.answer_weights import LinearModel, load_weights
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.judging.candidates import CANDIDATE_FEATURES, candidates_of
from alpie.app.answering.judging.judgement import ANSWERABLE_FEATURES, JudgedQuestion, answerable_features
from alpie.app.answering.quoting.quote_policy import QuotePolicy
from alpie.app.answering.routing.answer_pipeline import AnswerPipeline
from alpie.index.errors import QuestionError
from alpie.index.records import proves
from alpie.index.spanish.query import parse_question
from support.fake_encoder import LARGE_TEXT, SMALL_TEXT, WEIGHTS, corpus_of
from support.sample_answer import untimed

BURNT = "¿Cuántas hectáreas de monte ardieron en julio?"
NOWHERE = "¿Quién marcó el gol del partido?"


@pytest.fixture(scope="module")
def small() -> Corpus:
    return corpus_of(LARGE_TEXT, SMALL_TEXT)


def ask(corpus: Corpus, question: str, threshold: float | None = None, most: int = 5) -> Answer:
    pipeline = AnswerPipeline(
        corpus.documents, corpus.index, corpus.reader, WEIGHTS, QuotePolicy(max_quotes=most), threshold
    )
    return pipeline.answer(corpus.index.encode(parse_question(question)))


def judge(corpus: Corpus, question: str) -> JudgedQuestion:
    pipeline = AnswerPipeline(corpus.documents, corpus.index, corpus.reader, WEIGHTS)
    return pipeline.judge(corpus.index.encode(parse_question(question)))


def test_an_answer_is_the_sentence_that_says_it(small: Corpus) -> None:
    answer = small.ask(BURNT)
    assert answer.answered
    assert answer.quotes[0].text.startswith("En julio ardieron 1240 hectáreas")
    assert [answer.quotes[0].text[span.start : span.end] for span in answer.quotes[0].emphasis] == ["1240"]
    assert answer.nearest == ()


def test_a_list_is_answered_whole(small: Corpus) -> None:
    (quote,) = small.ask("¿Qué medidas prevé el plan?").quotes
    assert quote.text.startswith("El plan prevé")
    assert quote.text.endswith("formar a los vecinos.")


def test_what_no_document_says_is_refused_and_the_nearest_are_shown_apart(small: Corpus) -> None:
    answer = ask(small, BURNT, threshold=1.0)
    assert not answer.answered
    assert answer.quotes == ()
    assert 1 <= len(answer.nearest) <= 3
    for quote in answer.nearest:
        assert proves(small.documents[quote.document_id].text, quote.spans, quote.text)


@pytest.mark.parametrize(("typed", "understood"), [
    ("¿Cuántas hectáreas ardieron?", None), ("CUANTAS   HECTAREAS ARDIERON", None),  # nothing but letters' size, accents, blanks
    ("¿Cuántas hectáreas ardieron en los montes? " * 60, None),  # cut, which is said elsewhere
    ("¿Cuántas hec\u00adtáreas ardieron?", None),  # a soft hyphen
    ("ardió " * 300 + "hektáreas", None),  # longer than anybody would compare
    ("q ardio en julio", "que ardio en julio"), ("¿Cuántas hektáreas ardieron?", "¿Cuántas hectareas ardieron?"),
])  # fmt: skip
def test_a_question_that_was_put_right_is_shown_as_understood(
    small: Corpus, typed: str, understood: str | None
) -> None:
    assert small.ask(typed).understood == understood


def test_the_threshold_decides(small: Corpus) -> None:
    confidence = small.ask(BURNT).confidence
    assert 0 < confidence < 1
    assert ask(small, BURNT, threshold=confidence).answered
    assert not ask(small, BURNT, threshold=min(1.0, confidence + 1e-6)).answered
    assert ask(small, NOWHERE, threshold=0.0).answered
    assert not ask(small, BURNT, threshold=1.0).answered


def test_the_statement_of_search_says_what_was_searched(small: Corpus) -> None:
    found, refused = small.ask(BURNT), small.ask(NOWHERE)
    for answer in (found, refused):
        assert (answer.search.documents, answer.search.passages) == (2, 2)
        assert answer.search.threshold == WEIGHTS.threshold
    assert found.search.above_threshold >= 1
    assert refused.search.above_threshold == 0


def test_a_quotation_is_believed_no_more_than_the_answer(small: Corpus) -> None:
    answer = small.ask(BURNT)
    assert all(0 <= quote.score <= answer.confidence + 1e-9 for quote in answer.quotes)
    assert sum(quote.score for quote in answer.quotes) <= answer.confidence + 1e-6


def test_stages_are_timed_and_add_up(small: Corpus) -> None:
    times = dict(small.ask(BURNT).milliseconds)
    total = times.pop("total")
    assert set(times) == {"encode", "lexical", "dense", "fuse", "read", "choose", "quote"}
    assert sum(times.values()) == pytest.approx(total, abs=0.01)


def test_an_empty_index_refuses_and_shows_nothing() -> None:
    answer = corpus_of().ask(BURNT)
    assert not answer.answered
    assert answer.confidence == 0
    assert (answer.nearest, answer.quotes, answer.hits) == ((), (), ())


def test_a_follow_up_is_searched_with_what_went_before_and_another_question_is_not(small: Corpus) -> None:
    answer = small.ask("¿Y en agosto?", [BURNT])
    assert "hectáreas" in answer.searched
    assert answer.question == "¿Y en agosto?"
    assert untimed(small.ask("¿Cuándo abre la biblioteca?", [BURNT])) == untimed(
        small.ask("¿Cuándo abre la biblioteca?")
    )


# --- choosing -----------------------------------------------------------------------------------


def test_only_passages_that_were_read_are_quoted(small: Corpus) -> None:
    judged = judge(small, BURNT).candidates
    one = judged.readings[:1]
    assert set(candidates_of(small.index, judged.retrieval, one).ranks.tolist()) == {0}
    assert len(candidates_of(small.index, judged.retrieval, ())) == 0


def test_a_feature_that_a_model_needs_and_nobody_has_is_an_error() -> None:
    with pytest.raises(ValueError, match="not in"):
        LinearModel.from_mapping({"nada": 1.0}).scores(np.zeros((1, 1), np.float32), ["algo"])


# --- whether the documents answer ---------------------------------------------------------------


def features(corpus: Corpus, question: str) -> dict[str, float]:
    judged = judge(corpus, question)
    row = answerable_features(judged.candidates, judged.ranking)
    assert row.shape == (1, len(ANSWERABLE_FEATURES))
    assert np.isfinite(row).all()
    return dict(zip(ANSWERABLE_FEATURES, row[0].tolist(), strict=True))


def test_a_question_that_is_answered_scores_higher(small: Corpus) -> None:
    good = features(small, "¿Cuántos días tardaron los bomberos en apagar el fuego?")
    bad = features(small, "¿Cuántos goles marcó el delantero del equipo?")
    for name in ("reader", "passage", "any", "own", "cosine"):
        assert good[name] > bad[name], name


def test_the_fitted_tables_name_only_features_there_are() -> None:
    weights = load_weights()
    assert set(weights.candidate.names) <= set(CANDIDATE_FEATURES)
    assert set(weights.answerable.names) <= set(ANSWERABLE_FEATURES)
    assert 0 < weights.threshold < 1


# --- anything may be asked ----------------------------------------------------------------------

WORDS = st.sampled_from(
    "¿Cuántas hectáreas GR plan de la y eso xq 1240 1.240, libros? what AGN/65 \u200b 🙂 ﬁ".split()
)
QUESTIONS = st.one_of(
    st.text(st.characters(), max_size=400),
    st.lists(WORDS, max_size=60).map(" ".join),
    st.text("a¿ \n", max_size=50),
)


@settings(max_examples=150, deadline=timedelta(seconds=5))
@given(QUESTIONS, st.lists(QUESTIONS, max_size=3))
@example("a" * 1_000_000, [])
@example("¿Cuántas " * 100_000, ["y " * 100_000])
@example("\ud800 x \udfff", ["\ud800"])
@example("1/" * 1500, [])
@example("(((((" * 400 + "x", [])
def test_any_text_gives_an_answer_or_a_question_error_in_bounded_time(
    small: Corpus, question: str, turns: list[str]
) -> None:
    try:
        answer = small.ask(question, turns)
    except QuestionError:
        return
    assert answer.question == question
    assert 0 <= answer.confidence <= 1
    assert answer.answered == bool(answer.quotes)
    assert len(answer.quotes) <= 5
    for quote in (*answer.quotes, *answer.nearest):
        assert proves(small.documents[quote.document_id].text, quote.spans, quote.text)
