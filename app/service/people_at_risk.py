"""Recognises people who seem to be in danger from what they write, and says who can help: that matters more than quotations.

There are two ways to recognise them: how close a message is to others from people at risk, with the bundled encoder
(fitted by `eval/training/fit_risk`), and signs in its words, with any encoder. Each sign needs the person and the
threat together, so that questions about the subject («¿cómo se amenaza a las víctimas?», «¿me puedes explicar qué es
el acoso?») pass untouched. Both lean towards showing help.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer_types import Answer
from alpie.app.answering.answer_weights import sigmoid
from alpie.app.translations import LANGUAGES
from alpie.index.encoder import Encoder
from alpie.index.spanish.word_tables import read_tables

WEIGHTS_FILE = Path(__file__).with_name("risk_weights.json")
_LINES_FILE = Path(__file__).with_name("help_lines.toml")
_LIKELY, _LIKELY_WITH_A_SIGN = 0.5, 0.1  # from which probability on help is shown


class Risk(StrEnum):
    """Who seems to be in danger. Only somebody who writes about themselves is called «tú»: it may be a child."""

    SELF = "self"
    OTHER = "other"  # a child of theirs, a friend; or they fear themselves, or came across material


def _read_signs() -> tuple[tuple[Risk, re.Pattern[str]], ...]:
    table = read_tables(__file__)
    parts, signs = table["parts"], table["signs"]
    written = {risk: "|".join(signs[risk]) for risk in (Risk.OTHER, Risk.SELF)}
    return tuple(
        (risk, re.compile(re.sub(r"<(\w+)>", lambda part: parts[part[1]], pattern)))
        for risk, pattern in written.items()
    )


_SIGNS = _read_signs()


def detect_risk(question: str, encoder: Encoder | None = None) -> Risk | None:
    """Who seems to be in danger in `question`: the person who writes, or somebody near them; None: nobody.

    `encoder`: the one in use; with any but the bundled one, or with none, only the signs decide.
    """
    folded = question.casefold().translate(str.maketrans("áéíóúüñ’", "aeiouun'"))
    sign = next((risk for risk, signs in _SIGNS if signs.search(folded)), None)
    fitted = _read_weights()
    if encoder is None or encoder.fingerprint != fitted.encoder:
        return sign
    vector = encoder.encode_queries([question.casefold()])[0]
    likely, themselves = (_probability(vector, model) for model in (fitted.risk, fitted.themselves))
    if likely < (_LIKELY_WITH_A_SIGN if sign else _LIKELY):
        return None
    return sign or (Risk.SELF if themselves >= _LIKELY else Risk.OTHER)


def risk_of_asker(answer: Answer, encoder: Encoder | None = None) -> Risk | None:
    """Who seems to be in danger in the question of `answer`, or in those before it that it goes on from.

    «Explícamelo» after a message of danger asks for no case story either.
    """
    asked = (answer.question, *reversed(answer.follows))
    return next(filter(None, (detect_risk(turn, encoder) for turn in asked)), None)


@dataclass(frozen=True)
class HelpLine:
    """An organisation to turn to; `names` and `notes` by language."""

    contact: str
    link: str
    names: Mapping[str, str]
    notes: Mapping[str, str]


@dataclass(frozen=True)
class HelpLines:
    """The organisations to turn to, and when the information about them was last checked."""

    checked: str  # a day: 2026-11-22
    lines: tuple[HelpLine, ...]


@lru_cache(maxsize=1)
def help_lines() -> HelpLines:
    """The help lines that come with the program."""
    table = tomllib.loads(_LINES_FILE.read_text(encoding="utf-8"))
    lines = [
        HelpLine(
            line["contact"],
            line["link"],
            *(
                {language: line[f"{field}_{language}"] for language in LANGUAGES}
                for field in ("name", "note")
            ),
        )
        for line in table["line"]
    ]
    return HelpLines(table["checked"], tuple(lines))


@dataclass(frozen=True)
class _RiskWeights:
    encoder: str  # fingerprint of the one they were fitted with
    # a weight for each number of a vector, and the intercept last
    risk: NDArray[np.float64]  # whether anybody is in danger
    themselves: NDArray[np.float64]  # whether that is who writes


@lru_cache(maxsize=1)
def _read_weights() -> _RiskWeights:
    table = json.loads(WEIGHTS_FILE.read_text("utf-8"))
    return _RiskWeights(table["encoder"], np.array(table["risk"]), np.array(table["self"]))


def _probability(vector: NDArray[np.float32], weights: NDArray[np.float64]) -> float:
    return sigmoid(float(np.append(vector, 1.0) @ weights))
