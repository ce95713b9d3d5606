"""From embedded partitions to an index."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpie.index.build import BuildReport, build_index
from alpie.index.bulk.partitions import inputs, output_of, pending
from alpie.index.encoder import Encoder
from alpie.index.encoder.embed import Embedded
from alpie.index.errors import BulkError

_KEPT = 4  # partitions in memory: they are read in the order of the documents


def load(docs: Path, work: Path, data: Path, encoder: Encoder) -> BuildReport:
    """Index the documents of `docs` into `data` with the vectors of the partitions in `work`.

    Raises `BulkError` when a partition has not been embedded with this encoder.
    """
    left = pending(work, encoder.fingerprint)
    if left:
        raise BulkError(
            f"Faltan {len(left)} particiones por codificar, la primera {left[0].name}. "
            "Termínelas con «python -m alpie.index.bulk embed».",
            work,
        )
    return build_index(docs, data, encoder, known=PartitionVectors(work))


class PartitionVectors:
    """The vectors of partitions, found by what was embedded."""

    def __init__(self, work: Path) -> None:
        import pyarrow.parquet as parquet

        self._paths = [output_of(path) for path in inputs(work)]
        self._places: dict[bytes, tuple[int, int]] = {}
        for number, path in enumerate(self._paths):
            keys = parquet.read_table(path, columns=["text_hash"])["text_hash"].to_pylist()
            self._places.update({key: (number, row) for row, key in enumerate(keys)})
        self._partition = lru_cache(_KEPT)(self._read)

    def __contains__(self, key: bytes) -> bool:
        return key in self._places

    def of_passage(self, key: bytes) -> Embedded:
        """The vectors of one passage."""
        number, row = self._places[key]
        passages, sentences, bounds = self._partition(number)
        return Embedded(
            passages[row : row + 1].astype(np.float32),
            sentences[bounds[row] : bounds[row + 1]].astype(np.float32),
        )

    def of_line(self, text: str) -> None:
        """Partitions hold no expansions: they are embedded as the index is built."""

    def _read(self, number: int) -> tuple[NDArray[np.float16], NDArray[np.float16], NDArray[np.int32]]:
        import pyarrow.parquet as parquet

        table = parquet.read_table(self._paths[number]).combine_chunks()
        passages, sentences = (table[name].chunk(0) for name in ("vector", "sentences"))
        return _matrix(passages), _matrix(sentences.values), np.asarray(sentences.offsets)


def _matrix(vectors: Any) -> NDArray[np.float16]:
    """A column of lists of one length as (rows, length)."""
    return np.asarray(vectors.values).reshape(-1, vectors.type.list_size)
