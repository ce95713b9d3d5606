"""Vectors that were computed before, found by what was embedded, whatever happened to the document since."""

from __future__ import annotations

import hashlib
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from alpie.index.encoder.embed import Embedded
from alpie.index.records import Passage


class Known(Protocol):
    """Vectors that need not be computed again."""

    def __contains__(self, key: bytes) -> bool:
        """Whether there are vectors for this `embedding_key`."""

    def of_passage(self, key: bytes) -> Embedded:
        """Those of one passage."""

    def of_line(self, text: str) -> NDArray[np.float32] | None:
        """That of an expansion, (dimension,); None where it is not known."""


def embedding_key(passage: Passage) -> bytes:
    """What a passage's vectors depend on: its sentences, nothing else."""
    texts = "\u0000".join(sentence.text for sentence in passage.sentences)
    return hashlib.sha256(texts.encode("utf-8", "surrogatepass")).digest()
