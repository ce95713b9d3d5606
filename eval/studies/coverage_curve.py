"""What another threshold would give: the risk–coverage curve in figures, and how sure the threshold is.

The threshold is the probability above which a wanted share of the answerable fitting questions lies; its
interval is that of this quantile, over resamples of those questions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alpie.eval.intervals import RESAMPLES, Estimate, statistic_estimate
from alpie.eval.metrics import refusal_curve
from alpie.eval.report import Table, cell
from alpie.eval.scores import QuestionScore
from alpie.eval.studies.study import Study

__all__ = ["risk_at", "study_threshold", "threshold_estimate"]

_COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


def threshold_estimate(
    confidences: NDArray[np.float64], threshold: float, resamples: int = RESAMPLES
) -> Estimate:
    """The threshold that answers as many of these answerable questions as `threshold` does, with its interval.

    `confidences`: shape (questions,), of answerable fitting questions.
    """
    refused = float((confidences < threshold).mean()) if len(confidences) else 0.0
    return statistic_estimate(
        lambda at: float(np.quantile(confidences[at], refused)), len(confidences), resamples
    )


def risk_at(scores: Sequence[QuestionScore], coverage: float, resamples: int = RESAMPLES) -> Estimate:
    """Share of answers not right within three quotations, of the `coverage` surest of the questions.

    A question that nothing answers counts as a wrong answer.
    """
    confidence = np.array([score.confidence for score in scores])
    wrong = np.array([not score.right_at_3 for score in scores], dtype=np.float64)

    def risk(at: NDArray[np.int64]) -> float:
        surest = at[np.argsort(-confidence[at], kind="stable")]
        return float(wrong[surest[: max(1, round(coverage * len(at)))]].mean())

    return statistic_estimate(risk, len(scores), resamples)


def study_threshold(
    fitting: Sequence[QuestionScore],
    reported: Sequence[QuestionScore],
    threshold: float,
    resamples: int = RESAMPLES,
) -> Study:
    """`fitting`: scores of the fitting part, `reported`: of the other, everything answered (threshold 0)."""
    confidences = np.array([score.confidence for score in fitting if score.answerable])
    shipped = threshold_estimate(confidences, threshold, resamples)
    scored = [score for score in reported if score.answerable is not None]
    risks = {coverage: risk_at(scored, coverage, resamples) for coverage in _COVERAGES}
    curve = refusal_curve(scored)
    low, high = shipped.low, shipped.high
    rows = [
        (name, f"{at:.3f}", *_rates(scored, at))
        for name, at in (("lower end", low), ("as shipped", threshold), ("upper end", high))
        if at is not None
    ]
    return Study(
        name="threshold",
        title="The threshold of the refusal",
        about=[
            f"threshold {threshold:.3f}, 95 % interval [{low:.3f}, {high:.3f}]: bootstrap of the quantile over "
            f"{len(confidences)} answerable fitting questions"
            if low is not None and high is not None
            else f"threshold {threshold:.3f}",
            "risk: answers not right within three quotations; a question that nothing answers counts as wrong",
        ],
        tables=[
            Table("Over the interval of the threshold",
                  ("threshold", "at", "answerable answered", "unanswerable refused"), tuple(rows)),
            Table("Risk by coverage", ("surest questions", "risk"),
                  tuple((f"{at:.0%}", cell("right@3", risk)) for at, risk in risks.items())),
        ],
        figures={
            "threshold": shipped.as_json() | {"value": threshold},
            "risk": {str(at): risk.as_json() for at, risk in risks.items()},
            "curve": [vars(point) for point in curve],
        },
    )  # fmt: skip


def _rates(scores: Sequence[QuestionScore], threshold: float) -> tuple[str, str]:
    answerable = [score.confidence >= threshold for score in scores if score.answerable]
    refused = [score.confidence < threshold for score in scores if not score.answerable]
    return tuple(f"{sum(of)} of {len(of)}" for of in (answerable, refused))  # type: ignore[return-value]
