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

import bm25s
import numpy as np
from numpy.typing import NDArray

__all__ = ["TermIndex"]

# Short passages, few repeats: a low k1 saturates early. The result is flat from .6 to 1.2.
_K1 = 0.9
_B = 0.75


class TermIndex:
    """BM25 over lists of terms, with normalised scores."""

    def __init__(self, engine: bm25s.BM25 | None, document_frequency: dict[str, int], size: int) -> None:
        self._engine = engine
        self._frequency = document_frequency
        self.size = size

    @classmethod
    def from_terms(cls, rows: Sequence[Sequence[str]]) -> TermIndex:
        """Index `rows`, one list of terms a passage."""
        frequency = Counter(term for row in rows for term in set(row))
        if not frequency:
            return cls(None, {}, len(rows))
        engine = bm25s.BM25(method="lucene", k1=_K1, b=_B)
        engine.index([[str(term) for term in row] for row in rows], show_progress=False)
        return cls(engine, dict(frequency), len(rows))

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
        known = [term for term in unique if term in self._frequency]
        if not known or total <= 0 or self._engine is None:
            return np.zeros(self.size, dtype=np.float32)
        raw = np.asarray(self._engine.get_scores(known), dtype=np.float32)
        return (raw / np.float32(total)).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write the index into `folder` (made if missing)."""
        folder.mkdir(parents=True, exist_ok=True)
        if self._engine is not None:
            self._engine.save(str(folder / "bm25"), show_progress=False)
        (folder / "frequency.json").write_text(
            json.dumps({"size": self.size, "frequency": self._frequency}, ensure_ascii=False),
            encoding="utf-8",
        )

    @classmethod
    def load(cls, folder: Path) -> TermIndex:
        """Read what `save` wrote."""
        header = json.loads((folder / "frequency.json").read_text(encoding="utf-8"))
        engine = bm25s.BM25.load(str(folder / "bm25"), mmap=False) if (folder / "bm25").exists() else None
        return cls(engine, header["frequency"], header["size"])
