"""The dense leg: vectors in FAISS, and the token vectors that compare a question word by word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from alpie.index.runs import bounds_of

__all__ = [
    "EXACT_LIMIT",
    "RowsWriter",
    "TokenStore",
    "VectorIndex",
    "VectorWriter",
    "centred",
    "quantise_tokens",
]

# Centred unit vectors of 384 dimensions have entries well below .5; the scale spends the byte on those.
_TOKEN_SCALE = 254.0
# Token vectors compared at a time: 400 kB as floats.
_PIECE = 256


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
    def from_vectors(cls, vectors: NDArray[np.float32], half: bool = False) -> VectorIndex:
        """`vectors`: shape (n, dimension), L2-normalised; `half`: kept in half precision."""
        import faiss

        dimension = int(vectors.shape[1])
        index: Any
        if half:
            metric = faiss.METRIC_INNER_PRODUCT
            index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, metric)
        else:
            index = faiss.IndexFlatIP(dimension)
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
        from alpie.index.compressed_vectors import CompressedIndex

        return CompressedIndex(index, np.asarray(np.load(rows, mmap_mode="r")))


def _rows_path(path: Path) -> Path:
    """Where the vectors of a compressed index lie in half precision."""
    return path.with_suffix(".rows.npy")


class RowsWriter:
    """A .npy file of two dimensions, written in portions."""

    _HEADER_BYTES = 128  # numpy pads it to a multiple of 64

    def __init__(self, path: Path, dtype: type[np.generic], dimension: int) -> None:
        self._path = path
        self._description = {"descr": np.dtype(dtype).str, "fortran_order": False}
        self._dimension = dimension
        self._count = 0
        self._file = path.open("wb")
        self._file.write(bytes(self._HEADER_BYTES))

    @property
    def bytes(self) -> int:
        return self._file.tell()

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

    def discard(self) -> None:
        self._file.close()
        self._path.unlink()


class VectorWriter:
    """Takes vectors in portions and writes the index that their number asks for; memory stays bounded."""

    def __init__(self, path: Path, dimension: int, half: bool = False) -> None:
        self._path, self._dimension, self._half = path, dimension, half  # `half`: few too in half precision
        self._few: list[NDArray[np.float32]] = []
        self._rows: RowsWriter | None = None  # of the many, in half precision
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
            self._rows = RowsWriter(_rows_path(self._path), np.float16, self._dimension)
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
            VectorIndex.from_vectors(np.concatenate([empty, *self._few]), self._half).save(self._path)
            return {"kind": VectorIndex.kind, "vectors": self._count}
        from alpie.index.compressed_vectors import write_compressed

        self._rows.finish()
        rows = np.asarray(np.load(_rows_path(self._path), mmap_mode="r"))
        asked = np.zeros((0, self._dimension), np.float32) if questions is None else questions
        return write_compressed(self._path, rows, asked, like)


def centred(vectors: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """Token vectors, shape (tokens, dimension), without `mean`, shape (dimension,), and of unit length.

    Contextual vectors of one model share a large common component; taking it away makes their cosines
    tell words apart.
    """
    rest = vectors - mean
    rest /= np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9)
    return rest


def quantise_tokens(vectors: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.int8]:
    """`centred` token vectors, a byte an entry: shape (tokens, dimension)."""
    scaled: NDArray[np.float32] = np.rint(centred(vectors, mean) * _TOKEN_SCALE)
    return np.asarray(np.clip(scaled, -127, 127), dtype=np.int8)


@dataclass(frozen=True)
class TokenStore:
    """Token vectors of all sentences, in the order of the sentences."""

    complete: ClassVar[bool] = True
    values: NDArray[np.int8]  # (tokens, dimension), may be memory-mapped
    bounds: NDArray[np.int64]  # (sentences + 1,): tokens of sentence i are values[bounds[i]:bounds[i + 1]]
    mean: NDArray[np.float32]  # (dimension,), taken from every token vector before normalising

    @classmethod
    def load(cls, folder: Path) -> TokenStore:
        """That of a generation which stores its tokens; the vectors are memory-mapped."""
        # a plain view of the mapping: numpy's class for it makes every slice ten times as dear
        values = np.asarray(np.load(folder / "tokens.npy", mmap_mode="r"))
        return cls(values, bounds_of(np.load(folder / "token_counts.npy")), np.load(folder / "mean.npy"))

    def of_sentences(self, first: int, last: int) -> NDArray[np.float32]:
        """Token vectors of sentences first … last - 1, shape (tokens, dimension), close to unit length."""
        raw = self.values[self.bounds[first] : self.bounds[last]]
        return np.asarray(raw, dtype=np.float32) / np.float32(_TOKEN_SCALE)

    def similarities(
        self, sentences: NDArray[np.int64], question: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Cosines of all tokens of some sentences with a question's, shape (tokens, question tokens).

        The bytes are widened once, in pieces that stay in the processor's cache (a third of the time of all
        at once, most of which went into fresh memory), and the question is scaled, which is smaller by far.
        """
        scaled = np.ascontiguousarray((question / np.float32(_TOKEN_SCALE)).T)
        pieces = list(self._pieces(sentences))
        found = np.empty((sum(map(len, pieces)), len(question)), dtype=np.float32)
        first = 0
        for piece in pieces:
            np.matmul(piece.astype(np.float32), scaled, out=found[first : first + len(piece)])
            first += len(piece)
        return found

    def best_matches(
        self, sentences: NDArray[np.int64], question: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Of each question token the best cosine in each sentence, shape (sentences, question tokens).

        Zero for a sentence without token vectors.
        """
        best = np.zeros((len(sentences), len(question)), dtype=np.float32)
        counts = self.bounds[sentences + 1] - self.bounds[sentences]
        filled = np.flatnonzero(counts > 0)
        if len(question) and len(filled):
            starts = bounds_of(counts)[:-1]
            similarities = self.similarities(sentences, question)
            best[filled] = np.maximum.reduceat(similarities, starts[filled], axis=0)
        return best

    def sums(self, sentences: NDArray[np.int64]) -> NDArray[np.float32]:
        """The sum of each sentence's token vectors, shape (sentences, dimension); zero where there is none."""
        result = np.empty((len(sentences), len(self.mean)), dtype=np.float32)
        starts, ends = self.bounds[sentences].tolist(), self.bounds[sentences + 1].tolist()
        for row, first, last in zip(result, starts, ends, strict=True):
            np.add.reduce(
                self.values[first:last], axis=0, dtype=np.float32, out=row
            )  # reduceat: four times as long
        result /= np.float32(_TOKEN_SCALE)
        return result

    def _pieces(self, sentences: NDArray[np.int64]) -> Iterator[NDArray[np.int8]]:
        """The token vectors of some sentences in their order, at most `_PIECE` at a time, not copied."""
        ends = np.flatnonzero(np.diff(sentences, append=-1) != 1)  # neighbouring sentences lie together
        starts = np.concatenate([[0], ends[:-1] + 1])[: len(ends)]
        firsts, lasts = self.bounds[sentences[starts]].tolist(), self.bounds[sentences[ends] + 1].tolist()
        for first, last in zip(firsts, lasts, strict=True):
            for start in range(first, last, _PIECE):
                yield self.values[start : min(last, start + _PIECE)]

    def centre(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """A question's token vectors made comparable to these: centred, normalised."""
        return centred(vectors, self.mean)
