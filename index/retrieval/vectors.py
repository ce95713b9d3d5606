"""The dense retriever: vectors in FAISS, compared one by one or, if there are very many, found through an inverted file.

An inverted file (IVF) groups the vectors, in half precision, around up to a few thousand centroids; a question reads
the lists of the nearest centroids: a sixteenth of them, but at least 128.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from alpie.index.arrays import Floats, Integers

# Comparing this many takes about as long as encoding the question (7 against 8 CPU ms measured). For this many, an inverted
# file takes a tenth of the time, for more of them an even smaller part.
MAX_EXACT_VECTORS = 100_000

_RECONSTRUCTION_COST = 10  # rows are compared in the time that reconstructing one takes
_MAX_LISTS = 4_096  # finding the list of a vector takes as many dot products, training the square of that
_SAMPLE_PER_LIST = 40  # vectors that k-means sees for each list; FAISS wants 39 at least
_PORTION = 65_536  # vectors in single precision at a time: 100 MB at 384 dimensions
# The share of the lists that is read, and how many at least. Of the ten nearest, .999 are found among 112,000 vectors in 670
# lists (a sixteenth of these lists would find .97), and .997 among 3,100,000.
_PROBED_SHARE = 1 / 16
_MIN_PROBES = 128  # lists: a fifth of those 670
_SEED = 1234  # any number: the same vectors make the same index
_COSINE_DECIMALS = 6  # cosines that differ by less are equal: threads add them up in any order
# The bound of quantised numbers is a multiple of this, so that vectors which are reconstructed and added again get the same
# one. It may be exceeded by a twentieth of a step, as the outermost byte stands for a number .4 % larger.
_BOUND_STEP, _OVER_BOUND = 1 / 8, 0.05


class NearestVectors(NamedTuple):
    """The vectors nearest to one, best first: their numbers and cosines."""

    rows: Integers
    cosines: Floats


class VectorIndex:
    """Unit vectors under inner product."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def from_vectors(cls, vectors: Floats, quantised: bool = False) -> VectorIndex:
        """An index of `vectors`, (n, dimension), L2-normalised; `quantised`: each number kept in one byte."""
        import faiss

        index: Any = _quantised(vectors) if quantised else faiss.IndexFlatIP(int(vectors.shape[1]))
        if len(vectors):
            index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    @property
    def kind(self) -> str:
        """How the index is searched: "exact" or, by lists of neighbours, "ivf"."""
        return "ivf" if hasattr(self._index, "nlist") else "exact"

    def search(self, vector: Floats, limit: int) -> NearestVectors:
        """The `limit` nearest rows to `vector`, shape (dimension,).

        Equal scores are ordered by number, so that an answer does not depend on the number of threads.
        """
        limit = min(limit, len(self))
        if limit == 0:
            return NearestVectors(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
        rows, scores = self._nearest(vector, limit)
        scores = np.round(scores, _COSINE_DECIMALS)
        order = np.lexsort((rows, -scores))
        return NearestVectors(rows[order], scores[order])

    def _nearest(self, vector: Floats, limit: int) -> NearestVectors:
        scores, rows = self._index.search(np.ascontiguousarray(vector[None, :], dtype=np.float32), limit)
        found = rows[0] >= 0
        return NearestVectors(rows[0][found], scores[0][found])

    def rows(self, numbers: Integers) -> Floats:
        """The vectors of these rows, shape (len(numbers), dimension)."""
        if len(numbers) == 0:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(np.ascontiguousarray(numbers, dtype=np.int64)))

    def cosines(self, vector: Floats, numbers: Integers) -> Floats:
        """Cosines of these rows with `vector`, shape (len(numbers),).

        Where many rows of an exact index are asked for, all are compared: that is faster than reconstructing these.
        """
        if self.kind != "exact" or len(numbers) * _RECONSTRUCTION_COST < len(self):
            return self.rows(numbers) @ vector
        found, scores = self._nearest(vector, len(self))
        of_all = np.empty(len(self), dtype=np.float32)
        of_all[found] = scores
        return of_all[numbers]

    @property
    def centroids(self) -> Floats:
        """The centroids of the lists, (lists, dimension)."""
        return np.asarray(self._index.quantizer.reconstruct_n(0, self._index.nlist))

    @staticmethod
    def load(path: Path) -> VectorIndex:
        """The index that a `VectorWriter` wrote, memory-mapped: pages are read when they are searched."""
        import faiss

        return VectorIndex(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))


