"""Whether the documents answer at all: a calibrated probability from how well the best sentence fits.

Near-topic questions score high on every single similarity. What gives them away is what the best
sentence does *not* hold: the rarest words of the question, the figure or name asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alpie.app.choice import Unit
from alpie.app.features import SENTENCE_FEATURES, Candidates, asked_types
from alpie.index.analysis import stems
from alpie.index.search import Retrieval, SearchIndex

__all__ = ["ANSWERABLE_FEATURES", "answerable_features"]

ANSWERABLE_FEATURES = (
    "fused",  # fused score of the best passage
    "fused_margin",  # over the second
    "sentence",  # log-odds of the best sentence
    "sentence_share",
    "tokens",
    "tokens_weighted",
    "tokens_low",
    "cosine",
    "passage_cosine",
    "coverage",
    "coverage_passage",
    "lexical",
    "grams",
    "missing",  # weight of the rarest question word found nowhere in the best passages, relative to the rarest
    "missing_best",  # … in the best passage
    "unknown",  # share of question words that no document holds
    "type_missing",  # asks for a number, date, name … and none stands in the best sentence
    "length",  # log of the number of question words
    "spanish",
    "agreement",  # legs whose first passage is the best one
)
_NEAR = 6  # passages that count as best: those whose sentences are chosen from


def answerable_features(
    index: SearchIndex, retrieval: Retrieval, candidates: Candidates, units: Sequence[Unit]
) -> NDArray[np.float32]:
    """One row, shape (1, len(ANSWERABLE_FEATURES)); all zero when nothing was found."""
    if not retrieval.hits or not units:
        return np.zeros((1, len(ANSWERABLE_FEATURES)), dtype=np.float32)
    encoded, hits = retrieval.encoded, retrieval.hits
    best = units[0]
    row = _row_of(best, candidates.hit, candidates.position)
    sentence = dict(zip(SENTENCE_FEATURES, candidates.features[row], strict=True)) if row is not None else {}
    asked = {str(term): index.lexical.idf(term) for term in encoded.terms}
    held = [stems(hit.passage.text) for hit in hits[:_NEAR]]
    largest = index.lexical.idf("")
    types = asked_types(encoded.question.searched)
    met = any(sentence.get(kind, 0.0) for kind in types) or not types
    values = {
        "fused": hits[0].score,
        "fused_margin": hits[0].score - hits[1].score if len(hits) > 1 else 0.0,
        "sentence": best.score,
        "sentence_share": best.share,
        "coverage_passage": _coverage(asked, held[0]),
        "lexical": hits[0].legs["lexical"],
        "grams": hits[0].legs["grams"],
        "missing": max((w for t, w in asked.items() if not any(t in h for h in held)), default=0.0) / largest,
        "missing_best": max((w for t, w in asked.items() if t not in held[0]), default=0.0) / largest,
        "unknown": float(np.mean([t not in index.lexical for t in asked])) if asked else 1.0,
        "type_missing": float(not met),
        "length": float(np.log1p(len(encoded.question.searched.split()))),
        "spanish": float(encoded.question.language != "en"),
        "agreement": float(sum(rank == 1 for rank in hits[0].ranks.values())),
    } | {
        k: sentence.get(k, 0.0)
        for k in ("tokens", "tokens_weighted", "tokens_low", "cosine", "passage_cosine", "coverage")
    }
    return np.array([[values[name] for name in ANSWERABLE_FEATURES]], dtype=np.float32)


def _row_of(unit: Unit, hits: NDArray[np.int64], positions: NDArray[np.int64]) -> int | None:
    rows = np.flatnonzero((hits == unit.rank) & (positions == unit.best))
    return int(rows[0]) if len(rows) else None


def _coverage(asked: dict[str, float], held: frozenset[str]) -> float:
    total = sum(asked.values())
    return sum(weight for term, weight in asked.items() if term in held) / total if total else 0.0
