"""BM25 with scores that can be compared between questions, held against a plain rewriting of its formula."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpie.index.retrieval.bm25 import TermIndex, top_rows

ROWS = [["perro", "gato", "perro"], ["gato", "casa"], ["casa", "jardin", "arbol", "perro"], [], ["registro"]]


def bm25(rows: Sequence[Sequence[str]], question: Sequence[str]) -> list[float]:
    """Lucene's BM25, divided by the weight of the question: slow and plain."""
    average = sum(map(len, rows)) / len(rows)
    unique = list(dict.fromkeys(question))

    def idf(term: str) -> float:
        frequency = sum(term in row for row in rows)
        return math.log(1 + (len(rows) - frequency + 0.5) / (frequency + 0.5))

    total = sum(map(idf, unique))
    scores = []
    for row in rows:
        counted = Counter(row)
        norm = 0.9 * (1 - 0.75 + 0.75 * len(row) / average) if average else 0.9
        scores.append(
            sum(idf(t) * counted[t] / (counted[t] + norm) for t in unique if counted[t]) / (total or 1)
        )
    return scores


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abcdefg"), max_size=6), min_size=1, max_size=8),
    st.lists(st.sampled_from("abcdexyz"), max_size=5),
)
def test_scores_are_bm25_as_the_textbook_has_it(rows: list[list[str]], question: list[str]) -> None:
    index = TermIndex.from_terms(rows)
    scores = index.scores(question)
    np.testing.assert_allclose(scores, bm25(rows, question), atol=1e-5)
    assert scores.shape == (len(rows),)
    assert (scores >= 0).all()
    assert (scores <= 1.0001).all()


def test_a_rare_word_weighs_more_than_a_common_one_and_an_unknown_one_most() -> None:
    index = TermIndex.from_terms(ROWS)
    common, rare, unknown = index.idfs(["perro", "registro", "qwerty"])
    assert 0 < common < rare < unknown


@pytest.mark.parametrize("rows", [[], [[]], [[], []]])
def test_nothing_to_index_is_an_index_that_finds_nothing(rows: list[list[str]]) -> None:
    index = TermIndex.from_terms(rows)
    assert index.size == len(rows)
    assert index.scores(["perro"]).tolist() == [0.0] * len(rows)
    assert (index.frequencies(["perro"]), index.frequencies([])) == ([0], [])


def test_scores_are_a_fresh_array_each_time() -> None:
    index = TermIndex.from_terms(ROWS)
    index.scores(["perro"])[:] = 9
    assert index.scores(["perro"]).max() < 1


def test_the_best_are_those_with_the_highest_scores() -> None:
    chance = np.random.default_rng(5)
    rows = [[f"w{n}" for n in chance.zipf(1.3, 40) % 3_000] for _ in range(2_000)]
    index = TermIndex.from_terms(rows)
    assert index.frequencies(["w1", "nada"]) == [sum("w1" in row for row in rows), 0]
    for question in (["w1", "w7", "w99"], ["w2"], ["w1500", "w3"], ["nada"], []):
        scores = index.scores(question)
        expected = [row for row in np.lexsort((np.arange(len(scores)), -scores)) if scores[row] > 0]
        for limit in (1, 10, 5_000):
            assert top_rows(scores, limit).tolist() == expected[:limit]
