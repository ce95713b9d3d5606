"""Opens the backend that the settings name, and fills it with the passages of an index.

Filling may be interrupted and run again: a passage that is stored with the right stamp is not written again, and passages
that should not be there are found by counting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from alpie.index.encoder import Encoder, OnProgress
from alpie.index.encoder.embed import indexed_text
from alpie.index.errors import BackendError, SettingsError
from alpie.index.messages import message
from alpie.index.records import Passage
from alpie.index.retrieval.backends.milvus import MilvusBackend
from alpie.index.retrieval.backends.milvus_client import MilvusAddress, MilvusConnection
from alpie.index.retrieval.backends.milvus_collections import (
    Stamp,
    collection_in_use,
    collection_to_write,
    publish,
)
from alpie.index.retrieval.search import SearchIndex
from alpie.index.retrieval.vector_backend import Entry, VectorBackend, passage_id
from alpie.index.spanish.analysis import terms

_AT_A_TIME = 1_000  # passages between two reports of the progress
_SAMPLE = 5_000  # passages whose mean length stands for all


@dataclass(frozen=True)
class Synchronised:
    """What was done to bring a backend up to date."""

    passages: int  # stored now
    written: int
    deleted: int


def synchronise(
    backend: VectorBackend, search: SearchIndex, on_progress: OnProgress | None = None
) -> Synchronised:
    """Make `backend` hold the passages of `search`, and no others.

    Raises `BackendUnavailable`; what was written until then stays, and the next run continues.
    """
    passages = search.passages
    written, total = 0, len(passages)
    for first in range(0, total, _AT_A_TIME):
        last = min(first + _AT_A_TIME, total)
        written += backend.upsert(_entries(search, first, last))
        if on_progress:
            on_progress(last, total)
    deleted = 0 if backend.count() == total else _delete_others(backend, passages)
    if (held := backend.count()) != total:
        raise BackendError(message("backend.others", name=backend.name, held=held, total=total))
    return Synchronised(total, written, deleted)


def mean_length(passages: Sequence[Passage]) -> float:
    """The mean number of stems of a passage, headings included; of very many passages, over an even sample."""
    step = max(1, len(passages) // _SAMPLE)
    lengths = [len(terms(indexed_text(passage))) for passage in passages[::step]]
    return float(np.mean(lengths or [0]))


def _entries(search: SearchIndex, first: int, last: int) -> Iterator[Entry]:
    vectors = search.dense.rows(np.arange(first, last))
    bounds = search.sentence_bounds[first : last + 1]
    sentences = search.sentence_vectors.rows(np.arange(bounds[0], bounds[-1]))
    for row, passage in enumerate(search.passages[first:last]):
        own = sentences[bounds[row] - bounds[0] : bounds[row + 1] - bounds[0]]
        yield Entry.from_passage(passage, vectors[row], own)


def _delete_others(backend: VectorBackend, passages: Sequence[Passage]) -> int:
    wanted: dict[str, set[int]] = {}
    for passage in passages:
        wanted.setdefault(passage.document_id, set()).add(passage_id(passage.address))
    if sum(map(len, wanted.values())) != len(passages):
        raise BackendError(message("backend.twins"))
    deleted = 0
    for document, held in backend.documents().items():
        keep = wanted.get(document, set())
        if held != len(keep):
            deleted += backend.delete_document(document, keep)
    return deleted


_KIND = "milvus:"


@dataclass(frozen=True)
class BackendChoice:
    """A backend other than the local one: `spec` is "milvus:<uri>" or "milvus:<uri>#<name>"."""

    spec: str
    token: str = ""  # "user:password" or an API key
    timeout_seconds: float = 10.0  # of every call

    def open(self, encoder: Encoder) -> VectorBackend:
        """The backend, holding an index of this encoder; raises `SettingsError`, `PackageMissing`, `BackendError`."""
        connection = self._connect()
        try:
            stamp = Stamp.from_encoder(encoder.fingerprint, encoder.dimension, 0)
            return MilvusBackend(connection, collection_in_use(connection, stamp))
        except BaseException:
            connection.close()
            raise

    def fill(
        self,
        encoder: Encoder,
        search: SearchIndex,
        fresh: bool = False,
        on_progress: OnProgress | None = None,
    ) -> Synchronised:
        """Write the passages of `search` into the collection in use or, where they do not fit, into a new one.

        `fresh` writes everything anew. Searches use the old collection until the new one is complete.
        """
        connection = self._connect()
        try:
            stamp = Stamp.from_encoder(encoder.fingerprint, encoder.dimension, mean_length(search.passages))
            sizes = (len(search.passages), len(search.sentence_vectors))
            collection = collection_to_write(connection, stamp, *sizes, fresh)
            done = synchronise(MilvusBackend(connection, collection), search, on_progress)
            publish(connection, collection)
            return done
        finally:
            connection.close()

    def _connect(self) -> MilvusConnection:
        if not self.spec.startswith(_KIND):
            raise SettingsError(message("backend.unknown", spec=self.spec))
        address = MilvusAddress.parse(self.spec.removeprefix(_KIND))
        return MilvusConnection(address, self.token, self.timeout_seconds)
