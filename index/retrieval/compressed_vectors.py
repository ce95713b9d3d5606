"""Vectors beyond the number that can be compared one by one: lists of neighbours, a byte an entry.

- FAISS sorts the vectors into some thousand lists around centres and keeps a byte an entry (IVF, SQ8);
  a question reads the lists nearest to it. What it finds is scored again from the vectors themselves,
  which lie beside it in half precision. Both files are memory-mapped.
- How many lists are read is measured when the index is made: sentences of the collection, encoded as
  questions, are searched exactly and in ever more lists, until enough of the exact neighbours are found.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpie.index.retrieval.vectors import VectorIndex

__all__ = ["CompressedIndex", "exact_neighbours", "write_compressed"]

_MAX_LISTS = 4_096  # finding the list of a vector costs as many dot products, training their square
_SAMPLE_A_LIST = 40  # vectors that k-means sees for each list; FAISS wants 39 at least
_PORTION = 65_536  # vectors widened to single precision at a time: 100 MB at 384 dimensions
_WANTED_RECALL = 0.99  # @10 of the vectors against exact search, a point above what is promised
# Share of the lists that is always read: a sentence of the collection finds its neighbours in the first few,
# where people's questions, which lie between the sentences, found .90 of theirs.
_MIN_READ = 1 / 16
_NEIGHBOURS = 10
_SHORTLIST = 4  # times the number wanted, and at least …
_MIN_SHORTLIST = 64
_SEED = 1234


class CompressedIndex(VectorIndex):
    """Approximate candidates, exact scores."""

    kind = "ivf-sq8"

    def __init__(self, index: Any, rows: NDArray[np.float16]) -> None:
        super().__init__(index)
        self._rows = rows  # (n, dimension), may be memory-mapped

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.asarray(self._rows[numbers], dtype=np.float32)

    def cosines(self, vector: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        return self.rows(numbers) @ vector

    def _nearest(
        self, vector: NDArray[np.float32], limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        wanted = min(max(_SHORTLIST * limit, _MIN_SHORTLIST), len(self))
        _, found = self._index.search(np.ascontiguousarray(vector[None, :], dtype=np.float32), wanted)
        rows = np.sort(found[0][found[0] >= 0])  # in the order of the file
        scores = self.rows(rows) @ vector
        if len(rows) > limit:
            best = np.argpartition(-scores, limit - 1)[:limit]
            rows, scores = rows[best], scores[best]
        return rows, scores

    def save(self, path: Path) -> None:
        raise NotImplementedError("written by `write_compressed`, from rows on the disk")

    @property
    def centres(self) -> NDArray[np.float32]:
        """(lists, dimension): what the lists are gathered around."""
        return np.asarray(self._index.quantizer.reconstruct_n(0, self._index.nlist))


def write_compressed(
    path: Path, rows: NDArray[np.float16], questions: NDArray[np.float32], like: VectorIndex | None = None
) -> Mapping[str, Any]:
    """Write the lists of `rows` (n, dimension) to `path`; returns what was chosen and measured.

    `questions` (m, dimension) are what recall is measured with. `like` is an index of an earlier state of the
    collection, whose centres are kept while it has not doubled or halved: training takes longest.
    """
    import faiss

    count, dimension = rows.shape
    chance = np.random.default_rng(_SEED)
    kept = like.centres if isinstance(like, CompressedIndex) and _alike(len(like), count) else None
    lists = len(kept) if kept is not None else min(int(2 * np.sqrt(count)), _MAX_LISTS)
    index: Any = faiss.index_factory(dimension, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.cp.min_points_per_centroid = 1
    sample = np.sort(chance.choice(count, min(count, _SAMPLE_A_LIST * lists), replace=False))
    if kept is not None:
        index.quantizer.add(kept)
        sample = sample[:_PORTION]  # only the range of each entry is left to be learned
    index.train(np.asarray(rows[sample], dtype=np.float32))
    for first in range(0, count, _PORTION):
        index.add(np.asarray(rows[first : first + _PORTION], dtype=np.float32))
    recall = _set_probes(CompressedIndex(index, rows), index, questions, lists)
    faiss.write_index(index, str(path))
    return {
        "kind": CompressedIndex.kind,
        "vectors": count,
        "lists": lists,
        "probes": int(index.nprobe),
        "recall_at_10": recall,
        "questions": len(questions),
    }


def _alike(before: int, now: int) -> bool:
    return before / 2 <= now <= 2 * before


def _set_probes(
    searched: CompressedIndex, index: Any, questions: NDArray[np.float32], lists: int
) -> float | None:
    """Read so few lists a question as the wanted recall allows; returns the recall reached."""
    index.nprobe = max(1, int(lists * _MIN_READ))
    if not len(questions):
        return None
    wanted = min(_NEIGHBOURS, len(searched))
    exact = exact_neighbours(searched, questions, wanted)
    probes = max(8, int(lists * _MIN_READ))
    while True:
        index.nprobe = min(probes, lists)
        found = [searched.search(question, wanted)[0] for question in questions]
        shares = [len(set(a) & set(b)) / wanted for a, b in zip(found, exact, strict=True)]
        recall = float(np.mean(shares))
        if recall >= _WANTED_RECALL or probes >= lists:
            return round(recall, 4)
        probes *= 2


def exact_neighbours(index: VectorIndex, questions: NDArray[np.float32], limit: int) -> NDArray[np.int64]:
    """The `limit` nearest rows of each question, by comparing all; shape (questions, limit), best first."""
    rows = np.zeros((len(questions), 0), dtype=np.int64)
    scores = np.zeros((len(questions), 0), dtype=np.float32)
    for first in range(0, len(index), _PORTION):
        numbers = np.arange(first, min(first + _PORTION, len(index)))
        rows = np.concatenate([rows, np.broadcast_to(numbers, (len(questions), len(numbers)))], axis=1)
        scores = np.concatenate([scores, questions @ index.rows(numbers).T], axis=1)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :limit]
        rows, scores = np.take_along_axis(rows, best, 1), np.take_along_axis(scores, best, 1)
    return rows
