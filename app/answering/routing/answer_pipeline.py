"""Answers one question: search, read, rank, judge whether the documents answer, quote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer_types import Answer, Quote, SearchStatement
from alpie.app.answering.answer_weights import Weights, sigmoid
from alpie.app.answering.judging.abstention import ANSWERABLE_FEATURES, answerable_features
from alpie.app.answering.judging.candidates import Candidates, candidates_of
from alpie.app.answering.judging.judgement import Candidate, ranked_candidates
from alpie.app.answering.judging.read_passages import read_hits
from alpie.app.answering.quoting.figures_asked import lacks_a_figure
from alpie.app.answering.quoting.mismatch import says_the_opposite
from alpie.app.answering.quoting.quotes import QuotePolicy, select_quotes
from alpie.index.reader import Reader, Reading
from alpie.index.records import Document, Hit
from alpie.index.retrieval.search import SCORE_DECIMALS, EncodedQuestion, Retrieval, SearchIndex

# Where a figure or an opposite that is asked for is missing, this share of the firm threshold is the highest probability.
_WITH_RESERVE = 0.99
# Below this share of the threshold, and far from the question, the nearest passages are folded away.
_WEAK = 0.5
REPORTED_HITS = 10  # passages reported with the answer
_NEAR_BEST = 2.0  # log-odds: no less than a seventh as likely as the best
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
        policy = self.policy if is_likely else _NEAREST
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
        asked = encoded.question
        readings = read_hits(self.reader, asked.reader_text or asked.searched, retrieval.hits, self.documents)
        milliseconds = {**retrieval.milliseconds, "read": 1000 * (perf_counter() - started)}
        retrieval = replace(retrieval, milliseconds=milliseconds)
        candidates = candidates_of(self.index, retrieval, readings)
        ranking = ranked_candidates(retrieval, readings, candidates, self.weights.candidate)
        row = answerable_features(retrieval, readings, candidates, ranking)
        log_odds = float(self.weights.answerable.scores(row, ANSWERABLE_FEATURES)[0])
        return JudgedQuestion(retrieval, readings, candidates, ranking, sigmoid(log_odds) if ranking else 0.0)

    def _with_quotes(self, answer: Answer, judged: JudgedQuestion, quotes: tuple[Quote, ...]) -> Answer:
        """The answer that quotations give; with reserve where they lack a figure or say the opposite."""
        question, confidence = judged.retrieval.encoded.question, judged.confidence
        asked = question.reader_text or question.searched
        if lacks_a_figure(asked, quotes) or says_the_opposite(asked, quotes):
            confidence = min(confidence, _WITH_RESERVE * self.firm_threshold)
        statement = self.search_statement(_count_near_best(judged))
        return replace(answer, answered=True, quotes=quotes, confidence=confidence, search=statement)

    def _with_nearest(self, answer: Answer, judged: JudgedQuestion, quotes: tuple[Quote, ...]) -> Answer:
        """The refusal, with the nearest quotations where they are near enough to be worth a look."""
        cosine = float(judged.candidates.column("cosine")[judged.ranking[0].row]) if judged.ranking else 0.0
        far, near = self.weights.far_cosine, self.weights.near_cosine
        is_unlikely = judged.confidence < _WEAK * self.answer_threshold
        is_near = cosine >= (near if _has_no_known_word(self.index, judged.retrieval.encoded) else far)
        return replace(answer, nearest=quotes if is_near else (), nothing_near=cosine < near and is_unlikely)


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
    """How many passages have a candidate whose score is near that of the best."""
    best = judged.ranking[0].score
    return len({candidate.rank for candidate in judged.ranking if best - candidate.score < _NEAR_BEST})
