"""Candidates are ordered by their scores, and their probabilities are those of the one that answers."""

from __future__ import annotations

import numpy as np
import pytest

from alpie.app.answering.answer_weights import LinearModel
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.judging.candidates import Candidates, candidates_of
from alpie.app.answering.judging.judgement import ANSWERABLE_FEATURES, answerable_features, ranked_candidates
from alpie.app.answering.judging.read_passages import read_hits
from alpie.index.spanish.query import parse_question
from support.fake_encoder import LARGE_TEXT, SMALL_TEXT, FakeReader, corpus_of

BY_READER = LinearModel.from_mapping({"reader": 1.0})


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return corpus_of(LARGE_TEXT, SMALL_TEXT)


def _candidates(corpus: Corpus, question: str) -> Candidates:
    retrieval = corpus.index.search(parse_question(question))
    readings = read_hits(FakeReader(), question, retrieval.hits, corpus.documents)
    return candidates_of(corpus.index, retrieval, readings)


def test_the_best_comes_first_and_the_probabilities_are_those_of_one_answer(corpus: Corpus) -> None:
    candidates = _candidates(corpus, "¿Cuántas hectáreas de monte ardieron en julio?")
    ranking = ranked_candidates(candidates, BY_READER)
    assert len(ranking) == len(candidates)
    scores = [candidate.score for candidate in ranking]
    assert scores == sorted(scores, reverse=True)
    assert sum(candidate.probability for candidate in ranking) == pytest.approx(1.0)
    odds = ranking[0].probability / ranking[1].probability
    assert np.log(odds) == pytest.approx(scores[0] - scores[1])
    for candidate in ranking:
        assert candidate.hit is candidates.retrieval.hits[candidate.rank]
        assert candidate.reading is candidates.readings[candidate.rank]
        assert candidate.span == candidates.spans[candidate.number]
    assert ranking[0].sentences[0].text.startswith("En julio ardieron 1240 hectáreas")
    assert ranking[0].words == len(ranking[0].sentences[0].text.split())


def test_of_equals_the_one_that_was_found_first_comes_first(corpus: Corpus) -> None:
    candidates = _candidates(corpus, "fuego y libros")
    level = ranked_candidates(candidates, LinearModel.from_mapping({"reader": 0.0}))
    assert [candidate.number for candidate in level] == list(range(len(candidates)))
    assert [candidate.probability for candidate in level] == pytest.approx([1 / len(candidates)] * len(level))


def test_whether_there_is_an_answer_is_judged_by_the_best_candidate_and_all_passages(corpus: Corpus) -> None:
    candidates = _candidates(corpus, "¿Cuántas hectáreas de monte ardieron en julio?")
    ranking = ranked_candidates(candidates, BY_READER)
    features = dict(zip(ANSWERABLE_FEATURES, answerable_features(candidates, ranking)[0], strict=True))
    passages = [reading.passage_log_odds for reading in candidates.readings]
    assert features["reader"] == pytest.approx(ranking[0].score)
    assert features["passage"] == pytest.approx(passages[ranking[0].rank])
    assert features["any"] == pytest.approx(np.log(np.exp(passages).sum()))
    assert features["any"] >= features["passage"]
    assert features["own"] == pytest.approx(candidates.retrieval.hits[0].own_score)


def test_of_nothing_there_is_no_ranking_and_a_row_of_zeros() -> None:
    candidates = _candidates(corpus_of(), "hectáreas")
    assert ranked_candidates(candidates, BY_READER) == ()
    assert answerable_features(candidates, ()).tolist() == [[0.0] * len(ANSWERABLE_FEATURES)]
