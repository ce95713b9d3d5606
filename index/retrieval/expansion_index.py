"""Expansions as they are searched: vectors of the lines, and their words as a field beside the passage's.

Vectors are kept in one byte a number: a passage has some seventeen lines, and what is searched and never shown
need not be as large as what it leads to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alpie.index.reading.expansions import ExpansionLine
from alpie.index.retrieval.bm25 import TermIndex
from alpie.index.retrieval.postings import PostingsBuilder, WordNumbers
from alpie.index.retrieval.vectors import VectorIndex, VectorWriter
from alpie.index.spanish.analysis import content_words, stem, terms
from alpie.index.storage.ragged import bounds_of, runs
from alpie.index.storage.record_file import Lines, LineWriter

__all__ = ["ExpansionIndex", "ExpansionWriter", "filled", "line_key"]


def line_key(text: str) -> bytes:
    """What a line's vector depends on."""
    return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True)
class ExpansionIndex:
    """The lines of all passages."""

    lines: Sequence[Sequence[ExpansionLine]]  # (passages,)
    bounds: NDArray[np.int64]  # (passages + 1,): lines of passage i are bounds[i] … bounds[i + 1] - 1
    vectors: VectorIndex
    words: TermIndex  # of each passage that has lines the words of all of them

    @classmethod
    def from_lines(
        cls, lines: Sequence[Sequence[ExpansionLine]], vectors: NDArray[np.float32]
    ) -> ExpansionIndex:
        """In memory; `vectors`, (lines, dimension)."""
        words = TermIndex.from_terms([terms(" ".join(line.text for line in own)) for own in lines if own])
        return cls(lines, bounds_of([len(own) for own in lines]), VectorIndex.from_vectors(vectors), words)

    @classmethod
    def load(cls, folder: Path) -> ExpansionIndex | None:
        """What `ExpansionWriter` wrote; None where it had nothing to write."""
        if not folder.is_dir():
            return None
        return cls(
            Lines(folder / "lines.jsonl", _from_json),
            np.load(folder / "bounds.npy"),
            VectorIndex.load(folder / "lines.faiss"),
            TermIndex.load(folder / "words"),
        )

    @property
    def texts(self) -> Iterator[str]:
        """The text of every line, in order."""
        return (line.text for own in self.lines for line in own)

    def nearest(self, vector: NDArray[np.float32], limit: int) -> NDArray[np.int64]:
        """The passages of the `limit` nearest lines."""
        found, _ = self.vectors.search(vector, limit)
        return np.asarray(np.searchsorted(self.bounds, found, side="right") - 1, dtype=np.int64)

    @cached_property
    def _with_lines(self) -> NDArray[np.int64]:
        """The passages that have lines: row i of `words` is of passage `_with_lines[i]`."""
        return np.flatnonzero(np.diff(self.bounds)).astype(np.int64)

    def best_by_words(self, question: Sequence[str], limit: int) -> NDArray[np.int64]:
        """The `limit` passages with the best lines by stems."""
        return self._with_lines[self.words.best(question, limit)]

    def word_scores(self, question: Sequence[str], passages: NDArray[np.int64]) -> NDArray[np.float32]:
        """Normalised BM25 of the words of their lines, (passages,); 0 for one without."""
        scores = np.zeros(len(passages), dtype=np.float32)
        some = self.has_lines(passages)
        rows = np.searchsorted(self._with_lines, passages[some])
        scores[some] = self.words.scores_of(question, rows.astype(np.int64))
        return scores

    def has_lines(self, passages: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of some passages have any."""
        return self.bounds[passages + 1] > self.bounds[passages]

    def cosines(self, vector: NDArray[np.float32], passages: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        """Of each passage the cosines of its lines, an array a passage."""
        starts = self.bounds[passages]
        counts = self.bounds[passages + 1] - starts
        found = self.vectors.cosines(vector, runs(starts, counts))
        return np.split(found, bounds_of(counts)[1:-1]) if len(passages) else []

    def best(self, vector: NDArray[np.float32], passages: NDArray[np.int64]) -> NDArray[np.float32]:
        """Of each passage the best cosine of its lines, (passages,); -1 for one without."""
        starts = self.bounds[passages]
        counts = self.bounds[passages + 1] - starts
        best = np.full(len(passages), -1.0, dtype=np.float32)
        some = np.flatnonzero(counts)
        if len(some):
            cosines = self.vectors.cosines(vector, runs(starts[some], counts[some]))
            best[some] = np.maximum.reduceat(cosines, bounds_of(counts[some])[:-1])
        return best

    def by_sentence(self, passage: int, cosines: NDArray[np.float32], sentences: int) -> NDArray[np.float32]:
        """Of each sentence of a passage the best cosine of the lines that rest on it; 0 where none does."""
        best = np.zeros(sentences, dtype=np.float32)
        for line, cosine in zip(self.lines[passage], cosines, strict=True):
            for number in line.sentences:
                best[number] = max(best[number], cosine)
        return best


def filled(
    values: NDArray[np.float32], has_lines: NDArray[np.bool_], reference: NDArray[np.float32]
) -> NDArray[np.float32]:
    """`values` of the passages with lines; the others get what their own words are worth.

    `reference` is the same kind of score of the passages' own words, raised by as much as lines are better
    on average: nobody having written lines for a passage neither helps nor hurts it.
    """
    raised = reference + (values[has_lines] - reference[has_lines]).mean()
    return np.where(has_lines, values, raised).astype(np.float32)


class ExpansionWriter:
    """Takes the lines of passages in their order; leaves a folder only if there are any."""

    def __init__(self, folder: Path, dimension: int, words: WordNumbers) -> None:
        self._folder, self._dimension, self._words = folder, dimension, words
        self._counts: list[int] = []
        self._files: _Files | None = None

    def add(self, lines: Sequence[Sequence[ExpansionLine]], vectors: NDArray[np.float32]) -> None:
        """Of some passages the lines, and the vectors of all of them, (lines, dimension)."""
        if self._files is None and any(lines):
            self._files = _Files.open(self._folder, self._dimension, self._words)
            for _ in self._counts:
                self._files.add((), self._words)
        self._counts += map(len, lines)
        if self._files is not None:
            for own in lines:
                self._files.add(own, self._words)
            if len(vectors):
                self._files.vectors.add(vectors)

    def close(self) -> None:
        if self._files is not None:
            with closing(self._files.lines), closing(self._files.vectors):
                pass

    def finish(self) -> None:
        """Complete the files."""
        if self._files is not None:
            for part in (self._files.lines, self._files.vectors, self._files.postings):
                part.finish()
            np.save(self._folder / "bounds.npy", bounds_of(self._counts))


@dataclass(frozen=True)
class _Files:
    """What is written once there is a line."""

    lines: LineWriter
    vectors: VectorWriter
    postings: PostingsBuilder

    @classmethod
    def open(cls, folder: Path, dimension: int, words: WordNumbers) -> _Files:
        folder.mkdir()
        return cls(
            LineWriter(folder / "lines.jsonl"),
            VectorWriter(folder / "lines.faiss", dimension, bytewise=True),
            PostingsBuilder(folder / "words", stem, words),
        )

    def add(self, lines: Sequence[ExpansionLine], words: WordNumbers) -> None:
        """The lines of the next passage."""
        self.lines.add({"lines": [[line.text, line.kind, line.sentences] for line in lines]})
        if lines:
            self.postings.add_numbers(words.numbers(content_words(" ".join(line.text for line in lines))))


def _from_json(row: dict[str, list[tuple[str, str, list[int]]]]) -> tuple[ExpansionLine, ...]:
    return tuple(ExpansionLine(text, kind, tuple(sentences)) for text, kind, sentences in row["lines"])
