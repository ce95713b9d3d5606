"""The dense leg: vectors in FAISS, and the token vectors that compare a question word by word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["TokenStore", "VectorIndex", "quantise_tokens"]

# Centred unit vectors of 384 dimensions have entries well below .5; the scale spends the byte on those.
_TOKEN_SCALE = 254.0


class VectorIndex:
    """Unit vectors under inner product. Exact: FAISS Flat is right up to some 100,000 passages."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def from_vectors(cls, vectors: NDArray[np.float32]) -> VectorIndex:
        """`vectors`: shape (n, dimension), L2-normalised."""
        import faiss

        index = faiss.IndexFlatIP(int(vectors.shape[1]))
        if len(vectors):
            index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def search(
        self, vector: NDArray[np.float32], limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `limit` nearest rows to `vector`, shape (dimension,): their numbers and cosines, best first.

        Equal scores are ordered by number, so that an answer does not depend on the number of threads.
        """
        limit = min(limit, len(self))
        if limit == 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        scores, rows = self._index.search(np.ascontiguousarray(vector[None, :], dtype=np.float32), limit)
        found = rows[0] >= 0
        rows, scores = rows[0][found], np.round(scores[0][found], 6)
        order = np.lexsort((rows, -scores))
        return rows[order], scores[order]

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of these rows, shape (len(numbers), dimension)."""
        if len(numbers) == 0:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(np.ascontiguousarray(numbers, dtype=np.int64)))

    def save(self, path: Path) -> None:
        import faiss

        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Memory-mapped: pages are read when they are searched."""
        import faiss

        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))


def quantise_tokens(vectors: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.int8]:
    """Centred, normalised token vectors, a byte an entry: shape (tokens, dimension).

    Contextual vectors of one model share a large common component; taking `mean`, shape (dimension,),
    away makes their cosines tell words apart.
    """
    centred = vectors - mean
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    scaled: NDArray[np.float32] = np.rint(centred * _TOKEN_SCALE)
    return np.asarray(np.clip(scaled, -127, 127), dtype=np.int8)


@dataclass(frozen=True)
class TokenStore:
    """Token vectors of all sentences, in the order of the sentences."""

    values: NDArray[np.int8]  # (tokens, dimension), may be memory-mapped
    bounds: NDArray[np.int64]  # (sentences + 1,): tokens of sentence i are values[bounds[i]:bounds[i + 1]]
    mean: NDArray[np.float32]  # (dimension,), taken from every token vector before normalising

    def of_sentences(self, first: int, last: int) -> NDArray[np.float32]:
        """Token vectors of sentences first … last - 1, shape (tokens, dimension), close to unit length."""
        raw = self.values[self.bounds[first] : self.bounds[last]]
        return np.asarray(raw, dtype=np.float32) / np.float32(_TOKEN_SCALE)

    def similarities(
        self, sentences: NDArray[np.int64], question: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Cosines of all tokens of some sentences with a question's, shape (tokens, question tokens).

        The bytes are widened once and the question is scaled, which is smaller by far.
        """
        found = self._widened(sentences) @ (question / np.float32(_TOKEN_SCALE)).T
        return np.asarray(found, dtype=np.float32)

    def sums(self, sentences: NDArray[np.int64]) -> NDArray[np.float32]:
        """The sum of each sentence's token vectors, shape (sentences, dimension); zero where there is none."""
        counts = self.bounds[sentences + 1] - self.bounds[sentences]
        result = np.zeros((len(sentences), len(self.mean)), dtype=np.float32)
        filled = np.flatnonzero(counts > 0)
        if len(filled):
            firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
            result[filled] = np.add.reduceat(self._widened(sentences), firsts[filled], axis=0)
            result /= np.float32(_TOKEN_SCALE)
        return result

    def _widened(self, sentences: NDArray[np.int64]) -> NDArray[np.float32]:
        """The bytes of all tokens of some sentences as floats, in the order of `sentences`."""
        starts = self.bounds[sentences]
        counts = self.bounds[sentences + 1] - starts
        firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        rows = np.repeat(starts - firsts, counts) + np.arange(int(counts.sum()))
        return self.values[rows].astype(np.float32)

    def centre(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """A question's token vectors made comparable to these: centred, normalised."""
        centred = vectors - self.mean
        return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9))
