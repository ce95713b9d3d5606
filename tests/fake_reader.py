"""A reader that knows words only: the share of the question's stems that a sentence holds, as log-odds."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from alpie.index.reader import AnswerWords, Reading, ReadPassage
from alpie.index.spanish.analysis import stems

_FIGURE = re.compile(r"\d[\d.,]*\d|\d")


class FakeReader:
    """See `alpie.index.reader.Reader`; the words that answer are the first figure of a sentence."""

    name = "fake"

    def read(self, question: str, passages: Sequence[ReadPassage]) -> list[Reading]:
        asked = stems(question[:2_000])
        readings: list[Reading] = []
        for passage in passages:
            shares = [len(asked & stems(one)) / max(1, len(asked)) for one in passage.sentences]
            scores = np.array([12 * share - 4 for share in shares], np.float32)
            words = tuple(
                AnswerWords(*found.span(), 0.9) if (found := _FIGURE.search(one)) else None
                for one in passage.sentences
            )
            readings.append(Reading(float(scores.max(initial=-4.0)), scores, words))
        return readings
