"""The numbers that go with an encoder: the bundled one's ship, others are fitted by `alpie eval --fit`.

How near is near differs between encoders: with the numbers of another, passages would be ordered and questions
refused by what means nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

from alpie.app.answering.answer_weights import Weights, load_weights, read_weights
from alpie.index.encoder import Encoder
from alpie.index.encoder.bundled_weights import MODEL_NAME
from alpie.index.errors import Uncalibrated
from alpie.index.retrieval.search import HybridWeights

__all__ = ["calibration_file", "is_bundled", "numbers_for"]


def calibration_file(data: Path) -> Path:
    """Where the numbers of an encoder of one's own are, beside the index in `data`."""
    return data / "calibration.json"


def is_bundled(encoder: Encoder) -> bool:
    """Whether an encoder is the one whose numbers ship."""
    return encoder.fingerprint.startswith(f"{MODEL_NAME}/")


def numbers_for(encoder: Encoder, data: Path) -> tuple[Weights | Uncalibrated, HybridWeights]:
    """What answering and search weigh with, or why there is nothing to answer with."""
    if is_bundled(encoder):
        return load_weights(), HybridWeights()
    path = calibration_file(data)
    what_next = "Ejecute «alpie eval --fit», que tarda unos minutos, o vuelva al codificador «bundled»."
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        fitted_for, scale = table["fitted_on"]["encoder"], float(table["cosine_scale"])
        if fitted_for != encoder.fingerprint:
            return Uncalibrated(
                f"{path} es de otro codificador, no de «{encoder.name}». {what_next}", data
            ), HybridWeights()
        return read_weights(path), HybridWeights().scaled(scale)
    except FileNotFoundError:
        return Uncalibrated(
            f"El codificador «{encoder.name}» no está calibrado. {what_next}", data
        ), HybridWeights()
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Uncalibrated(f"{path} no se puede leer ({error}). {what_next}", data), HybridWeights()
