"""Figures over many questions: each with the number of questions and a 95 % interval.

`METRICS` are ratios of sums over questions; a question counts for a metric if its denominator is not zero. The other
figures (percentiles, area under the curve, calibration) are statistics of all questions. Questions are resampled:
with `counts` saying how often each was drawn, a resample of every metric is ``(counts @ numerators) / (counts @
denominators)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from alpie.eval.scores import QuestionScore

RESAMPLES = 2_000  # the ends of an interval then vary by some .2 points from seed to seed
_SEED = 20_251_122  # any: the same at every run
_LEVELS = (2.5, 97.5)  # percent: a 95 % interval

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval; all fields but `n` are None where no question bears on the figure."""

    value: float | None
    low: float | None
    high: float | None
    n: int  # questions that bear on it


NOTHING = Estimate(None, None, None, 0)


class RatioParts(NamedTuple):
    """Numerators and denominators of several ratios, (questions, metrics) each."""

    numerators: Matrix
    denominators: Matrix

    @property
    def totals(self) -> Matrix:
        """The ratios of the sums over all questions, shape (metrics,)."""
        return _ratios(self.numerators.sum(axis=0), self.denominators.sum(axis=0))


def ratio_estimates(parts: RatioParts, resamples: int = RESAMPLES) -> list[Estimate]:
    """One estimate for each metric."""
    draws = _resample(parts, resamples)
    return [
        _estimate(value, column, int((below > 0).sum()))
        for value, column, below in zip(parts.totals, draws.T, parts.denominators.T, strict=True)
    ]


def paired_differences(first: RatioParts, second: RatioParts, resamples: int = RESAMPLES) -> list[Estimate]:
    """First minus second, one estimate for each metric; of the same questions in the same order, resampled alike."""
    if first.numerators.shape != second.numerators.shape:
        raise ValueError(
            f"pairs need equal shapes, not {first.numerators.shape} and {second.numerators.shape}"
        )
    draws = _resample(first, resamples) - _resample(second, resamples)
    bearing = ((first.denominators > 0) | (second.denominators > 0)).sum(axis=0)
    differences = (first.totals - second.totals).tolist()
    return [_estimate(*row) for row in zip(differences, draws.T, bearing.tolist(), strict=True)]


def statistic_estimate(
    statistic: Callable[[NDArray[np.int64]], float | None], questions: int, resamples: int = RESAMPLES
) -> Estimate:
    """Estimate of any statistic of the questions at the positions it is given."""
    everything = np.arange(questions)
    value = statistic(everything) if questions else None
    if value is None:
        return NOTHING
    drawn = (statistic(np.repeat(everything, counts)) for counts in _counts(questions, resamples))
    return _estimate(float(value), np.array([draw for draw in drawn if draw is not None]), questions)


def _counts(questions: int, resamples: int) -> NDArray[np.int64]:
    """How often each question is drawn, (resamples, questions); the same for the same sizes."""
    chance = np.random.default_rng(_SEED)
    return chance.multinomial(questions, np.full(questions, 1 / questions), size=resamples)


def _resample(parts: RatioParts, resamples: int) -> Matrix:
    """Ratios, (resamples, metrics); NaN where a resample holds no question that bears on the metric."""
    questions, metrics = parts.numerators.shape
    if not questions:
        return np.full((resamples, metrics), np.nan)
    counts = _counts(questions, resamples).astype(np.float64)
    return _ratios(counts @ parts.numerators, counts @ parts.denominators)


def _ratios(above: Matrix, below: Matrix) -> Matrix:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _estimate(value: float, draws: NDArray[np.float64], n: int) -> Estimate:
    if np.isnan(value):
        return NOTHING
    low, high = np.percentile(draws[~np.isnan(draws)], _LEVELS).tolist()
    return Estimate(float(value), low, high, n)


_BINS = 10  # of the calibration error, equally wide: as it is usually reported


def _answerable(score: QuestionScore) -> bool:
    return bool(score.answerable)


def _answered(score: QuestionScore) -> bool:
    return bool(score.answerable) and score.answered


