"""The lexical leg: BM25 over Spanish stems, and over character n-grams for misspelt words.

Scores are divided by the sum of the question's term weights, so that they lie between 0 and about 1,
say «which share of what was asked stands here», and can be compared between questions and between
collections of any size. A question in another language, whose words are unknown here, thus fades
out of the fusion by itself.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["TermIndex"]

# Short passages, few repeats: a low k1 saturates early. The result is flat from .6 to 1.2.
_K1 = 0.9
_B = 0.75
_ARRAYS = ("weights", "passages", "bounds")


class TermIndex:
    """BM25 over lists of terms, with normalised scores."""

    def __init__(
        self,
        frequency: dict[str, int],
        size: int,
        weights: NDArray[np.float32],
        passages: NDArray[np.int32],
        bounds: NDArray[np.int64],
    ) -> None:
        self._frequency = frequency  # term → passages it stands in; the n-th term is number n
        self._numbers = {term: number for number, term in enumerate(frequency)}
        self.size = size
        # Postings by term: those of number n are bounds[n] … bounds[n + 1] - 1 of the other two.
        self._weights = weights
        self._passages = passages
        self._bounds = bounds

    @classmethod
    def from_terms(cls, rows: Sequence[Sequence[str]]) -> TermIndex:
        """Index `rows`, one list of terms a passage."""
        counted = Counter(str(term) for row in rows for term in set(row))
        if not counted:
            return cls({}, len(rows), np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(1, np.int64))
        import bm25s  # late: with SciPy behind it, a fifth of a second that only indexing needs

        engine = bm25s.BM25(method="lucene", k1=_K1, b=_B)
        engine.index([[str(term) for term in row] for row in rows], show_progress=False)
        # Its own numbers, in their order; it adds an empty term, which has no postings.
        in_order = sorted(engine.vocab_dict, key=engine.vocab_dict.__getitem__)
        frequency = {term: counted[term] for term in in_order if term in counted}
        found = engine.scores
        return cls(frequency, len(rows), found["data"], found["indices"], found["indptr"])

    def idf(self, term: str) -> float:
        """Robertson–Spärck Jones weight in Lucene's form; a term nobody wrote gets the largest."""
        frequency = self._frequency.get(term, 0)
        return math.log(1 + (self.size - frequency + 0.5) / (frequency + 0.5))

    def __contains__(self, term: str) -> bool:
        return term in self._frequency

    @property
    def vocabulary(self) -> Sequence[str]:
        return tuple(self._frequency)

    def scores(self, question: Sequence[str]) -> NDArray[np.float32]:
        """Normalised BM25 of every passage, shape (passages,), 0 … about 1.

        `question` is a list of terms; repeats count once.
        """
        unique = [str(term) for term in dict.fromkeys(question)]
        total = sum(self.idf(term) for term in unique)
        scores = np.zeros(self.size, dtype=np.float32)
        known = [self._numbers[term] for term in unique if term in self._numbers]
        if not known or total <= 0:
            return scores
        for number in known:
            postings = slice(self._bounds[number], self._bounds[number + 1])
            scores[self._passages[postings]] += self._weights[postings]  # a passage once a term
        scores /= np.float32(total)
        return scores

    def save(self, folder: Path) -> None:
        """Write the index into `folder` (made if missing)."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, f"_{name}"))
        (folder / "frequency.json").write_text(
            json.dumps({"size": self.size, "frequency": self._frequency}, ensure_ascii=False),
            encoding="utf-8",
        )

    @classmethod
    def load(cls, folder: Path) -> TermIndex:
        """Read what `save` wrote; postings are memory-mapped."""
        header = json.loads((folder / "frequency.json").read_text(encoding="utf-8"))
        # Plain views of the mappings: numpy's class for them makes every slice ten times as dear.
        arrays = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in _ARRAYS}
        return cls(header["frequency"], header["size"], **arrays)
