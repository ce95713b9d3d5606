"""Linear models fitted by maximum likelihood, with a quadratic penalty towards zero on standardised features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from alpie.app.answering.answer_weights import LinearModel
from alpie.app.answering.judging.candidates import CANDIDATE_FEATURES
from alpie.eval.metrics import Matrix
from alpie.eval.training.examples import WeightedExample

_PENALTY = 30.0  # of a ranking; flat from 10 to 100


def fit_ranking(weighted: Sequence[WeightedExample]) -> LinearModel:
    """Fit a conditional logit: the candidate that a soft maximum picks is to be a right one.

    Questions without a right candidate, or with nothing else, say nothing and are left out.
    """
    used = [one for one in weighted if one.example.right.any() and not one.example.right.all()]
    # Only differences between the candidates of a question count, so the scale is theirs: between two collections a
    # score may lie so far apart that the penalty would forbid it to say anything within one.
    tables = [example.candidates.features.astype(np.float64) for example, _ in used]
    apart = np.concatenate([table - table.mean(axis=0) for table in tables])
    scale = StandardScaler().fit(apart).scale_
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

    found = minimize(loss, np.zeros(len(CANDIDATE_FEATURES)), jac=True, method="L-BFGS-B").x / scale
    return LinearModel.from_mapping(dict(zip(CANDIDATE_FEATURES, found.tolist(), strict=True)))


def fit_logistic(
    rows: Matrix,
    right: NDArray[np.bool_],
    names: Sequence[str],
    penalty: float,
    weights: Matrix | None = None,
) -> LinearModel:
    """Logistic regression of `right`, shape (rows,), on `rows`, shape (rows, names)."""
    standard = StandardScaler().fit(rows)
    model = LogisticRegression(C=1 / penalty, tol=1e-8, max_iter=10_000)
    model.fit(standard.transform(rows), right, sample_weight=weights)
    table = model.coef_[0] / standard.scale_
    bias = float(model.intercept_[0] - table @ standard.mean_)
    return LinearModel.from_mapping(dict(zip(names, table.tolist(), strict=True)), bias)
