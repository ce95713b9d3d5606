"""What tells whether the documents answer: the reader's log-odds, and how near the question lies to them at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_encoder import LARGE_TEXT, SMALL_TEXT, WEIGHTS, FakeEncoder, corpus_of
from fake_reader import FakeReader

from alpie.app.answering.abstention import ANSWERABLE_FEATURES, answerable_features
from alpie.app.answering.answer import judge
from alpie.app.answering.answer_weights import load_weights
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.features import CANDIDATE_FEATURES
from alpie.index.encoder.embed import embed_passages
from alpie.index.retrieval.search import SearchIndex
from alpie.index.spanish.query import read_question


@pytest.fixture(scope="module")
def small() -> Corpus:
    return corpus_of(LARGE_TEXT, SMALL_TEXT)


def features(corpus: Corpus, question: str) -> dict[str, float]:
    judged = judge(corpus.index, corpus.index.encode(read_question(question)), WEIGHTS)
    row = answerable_features(judged.retrieval, judged.readings, judged.candidates, judged.ranking)
    assert row.shape == (1, len(ANSWERABLE_FEATURES))
    assert np.isfinite(row).all()
    return dict(zip(ANSWERABLE_FEATURES, row[0].tolist(), strict=True))


def test_a_question_that_is_answered_scores_higher(small: Corpus) -> None:
    good = features(small, "¿Cuántos días tardaron los bomberos en apagar el fuego?")
    bad = features(small, "¿Cuántos goles marcó el delantero del equipo?")
    for name in ("reader", "passage", "any", "own", "cosine"):
        assert good[name] > bad[name], name


def test_nothing_found_is_a_row_of_zeros() -> None:
    empty = embed_passages([], FakeEncoder())
    index = SearchIndex.from_embedded([], empty, FakeEncoder())
    corpus = Corpus({}, {}, replace(index, reader=FakeReader()), "", "")
    assert not any(features(corpus, "hectáreas").values())


def test_the_fitted_tables_name_only_features_there_are() -> None:
    weights = load_weights()
    assert set(weights.candidate.names) <= set(CANDIDATE_FEATURES)
    assert set(weights.answerable.names) <= set(ANSWERABLE_FEATURES)
    assert 0 < weights.threshold < 1
