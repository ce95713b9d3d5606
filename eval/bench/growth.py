"""A collection of any size for measuring growth, put together from a real index.

Every synthetic passage is made of two real sentences; its vectors are theirs with noise, its terms theirs
together. The vocabulary is that of the real documents, so what grows is the number of
passages and postings, as it would with more documents on one subject.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from alpie.eval.bench.timing import Timing
from alpie.index.records import Passage
from alpie.index.retrieval.bm25 import TermIndex, best_of
from alpie.index.retrieval.search import SearchIndex
from alpie.index.retrieval.vectors import VectorIndex
from alpie.index.spanish.analysis import terms
from alpie.index.spanish.query import Question, read_question

__all__ = ["GROWTH_STAGES", "Growth", "grown", "measure_growth"]

_SENTENCES = 2  # of a synthetic passage
_NOISE = 0.35  # length of the noise beside a vector of length 1: cosine .94, as between like sentences
GROWTH_STAGES = (
    "encode", "dense", "sentences", "lexical", "whole search",
    "search and judge",
)  # fmt: skip


@dataclass(frozen=True)
class Growth:
    """CPU milliseconds of a stage by number of passages."""

    stage: str
    passages: tuple[int, ...]
    cpu_ms: tuple[float, ...]

    @property
    def exponent(self) -> float:
        """Of the power law through the two largest sizes: 0 constant, 1 proportional."""
        if len(self.passages) < 2 or min(self.cpu_ms[-2:]) <= 0:
            return 0.0
        (small, large), (before, after) = self.passages[-2:], self.cpu_ms[-2:]
        return float(np.log(after / before) / np.log(large / small))


def grown(index: SearchIndex, size: int, seed: int = 0) -> SearchIndex:
    """An index of `size` synthetic passages, in memory, made from a real one."""
    chance = np.random.default_rng(seed)
    sentences = [sentence for passage in index.passages for sentence in passage.sentences]
    chosen = chance.integers(0, len(sentences), size * _SENTENCES)
    vectors = index.sentence_vectors.rows(np.arange(len(sentences)))
    sentence_vectors = _noisy(vectors[chosen], chance)
    model = index.passages[0]
    passages = tuple(
        Passage(
            f"synthetic/{number}",
            model.document_id,
            tuple(sentences[row] for row in chosen[number * _SENTENCES : (number + 1) * _SENTENCES]),
            model.path,
            model.kind,
        )
        for number in range(size)
    )
    word_rows = [[str(term) for term in terms(sentence.text)] for sentence in sentences]
    return replace(
        index,
        passages=passages,
        dense=VectorIndex.from_vectors(_noisy(sentence_vectors[::_SENTENCES], chance)),
        sentence_vectors=VectorIndex.from_vectors(sentence_vectors),
        lexical=TermIndex.from_terms(
            [
                [term for row in chosen[first : first + _SENTENCES] for term in word_rows[row]]
                for first in range(0, len(chosen), _SENTENCES)
            ]
        ),
    )


def _noisy(vectors: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.float32]:
    noise = chance.standard_normal(vectors.shape, dtype=np.float32)
    noise *= _NOISE / np.sqrt(vectors.shape[1])
    noise += vectors
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    return noise


def measure_growth(
    index: SearchIndex,
    questions: Sequence[str],
    sizes: Sequence[int],
    judge: Callable[[SearchIndex, Question], object],
    on_size: Callable[[int], None] = lambda size: None,
) -> list[Growth]:
    """CPU time of each stage by number of passages, median over the questions.

    `judge` searches and scores what was found: everything up to the choice of quotations.
    """
    asked = [read_question(question) for question in questions]
    found: dict[str, list[float]] = {stage: [] for stage in GROWTH_STAGES}
    for size in sizes:
        on_size(size)
        one = grown(index, size)
        rows = [_stages(one, question, judge) for question in [asked[0], *asked]][1:]  # the first warms up
        for stage in GROWTH_STAGES:
            found[stage].append(statistics.median(row[stage] for row in rows))
    return [Growth(stage, tuple(sizes), tuple(found[stage])) for stage in GROWTH_STAGES]


def _stages(
    index: SearchIndex, question: Question, judge: Callable[[SearchIndex, Question], object]
) -> dict[str, float]:
    encoded = index.encode(question)
    work: dict[str, Callable[[], object]] = {
        "encode": lambda: index.encode(question),
        "dense": lambda: index.dense.search(encoded.vector, 100),
        "sentences": lambda: index.sentence_vectors.search(encoded.vector, 200),
        "lexical": lambda: best_of(index.lexical.scores(encoded.terms), 100),
        "whole search": lambda: index.search(question, 10),
        "search and judge": lambda: judge(index, question),
    }
    return {stage: Timing.of(work[stage], repeats=3).cpu_ms for stage in GROWTH_STAGES}
