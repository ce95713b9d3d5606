"""One question to one answer: search, choose, judge whether that answers, quote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer_types import Answer, SearchStatement
from alpie.app.answering.answer_weights import Weights, sigmoid
from alpie.app.answering.judging.abstention import ANSWERABLE_FEATURES, answerable_features
from alpie.app.answering.judging.candidates import Candidates, candidates_of
from alpie.app.answering.judging.ranking import Candidate, ranked_candidates
from alpie.app.answering.judging.read_passages import read_hits
from alpie.app.answering.quoting.figures_asked import lacks_a_figure
from alpie.app.answering.quoting.quotes import QuotePolicy, select_quotes
from alpie.index.reader import Reader, Reading
from alpie.index.records import Document, Hit
from alpie.index.retrieval.search import EncodedQuestion, Retrieval, SearchIndex

# Where a figure that is asked for is missing, the probability is kept below this share of what makes an answer firm.
_WITH_RESERVE = 0.99
# Nearest passages that are less sure than this share of the threshold, and far from the question, are folded away.
_WEAK = 0.5
REPORTED_HITS = 10  # passages reported with the answer
# A refusal shows the three nearest passages, labelled as no answer.
_NEAREST = QuotePolicy(max_quotes=3, min_quotes=3, extend_ratio=1.0)


@dataclass(frozen=True)
class JudgedQuestion:
    """A question searched, its sentences scored, and the probability that they answer it."""

    retrieval: Retrieval
    readings: tuple[Reading, ...]  # of the first hits
    candidates: Candidates
    ranking: tuple[Candidate, ...]
    confidence: float


@dataclass(frozen=True)
class AnswerPipeline:
    """Documents with their index, and the numbers by which questions are answered from them."""

    documents: Mapping[str, Document]
    index: SearchIndex
    reader: Reader
    weights: Weights
    policy: QuotePolicy = field(default_factory=QuotePolicy)
    threshold: float | None = None  # of the probability that the documents answer; None: the calibrated one

    @property
    def answer_threshold(self) -> float:
        """The probability from which on a question is answered."""
        return self.weights.threshold if self.threshold is None else self.threshold

    @property
    def firm_threshold(self) -> float:
        """The probability from which on an answer is given without reserve."""
        return max(self.answer_threshold, self.weights.firm_threshold)

    def search_statement(self, above_threshold: int) -> SearchStatement:
        """What was searched, and in how many passages the answer may be."""
        return SearchStatement(
            len(self.documents),
            len(self.index.passages),
            above_threshold,
            self.answer_threshold,
            self.firm_threshold,
        )

    def judge(self, encoded: EncodedQuestion, allowed: NDArray[np.bool_] | None = None) -> JudgedQuestion:
        """Search for a question, in the passages `allowed` or in all, and judge what was found."""
        retrieval = self.index.retrieve(encoded, REPORTED_HITS, allowed=allowed)
        started = perf_counter()
        asked = encoded.question
        readings = read_hits(self.reader, asked.reader_text or asked.searched, retrieval.hits)
        milliseconds = {**retrieval.milliseconds, "read": 1000 * (perf_counter() - started)}
        return self._score(replace(retrieval, milliseconds=milliseconds), readings)

    def _score(self, retrieval: Retrieval, readings: tuple[Reading, ...]) -> JudgedQuestion:
        """What was found and read, as a ranking of candidates and one probability."""
        candidates = candidates_of(self.index, retrieval, readings)
        ranking = ranked_candidates(retrieval, readings, candidates, self.weights.candidate)
        row = answerable_features(retrieval, readings, candidates, ranking)
        log_odds = float(self.weights.answerable.scores(row, ANSWERABLE_FEATURES)[0])
        return JudgedQuestion(retrieval, readings, candidates, ranking, sigmoid(log_odds) if ranking else 0.0)

    def answer(self, encoded: EncodedQuestion, allowed: NDArray[np.bool_] | None = None) -> Answer:
        """The quotations that answer a question, or an honest no with the nearest passages.

        `allowed`: as in `SearchIndex.search`.
        """
        started = perf_counter()
        judged = self.judge(encoded, allowed)
        found = perf_counter()
        answered = bool(judged.ranking) and judged.confidence >= self.answer_threshold
        question = encoded.question  # misspelt words put right
        weights = self.weights
        policy = self.policy if answered else _NEAREST
        quotes = select_quotes(judged.ranking, question, self.documents, judged.confidence, policy)
        answered = answered and bool(quotes)
        confidence = judged.confidence
        if answered and lacks_a_figure(question.reader_text or question.searched, quotes):
            confidence = min(confidence, _WITH_RESERVE * self.firm_threshold)
        cosine = _best_cosine(judged)
        near = weights.near_cosine if _has_no_known_word(self.index, encoded) else weights.far_cosine
        done = perf_counter()
        stages = dict(judged.retrieval.milliseconds)
        stages["choose"] = 1000 * (found - started) + encoded.milliseconds - sum(stages.values())
        stages |= {"quote": 1000 * (done - found), "total": 1000 * (done - started) + encoded.milliseconds}
        return Answer(
            question=question.typed,
            searched=question.searched,
            answered=answered,
            confidence=confidence,
            quotes=quotes if answered else (),
            nearest=() if answered or cosine < near else quotes,
            nothing_near=not answered
            and cosine < weights.near_cosine
            and judged.confidence < _WEAK * self.answer_threshold,
            hits=_rerank(judged, weights.rerank_weight),
            search=self.search_statement(_count_near_best(judged) if answered else 0),
            milliseconds=stages,
            language=question.language,
        )


def _has_no_known_word(index: SearchIndex, encoded: EncodedQuestion) -> bool:
    """Whether no word of a Spanish question is in the documents: «¿quién manda aquí?» is near anything, and asks nothing."""
    if encoded.question.language == "en" or encoded.related or not encoded.terms:
        return False
    return not any(index.lexical.frequencies([*map(str, encoded.terms)]))


def _best_cosine(judged: JudgedQuestion) -> float:
    return float(judged.candidates.column("cosine")[judged.ranking[0].row]) if judged.ranking else 0.0


def _rerank(judged: JudgedQuestion, best_weight: float) -> tuple[Hit, ...]:
    """The passages, those first whose best candidate is most likely to answer; those that were not read after them."""
    best: dict[int, float] = {}
    for candidate in judged.ranking:
        best.setdefault(candidate.rank, candidate.score)
    hits = judged.retrieval.hits
    worst = min(best.values(), default=0.0)
    scores = [hit.score + best_weight * best.get(rank, worst) for rank, hit in enumerate(hits)]
    order = sorted(range(len(hits)), key=lambda rank: (-round(scores[rank], 5), rank))[:REPORTED_HITS]
    return tuple(replace(hits[rank], score=scores[rank]) for rank in order)


def _count_near_best(judged: JudgedQuestion) -> int:
    """Passages with a sentence scored near the one that carried the answer over the threshold."""
    best = judged.ranking[0].score
    return len({candidate.rank for candidate in judged.ranking if best - candidate.score < 2.0})
