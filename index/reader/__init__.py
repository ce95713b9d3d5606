"""The reader: question and passage read together, to tell which sentence answers, or that none does.

`bundled` is the one that comes with the package; `cross_encoder` lets any sentence-transformers cross-encoder take its
place; `open_reader` opens what a setting names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from alpie.index.encoder import Floats, Integers

NOT_READ = -30.0  # log-odds of a sentence that lay beyond what was read: as good as none


@dataclass(frozen=True)
class ReaderInput:
    """A passage as a reader sees it: its sentences in order, and the heading that says what they are about."""

    sentences: tuple[str, ...]
    heading: str = ""

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
    """The words of a sentence that answer, by their characters in it."""

    start: int
    end: int
    probability: float  # that these and no others of the sentence do, given that it answers


@dataclass(frozen=True)
class Reading:
    """What a reader says of one passage and one question.

    All numbers are log-odds against «the answer is not here», so they compare between passages.
    """

    passage_log_odds: float  # that the passage answers
    sentence_log_odds: Floats  # (sentences,): that the answer begins in that sentence
    words: tuple[AnswerWords | None, ...] = ()  # of each sentence those that answer; None: unknown

    @property
    def best(self) -> int:
        """Number of the sentence that likeliest answers."""
        return int(np.argmax(self.sentence_log_odds))


class Reader(Protocol):
    """Reads a question and passages together; safe to call from several threads."""

    @property
    def name(self) -> str:
        """Which model, for people, and for the calibration that was fitted to it."""

    @property
    def reads_each_alone(self) -> bool:
        """Whether what it says of a passage is the same whichever others it is given: then it can be kept."""

    def read(self, question: str, passages: Sequence[ReaderInput]) -> list[Reading]:
        """A reading of each passage, in order."""
