"""One question to one answer: search, choose, judge whether that answers, quote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.abstention import ANSWERABLE_FEATURES, answerable_features
from alpie.app.answering.answer_types import Answer, SearchStatement
from alpie.app.answering.answer_weights import Weights, sigmoid
from alpie.app.answering.features import Candidates, candidates_of
from alpie.app.answering.quotes import QuotePolicy, select_quotes
from alpie.app.answering.ranking import Candidate, ranked_candidates
from alpie.app.answering.read_passages import read_hits
from alpie.index.reader import Reading
from alpie.index.reader.open_reader import default_reader
from alpie.index.records import Document, Hit
from alpie.index.retrieval.search import EncodedQuestion, Retrieval, SearchIndex

_WEAK = 0.5  # of the threshold: what comes nearest and is less sure is folded away, if it lies far besides
_HITS = 10  # passages reported with the answer
_NEAREST = QuotePolicy(most=3, always=3, extend_ratio=1.0)  # of a refusal: shown, and labelled as no answer


@dataclass(frozen=True)
class Judged:
    """A question searched, its sentences scored, and the probability that they answer it."""

    retrieval: Retrieval
    readings: tuple[Reading, ...]  # of the first hits
    candidates: Candidates
    ranking: tuple[Candidate, ...]
    confidence: float


def judge(
    index: SearchIndex, encoded: EncodedQuestion, weights: Weights, allowed: NDArray[np.bool_] | None = None
) -> Judged:
    """Search for a question, in some passages or in all, and judge what was found."""
    retrieval = index.retrieve(encoded, _HITS, allowed=allowed)
    reader = index.reader or default_reader()
    started = perf_counter()
    asked = encoded.question
    readings = read_hits(reader, asked.read or asked.searched, retrieval.hits)
    milliseconds = {**retrieval.milliseconds, "read": 1000 * (perf_counter() - started)}
    return weigh(index, replace(retrieval, milliseconds=milliseconds), readings, weights)


def weigh(index: SearchIndex, retrieval: Retrieval, readings: Sequence[Reading], weights: Weights) -> Judged:
    """What was found and read, as a ranking of candidates and one probability."""
    candidates = candidates_of(index, retrieval, readings)
    ranking = ranked_candidates(retrieval, readings, candidates, weights.candidate)
    row = answerable_features(retrieval, readings, candidates, ranking)
    log_odds = float(weights.answerable.scores(row, ANSWERABLE_FEATURES)[0])
    return Judged(retrieval, tuple(readings), candidates, ranking, sigmoid(log_odds) if ranking else 0.0)


def answer_question(
    index: SearchIndex,
    documents: Mapping[str, Document],
    encoded: EncodedQuestion,
    weights: Weights,
    policy: QuotePolicy | None = None,
    threshold: float | None = None,
    allowed: NDArray[np.bool_] | None = None,
) -> Answer:
    """The quotations that answer a question, or an honest no with the nearest passages.

    `threshold`, 0 … 1, replaces the calibrated one. `allowed`: as in `SearchIndex.search`.
    """
    started = perf_counter()
    judged = judge(index, encoded, weights, allowed)
    found = perf_counter()
    limit = weights.threshold if threshold is None else threshold
    answered = bool(judged.ranking) and judged.confidence >= limit
    question = encoded.question  # misspelt words put right
    unheard = _unheard(index, encoded)
    quotes = select_quotes(
        judged.ranking,
        question,
        documents,
        judged.confidence,
        (policy or QuotePolicy()) if answered else _NEAREST,
    )
    answered = answered and bool(quotes)
    cosine = _best_cosine(judged)
    done = perf_counter()
    stages = dict(judged.retrieval.milliseconds)
    stages["choose"] = 1000 * (found - started) + encoded.milliseconds - sum(stages.values())
    return Answer(
        question=question.typed,
        searched=question.searched,
        answered=answered,
        confidence=judged.confidence,
        quotes=quotes if answered else (),
        nearest=() if answered or cosine < (weights.near if unheard else weights.far) else quotes,
        far=not answered and cosine < weights.near and judged.confidence < _WEAK * limit,
        hits=_reordered(judged, weights.reorder),
        search=SearchStatement(
            documents=len(documents),
            passages=len(index.passages),
            above_threshold=_above(judged, weights, limit) if answered else 0,
            threshold=limit,
            firm=max(limit, weights.firm),
        ),
        milliseconds=stages
        | {"quote": 1000 * (done - found), "total": 1000 * (done - started) + encoded.milliseconds},
        language=question.language,
    )


def _unheard(index: SearchIndex, encoded: EncodedQuestion) -> bool:
    """Whether no word of a Spanish question is in the documents: «¿quién manda aquí?» is near anything, and asks nothing."""
    if encoded.question.language == "en" or encoded.related or not encoded.terms:
        return False
    return not any(index.lexical.frequencies([*map(str, encoded.terms)]))


def _best_cosine(judged: Judged) -> float:
    return float(judged.candidates.column("cosine")[judged.ranking[0].row]) if judged.ranking else 0.0


def _reordered(judged: Judged, best_weight: float) -> tuple[Hit, ...]:
    """The passages, those first whose best candidate is most likely to answer; those that were not read after them."""
    best: dict[int, float] = {}
    for candidate in judged.ranking:
        best.setdefault(candidate.rank, candidate.score)
    hits = judged.retrieval.hits
    worst = min(best.values(), default=0.0)
    scores = [hit.score + best_weight * best.get(rank, worst) for rank, hit in enumerate(hits)]
    order = sorted(range(len(hits)), key=lambda rank: (-round(scores[rank], 5), rank))[:_HITS]
    return tuple(replace(hits[rank], score=scores[rank]) for rank in order)


def _above(judged: Judged, weights: Weights, limit: float) -> int:
    """Passages with a sentence scored near the one that carried the answer over the threshold."""
    best = judged.ranking[0].score
    return len({candidate.rank for candidate in judged.ranking if best - candidate.score < 2.0})
