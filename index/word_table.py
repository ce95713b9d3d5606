"""The encoder's table of word vectors, read from its file a few rows at a time."""

from __future__ import annotations

import json
import mmap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alpie.index.errors import EncoderError
from alpie.index.weights import WORD_VECTORS

__all__ = ["WordTable"]

_LET_GO_AFTER = 512  # rows; each may have brought 64 kB of its neighbourhood into the process


class WordTable:
    """Word vectors inside a safetensors file of half-precision numbers, mapped, not read.

    Reading a row through the mapping makes the pages around it count as memory of this process: 77 MB after
    1,200 questions, of which 25 rows each were used. So the pages are let go of now and then; the system
    keeps the file cached, and a row that comes again is a matter of microseconds.
    """

    def __init__(self, mapping: mmap.mmap, start: int, shape: tuple[int, int]) -> None:
        self._mapping = mapping
        self._table = np.frombuffer(mapping, "<f2", shape[0] * shape[1], start).reshape(shape)
        self._read = 0
        self.dimension = shape[1]

    @classmethod
    def open(cls, path: Path) -> WordTable:
        """That of the model in the file `path`. Raises EncoderError if it is damaged."""
        try:
            with path.open("rb") as file:
                mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            header_end = 8 + int.from_bytes(mapping[:8], "little")
            entry = json.loads(mapping[8:header_end])[WORD_VECTORS]
            if entry["dtype"] != "F16":
                raise ValueError(f"the word table is {entry['dtype']} instead of F16")
            rows, dimension = entry["shape"]
            return cls(mapping, header_end + entry["data_offsets"][0], (rows, dimension))
        except (OSError, ValueError, KeyError) as error:
            raise EncoderError(
                f"{path} is damaged: {error}. Delete the folder {path.parent}; it is written again."
            ) from error

    def rows(self, numbers: Sequence[int]) -> NDArray[np.float16]:
        """The vectors of some word pieces, copied, shape (numbers, dimension)."""
        copied = self._table[np.asarray(numbers, dtype=np.int64)]
        self._read += len(numbers)
        if self._read >= _LET_GO_AFTER and hasattr(mmap, "MADV_DONTNEED"):
            self._read = 0
            self._mapping.madvise(mmap.MADV_DONTNEED)
        return np.asarray(copied)
