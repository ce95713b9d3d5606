"""Fitted weight tables: small, linear, readable, kept in `weights.json` beside this file.

They are fitted by `python -m alpie.eval.training.fit_weights` on the fitting part of the project's own questions and on
public data (named in the file), never on a question of the reporting part.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpie.app.translations import message
from alpie.index.encoder import Encoder
from alpie.index.encoder.bundled_weights import MODEL_NAME
from alpie.index.retrieval import HybridWeights

# Of the best candidate's log-odds beside the hybrid score, where passages are put in order: one that is e times as
# likely as another's makes up for two points.
_RERANK_WEIGHT = 2.0

WEIGHTS_FILE = Path(__file__).with_name("weights.json")


def sigmoid(value: float) -> float:
    """The logistic function, safe for large arguments."""
    return float(0.5 * (1.0 + np.tanh(0.5 * value)))


@dataclass(frozen=True)
class LinearModel:
    """Log-odds as a weighted sum of named features."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float = 0.0

    @classmethod
    def from_mapping(cls, table: Mapping[str, float], bias: float = 0.0) -> LinearModel:
        return cls(tuple(table), tuple(float(v) for v in table.values()), bias)

    def scores(self, features: NDArray[np.float32], names: Sequence[str]) -> NDArray[np.float64]:
        """Log-odds of each row of `features`, shape (rows, len(names)); returns shape (rows,).

        Raises `ValueError` when a feature the model was fitted on is not among `names`.
        """
        columns = [names.index(name) for name in self.names]
        return np.asarray(features[:, columns].astype(np.float64) @ np.array(self.weights) + self.bias)


@dataclass(frozen=True)
class Weights:
    """Everything fitted that answering uses."""

    candidate: LinearModel  # which candidate answers, given that one of them does
    answerable: LinearModel  # how likely the documents answer at all
    threshold: float  # of the answerable probability: below it, the documents are said not to answer
    fitted_on: Mapping[str, object]  # where the numbers come from
    # below this probability quotations are shown as what comes nearest, perhaps no answer
    firm_threshold: float = 0.0
    far_cosine: float = 0.0  # cosine of the best candidate below which nothing is shown as near
    near_cosine: float = 0.0  # cosine of the best candidate from which on what is shown is near indeed
    rerank_weight: float = _RERANK_WEIGHT  # of its best candidate in the order of the passages


@dataclass(frozen=True)
class MissingWeights:
    """Why an encoder has no weights to answer with, for the error `Uncalibrated`."""

    reason: str
    data: Path


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """The tables of `weights.json`, for the bundled encoder."""
    return read_weights(WEIGHTS_FILE)


def read_weights(path: Path) -> Weights:
    """The tables of a file like `weights.json`."""
    table = json.loads(path.read_text(encoding="utf-8"))

    def model(name: str) -> LinearModel:
        return LinearModel.from_mapping(table[name]["weights"], table[name].get("bias", 0.0))

    return Weights(
        candidate=model("candidate"),
        answerable=model("answerable"),
        threshold=float(table["threshold"]),
        fitted_on=table.get("fitted_on", {}),
        firm_threshold=float(table["firm"]),
        far_cosine=float(table["far"]),
        near_cosine=float(table["near"]),
    )


def calibration_file(data: Path) -> Path:
    """The file beside the index in `data` that holds the weights of an encoder other than the bundled one."""
    return data / "calibration.json"


def is_bundled(encoder: Encoder) -> bool:
    """Whether `encoder` is the bundled one, whose weights are part of the package."""
    return encoder.fingerprint.startswith(f"{MODEL_NAME}/")


class Calibration(NamedTuple):
    """The numbers that fit an encoder: of answering, or why there are none, and of search."""

    weights: Weights | MissingWeights
    fusion: HybridWeights = HybridWeights()


def load_calibration(encoder: Encoder, data: Path) -> Calibration:
    """The weights of answering and of search for `encoder`, or why there are none.

    Cosines differ between encoders: with the weights of another encoder, passages would be ordered and questions refused
    at random. The weights of the bundled encoder are in the package; `alpie eval --fit` fits those of others.
    """
    if is_bundled(encoder):
        return Calibration(load_weights())
    path = calibration_file(data)
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        fitted_for, scale = table["fitted_on"]["encoder"], float(table["cosine_scale"])
        if fitted_for != encoder.fingerprint:
            reason = message("weights.other_encoder", path=path, encoder=encoder.name)
            return Calibration(MissingWeights(reason, data))
        return Calibration(read_weights(path), HybridWeights().scaled(scale))
    except FileNotFoundError:
        return Calibration(MissingWeights(message("weights.none", encoder=encoder.name), data))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Calibration(MissingWeights(message("weights.unreadable", path=path, error=error), data))
