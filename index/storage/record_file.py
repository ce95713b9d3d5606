"""Records in a file, one JSON object a line, each read when it is asked for.

A collection of a million passages opens at once and costs the memory of those that were shown. What is
needed of all of them (how many sentences each has, which document it is of, its address) lies beside it in
arrays, memory-mapped.
"""

from __future__ import annotations

import json
import mmap
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from alpie.index.records import Passage
from alpie.index.retrieval.term_dictionary import TermDictionary
from alpie.index.storage.ragged import bounds_of
from alpie.index.storage.serial import passage_from_json, passage_to_json

__all__ = ["LineWriter", "Lines", "PassageFile", "PassageWriter", "RecordFile"]

R = TypeVar("R")
_KEPT_RECORDS = 2_048


class LineWriter:
    """Writes records as lines, and where each begins."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] = path.open("wb")
        self._starts = [0]

    def add(self, row: Mapping[str, Any]) -> None:
        self._starts.append(
            self._starts[-1] + self._file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        )

    def close(self) -> None:
        self._file.close()

    def finish(self) -> None:
        self._file.close()
        np.save(_starts_path(self._path), np.array(self._starts, dtype=np.int64))


def _starts_path(path: Path) -> Path:
    return path.with_suffix(".starts.npy")


class Lines(Sequence[R]):
    """The lines of a file as records, the latest kept."""

    def __init__(self, path: Path, read: Callable[[dict[str, Any]], R]) -> None:
        self.starts = np.asarray(np.load(_starts_path(path), mmap_mode="r"))
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if self.starts[-1] else b""
        self._read = read
        self.record = lru_cache(_KEPT_RECORDS)(self.fresh)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def fresh(self, number: int) -> R:
        """Record `number`, from the file."""
        return self._read(json.loads(self._bytes[self.starts[number] : self.starts[number + 1]]))

    @overload
    def __getitem__(self, number: int) -> R: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[R, ...]: ...
    def __getitem__(self, number: int | slice) -> R | tuple[R, ...]:
        if isinstance(number, slice):
            return tuple(self[i] for i in range(*number.indices(len(self))))
        return self.record(range(len(self))[number])  # negative ones too

    def __iter__(self) -> Iterator[R]:
        # a walk through all of them does not push out those that questions lead to
        return map(self.record if len(self) <= _KEPT_RECORDS else self.fresh, range(len(self)))


class RecordFile(Mapping[str, R]):
    """Records by their id, in the order they were written."""

    def __init__(self, path: Path, ids: Sequence[str], read: Callable[[dict[str, Any]], R]) -> None:
        self._lines = Lines(path, read)
        self._numbers = {name: number for number, name in enumerate(ids)}

    def __getitem__(self, name: str) -> R:
        return self._lines.record(self._numbers[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


class PassageWriter:
    """Writes the passages of one document after another, with what `PassageFile` knows of all of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = LineWriter(path)
        self._sentences = array("i")
        self._document_ends = [0]
        self.addresses: list[str] = []

    def add(self, passages: Sequence[Passage]) -> None:
        """All passages of the next document."""
        for passage in passages:
            self._lines.add(passage_to_json(passage))
            self._sentences.append(len(passage.sentences))
            self.addresses.append(passage.address)
        self._document_ends.append(len(self.addresses))

    def close(self) -> None:
        self._lines.close()

    def finish(self) -> None:
        self._lines.finish()
        bounds = bounds_of(self._sentences)
        np.save(self._path.with_suffix(".sentences.npy"), bounds)
        np.save(self._path.with_suffix(".documents.npy"), np.array(self._document_ends, dtype=np.int64))
        folder = self._path.with_suffix(".addresses")
        folder.mkdir()
        TermDictionary.of(self.addresses).save(folder)


class PassageFile(Sequence[Passage]):
    """The passages of a generation, in their order."""

    def __init__(self, path: Path) -> None:
        self._lines = Lines(path, passage_from_json)
        self.sentence_bounds: NDArray[np.int64] = np.load(
            path.with_suffix(".sentences.npy")
        )  # (passages + 1,)
        self._document_bounds = np.load(path.with_suffix(".documents.npy"))  # (documents + 1,)
        self.addresses = TermDictionary.load(path.with_suffix(".addresses"))  # by number of the passage

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, number: int) -> Passage: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, number: int | slice) -> Passage | tuple[Passage, ...]:
        return self._lines[number]

    def __iter__(self) -> Iterator[Passage]:
        return iter(self._lines)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(self) == len(other)
            and all(one == another for one, another in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]  # as long as its passages are compared

    def row_of(self, address: str) -> int | None:
        """The number of the passage with this address."""
        return self.addresses.number(address)

    def rows_of_document(self, number: int) -> NDArray[np.int64]:
        """The numbers of the passages of the document that was written as the `number`-th."""
        return np.arange(self._document_bounds[number], self._document_bounds[number + 1])
