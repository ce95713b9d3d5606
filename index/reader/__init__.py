"""The reader: reads question and passage together, to find out which sentence answers, or that none does.

`bundled` is the reader of the package; `cross_encoder` makes a reader of any sentence-transformers cross-encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from alpie.index.arrays import Floats, Integers

NOT_READ = -30.0  # log-odds of a sentence beyond what was read: almost impossible


@dataclass(frozen=True)
class ReaderInput:
    """A passage as a reader gets it: the sentences in order, and the heading that says what they are about."""

    sentences: tuple[str, ...]
    heading: str = ""

    @property
    def opening(self) -> str:
        """What stands before the sentences, where passage and heading are read as one text."""
        return f"{self.heading}. " if self.heading else ""

    @cached_property
    def text(self) -> str:
        """The sentences, a blank between two."""
        return " ".join(self.sentences)

    @cached_property
    def starts(self) -> Integers:
        """Where each sentence begins in `text`, shape (sentences,)."""
        lengths = [len(sentence) + 1 for sentence in self.sentences]
        return np.cumsum([0, *lengths[:-1]]).astype(np.int64) if lengths else np.zeros(0, np.int64)


class AnswerWords(NamedTuple):
    """The words of a sentence that answer, by their range of characters in the sentence."""

    start: int
    end: int
    probability: float  # that these words and no others of the sentence do, given that the sentence answers


@dataclass(frozen=True)
class Reading:
    """What a reader says of one passage and one question.

    All numbers are log-odds against «the answer is not here», so they can be compared between passages.
    """

    passage_log_odds: float  # that the passage answers
    sentence_log_odds: Floats  # (sentences,): that the answer begins in that sentence
    words: tuple[AnswerWords | None, ...] = ()  # (sentences,): the words that answer; None: unknown


class Reader(Protocol):
    """Reads a question together with passages; safe to call from several threads."""

    @property
    def name(self) -> str:
        """The name of the model, for people and for the calibration that was fitted to the model."""

    @property
    def reads_each_alone(self) -> bool:
        """Whether the reading of a passage does not depend on the other passages, so that it can be cached."""

    def read(self, question: str, passages: Sequence[ReaderInput]) -> list[Reading]:
        """A reading of each passage, in order."""
