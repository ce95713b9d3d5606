"""Fits which questions are of people at risk: `python -m alpie.eval.training.fit_risk`.

Signs in words only find what somebody thought of; a message that nobody thought of is close to others in the
encoder's space. Two logistic models on the vector of a message: whether it is of somebody at risk, and then whether
it is of whoever writes it. The messages of `risk_messages.jsonl` (in a checkout only) were written for this; those
whose part is `test` are only measured with. Each is learnt without its accents too, as it is typed on a phone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.configured_parts import open_configured_encoder
from alpie.app.service.people_at_risk import WEIGHTS_FILE, detect_risk
from alpie.app.settings import load_settings
from alpie.eval.questions.question_file import OWN_QUESTIONS, read_own_questions
from alpie.eval.questions.split import off_topic_questions
from alpie.eval.training.linear_models import fit_logistic
from alpie.index.encoder import Encoder
from alpie.index.spanish.analysis import fold

_MESSAGES = Path(__file__).with_name("risk_messages.jsonl")
_PENALTY = 10.0  # without it, 384 weights would know the 900 messages by heart


def main() -> None:
    """Writes the weights and prints how many messages of the test part are classified correctly."""
    encoder = open_configured_encoder(load_settings())
    rows = [json.loads(line) for line in _MESSAGES.read_text("utf-8").splitlines()]
    fitted = [(row["text"], row["risk"]) for row in rows if row["part"] == "fit"]
    harmless = (*read_own_questions(OWN_QUESTIONS / "fitting"), *off_topic_questions())
    fitted += [(question.text, "") for question in harmless if question.kind != "at-risk"]
    people = [row for row in fitted if row[1]]
    table = {
        "encoder": encoder.fingerprint,
        "risk": _fit_logistic(encoder, [text for text, _ in fitted], [bool(risk) for _, risk in fitted]),
        "self": _fit_logistic(encoder, [text for text, _ in people], [risk == "self" for _, risk in people]),
    }
    WEIGHTS_FILE.write_text(json.dumps(table) + "\n", "utf-8")
    kept = [row for row in rows if row["part"] == "test"]
    detected = [detect_risk(row["text"], encoder) for row in kept]
    for risk in ("self", "other", ""):
        guesses = [guess or "" for row, guess in zip(kept, detected, strict=True) if row["risk"] == risk]
        counts = ", ".join(f"{guesses.count(name)} {name or 'none'}" for name in ("self", "other", ""))
        print(f"{risk or 'none'}: {counts}")  # noqa: T201 - a script


def _fit_logistic(encoder: Encoder, texts: Sequence[str], right: Sequence[bool]) -> list[float]:
    """Weights of a vector's components, then the bias; both answers count alike."""
    written = [way(text) for way in (str.casefold, fold) for text in texts]
    vectors = np.vstack([encoder.encode_queries([text]) for text in written]).astype(np.float64)
    wanted: NDArray[np.bool_] = np.array([*right, *right])
    weights = np.where(wanted, len(wanted) / wanted.sum(), len(wanted) / (~wanted).sum()) / 4
    model = fit_logistic(vectors, wanted, [str(n) for n in range(vectors.shape[1])], _PENALTY, weights)
    return [round(value, 2) for value in (*model.weights, model.bias)]


if __name__ == "__main__":
    main()
