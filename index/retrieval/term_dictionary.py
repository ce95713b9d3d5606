"""Terms and their numbers, looked up without reading all of them: a million terms open in no time.

Terms are found by a 64-bit hash, whose sorted array is searched by halving; the spelling is then compared,
so that two terms of one hash are told apart. All arrays may be memory-mapped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alpie.index.storage.ragged import bounds_of

__all__ = ["TermDictionary", "term_id"]

_ARRAYS = ("hashes", "numbers", "spellings", "spelling_bounds")


@dataclass(frozen=True)
class TermDictionary:
    """Terms numbered from 0."""

    hashes: NDArray[np.uint64]  # (terms,), ascending
    numbers: NDArray[np.int32]  # (terms,): number of the term with hashes[i]
    spellings: NDArray[np.uint8]  # UTF-8 of all terms, one after another, by number
    spelling_bounds: NDArray[np.int64]  # (terms + 1,)

    @classmethod
    def of(cls, terms: Sequence[str]) -> TermDictionary:
        """`terms`, all different; a term's number is its place."""
        spelled = [_spelled(term) for term in terms]
        hashes = np.array([_hash(spelling) for spelling in spelled], dtype=np.uint64)
        order = np.argsort(hashes, kind="stable")
        return cls(
            hashes[order],
            order.astype(np.int32),
            np.frombuffer(b"".join(spelled), dtype=np.uint8),
            bounds_of([len(spelling) for spelling in spelled]),
        )

    def __len__(self) -> int:
        return len(self.hashes)

    def __iter__(self) -> Iterator[str]:
        for number in range(len(self)):
            yield self._spelling(number).decode("utf-8", "surrogatepass")

    def number(self, term: str) -> int | None:
        """The number of `term`, None when it is not among them."""
        return self.numbers_of([term])[0]

    def numbers_of(self, terms: Sequence[str]) -> list[int | None]:
        """The number of each term, None for an unknown one."""
        spelled = [_spelled(term) for term in terms]
        wanted = np.array([_hash(spelling) for spelling in spelled], dtype=np.uint64)
        places = np.searchsorted(self.hashes, wanted)
        return [self._at(int(p), w, s) for p, w, s in zip(places, wanted, spelled, strict=True)]

    def numbers_of_ids(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Numbers of the terms with these `term_id`s, unknown ones left out; shape (known ids,)."""
        wanted = np.ascontiguousarray(ids, dtype=np.int64).view(np.uint64)
        places = np.searchsorted(self.hashes, wanted)
        inside = places < len(self.hashes)
        places, wanted = places[inside], wanted[inside]
        return np.asarray(self.numbers[places[self.hashes[places] == wanted]], dtype=np.int64)

    def _at(self, place: int, wanted: np.uint64, spelled: bytes) -> int | None:
        while place < len(self.hashes) and self.hashes[place] == wanted:
            number = int(self.numbers[place])
            if self._spelling(number) == spelled:
                return number
            place += 1
        return None

    def _spelling(self, number: int) -> bytes:
        return self.spellings[self.spelling_bounds[number] : self.spelling_bounds[number + 1]].tobytes()

    def save(self, folder: Path) -> None:
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> TermDictionary:
        return cls(*(np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in _ARRAYS))


def term_id(term: str) -> int:
    """The hash of a term as a signed number, which is what other programs can store."""
    hashed = _hash(_spelled(term))
    return hashed - 2**64 if hashed >= 2**63 else hashed


def _spelled(term: str) -> bytes:
    return str(term).encode("utf-8", "surrogatepass")


def _hash(spelled: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(spelled, digest_size=8).digest(), "little")
