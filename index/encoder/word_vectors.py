"""The encoder's word vectors, left in the model's file: only the rows in use are read."""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alpie.index.encoder.bundled_weights import WORD_VECTORS
from alpie.index.errors import EncoderError
from alpie.index.messages import message


class WordVectors:
    """Word vectors inside a safetensors file of half-precision numbers, of which only the rows in use are read.

    Where the system allows it, rows are read without a mapping: the pages around each row would count as memory of
    this process.
    """

    def __init__(self, path: Path, start: int, shape: tuple[int, int]) -> None:
        self._start = start
        self._row_bytes = 2 * shape[1]
        self.dimension = shape[1]
        self._mapped = None if hasattr(os, "pread") else np.memmap(path, "<f2", "r", start, shape)
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)

    @classmethod
    def open(cls, path: Path) -> WordVectors:
        """The word table of the model in the file `path`. Raises EncoderError if it is damaged."""
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                header_end = 8 + int.from_bytes(file.read(8), "little")
                if header_end > size:
                    raise EncoderError(message("encoder.header"))
                entry = json.loads(file.read(header_end - 8))[WORD_VECTORS]
            if entry["dtype"] != "F16":
                raise EncoderError(message("encoder.word_kind", found=entry["dtype"]))
            rows, dimension = entry["shape"]
            start = header_end + entry["data_offsets"][0]
            if start + 2 * rows * dimension > size:
                raise EncoderError(message("encoder.word_table"))
            return cls(path, start, (rows, dimension))
        except (OSError, ValueError, KeyError, EncoderError) as error:
            raise EncoderError(
                message("encoder.damaged", path=path, error=error, folder=path.parent)
            ) from error

    def rows(self, numbers: Sequence[int]) -> NDArray[np.float16]:
        """The vectors of some word pieces, shape (numbers, dimension)."""
        if self._mapped is not None:
            return np.asarray(self._mapped[np.asarray(numbers, dtype=np.int64)])
        size, start, file = self._row_bytes, self._start, self._file
        read = b"".join([os.pread(file, size, start + size * number) for number in numbers])
        return np.frombuffer(read, "<f2").reshape(len(numbers), self.dimension)
