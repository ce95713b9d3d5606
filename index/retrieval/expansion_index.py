"""Searches expansions by their vectors and by their words, which are kept in a separate field.

Vectors are quantised to one byte per number: a passage has some seventeen expansions, whose vectors would otherwise
take up more room than all the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from alpie.index.arrays import Flags, Floats, Integers
from alpie.index.database.record_json import from_json
from alpie.index.database.text_database import StoredPassages, bounds_of, concatenated_ranges
from alpie.index.retrieval.bm25 import TermIndex
from alpie.index.retrieval.vectors import VectorIndex
from alpie.index.sources.expansions import Expansion


class _StoredExpansions(Sequence[Sequence[Expansion]]):
    def __init__(self, passages: StoredPassages) -> None:
        self._passages = passages

    def __len__(self) -> int:
        return len(self._passages)

    def __getitem__(self, row: int) -> tuple[Expansion, ...]:  # type: ignore[override]
        return from_json(tuple[Expansion, ...], self._passages.value("expansions", row))


@dataclass(frozen=True)
class ExpansionIndex:
    """The expansions of all passages, found by meaning and by words."""

    of_passages: Sequence[Sequence[Expansion]]  # (passages,)
    bounds: Integers  # (passages + 1,): the expansions of passage i are bounds[i] … bounds[i + 1] - 1
    vectors: VectorIndex
    words: TermIndex  # for each passage that has expansions, the words of all of them

    @classmethod
    def load(cls, passages: StoredPassages, file: Path) -> ExpansionIndex | None:
        """The expansions of stored passages, with the vectors in `file`; None where no passage has one."""
        bounds = passages.expansion_bounds
        if not bounds[-1]:
            return None
        words = TermIndex(passages.database, "expansion_stems", int(np.count_nonzero(np.diff(bounds))))
        return cls(_StoredExpansions(passages), bounds, VectorIndex.load(file), words)

    def nearest(self, vector: Floats, limit: int) -> Integers:
        """The passages of the `limit` nearest expansions."""
        found = self.vectors.search(vector, limit).rows
        return np.asarray(np.searchsorted(self.bounds, found, side="right") - 1, dtype=np.int64)

    @cached_property
    def _expanded(self) -> Integers:
        """The passages that have expansions: row i of `words` is of passage `_expanded[i]`."""
        return np.flatnonzero(np.diff(self.bounds)).astype(np.int64)

    def word_scores(self, question: Sequence[str]) -> Floats:
        """Normalised BM25 of the words of each passage's expansions, (passages,); 0 for a passage without any."""
        scores = np.zeros(len(self.of_passages), dtype=np.float32)
        scores[self._expanded] = self.words.scores(question)
        return scores

    def has_expansions(self, passages: Integers) -> Flags:
        """Which of some passages have expansions."""
        return self.bounds[passages + 1] > self.bounds[passages]

    def cosines(self, vector: Floats, passages: Integers) -> list[Floats]:
        """The cosines of `vector` with the expansions of each passage, one array for each passage."""
        starts = self.bounds[passages]
        counts = self.bounds[passages + 1] - starts
        found = self.vectors.cosines(vector, concatenated_ranges(starts, counts))
        return np.split(found, bounds_of(counts)[1:-1]) if len(passages) else []

    def best(self, vector: Floats, passages: Integers) -> Floats:
        """The best cosine among the expansions of each passage, (passages,); -1 for a passage without any."""
        starts = self.bounds[passages]
        counts = self.bounds[passages + 1] - starts
        best = np.full(len(passages), -1.0, dtype=np.float32)
        some = np.flatnonzero(counts)
        if len(some):
            cosines = self.vectors.cosines(vector, concatenated_ranges(starts[some], counts[some]))
            best[some] = np.maximum.reduceat(cosines, bounds_of(counts[some])[:-1])
        return best


def impute_scores(values: Floats, is_expanded: Flags, own_scores: Floats) -> Floats:
    """`values` for the passages with expansions, and an estimate for the others, so that having none is no disadvantage.

    The estimate is `own_scores`, the same kind of score of the passages' own words, raised by as much as expansions score
    higher on average.
    """
    raised = own_scores + (values[is_expanded] - own_scores[is_expanded]).mean()
    return np.where(is_expanded, values, raised).astype(np.float32)