def _quoted(score: QuestionScore) -> bool:
    return score.answered and score.quotes > 0


class Ratio(NamedTuple):
    """What a question adds to a ratio metric."""

    numerator: float
    denominator: float


@dataclass(frozen=True)
class Metric:
    """A ratio of sums over the questions that bear on it."""

    name: str
    meaning: str
    value: Callable[[QuestionScore], float | None]  # None: the question does not bear on it
    bears: Callable[[QuestionScore], bool] = _answerable
    a_quote: bool = False  # the share of quotes, not of questions
    of_quotes: bool = True  # needs a pipeline that quotes, not one that only retrieves

    def ratio(self, score: QuestionScore) -> Ratio:
        """What a question adds to the metric."""
        value = self.value(score) if self.bears(score) else None
        if value is None:
            return Ratio(0.0, 0.0)
        return Ratio(float(value), float(score.quotes) if self.a_quote else 1.0)


METRICS: tuple[Metric, ...] = (
    *(Metric(f"recall@{k}", f"share of the evidence that the first {k} passage(s) hold",
             partial(QuestionScore.recall, k=k), of_quotes=False) for k in (1, 3, 5, 10)),
    Metric("mrr@10", "mean reciprocal rank of the first right passage", lambda s: s.reciprocal_rank, of_quotes=False),
    Metric("ndcg@10", "gain of right passages, discounted by rank", lambda s: s.ndcg, of_quotes=False),
    Metric("right@1", "the first quote answers (a refusal does not)", lambda s: s.right_at_1),
    Metric("right@3", "the first three quotes answer (a refusal does not)", lambda s: s.right_at_3),
    Metric("right@1 answered", "the first quote answers, of the answered", lambda s: s.right_at_1, _answered),
    Metric("first in place", "the first quote holds the gold sentence", lambda s: s.first_in_place),
    Metric("first in place answered", "the same, of the answered", lambda s: s.first_in_place, _answered),
    Metric("quote precision", "share of shown quotes that are right, answered answerable questions",
           lambda s: s.quotes_right, lambda s: _answerable(s) and _quoted(s), a_quote=True),
    Metric("answer rate", "answerable questions that are answered", lambda s: s.answered),
    Metric("refusal rate", "unanswerable questions that are refused (recall of abstention)",
           lambda s: not s.answered, lambda s: s.answerable is False),
    Metric("abstention precision", "refused questions that are unanswerable",
           lambda s: not s.answerable, lambda s: s.answerable is not None and not s.answered),
    Metric("quoted words", "words quoted in an answer", lambda s: s.words, _quoted),
    Metric("verbatim", "share of shown quotes that the source proves",
           lambda s: s.quotes_proved, _quoted, a_quote=True),
    Metric("verified", "share of shown quotes that `alpie verify` calls exact",
           lambda s: s.quotes_exact, _quoted, a_quote=True),
)  # fmt: skip

STATISTICS: Mapping[str, str] = {
    "auroc": "confidence of an answerable question exceeds that of an unanswerable one",
    "calibration error": "distance of confidence from the share of answerable questions (10 bins)",
    "ms median": "milliseconds a question, median",
    "ms p95": "milliseconds a question, 95th percentile",
}


def summarise(scores: Sequence[QuestionScore], resamples: int = RESAMPLES) -> dict[str, Estimate]:
    """Estimate every metric and statistic over these questions, by name."""
    scored = [score for score in scores if score.answerable is not None]
    estimates = _by_name(ratio_estimates(ratio_parts(scored), resamples))
    answerable = np.array([bool(score.answerable) for score in scored])
    confidence = np.array([score.confidence for score in scored])
    milliseconds = np.array([score.milliseconds for score in scores])

    def estimate(statistic: Callable[[NDArray[np.int64]], float | None], n: int) -> Estimate:
        return statistic_estimate(statistic, n, resamples)

    estimates["auroc"] = estimate(lambda at: auroc(confidence[at], answerable[at]), len(scored))
    estimates["calibration error"] = estimate(
        lambda at: expected_calibration_error(confidence[at], answerable[at]), len(scored)
    )
    estimates["ms median"] = estimate(lambda at: float(np.median(milliseconds[at])), len(scores))
    estimates["ms p95"] = estimate(lambda at: float(np.percentile(milliseconds[at], 95)), len(scores))
    return estimates


