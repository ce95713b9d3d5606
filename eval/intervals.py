"""How sure a figure is: percentile bootstrap over questions.

Every metric here is a ratio of sums over questions (a mean is the ratio of values to ones), so that
one resampling serves all of them: with `counts` telling how often each question was drawn, a
resample of every metric is ``(counts @ numerators) / (counts @ denominators)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000
_SEED = 20_251_122
_LEVELS = (2.5, 97.5)  # percent: a 95 % interval

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval; all None where no question bears on it."""

    value: float | None
    low: float | None
    high: float | None
    n: int  # questions that bear on it

    def as_json(self) -> dict[str, float | int | None]:
        return asdict(self)


NOTHING = Estimate(None, None, None, 0)


def ratio_estimates(numerators: Matrix, denominators: Matrix, resamples: int = RESAMPLES) -> list[Estimate]:
    """One estimate a column of two (questions, metrics) arrays."""
    draws = _resampled(numerators, denominators, resamples)
    values = _ratios(numerators.sum(axis=0), denominators.sum(axis=0))
    return [
        _estimate(value, column, int((below > 0).sum()))
        for value, column, below in zip(values, draws.T, denominators.T, strict=True)
    ]


def paired_differences(
    first: tuple[Matrix, Matrix], second: tuple[Matrix, Matrix], resamples: int = RESAMPLES
) -> list[Estimate]:
    """First minus second, one estimate a column; rows are the same questions in the same order, resampled alike."""
    if first[0].shape != second[0].shape:
        raise ValueError(f"pairs need equal shapes, not {first[0].shape} and {second[0].shape}")
    draws = _resampled(*first, resamples) - _resampled(*second, resamples)
    one, other = (_ratios(of[0].sum(axis=0), of[1].sum(axis=0)) for of in (first, second))
    bearing = ((first[1] > 0) | (second[1] > 0)).sum(axis=0)
    return [_estimate(*row) for row in zip((one - other).tolist(), draws.T, bearing.tolist(), strict=True)]


def statistic_estimate(
    statistic: Callable[[NDArray[np.int64]], float | None], questions: int, resamples: int = RESAMPLES
) -> Estimate:
    """Estimate of any statistic of the questions at the positions it is given."""
    everything = np.arange(questions)
    value = statistic(everything) if questions else None
    if value is None:
        return NOTHING
    drawn = (statistic(np.repeat(everything, counts)) for counts in _counts(questions, resamples))
    return _estimate(float(value), np.array([one for one in drawn if one is not None]), questions)


def _counts(questions: int, resamples: int) -> NDArray[np.int64]:
    """How often each question is drawn, (resamples, questions); the same for the same sizes."""
    chance = np.random.default_rng(_SEED)
    return chance.multinomial(questions, np.full(questions, 1 / questions), size=resamples)


def _resampled(numerators: Matrix, denominators: Matrix, resamples: int) -> Matrix:
    """(resamples, metrics); NaN where a resample holds no question that bears on the metric."""
    if not len(numerators):
        return np.full((resamples, numerators.shape[1]), np.nan)
    counts = _counts(len(numerators), resamples).astype(np.float64)
    return _ratios(counts @ numerators, counts @ denominators)


def _ratios(above: Matrix, below: Matrix) -> Matrix:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _estimate(value: float, draws: NDArray[np.float64], n: int) -> Estimate:
    if np.isnan(value):
        return NOTHING
    low, high = np.percentile(draws[~np.isnan(draws)], _LEVELS).tolist()
    return Estimate(float(value), low, high, n)