def _quantised(vectors: Floats) -> Any:
    """An empty index for `vectors`, one byte per number; a vector that is reconstructed and added again gets the same bytes."""
    import faiss

    dimension = int(vectors.shape[1])
    index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    steps = np.ceil(np.abs(vectors).max(initial=_BOUND_STEP) / _BOUND_STEP - _OVER_BOUND)
    bound = _BOUND_STEP * steps
    ranges = np.repeat(np.array([-bound, 2 * bound], np.float32), dimension)  # lowest, then width, of each
    faiss.copy_array_to_vector(ranges, index.sq.trained)
    index.is_trained = True
    return index


class VectorWriter:
    """Takes vectors in portions and writes the index that their number asks for; memory stays bounded."""

    def __init__(self, path: Path, dimension: int, quantised: bool = False) -> None:
        self._path, self._dimension, self._quantised = path, dimension, quantised
        self._count = 0
        self._rows_file = path.with_suffix(".rows")  # until the number of vectors is known
        self._file = self._rows_file.open("wb")

    def __len__(self) -> int:
        return self._count

    def add(self, vectors: Floats) -> None:
        """`vectors`, shape (n, dimension), L2-normalised."""
        self._count += len(vectors)
        self._file.write(np.ascontiguousarray(vectors, dtype=np.float32).data)

    def close(self) -> None:
        """Close and remove the temporary file of rows."""
        self._file.close()
        self._rows_file.unlink(missing_ok=True)

    def finish(self, like: VectorIndex | None = None) -> None:
        """Write the index.

        `like` is the index of an earlier state of the collection: of very many vectors, its centroids are taken over unless
        the collection has doubled or halved, because training takes longest.
        """
        import faiss

        self._file.close()
        shape = (self._count, self._dimension)
        rows = np.zeros(shape, np.float32)
        if self._count:
            rows = np.memmap(self._rows_file, np.float32, "r", shape=shape)
        exact = self._count <= MAX_EXACT_VECTORS
        index = VectorIndex.from_vectors(rows, self._quantised)._index if exact else _build_ivf(rows, like)
        try:
            faiss.write_index(index, str(self._path))
        except RuntimeError as error:  # what FAISS makes of a full disk
            raise OSError(str(error)) from error
        del rows
        self.close()


def _build_ivf(rows: Floats, like: VectorIndex | None) -> Any:
    """An inverted file over `rows`; centroids of the earlier one are kept, which saves the k-means."""
    import faiss

    count, dimension = rows.shape
    is_similar = like is not None and like.kind == "ivf" and len(like) / 2 <= count <= 2 * len(like)
    kept = like.centroids if like is not None and is_similar else None
    lists = len(kept) if kept is not None else min(int(2 * np.sqrt(count)), _MAX_LISTS)
    index: Any = faiss.index_factory(dimension, f"IVF{lists},SQfp16", faiss.METRIC_INNER_PRODUCT)
    index.cp.min_points_per_centroid = 1
    index.by_residual = False  # so that vectors stay the same however often they are written again
    if kept is not None:
        index.quantizer.add(kept)
    chance = np.random.default_rng(_SEED)
    index.train(rows[np.sort(chance.choice(count, min(count, _SAMPLE_PER_LIST * lists), replace=False))])
    index.set_direct_map_type(1)  # an array: where each row lies, to read it out
    for first in range(0, count, _PORTION):
        index.add(rows[first : first + _PORTION])
    index.nprobe = min(lists, max(_MIN_PROBES, int(lists * _PROBED_SHARE)))
    return index