def summarise_by_kind(
    scores: Sequence[QuestionScore], resamples: int = RESAMPLES
) -> dict[str, dict[str, Estimate]]:
    """The ratio metrics of each kind that occurs, kinds in order of appearance."""
    by_kind: dict[str, list[QuestionScore]] = {}
    for score in scores:
        by_kind.setdefault(score.kind or "(no kind)", []).append(score)
    return {kind: _by_name(ratio_estimates(ratio_parts(of), resamples)) for kind, of in by_kind.items()}


def _by_name(estimates: Sequence[Estimate]) -> dict[str, Estimate]:
    return dict(zip((metric.name for metric in METRICS), estimates, strict=True))


def compare_scores(
    first: Sequence[QuestionScore], second: Sequence[QuestionScore], resamples: int = RESAMPLES
) -> dict[str, Estimate]:
    """First minus second of every ratio metric, on the same questions in the same order."""
    if [score.id for score in first] != [score.id for score in second]:
        raise ValueError("pipelines can only be compared on the same questions in the same order")
    return _by_name(paired_differences(ratio_parts(first), ratio_parts(second), resamples))


def auroc(confidence: NDArray[np.float64], positive: NDArray[np.bool_]) -> float | None:
    """Chance that a positive's confidence exceeds a negative's, ties half; None without both kinds."""
    positives = int(positive.sum())
    negatives = len(positive) - positives
    if not positives or not negatives:
        return None
    rank_sum = float(rankdata(confidence)[positive].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def expected_calibration_error(confidence: NDArray[np.float64], outcome: NDArray[np.bool_]) -> float | None:
    """Mean distance of confidence and observed share over equally wide bins, weighted by their size."""
    if not len(confidence):
        return None
    bins = np.clip((confidence * _BINS).astype(int), 0, _BINS - 1)
    surplus = np.bincount(bins, weights=confidence - outcome, minlength=_BINS)
    return float(np.abs(surplus).sum() / len(confidence))


@dataclass(frozen=True)
class CurvePoint:
    """What answering only at `threshold` or above would give."""

    threshold: float
    answer_rate: float | None  # of the answerable
    refusal_rate: float | None  # of the unanswerable
    coverage: float  # share of all questions that get an answer with quotes
    risk: float | None  # share of those whose first three quotes are not right


def refusal_curve(scores: Sequence[QuestionScore]) -> tuple[CurvePoint, ...]:
    """A point for every confidence that occurs, from the strictest threshold down.

    Rates count confidence alone; coverage and risk need quotes, so they end at what was answered.
    """
    scored = [score for score in scores if score.answerable is not None]
    answerable = [score.confidence for score in scored if score.answerable]
    unanswerable = [score.confidence for score in scored if not score.answerable]
    points = []
    for threshold in sorted({score.confidence for score in scored}, reverse=True):
        shown = [score for score in scored if score.answered and score.confidence >= threshold]
        wrong = sum(not score.right_at_3 for score in shown)
        above = sum(confidence >= threshold for confidence in answerable)
        below = sum(confidence < threshold for confidence in unanswerable)
        points.append(
            CurvePoint(
                threshold=threshold,
                answer_rate=above / len(answerable) if answerable else None,
                refusal_rate=below / len(unanswerable) if unanswerable else None,
                coverage=len(shown) / len(scored),
                risk=wrong / len(shown) if shown else None,
            )
        )
    return tuple(points)


def ratio_parts(scores: Sequence[QuestionScore]) -> RatioParts:
    """Numerators and denominators of every ratio metric."""
    rows = [[metric.ratio(score) for metric in METRICS] for score in scores]
    table = np.array(rows, dtype=np.float64).reshape(len(scores), len(METRICS), 2)
    return RatioParts(np.ascontiguousarray(table[:, :, 0]), np.ascontiguousarray(table[:, :, 1]))
