"""Postings of a collection of any size: counted in portions, merged term by term, memory bounded.

1. Passages come as words. A word is turned into its term, its stem, once and then known by number, so that
   counting a portion is arithmetic on arrays.
2. A full portion is counted, sorted by term and put aside, on disk if a folder is given.
3. At the end the portions are merged by ranges of terms that fit into memory, and written in order.

Memory holds the vocabulary, one portion and one range; time is proportional to the terms read.
"""

from __future__ import annotations

import json
import shutil
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpie.index.retrieval.term_dictionary import TermDictionary
from alpie.index.storage.ragged import bounds_of, runs

__all__ = ["SHARE_SCALE", "PostingsBuilder", "WordNumbers", "write_header"]

# Short passages, few repeats: a low k1 saturates early. The result is flat from .6 to 1.2.
_K1 = 0.9
_B = 0.75
SHARE_SCALE = (
    65_535  # a posting's share of its term's weight, 0 … 1, in two bytes: exact to a hundred-thousandth
)
_PORTION_WORDS = 250_000  # counted together
_PORTION_PASSAGES = 65_536  # a passage's place in its portion fits two bytes
_RANGE_POSTINGS = 16_000_000  # merged together


def write_header(folder: Path, size: int) -> None:
    """What a `TermIndex` of `size` passages needs to know besides its arrays."""
    (folder / "header.json").write_text(json.dumps({"size": size}), encoding="utf-8")


def term_shares(terms: Sequence[str], mean_length: float) -> dict[str, float]:
    """Of each of a text's terms the share of its weight (idf) that the text earns, 0 … 1, as in the postings.

    `mean_length`: of all texts, in terms. The sum of idf times share over a question's terms is BM25.
    """
    norm = _K1 * (1 - _B + _B * len(terms) / max(mean_length, 1e-9))
    return {str(term): times / (times + norm) for term, times in Counter(terms).items()}


