"""Fitting small linear models: a conditional logit for «which one», a logistic for «whether».

Both are maximised by L-BFGS with a quadratic penalty towards zero on standardised features, so that a
weight table of twenty numbers can be fitted on a few hundred questions without knowing them by heart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from alpie.app.answering.answer_weights import LinearModel

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """The alternatives of one question: features (alternatives, names) and which of them are right."""

    features: Matrix
    right: NDArray[np.bool_]
    weight: float = 1.0


def folds_of(keys: Sequence[str], folds: int) -> NDArray[np.int64]:
    """A fold for every row; rows of one key share a fold. Keys are dealt out in sorted order."""
    numbers = {key: i % folds for i, key in enumerate(sorted(set(keys)))}
    return np.array([numbers[key] for key in keys])


def _scales(rows: Matrix) -> tuple[Matrix, Matrix]:
    deviation = rows.std(axis=0)
    return rows.mean(axis=0), np.where(deviation > 1e-6, deviation, 1.0)


def fit_ranking(groups: Sequence[Group], names: Sequence[str], penalty: float) -> LinearModel:
    """Conditional logit: the log-likelihood that the alternative picked by a soft maximum is a right one.

    Groups without a right alternative, or with nothing else, say nothing and are left out.
    """
    used = [group for group in groups if group.right.any() and not group.right.all()]
    # Only differences inside a group count, so the scale is theirs: between two collections a score may lie
    # so far apart that the penalty would forbid it to say anything within one.
    apart = [group.features - group.features.mean(axis=0) for group in used]
    _, scale = _scales(np.concatenate(apart))
    rows = np.concatenate(apart) / scale
    right = np.concatenate([group.right for group in used]).astype(np.float64)
    starts = np.concatenate([[0], np.cumsum([len(group.right) for group in used])[:-1]])
    counts = np.array([len(group.right) for group in used])
    weights = np.array([group.weight for group in used])

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
        return float(value + 0.5 * penalty * values @ values), gradient + penalty * values

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B")
    return LinearModel.from_mapping(dict(zip(names, (found.x / scale).tolist(), strict=True)))


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

    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B")
    table = found.x[:-1] / scale
    return LinearModel.from_mapping(
        dict(zip(names, table.tolist(), strict=True)), float(found.x[-1] - table @ mean)
    )
