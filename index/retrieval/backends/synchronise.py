"""Makes a backend hold what an index holds: new passages in, changed ones replaced, gone ones out.

Each step may be interrupted at any point and run again: what is there with the right stamp is not written
a second time, and what should not be there is found by counting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alpie.index.encoder.embed import text_of
from alpie.index.errors import BackendError
from alpie.index.records import Document, Passage
from alpie.index.retrieval.search import SearchIndex
from alpie.index.retrieval.vector_backend import Entry, VectorBackend, passage_id
from alpie.index.spanish.analysis import terms

_AT_A_TIME = 1_000  # passages between two words on the progress
_SAMPLE = 5_000  # passages whose mean length stands for all


@dataclass(frozen=True)
class Synchronised:
    """What it took."""

    passages: int  # held now
    written: int
    deleted: int


def synchronise(
    backend: VectorBackend,
    documents: Mapping[str, Document],
    search: SearchIndex,
    on_progress: Callable[[int, int], None] | None = None,
) -> Synchronised:
    """Make `backend` hold the passages of `search`, and no others.

    Raises `BackendUnavailable`; what was written by then stays, and the next run goes on from there.
    """
    passages = search.passages
    written, total = 0, len(passages)
    for first in range(0, total, _AT_A_TIME):
        last = min(first + _AT_A_TIME, total)
        written += backend.upsert(_entries(search, documents, first, last))
        if on_progress:
            on_progress(last, total)
    deleted = 0 if backend.count() == total else _delete_others(backend, passages)
    if (held := backend.count()) != total:
        raise BackendError(
            f"{backend.name} tiene {held} pasajes y el índice {total}: algo más escribe en la misma colección. "
            "Dé a cada índice la suya (milvus:<uri>#nombre) y repita «alpie index»."
        )
    return Synchronised(total, written, deleted)


def mean_length(passages: Sequence[Passage]) -> float:
    """Stems a passage, its headings included, on average; of very many, over an even sample."""
    step = max(1, len(passages) // _SAMPLE)
    lengths = [len(terms(text_of(passage))) for passage in passages[::step]]
    return float(np.mean(lengths or [0]))


def _entries(
    search: SearchIndex, documents: Mapping[str, Document], first: int, last: int
) -> Iterator[Entry]:
    vectors = search.dense.rows(np.arange(first, last))
    bounds = search.sentence_bounds[first : last + 1]
    sentences = search.sentence_vectors.rows(np.arange(bounds[0], bounds[-1]))
    for row, passage in enumerate(search.passages[first:last]):
        own = sentences[bounds[row] - bounds[0] : bounds[row + 1] - bounds[0]]
        yield Entry.of(passage, documents[passage.document_id], vectors[row], own)


def _delete_others(backend: VectorBackend, passages: Sequence[Passage]) -> int:
    """Take out what is not among `passages`."""
    wanted: dict[str, set[int]] = {}
    for passage in passages:
        wanted.setdefault(passage.document_id, set()).add(passage_id(passage.address))
    if sum(map(len, wanted.values())) != len(passages):
        raise BackendError(
            "Dos pasajes tienen el mismo número: pasa una vez entre miles de índices. Cambie el título de uno."
        )
    deleted = 0
    for document, held in backend.documents().items():
        keep = wanted.get(document, set())
        if held != len(keep):
            deleted += backend.delete_document(document, keep)
    return deleted
