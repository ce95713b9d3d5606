"""From texts to vectors: the interface of encoders, and what the runtimes share. `factory` opens an encoder.

All of them truncate a text, prompt included, to the model's limit (bundled: 512 tokens, about 370 Spanish words). The
vector ignores whatever comes after, so passages should stay below the limit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from alpie.index.arrays import Floats

BUNDLED_ENCODER = "bundled"  # its name in settings

OnProgress = Callable[[int, int], None]
"""Called with (texts done, texts in all), from the calling thread."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class Encoder(Protocol):
    """Turns questions and passages into vectors of length 1, in their order; safe to call from several threads.

    A text's vector does not depend on the other texts of the call (with torch, apart from rounding). An empty text
    has one too.
    """

    @property
    def name(self) -> str:
        """Which model encodes, for people."""

    @property
    def fingerprint(self) -> str:
        """Identifies the model's weights and prompts, but not the runtime, whose results agree."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    @property
    def runtime(self) -> str:
        """What the model runs on: ``onnx-int8`` or ``torch``."""

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """Vectors of questions, (texts, dimension)."""

    def encode_passages(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Floats:
        """Vectors of passages or sentences, (texts, dimension)."""


def without_surrogates(text: str) -> str:
    """`text` without lone surrogates, which tokenizers refuse; every character keeps its offset."""
    return _SURROGATE.sub("\ufffd", text)


def normalise_rows(vectors: Floats) -> Floats:
    """Rows divided by their length; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: Floats = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32, copy=False)
    return result


def usable_processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
