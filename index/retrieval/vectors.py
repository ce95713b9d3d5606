"""The dense retriever: vectors in FAISS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["EXACT_LIMIT", "VectorIndex", "VectorWriter"]

# Comparing this many takes about as long as encoding the question (7 against 8 CPU ms measured). Beyond, lists of
# neighbours find the same (`compressed_vectors`), in a fifth of the time here and in ever less.
EXACT_LIMIT = 100_000


_READING_OUT = 10  # rows are compared in the time of reading one out


class VectorIndex:
    """Unit vectors under inner product, compared one by one; `CompressedIndex` is for very many."""

    kind = "exact"

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def from_vectors(cls, vectors: NDArray[np.float32], bytewise: bool = False) -> VectorIndex:
        """`vectors`: shape (n, dimension), L2-normalised; `bytewise`: each number kept in one byte."""
        import faiss

        index = _bytewise(vectors) if bytewise else faiss.IndexFlatIP(int(vectors.shape[1]))
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
        rows, scores = self._nearest(vector, limit)
        scores = np.round(scores, 6)
        order = np.lexsort((rows, -scores))
        return rows[order], scores[order]

    def _nearest(
        self, vector: NDArray[np.float32], limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        scores, rows = self._index.search(np.ascontiguousarray(vector[None, :], dtype=np.float32), limit)
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of these rows, shape (len(numbers), dimension)."""
        if len(numbers) == 0:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(np.ascontiguousarray(numbers, dtype=np.int64)))

    def cosines(self, vector: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Cosines of these rows with `vector`, shape (len(numbers),).

        Of a good part of few rows they are those of all: comparing takes a tenth of the time of reading out.
        """
        if len(numbers) * _READING_OUT < len(self):
            return self.rows(numbers) @ vector
        found, scores = self._nearest(vector, len(self))
        of_all = np.empty(len(self), dtype=np.float32)
        of_all[found] = scores
        return of_all[numbers]

    def save(self, path: Path) -> None:
        import faiss

        faiss.write_index(self._index, str(path))

    @staticmethod
    def load(path: Path) -> VectorIndex:
        """What `save` or `write_vectors` wrote, memory-mapped: pages are read when they are searched."""
        import faiss

        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        rows = _rows_path(path)
        if not rows.exists():
            return VectorIndex(index)
        from alpie.index.retrieval.compressed_vectors import CompressedIndex

        return CompressedIndex(index, np.asarray(np.load(rows, mmap_mode="r")))


def _bytewise(vectors: NDArray[np.float32]) -> Any:
    """An empty index for `vectors` that keeps each number in a byte: cosines are off by .0006, seldom by .003.

    Bytes stand for 256 values between bounds that hardly ever change with the vectors, so that what is read out and
    kept again gets the same ones.
    """
    import faiss

    dimension = int(vectors.shape[1])
    index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    bound = np.ceil(8 * np.abs(vectors).max(initial=0.125) - 0.05) / 8  # the outermost byte reads .4 % larger
    ranges = np.repeat(np.array([-bound, 2 * bound], np.float32), dimension)  # lowest, then width, of each
    faiss.copy_array_to_vector(ranges, index.sq.trained)
    index.is_trained = True
    return index


def _rows_path(path: Path) -> Path:
    """Where the vectors of a compressed index lie in half precision."""
    return path.with_suffix(".rows.npy")


class _RowsWriter:
    """A .npy file of two dimensions, written in portions."""

    _HEADER_BYTES = 128  # numpy pads it to a multiple of 64

    def __init__(self, path: Path, dtype: type[np.generic], dimension: int) -> None:
        self._path = path
        self._description = {"descr": np.dtype(dtype).str, "fortran_order": False}
        self._dimension = dimension
        self._count = 0
        self._file = path.open("wb")
        self._file.write(bytes(self._HEADER_BYTES))

    def add(self, rows: NDArray[np.generic]) -> None:
        """`rows`, shape (n, dimension)."""
        self._count += len(rows)
        self._file.write(np.ascontiguousarray(rows).tobytes())

    def close(self) -> None:
        self._file.close()

    def finish(self) -> None:
        self._file.seek(0)
        header = self._description | {"shape": (self._count, self._dimension)}
        np.lib.format.write_array_header_1_0(self._file, header)
        assert self._file.tell() == self._HEADER_BYTES
        self._file.close()


class VectorWriter:
    """Takes vectors in portions and writes the index that their number asks for; memory stays bounded."""

    def __init__(self, path: Path, dimension: int, bytewise: bool = False) -> None:
        self._path, self._dimension, self._bytewise = path, dimension, bytewise  # of few; many are compressed
        self._few: list[NDArray[np.float32]] = []
        self._rows: _RowsWriter | None = None  # of the many, in half precision
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, vectors: NDArray[np.float32]) -> None:
        """`vectors`, shape (n, dimension), L2-normalised."""
        self._count += len(vectors)
        if self._rows is None:
            self._few.append(vectors)
            if self._count <= EXACT_LIMIT:
                return
            self._rows = _RowsWriter(_rows_path(self._path), np.float16, self._dimension)
            vectors = np.concatenate(self._few)
            self._few.clear()
        self._rows.add(vectors.astype(np.float16))

    def close(self) -> None:
        if self._rows is not None:
            self._rows.close()

    def finish(
        self, questions: NDArray[np.float32] | None = None, like: VectorIndex | None = None
    ) -> Mapping[str, Any]:
        """Write the index; returns what the manifest says of it. Arguments as in `write_compressed`."""
        if self._rows is None:
            empty = np.zeros((0, self._dimension), np.float32)
            VectorIndex.from_vectors(np.concatenate([empty, *self._few]), self._bytewise).save(self._path)
            return {"kind": VectorIndex.kind, "vectors": self._count}
        from alpie.index.retrieval.compressed_vectors import write_compressed

        self._rows.finish()
        rows = np.asarray(np.load(_rows_path(self._path), mmap_mode="r"))
        asked = np.zeros((0, self._dimension), np.float32) if questions is None else questions
        return write_compressed(self._path, rows, asked, like)
