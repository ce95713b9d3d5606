"""Linear models by maximum likelihood: L-BFGS with a quadratic penalty towards zero on standardised features."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer_weights import LinearModel
from alpie.app.answering.judging.candidates import CANDIDATE_FEATURES
from alpie.eval.extra_packages import require_package
from alpie.eval.metrics import Matrix
from alpie.eval.training.examples import Example

_PENALTY = 30.0  # of a ranking; flat from 10 to 100


def _scales(rows: Matrix) -> tuple[Matrix, Matrix]:
    deviation = rows.std(axis=0)
    return rows.mean(axis=0), np.where(deviation > 1e-6, deviation, 1.0)


def _minimum(loss: Callable[[Matrix], tuple[float, Matrix]], size: int) -> Matrix:
    """The `size` values for which `loss`, which gives its gradient too, is least."""
    require_package("scipy")
    from scipy.optimize import minimize

    found: Matrix = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B").x
    return found


def fit_ranking(weighted: Sequence[tuple[Example, float]]) -> LinearModel:
    """Fit a conditional logit: the candidate that a soft maximum picks is to be a right one.

    Questions without a right candidate, or with nothing else, say nothing and are left out.
    """
    used = [
        (example, weight) for example, weight in weighted if example.right.any() and not example.right.all()
    ]
    # Only differences between the candidates of a question count, so the scale is theirs: between two collections a
    # score may lie so far apart that the penalty would forbid it to say anything within one.
    tables = [example.candidates.features.astype(np.float64) for example, _ in used]
    apart = np.concatenate([table - table.mean(axis=0) for table in tables])
    _, scale = _scales(apart)
    rows = apart / scale
    right = np.concatenate([example.right for example, _ in used]).astype(np.float64)
    counts = np.array([len(example.right) for example, _ in used])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    weights = np.array([weight for _, weight in used])

    def loss(values: Matrix) -> tuple[float, Matrix]:
        scores = rows @ values
        scores = scores - np.repeat(np.maximum.reduceat(scores, starts), counts)
        raised = np.exp(scores)
        total = np.add.reduceat(raised, starts)
        of_right = np.add.reduceat(raised * right, starts)
        share = raised / np.repeat(total, counts)
        share_right = raised * right / np.repeat(np.maximum(of_right, 1e-300), counts)
        gradient = rows.T @ ((share - share_right) * np.repeat(weights, counts))
        value = -(weights * np.log(np.maximum(of_right, 1e-300) / total)).sum()
        return float(value + 0.5 * _PENALTY * values @ values), gradient + _PENALTY * values

    optimum = _minimum(loss, len(CANDIDATE_FEATURES)) / scale
    return LinearModel.from_mapping(dict(zip(CANDIDATE_FEATURES, optimum.tolist(), strict=True)))


def fit_logistic(
    rows: Matrix,
    right: NDArray[np.bool_],
    names: Sequence[str],
    penalty: float,
    weights: Matrix | None = None,
) -> LinearModel:
    """Logistic regression of `right`, shape (rows,), on `rows`, shape (rows, names)."""
    mean, scale = _scales(rows)
    standard = (rows - mean) / scale
    sign = np.where(right, 1.0, -1.0)
    per_row = np.ones(len(rows)) if weights is None else weights

    def loss(values: Matrix) -> tuple[float, Matrix]:
        margin = sign * (standard @ values[:-1] + values[-1])
        value = float((per_row * np.logaddexp(0.0, -margin)).sum()) + 0.5 * penalty * float(
            values[:-1] @ values[:-1]
        )
        slope = -sign * per_row / (1.0 + np.exp(np.clip(margin, -500, 500)))
        gradient = np.concatenate([standard.T @ slope + penalty * values[:-1], [slope.sum()]])
        return value, gradient

    found = _minimum(loss, len(names) + 1)
    table = found[:-1] / scale
    return LinearModel.from_mapping(
        dict(zip(names, table.tolist(), strict=True)), float(found[-1] - table @ mean)
    )