class WordNumbers:
    """Words by number, in the order in which they were met; shared by builders that read the same words."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.words: list[str] = []

    def numbers(self, words: Iterable[str]) -> list[int]:
        """The number of each word."""
        known = self._numbers
        found = [known.get(word, -1) for word in words]
        if -1 in found:
            found = [self._learned(str(word)) for word in words]
        return found

    def _learned(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self.words)
            self.words.append(word)
        return number


class PostingsBuilder:
    """Takes passages one after another; `finish` gives the arrays of a `TermIndex`.

    `term_of` gives the term of a word. `folder` is where arrays are written; without
    it they stay in memory. `words` may be shared with other builders.
    """

    def __init__(
        self,
        folder: Path | None = None,
        term_of: Callable[[str], str] = str,
        words: WordNumbers | None = None,
    ) -> None:
        self._folder = folder
        self._term_of = term_of
        self.words = words or WordNumbers()
        self._terms: dict[str, int] = {}
        self._of_words = array("i")  # term of each word, by number of the word
        self._portion = array("i")  # words of the passages of this portion
        self._portion_counts = array("i")
        self._lengths: list[NDArray[np.int32]] = []  # terms a passage, of each portion
        self._portions: list[_Portion] = []
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._parts.mkdir(exist_ok=True)

    @property
    def _parts(self) -> Path:
        assert self._folder is not None
        return self._folder / ".parts"

    def add(self, words: Sequence[str]) -> None:
        """One more passage."""
        self.add_numbers(self.words.numbers(words))

    def add_numbers(self, words: Sequence[int]) -> None:
        """One more passage, by the numbers of its words."""
        self._portion.extend(words)
        self._portion_counts.append(len(words))
        if len(self._portion) >= _PORTION_WORDS or len(self._portion_counts) >= _PORTION_PASSAGES:
            self._count_portion()

    def _learn_terms(self) -> None:
        """The terms of the words that have been met since."""
        terms = self._terms
        for word in self.words.words[len(self._of_words) :]:
            self._of_words.append(terms.setdefault(self._term_of(word), len(terms)))

    def _count_portion(self) -> None:
        self._learn_terms()
        counts = np.array(self._portion_counts, dtype=np.int64)
        terms = np.array(self._of_words, dtype=np.int64)[np.array(self._portion, dtype=np.int64)]
        owners = np.repeat(np.arange(len(counts)), counts)
        self._lengths.append(counts.astype(np.int32))
        keys, repeats = np.unique(terms * _PORTION_PASSAGES + owners, return_counts=True)
        terms, owners = np.divmod(keys, _PORTION_PASSAGES)
        self._portions.append(
            _Portion(
                first=sum(len(lengths) for lengths in self._lengths[:-1]),
                term_counts=np.bincount(terms, minlength=len(self._terms)).astype(np.int32),
                owners=self._aside("owners", owners.astype(np.uint16)),
                repeats=self._aside("repeats", np.minimum(repeats, 255).astype(np.uint8)),
            )
        )
        del self._portion[:], self._portion_counts[:]

    def _aside(self, name: str, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """`values`, on disk where there is a folder."""
        if self._folder is None:
            return values
        path = self._parts / f"{name}{len(self._portions)}.npy"
        np.save(path, values)
        return np.asarray(np.load(path, mmap_mode="r"))

    def finish(
        self,
    ) -> tuple[TermDictionary, int, NDArray[np.uint16], NDArray[np.int32], NDArray[np.int64]]:
        """Dictionary, passages, shares and passage of every posting, bounds of each term's postings."""
        if self._portion_counts:
            self._count_portion()
        dictionary = TermDictionary.of(list(self._terms))
        self._terms.clear()
        frequency = np.zeros(len(dictionary), dtype=np.int64)
        for portion in self._portions:
            frequency[: len(portion.term_counts)] += portion.term_counts
        bounds = bounds_of(frequency)
        lengths = np.concatenate([*self._lengths, np.zeros(0, np.int32)])
        average = float(lengths.mean()) if len(lengths) and lengths.any() else 1.0
        norms = (_K1 * (1 - _B + _B * lengths / average)).astype(np.float32)
        shares: NDArray[np.uint16] = self._array("shares", np.uint16, int(bounds[-1]))
        passages: NDArray[np.int32] = self._array("passages", np.int32, int(bounds[-1]))
        for low, high in _ranges(bounds):
            first, last = int(bounds[low]), int(bounds[high])
            passages[first:last], shares[first:last] = self._merged(low, high, bounds, norms)
        if self._folder is not None:
            dictionary.save(self._folder)
            np.save(self._folder / "bounds.npy", bounds)
            write_header(self._folder, len(lengths))
            shutil.rmtree(self._parts)
        return dictionary, len(lengths), shares, passages, bounds

    def _array(self, name: str, dtype: type[np.generic], size: int) -> NDArray[Any]:
        if self._folder is None:
            return np.empty(size, dtype)
        path = self._folder / f"{name}.npy"
        if not size:  # nothing to map
            np.save(path, np.empty(0, dtype))
            return np.empty(0, dtype)
        return np.lib.format.open_memmap(path, "w+", dtype, (size,))

    def _merged(
        self, low: int, high: int, bounds: NDArray[np.int64], norms: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """Postings of the terms low … high - 1, each term's by passage."""
        size = int(bounds[high] - bounds[low])
        passages, shares = np.empty(size, np.int32), np.empty(size, np.uint16)
        free = bounds[low:high] - bounds[low]  # where each term's next posting goes
        for portion in self._portions:
            counts, owners, repeats = portion.of_terms(low, high)
            if not len(owners):
                continue
            places = runs(free[: len(counts)], counts)
            whose = portion.first + owners.astype(np.int32)
            times = repeats.astype(np.float32)
            passages[places] = whose
            shares[places] = np.rint(SHARE_SCALE * times / (times + norms[whose]))
            free[: len(counts)] += counts
        return passages, shares


class _Portion:
    """Postings of some consecutive passages, by term, then passage."""

    def __init__(
        self,
        first: int,
        term_counts: NDArray[np.int32],
        owners: NDArray[np.generic],
        repeats: NDArray[np.generic],
    ) -> None:
        self.first = first  # its first passage
        self.term_counts = term_counts  # postings of each term known then
        self._bounds = bounds_of(term_counts)
        self._owners, self._repeats = owners, repeats

    def of_terms(
        self, low: int, high: int
    ) -> tuple[NDArray[np.int32], NDArray[np.generic], NDArray[np.generic]]:
        counts = self.term_counts[low:high]
        where = slice(*(self._bounds[min(term, len(self.term_counts))] for term in (low, high)))
        return counts, self._owners[where], self._repeats[where]


def _ranges(bounds: NDArray[np.int64]) -> Iterable[tuple[int, int]]:
    """Consecutive ranges of terms, each of few enough postings, or one term."""
    low, terms = 0, len(bounds) - 1
    while low < terms:
        high = int(np.searchsorted(bounds, bounds[low] + _RANGE_POSTINGS, side="right")) - 1
        high = min(max(high, low + 1), terms)
        yield low, high
        low = high
