"""Ranks candidates: each gets a score, and its probability among all candidates of the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
    row: int  # of the table of candidates
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


def ranked_candidates(
    retrieval: Retrieval, readings: Sequence[Reading], candidates: Candidates, model: LinearModel
) -> tuple[Candidate, ...]:
    """All candidates by score, best first. A soft maximum makes their probabilities, which sum to one."""
    if not len(candidates):
        return ()
    scores = model.scores(candidates.features, CANDIDATE_FEATURES)
    raised = np.exp(scores - scores.max())
    probabilities = raised / raised.sum()
    order = np.lexsort((np.arange(len(scores)), -np.round(scores, _SCORE_DECIMALS)))
    return tuple(
        Candidate(
            hit=retrieval.hits[int(candidates.hit[i])],
            rank=int(candidates.hit[i]),
            span=candidates.spans[i],
            row=int(i),
            score=float(scores[i]),
            probability=float(probabilities[i]),
            reading=readings[int(candidates.hit[i])],
        )
        for i in order
    )
