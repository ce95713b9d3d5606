"""The lexical retriever: BM25 over Spanish stems.

Scores are divided by the sum of the question's term weights, so that they lie between 0 and about 1,
say «which share of what was asked stands here», and can be compared between questions and between
collections of any size. A question in another language, whose words are unknown here, thus fades
out of the fusion by itself.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alpie.index.retrieval.postings import SHARE_SCALE, PostingsBuilder, write_header
from alpie.index.retrieval.term_dictionary import TermDictionary

__all__ = ["TermIndex"]

# `best` reads this many postings, rarest terms first. A question's stems have fewer among a million passages.
_MAX_POSTINGS = 2_000_000
# Looking a passage up in a term's postings takes as long as adding up this many of them.
_LOOK_UP = 25


@dataclass(frozen=True)
class _Asked:
    """The known terms of a question, rarest first."""

    numbers: tuple[int, ...]
    weights: tuple[float, ...]  # idf over the sum of all terms', unknown ones too
    postings: int


@dataclass(frozen=True)
class _Last:
    """What was found out for the question asked last."""

    question: tuple[str, ...]
    asked: _Asked
    scores: NDArray[np.float32] | None = None  # (passages,), where all were added up


class TermIndex:
    """BM25 over lists of terms, with normalised scores."""

    def __init__(
        self,
        terms: TermDictionary,
        size: int,
        shares: NDArray[np.uint16],
        passages: NDArray[np.int32],
        bounds: NDArray[np.int64],
    ) -> None:
        self._terms = terms
        self.size = size
        # Postings by term: those of number n are bounds[n] … bounds[n + 1] - 1 of the other two.
        self._shares = shares  # of the term's weight, 0 … SHARE_SCALE
        self._passages = passages  # ascending within a term
        self._bounds = bounds
        self._last: _Last | None = None  # a search asks for the best, then for the scores of its candidates

    @classmethod
    def from_terms(cls, rows: Iterable[Sequence[str]]) -> TermIndex:
        """Index `rows`, one list of terms a passage, in memory."""
        builder = PostingsBuilder()
        for row in rows:
            builder.add(row)
        return cls(*builder.finish())

    @classmethod
    def build(
        cls, folder: Path, rows: Iterable[Sequence[str]], term_of: Callable[[str], str] = str
    ) -> TermIndex:
        """Index `rows`, one list of words a passage, into `folder`; memory stays bounded.

        `term_of` gives the term of a word; without it a word is its own.
        """
        builder = PostingsBuilder(folder, term_of)
        for row in rows:
            builder.add(row)
        builder.finish()
        return cls.load(folder)

    def frequency(self, term: str) -> int:
        """How many passages `term` stands in."""
        return self.frequencies([term])[0]

    def frequencies(self, terms: Sequence[str]) -> list[int]:
        """How many passages each of `terms` stands in."""
        return [0 if n is None else self._count(n) for n in self._terms.numbers_of(terms)]

    def idf(self, term: str) -> float:
        """Robertson–Spärck Jones weight in Lucene's form; a term nobody wrote gets the largest."""
        return self._idf(self.frequency(term))

    def idfs(self, terms: Sequence[str]) -> list[float]:
        """`idf` of each of `terms`."""
        return [self._idf(frequency) for frequency in self.frequencies(terms)]

    def _idf(self, frequency: int) -> float:
        return math.log(1 + (self.size - frequency + 0.5) / (frequency + 0.5))

    def __contains__(self, term: str) -> bool:
        return self._terms.number(term) is not None

    @property
    def vocabulary(self) -> Sequence[str]:
        return tuple(self._terms)

    def scores(self, question: Sequence[str]) -> NDArray[np.float32]:
        """Normalised BM25 of every passage, shape (passages,), 0 … about 1.

        `question` is a list of terms; repeats count once.
        """
        asked = self._asked(question)
        return self._added_up(asked.numbers, asked.weights)

    def best(
        self, question: Sequence[str], limit: int, most_postings: int = _MAX_POSTINGS
    ) -> NDArray[np.int64]:
        """The `limit` passages with the highest scores above zero, best first, equal ones by number.

        The most frequent terms are left out once the rarer ones have `most_postings` postings; one term is
        always asked for.
        """
        asked = self._asked(question)
        if limit < 1 or not asked.numbers:
            return np.zeros(0, dtype=np.int64)
        taken = read = 0
        for number in asked.numbers:
            read += self._count(number)
            if taken and read > most_postings:
                break
            taken += 1
        scores = self._added_up(asked.numbers[:taken], asked.weights[:taken])
        if taken == len(asked.numbers):
            self._last = _Last(tuple(question), asked, scores)
        found = np.flatnonzero(scores >= self._lower_bound(scores, asked.numbers[:taken], limit))
        return found[np.lexsort((found, -scores[found]))][:limit].astype(np.int64)

    def _lower_bound(self, scores: NDArray[np.float32], numbers: Sequence[int], limit: int) -> np.float32:
        """A score above zero that `limit` passages reach, if so many have one; sought among the rarest terms'."""
        postings: list[NDArray[np.int32]] = []
        read, wanted = 0, limit
        for number in numbers:
            postings.append(self._passages[self._bounds[number] : self._bounds[number + 1]])
            read += len(postings[-1])
            if read < wanted:
                continue
            seen = np.unique(np.concatenate(postings))
            if len(seen) >= limit:
                return np.float32(np.partition(scores[seen], len(seen) - limit)[len(seen) - limit])
            wanted = 2 * read
        return np.finfo(np.float32).tiny

    def scores_of(self, question: Sequence[str], passages: NDArray[np.int64]) -> NDArray[np.float32]:
        """The scores of some passages, shape (len(passages),), without going through all where that pays."""
        known = self._last
        if known is not None and known.scores is not None and known.question == tuple(question):
            return known.scores[passages]
        asked = self._asked(question)
        if asked.postings <= _LOOK_UP * len(passages) * len(asked.numbers):
            return self._added_up(asked.numbers, asked.weights)[passages]
        scores = np.zeros(len(passages), dtype=np.float32)
        for number, weight in zip(asked.numbers, asked.weights, strict=True):
            first, last = int(self._bounds[number]), int(self._bounds[number + 1])
            postings = self._passages[first:last]
            places = np.minimum(np.searchsorted(postings, passages), last - first - 1)
            held = postings[places] == passages
            scores[held] += self._shares[first + places[held]] * np.float32(weight / SHARE_SCALE)
        return scores

    def _asked(self, question: Sequence[str]) -> _Asked:
        asked, last = tuple(question), self._last
        if last is not None and last.question == asked:
            return last.asked
        unique = [str(term) for term in dict.fromkeys(asked)]
        numbers = self._terms.numbers_of(unique) if unique else []
        # builders that share their words know those of one another: they stand in no passage here
        met = {n for n in numbers if n is not None and self._count(n)}
        known = sorted(met, key=lambda n: (self._count(n), n))
        idfs = [self._idf(self._count(number)) for number in known]
        total = sum(idfs) + self._idf(0) * (len(numbers) - len(known))
        postings = sum(self._count(number) for number in known)
        found = _Asked(tuple(known), tuple(idf / total for idf in idfs), postings)
        self._last = _Last(asked, found)
        return found

    def _count(self, number: int) -> int:
        return int(self._bounds[number + 1] - self._bounds[number])

    def _added_up(self, numbers: Sequence[int], weights: Sequence[float]) -> NDArray[np.float32]:
        scores = np.zeros(self.size, dtype=np.float32)
        for number, weight in zip(numbers, weights, strict=True):
            postings = slice(self._bounds[number], self._bounds[number + 1])
            # a passage stands once among a term's postings
            scores[self._passages[postings]] += self._shares[postings] * np.float32(weight / SHARE_SCALE)
        return scores

    def save(self, folder: Path) -> None:
        """Write the index into `folder` (made if missing)."""
        folder.mkdir(parents=True, exist_ok=True)
        self._terms.save(folder)
        for name in ("shares", "passages", "bounds"):
            np.save(folder / f"{name}.npy", getattr(self, f"_{name}"))
        write_header(folder, self.size)

    @classmethod
    def load(cls, folder: Path) -> TermIndex:
        """Open what `save` or `build` wrote; everything is memory-mapped."""
        header = json.loads((folder / "header.json").read_text(encoding="utf-8"))
        # Plain views of the mappings: numpy's class for them makes every slice ten times as dear.
        arrays = [
            np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))
            for name in ("shares", "passages", "bounds")
        ]
        return cls(TermDictionary.load(folder), header["size"], *arrays)
