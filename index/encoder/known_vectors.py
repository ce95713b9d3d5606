"""Vectors of an earlier build, found by what was embedded, whatever happened to the document since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from alpie.index.encoder.embed import Embedded
from alpie.index.records import Passage
from alpie.index.retrieval.expansion_index import ExpansionIndex, line_key
from alpie.index.retrieval.vectors import VectorIndex
from alpie.index.storage.record_file import PassageFile

__all__ = ["Known", "KnownVectors", "embedding_key"]


class Known(Protocol):
    """Vectors that need not be computed again."""

    def __contains__(self, key: bytes) -> bool:
        """Whether there are vectors for this `embedding_key`."""

    def of_passage(self, key: bytes) -> Embedded:
        """Those of one passage."""

    @property
    def line_rows(self) -> Mapping[bytes, int]:
        """`line_key` of an expansion → number of its vector."""

    def of_lines(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of these numbers, (rows, dimension)."""


def embedding_key(passage: Passage) -> bytes:
    """What a passage's vectors depend on: its sentences, nothing else."""
    texts = "\u0000".join(sentence.text for sentence in passage.sentences)
    return hashlib.sha256(texts.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True)
class KnownVectors:
    """The vectors of a generation; memory-mapped where they are large."""

    folder: Path
    rows: Mapping[bytes, int]  # `embedding_key` → number of the passage
    dense: VectorIndex
    sentences: VectorIndex
    sentence_bounds: NDArray[np.int64]  # (passages + 1,)
    expansions: ExpansionIndex | None
    line_rows: Mapping[bytes, int]  # `line_key` → number of the expansion line

    @classmethod
    def of(cls, folder: Path) -> KnownVectors:
        """Those of the generation in `folder`."""
        passages = PassageFile(folder / "passages.jsonl")
        expansions = ExpansionIndex.load(folder / "expansions")
        return cls(
            folder,
            {embedding_key(passage): row for row, passage in enumerate(passages)},
            VectorIndex.load(folder / "dense.faiss"),
            VectorIndex.load(folder / "sentences.faiss"),
            passages.sentence_bounds,
            expansions,
            {line_key(text): row for row, text in enumerate(expansions.texts if expansions else ())},
        )

    def __contains__(self, key: bytes) -> bool:
        return key in self.rows

    def of_passage(self, key: bytes) -> Embedded:
        """The vectors of one passage."""
        row = self.rows[key]
        first, last = int(self.sentence_bounds[row]), int(self.sentence_bounds[row + 1])
        vectors = self.dense.rows(np.array([row]))
        return Embedded(vectors, self.sentences.rows(np.arange(first, last)))

    def of_lines(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of some expansions."""
        assert self.expansions is not None
        return self.expansions.vectors.rows(rows)
