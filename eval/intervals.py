"""How sure a figure is: percentile bootstrap over questions.

Every metric here is a ratio of sums over questions (a mean is the ratio of values to ones), so that
one resampling serves all of them: with `counts` telling how often each question was drawn, a
resample of every metric is ``(counts @ numerators) / (counts @ denominators)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "RESAMPLES",
    "SEED",
    "Estimate",
    "paired_differences",
    "ratio_estimates",
    "statistic_estimate",
]

RESAMPLES = 2_000
SEED = 20_251_122
_LEVELS = (2.5, 97.5)  # percent: a 95 % interval
_CHUNK_DRAWS = 2_000_000  # questions drawn at a time, to bound the memory

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; all None where no question bears on it."""

    value: float | None
    low: float | None
    high: float | None
    n: int  # questions that bear on it

    def as_json(self) -> dict[str, float | int | None]:
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


def ratio_estimates(numerators: Matrix, denominators: Matrix, resamples: int = RESAMPLES) -> list[Estimate]:
    """One estimate a column of two (questions, metrics) arrays."""
    draws = _resampled_ratios(numerators, denominators, resamples)
    estimates = []
    for column in range(numerators.shape[1]):
        below = denominators[:, column]
        if below.sum() == 0:
            estimates.append(Estimate(None, None, None, 0))
            continue
        low, high = _bounds(draws[:, column])
        value = float(numerators[:, column].sum() / below.sum())
        estimates.append(Estimate(value, low, high, int((below > 0).sum())))
    return estimates


def paired_differences(
    first: tuple[Matrix, Matrix], second: tuple[Matrix, Matrix], resamples: int = RESAMPLES
) -> list[Estimate]:
    """First minus second, one estimate a column; rows are the same questions in the same order.

    Both are resampled with the same draws: what makes a question hard for both cancels out. An
    interval that leaves out zero is a difference that this many questions can tell.

    Args:
        first: numerators and denominators, (questions, metrics) each.
        second: the same of the other pipeline.
        resamples: draws.
    """
    if first[0].shape != second[0].shape:
        raise ValueError(f"pairs need equal shapes, not {first[0].shape} and {second[0].shape}")
    draws = _resampled_ratios(*first, resamples) - _resampled_ratios(*second, resamples)
    estimates = []
    for column in range(first[0].shape[1]):
        below = first[1][:, column].sum(), second[1][:, column].sum()
        if 0 in below:
            estimates.append(Estimate(None, None, None, 0))
            continue
        value = first[0][:, column].sum() / below[0] - second[0][:, column].sum() / below[1]
        bearing = int(((first[1][:, column] > 0) | (second[1][:, column] > 0)).sum())
        estimates.append(Estimate(float(value), *_bounds(draws[:, column]), bearing))
    return estimates


def statistic_estimate(
    statistic: Callable[[NDArray[np.int64]], float | None], questions: int, resamples: int = RESAMPLES
) -> Estimate:
    """Estimate of any statistic of the questions at the positions it is given."""
    value = statistic(np.arange(questions)) if questions else None
    if value is None:
        return Estimate(None, None, None, 0)
    drawn = (statistic(row) for rows in _draws(questions, resamples) for row in rows)
    values = np.array([one for one in drawn if one is not None])
    return Estimate(float(value), *_bounds(values), questions)


def _draws(questions: int, resamples: int) -> Iterator[NDArray[np.int64]]:
    """Resampled positions, (some resamples, questions) at a time; the same for the same sizes."""
    generator = np.random.default_rng(SEED)
    rows = max(1, _CHUNK_DRAWS // questions)
    for start in range(0, resamples, rows):
        yield generator.integers(0, questions, size=(min(rows, resamples - start), questions))


def _resampled_ratios(numerators: Matrix, denominators: Matrix, resamples: int) -> Matrix:
    """(resamples, metrics); NaN where a resample holds no question that bears on the metric."""
    questions, metrics = numerators.shape
    if not questions:
        return np.full((resamples, metrics), np.nan)
    ratios = []
    for positions in _draws(questions, resamples):
        rows = len(positions)
        flat = (positions + np.arange(rows)[:, None] * questions).ravel()
        counts = np.bincount(flat, minlength=rows * questions).reshape(rows, questions).astype(np.float64)
        below = counts @ denominators
        with np.errstate(invalid="ignore"):
            ratios.append(np.where(below > 0, (counts @ numerators) / np.where(below > 0, below, 1), np.nan))
    return np.concatenate(ratios)


def _bounds(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.percentile(values[~np.isnan(values)], _LEVELS)
    return float(low), float(high)
