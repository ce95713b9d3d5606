"""Judges what was read: how likely each candidate answers, and how likely the documents answer at all.

A question close to the topic scores high in every retriever; only reading shows that the fact is not there. A
question on another subject is recognised by its distance from the documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer_weights import LinearModel
from alpie.app.answering.judging.candidates import CANDIDATE_FEATURES, Candidates, CandidateSpan
from alpie.index.reader import Reading
from alpie.index.records import Hit, Sentence
from alpie.index.retrieval.search import Retrieval

_SCORE_DECIMALS = 6  # scores that differ by less are equal, see `SearchIndex`


@dataclass(frozen=True)
class Candidate:
    """One or more neighbouring sentences of one passage that are quoted together."""

    hit: Hit
    rank: int  # of the hit among the hits, 0-based
    span: CandidateSpan
    number: int  # in `Candidates`
    score: float  # log-odds
    probability: float  # among all candidates of the question, whose probabilities sum to one
    reading: Reading | None = None  # of its passage

    @property
    def first(self) -> int:
        return self.span.first

    @property
    def last(self) -> int:
        return self.span.last

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return self.hit.passage.sentences[self.first : self.last + 1]

    @property
    def words(self) -> int:
        return sum(len(sentence.text.split()) for sentence in self.sentences)


@dataclass(frozen=True)
class JudgedQuestion:
    """A question searched, its sentences scored, and the probability that they answer it."""

    candidates: Candidates
    ranking: tuple[Candidate, ...]
    confidence: float

    @property
    def retrieval(self) -> Retrieval:
        return self.candidates.retrieval

    @property
    def cosine(self) -> float:
        """Of the question and the best candidate; 0 where nothing was found."""
        return float(self.candidates.column("cosine")[self.ranking[0].number]) if self.ranking else 0.0


def ranked_candidates(candidates: Candidates, model: LinearModel) -> tuple[Candidate, ...]:
    """All candidates by score, best first. A soft maximum makes their probabilities, which sum to one."""
    if not len(candidates):
        return ()
    scores = model.scores(candidates.features, CANDIDATE_FEATURES)
    raised = np.exp(scores - scores.max())
    probabilities = raised / raised.sum()
    order = np.lexsort((np.arange(len(scores)), -np.round(scores, _SCORE_DECIMALS)))
    return tuple(
        Candidate(
            hit=candidates.retrieval.hits[rank],
            rank=rank,
            span=candidates.spans[number],
            number=int(number),
            score=float(scores[number]),
            probability=float(probabilities[number]),
            reading=candidates.readings[rank],
        )
        for number in order
        for rank in (int(candidates.ranks[number]),)
    )


ANSWERABLE_FEATURES = (
    "reader",  # log-odds that the best candidate answers
    "passage",  # log-odds that the passage of the best candidate answers
    "any",  # log-odds that any of the passages answers, all of them together
    "own",  # score of the best passage without what expansions add: not every collection has them
    "cosine",  # of question and best candidate
)


def answerable_features(candidates: Candidates, ranking: Sequence[Candidate]) -> NDArray[np.float32]:
    """The features of one question, shape (1, len(ANSWERABLE_FEATURES)); all zero when nothing was found."""
    if not ranking:
        return np.zeros((1, len(ANSWERABLE_FEATURES)), dtype=np.float32)
    best = ranking[0]
    values = (
        candidates.column("reader")[best.number],
        candidates.readings[best.rank].passage_log_odds,
        np.logaddexp.reduce([reading.passage_log_odds for reading in candidates.readings]),
        candidates.retrieval.hits[0].own_score,
        candidates.column("cosine")[best.number],
    )
    return np.array([values], dtype=np.float32)
