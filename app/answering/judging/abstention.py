"""Tells whether the documents answer at all: a calibrated probability from what the reader says of the best passages.

A question near the topic scores high in every retriever; only reading tells that the fact is not there. That a question
is on another subject is told by its distance from the documents.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.judging.candidates import Candidates
from alpie.app.answering.judging.judgement import Candidate
from alpie.index.reader import Reading
from alpie.index.retrieval.search import Retrieval

ANSWERABLE_FEATURES = (
    "reader",  # log-odds that the best candidate answers
    "passage",  # log-odds that the passage of the best candidate answers
    "any",  # log-odds that any of the passages answers, all of them together
    "own",  # score of the best passage without what expansions add: not every collection has them
    "cosine",  # of question and best candidate
)


def answerable_features(
    retrieval: Retrieval, readings: Sequence[Reading], candidates: Candidates, ranking: Sequence[Candidate]
) -> NDArray[np.float32]:
    """The features of one question, shape (1, len(ANSWERABLE_FEATURES)); all zero when nothing was found."""
    if not ranking:
        return np.zeros((1, len(ANSWERABLE_FEATURES)), dtype=np.float32)
    best = ranking[0]
    values = (
        candidates.column("reader")[best.row],
        readings[best.rank].passage_log_odds,
        np.logaddexp.reduce([reading.passage_log_odds for reading in readings]),
        retrieval.hits[0].own_score,
        candidates.column("cosine")[best.row],
    )
    return np.array([values], dtype=np.float32)
