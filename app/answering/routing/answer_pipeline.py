"""Answers one question: search, read, rank, judge whether the documents answer, quote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer_types import Answer, Quote, SearchStatement
from alpie.app.answering.answer_weights import Weights, sigmoid
from alpie.app.answering.judging.candidates import candidates_of
from alpie.app.answering.judging.judgement import (
    ANSWERABLE_FEATURES,
    JudgedQuestion,
    answerable_features,
    ranked_candidates,
)
from alpie.app.answering.judging.read_passages import read_hits
from alpie.app.answering.quoting.mismatch import lacks_a_number, says_the_opposite
from alpie.app.answering.quoting.quote_policy import NEAREST, QuotePolicy
from alpie.app.answering.quoting.quotes import select_quotes
from alpie.index.reader import Reader
from alpie.index.records import Document, Hit
from alpie.index.retrieval.search import SCORE_DECIMALS, EncodedQuestion, SearchIndex

# Where quotations are about another thing, the confidence is at most this fraction of the firm threshold: just below it.
_WITH_RESERVE = 0.99
# Below this fraction of the threshold, and far from the question, the nearest passages are folded away.
_WEAK = 0.5
REPORTED_HITS = 10  # passages reported with the answer: as many as are read at most
_NEAR_BEST = 2.0  # log-odds: no less than a seventh as likely as the best


@dataclass(frozen=True)
class AnswerPipeline:
    """Documents with their index, and the numbers by which questions are answered from them."""

    documents: Mapping[str, Document]
    index: SearchIndex
    reader: Reader
    weights: Weights
    policy: QuotePolicy = field(default_factory=QuotePolicy)
    threshold: float | None = None  # of the probability that the documents answer; None: the fitted one

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

    def answer(self, encoded: EncodedQuestion, allowed: NDArray[np.bool_] | None = None) -> Answer:
        """The quotations that answer a question, or an honest no with the nearest passages.

        `allowed`: as in `SearchIndex.search`.
        """
        started = perf_counter()
        judged = self.judge(encoded, allowed)
        after_judging = perf_counter()
        question, confidence = encoded.question, judged.confidence
        is_likely = bool(judged.ranking) and confidence >= self.answer_threshold
        policy = self.policy if is_likely else NEAREST
        quotes = select_quotes(judged.ranking, question, self.documents, confidence, policy)
        answer = Answer(
            question=question.typed,
            searched=question.searched,
            confidence=confidence,
            hits=_rerank(judged, self.weights.rerank_weight),
            search=self.search_statement(0),
            milliseconds=_stages(judged, started, after_judging, perf_counter()),
            language=question.language,
        )
        choose = self._with_quotes if is_likely and quotes else self._with_nearest
        return choose(answer, judged, quotes)

    def judge(self, encoded: EncodedQuestion, allowed: NDArray[np.bool_] | None = None) -> JudgedQuestion:
        """Search for a question, in the passages `allowed` or in all, read the best, and judge whether they answer."""
        retrieval = self.index.retrieve(encoded, REPORTED_HITS, allowed=allowed)
        started = perf_counter()
        readings = read_hits(self.reader, encoded.question.as_read, retrieval.hits, self.documents)
        milliseconds = {**retrieval.milliseconds, "read": 1000 * (perf_counter() - started)}
        retrieval = replace(retrieval, milliseconds=milliseconds)
        candidates = candidates_of(self.index, retrieval, readings)
        ranking = ranked_candidates(candidates, self.weights.candidate)
        row = answerable_features(candidates, ranking)
        log_odds = float(self.weights.answerable.scores(row, ANSWERABLE_FEATURES)[0])
        return JudgedQuestion(candidates, ranking, sigmoid(log_odds) if ranking else 0.0)

    def _with_quotes(self, answer: Answer, judged: JudgedQuestion, quotes: tuple[Quote, ...]) -> Answer:
        """The answer that quotations give; with reserve where they are about another thing."""
        question, confidence = judged.retrieval.encoded.question, judged.confidence
        if lacks_a_number(question.as_read, quotes) or says_the_opposite(question.as_read, quotes):
            confidence = min(confidence, _WITH_RESERVE * self.firm_threshold)
        statement = self.search_statement(_count_near_best(judged))
        return replace(answer, answered=True, quotes=quotes, confidence=confidence, search=statement)

    def _with_nearest(self, answer: Answer, judged: JudgedQuestion, quotes: tuple[Quote, ...]) -> Answer:
        """The refusal, with the nearest quotations where they are near enough to be worth a look."""
        far, near = self.weights.far_cosine, self.weights.near_cosine
        is_unlikely = judged.confidence < _WEAK * self.answer_threshold
        least = near if _has_no_known_word(self.index, judged.retrieval.encoded) else far
        return replace(
            answer,
            nearest=quotes if judged.cosine >= least else (),
            nothing_near=judged.cosine < near and is_unlikely,
        )


def _stages(judged: JudgedQuestion, started: float, judged_at: float, ended: float) -> dict[str, float]:
    """Milliseconds by stage, the encoding of the question included, which came before `started`."""
    stages = dict(judged.retrieval.milliseconds)
    encoding = judged.retrieval.encoded.milliseconds
    stages["choose"] = 1000 * (judged_at - started) + encoding - sum(stages.values())
    return stages | {"quote": 1000 * (ended - judged_at), "total": 1000 * (ended - started) + encoding}


def _has_no_known_word(index: SearchIndex, encoded: EncodedQuestion) -> bool:
    """Whether no word of a Spanish question is in the documents: «¿quién manda aquí?» is near anything."""
    if encoded.question.language == "en" or encoded.related or not encoded.terms:
        return False
    return not any(index.lexical.frequencies([*map(str, encoded.terms)]))


def _rerank(judged: JudgedQuestion, best_weight: float) -> tuple[Hit, ...]:
    """The hits in the order of their best candidates; a hit that was not read counts as the worst of them."""
    best: dict[int, float] = {}
    for candidate in judged.ranking:
        best.setdefault(candidate.rank, candidate.score)
    hits = judged.retrieval.hits
    worst = min(best.values(), default=0.0)
    scores = [hit.score + best_weight * best.get(rank, worst) for rank, hit in enumerate(hits)]
    order = sorted(range(len(hits)), key=lambda rank: (-round(scores[rank], SCORE_DECIMALS), rank))
    return tuple(replace(hits[rank], score=scores[rank]) for rank in order[:REPORTED_HITS])


def _count_near_best(judged: JudgedQuestion) -> int:
    best = judged.ranking[0].score
    return len({candidate.rank for candidate in judged.ranking if best - candidate.score < _NEAR_BEST})
