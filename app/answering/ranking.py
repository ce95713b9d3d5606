"""Which units answer: each with a score, and its share of probability over all units of the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alpie.app.answering.answer_weights import LinearModel
from alpie.app.answering.candidates import UnitSpan
from alpie.app.answering.features import UNIT_FEATURES, Candidates
from alpie.index.reader import Reading
from alpie.index.records import Sentence
from alpie.index.retrieval.hits import Hit
from alpie.index.retrieval.search import Retrieval

__all__ = ["Unit", "ranked_units"]


@dataclass(frozen=True)
class Unit:
    """One or more neighbouring sentences of one passage that are quoted together."""

    hit: Hit
    rank: int  # of the hit among the hits, 0-based
    span: UnitSpan
    candidate: int  # its row among the candidates
    score: float  # log-odds
    share: float  # of probability
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


def ranked_units(
    retrieval: Retrieval, readings: Sequence[Reading], candidates: Candidates, model: LinearModel
) -> tuple[Unit, ...]:
    """All candidates by score, best first. A soft maximum makes their shares, which sum to one."""
    if not len(candidates):
        return ()
    scores = model.scores(candidates.features, UNIT_FEATURES)
    raised = np.exp(scores - scores.max())
    shares = raised / raised.sum()
    order = np.lexsort((np.arange(len(scores)), -np.round(scores, 6)))
    return tuple(
        Unit(
            hit=retrieval.hits[int(candidates.hit[i])],
            rank=int(candidates.hit[i]),
            span=candidates.spans[i],
            candidate=int(i),
            score=float(scores[i]),
            share=float(shares[i]),
            reading=readings[int(candidates.hit[i])],
        )
        for i in order
    )
