"""Searches expansions by the vectors of their lines, and by their words, which are a field of their own.

Vectors are quantised to one byte a number: a passage has some seventeen lines, whose vectors would otherwise take more
room than all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from alpie.index.database.record_json import from_json
from alpie.index.database.text_database import StoredPassages, bounds_of, concatenated_ranges
from alpie.index.encoder import Flags, Floats, Integers
from alpie.index.retrieval.bm25 import TermIndex
from alpie.index.retrieval.vectors import VectorIndex
from alpie.index.sources.expansions import ExpansionLine


class _StoredLines(Sequence[Sequence[ExpansionLine]]):
    def __init__(self, passages: StoredPassages) -> None:
        self._passages = passages

    def __len__(self) -> int:
        return len(self._passages)

    def __getitem__(self, row: int) -> tuple[ExpansionLine, ...]:  # type: ignore[override]
        return from_json(tuple[ExpansionLine, ...], self._passages.value("expansions", row))


@dataclass(frozen=True)
class ExpansionIndex:
    """The expansions of all passages: lines that ask for a passage in other words, found by meaning and by words."""

    lines: Sequence[Sequence[ExpansionLine]]  # (passages,)
    bounds: Integers  # (passages + 1,): lines of passage i are bounds[i] … bounds[i + 1] - 1
    vectors: VectorIndex
    words: TermIndex  # for each passage that has lines, the words of all its lines

    @classmethod
    def load(cls, passages: StoredPassages, file: Path) -> ExpansionIndex | None:
        """The expansions of stored passages, with the vectors in `file`; None where no passage has one."""
        bounds = passages.expansion_bounds
        if not bounds[-1]:
            return None
        words = TermIndex(passages.database, "expansion_stems", int(np.count_nonzero(np.diff(bounds))))
        return cls(_StoredLines(passages), bounds, VectorIndex.load(file), words)

    def nearest(self, vector: Floats, limit: int) -> Integers:
        """The passages of the `limit` nearest lines."""
        found, _ = self.vectors.search(vector, limit)
        return np.asarray(np.searchsorted(self.bounds, found, side="right") - 1, dtype=np.int64)

    @cached_property
    def _with_lines(self) -> Integers:
        """The passages that have lines: row i of `words` is of passage `_with_lines[i]`."""
        return np.flatnonzero(np.diff(self.bounds)).astype(np.int64)

    def word_scores(self, question: Sequence[str]) -> Floats:
        """Normalised BM25 of the words of each passage's lines, (passages,); 0 for a passage without lines."""
        scores = np.zeros(len(self.lines), dtype=np.float32)
        scores[self._with_lines] = self.words.scores(question)
        return scores

    def has_lines(self, passages: Integers) -> Flags:
        """Which of some passages have lines."""
        return self.bounds[passages + 1] > self.bounds[passages]

    def cosines(self, vector: Floats, passages: Integers) -> list[Floats]:
        """The cosines of `vector` with the lines of each passage, one array a passage."""
        starts = self.bounds[passages]
        counts = self.bounds[passages + 1] - starts
        found = self.vectors.cosines(vector, concatenated_ranges(starts, counts))
        return np.split(found, bounds_of(counts)[1:-1]) if len(passages) else []

    def best(self, vector: Floats, passages: Integers) -> Floats:
        """The best cosine among the lines of each passage, (passages,); -1 for a passage without lines."""
        starts = self.bounds[passages]
        counts = self.bounds[passages + 1] - starts
        best = np.full(len(passages), -1.0, dtype=np.float32)
        some = np.flatnonzero(counts)
        if len(some):
            cosines = self.vectors.cosines(vector, concatenated_ranges(starts[some], counts[some]))
            best[some] = np.maximum.reduceat(cosines, bounds_of(counts[some])[:-1])
        return best


def impute_scores(values: Floats, has_lines: Flags, reference: Floats) -> Floats:
    """`values` for the passages that have lines, and an estimate for the others, so that no lines are no handicap.

    The estimate is `reference`, the same kind of score of the passages' own words, raised by as much as lines score higher
    on average.
    """
    raised = reference + (values[has_lines] - reference[has_lines]).mean()
    return np.where(has_lines, values, raised).astype(np.float32)
