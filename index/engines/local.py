"""FAISS and the local lexical index as an engine: what the others are held against.

It is the reference of the contract that all engines keep. Where no engine is chosen nothing of it runs:
`SearchIndex` searches its own vectors and terms.

Over the arrays of an opened index (`LocalEngine.over`) it only reads: `alpie index` writes those. With
entries of its own it is a whole engine by itself, kept in one file that each write replaces at once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from alpie.index.durable import put_in_place
from alpie.index.engines import LEGS, Entry, Filter, Query
from alpie.index.engines.records import RELATED_WEIGHT
from alpie.index.errors import EngineError
from alpie.index.lexical import TermIndex
from alpie.index.runs import bounds_of
from alpie.index.vectors import VectorIndex

__all__ = ["LocalEngine"]

_LABELS = tuple(field.name for field in fields(Entry) if field.name not in ("vector", "sentences"))


@dataclass(frozen=True)
class _Arrays:
    """What is searched: row numbers in, row numbers out."""

    dense: VectorIndex
    sentences: VectorIndex
    bounds: NDArray[np.int64]  # (passages + 1,): sentences of row i are bounds[i] … bounds[i + 1] - 1
    stems: TermIndex
    grams: TermIndex

    @classmethod
    def of(cls, entries: Collection[Entry]) -> _Arrays:
        return cls(
            VectorIndex.from_vectors(np.stack([entry.vector for entry in entries])),
            VectorIndex.from_vectors(np.concatenate([entry.sentences for entry in entries])),
            bounds_of([len(entry.sentences) for entry in entries]),
            TermIndex.from_terms([entry.stems for entry in entries]),
            TermIndex.from_terms([entry.grams for entry in entries]),
        )

    def owners(self, sentences: NDArray[np.int64]) -> NDArray[np.int64]:
        """Row of the passage that each of some sentences belongs to."""
        return np.searchsorted(self.bounds, sentences, side="right") - 1

    def nearest(self, query: Query, limit: int) -> dict[str, NDArray[np.int64]]:
        rows, _ = self.dense.search(query.vector, limit)
        sentences, _ = self.sentences.search(query.vector, 2 * limit)
        return {
            "dense": rows,
            "sentence": _each_once(self.owners(sentences)),
            "lexical": self._by_stems(query, limit),
            "grams": self.grams.best(query.grams, limit),
        }

    def _by_stems(self, query: Query, limit: int) -> NDArray[np.int64]:
        best = self.stems.best(query.stems, limit)
        if not query.related:
            return best
        either = np.union1d(best, self.stems.best(query.related, limit))
        scores = self.stems.scores_of(query.stems, either)
        scores = scores + np.float32(RELATED_WEIGHT) * self.stems.scores_of(query.related, either)
        return np.asarray(either[np.lexsort((either, -scores))][:limit], dtype=np.int64)


class LocalEngine:
    """FAISS and the local lexical index. `LocalEngine(file)` opens what an earlier one left in `file`."""

    name = "FAISS"
    legs = LEGS

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._entries: dict[int, Entry] | None = _read(file) if file and file.is_file() else {}
        self._arrays: _Arrays | None = None
        self._ids = np.zeros(0, dtype=np.int64)
        self._rebuild()

    @classmethod
    def over(
        cls,
        dense: VectorIndex,
        sentences: VectorIndex,
        bounds: NDArray[np.int64],
        stems: TermIndex,
        grams: TermIndex,
    ) -> LocalEngine:
        """A view of the arrays of an opened index; the ids of its passages are their row numbers."""
        engine = cls()
        engine._entries = None
        engine._arrays = _Arrays(dense, sentences, bounds, stems, grams)
        return engine

    def upsert(self, entries: Iterable[Entry]) -> int:
        own = self._own()
        changed = {
            entry.id: entry for entry in entries if entry.id not in own or own[entry.id].stamp != entry.stamp
        }
        self._write({**own, **changed}, bool(changed))
        return len(changed)

    def delete_document(self, document: str, keep: Collection[int] = ()) -> int:
        own, kept = self._own(), set(keep)
        rest = {id_: entry for id_, entry in own.items() if entry.document != document or id_ in kept}
        self._write(rest, len(rest) < len(own))
        return len(own) - len(rest)

    def search(self, query: Query, limit: int, only: Filter | None = None) -> Mapping[str, NDArray[np.int64]]:
        if self._arrays is None:
            return {leg: np.zeros(0, dtype=np.int64) for leg in LEGS}
        arrays = self._arrays
        found = arrays.nearest(query, limit) if only is None else self._allowed(arrays, query, limit, only)
        return found if self._entries is None else {leg: self._ids[rows] for leg, rows in found.items()}

    def documents(self) -> Mapping[str, int]:
        return dict(Counter(entry.document for entry in self._own().values()))

    def count(self, document: str | None = None) -> int:
        if self._entries is None and document is None and self._arrays:
            return len(self._arrays.dense)
        return sum(document in (None, entry.document) for entry in self._own().values())

    def close(self) -> None:
        self._arrays = None

    def _own(self) -> dict[int, Entry]:
        if self._entries is None:
            raise EngineError("Este motor solo lee el índice local; lo escribe «alpie index».")
        return self._entries

    def _write(self, entries: dict[int, Entry], changed: bool) -> None:
        if not changed:
            return
        if self._file:
            _save(self._file, entries)
        self._entries = entries
        self._rebuild()

    def _rebuild(self) -> None:
        entries = self._entries or {}
        self._ids = np.array(list(entries), dtype=np.int64)
        self._arrays = _Arrays.of(entries.values()) if entries else None

    def _allowed(
        self, arrays: _Arrays, query: Query, limit: int, only: Filter
    ) -> dict[str, NDArray[np.int64]]:
        """Every allowed passage is compared: exact, and no slower for a narrow filter."""
        allowed = np.array([only.allows(entry) for entry in self._own().values()], dtype=np.bool_)
        rows = np.flatnonzero(allowed)
        sentences = np.flatnonzero(np.repeat(allowed, np.diff(arrays.bounds)))
        by_sentence = _best(sentences, arrays.sentences.rows(sentences) @ query.vector, 2 * limit)
        stems = arrays.stems.scores_of(query.stems, rows)
        stems = stems + np.float32(RELATED_WEIGHT) * arrays.stems.scores_of(query.related, rows)
        grams = arrays.grams.scores_of(query.grams, rows)
        return {
            "dense": _best(rows, arrays.dense.rows(rows) @ query.vector, limit),
            "sentence": _each_once(arrays.owners(by_sentence)),
            "lexical": _best(rows[stems > 0], stems[stems > 0], limit),
            "grams": _best(rows[grams > 0], grams[grams > 0], limit),
        }


def _best(rows: NDArray[np.int64], scores: NDArray[np.float32], limit: int) -> NDArray[np.int64]:
    return np.asarray(rows[np.lexsort((rows, -scores))][:limit], dtype=np.int64)


def _each_once(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.array(list(dict.fromkeys(rows.tolist())), dtype=np.int64)


def _save(file: Path, entries: Mapping[int, Entry]) -> None:
    """All entries into one file beside the old one, which it then replaces in one step."""
    held = list(entries.values())
    labels = [{name: getattr(entry, name) for name in _LABELS} for entry in held]
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.unfinished")
    with aside.open("wb") as stream:
        np.savez(
            stream,
            labels=np.frombuffer(json.dumps(labels).encode(), dtype=np.uint8),
            vectors=np.array([entry.vector for entry in held], dtype=np.float32),
            sentences=np.concatenate([entry.sentences for entry in held] or [np.zeros((0, 0), np.float32)]),
            counts=np.array([len(entry.sentences) for entry in held], dtype=np.int64),
        )
    put_in_place(aside, file)


def _read(file: Path) -> dict[int, Entry]:
    try:
        with np.load(file, allow_pickle=False) as read:
            labels = json.loads(read["labels"].tobytes())
            parts = np.split(read["sentences"], np.cumsum(read["counts"])[:-1]) if labels else []
            rows = zip(labels, read["vectors"], parts, strict=True)
            return {row["id"]: Entry(**row, vector=vector, sentences=part) for row, vector, part in rows}
    except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise EngineError(f"{file} no es un índice de FAISS que se pueda leer: {error}. Bórrelo.") from error
