"""The backend for Milvus and Milvus Lite: passages, sentences and terms in its collections.

There are two collections, one row per passage (vector, stems as a sparse vector) and one row per sentence (vector),
and none of the text. A sparse vector holds the document's side of BM25, the query vector the question's (idf): the
inner product is the score. Milvus' own analysers and BM25 are not used, since versions differ in how they treat Spanish.

A search sees everything that this object wrote, and what others wrote more than five seconds ago («Bounded»): waiting for
every writer («Strong») takes 200 to 400 ms.
"""

from __future__ import annotations

import json
import re
import time
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from alpie.index.arrays import Floats, Integers
from alpie.index.errors import BackendUnavailable
from alpie.index.retrieval.backends.milvus_client import MilvusConnection
from alpie.index.retrieval.backends.milvus_collections import (
    SENTENCES,
    clip_label,
    collection_in_use,
    collection_stamp,
)
from alpie.index.retrieval.bm25 import term_shares
from alpie.index.retrieval.vector_backend import BACKEND_RETRIEVERS, Entry, Query

_PASSAGES_A_BATCH = 200  # a megabyte of sparse and dense vectors
_SENTENCES_A_BATCH = 1_000  # 1.5 MB of vectors at 384 dimensions
_IDS_A_BATCH = 500  # a filter of some 10 kB
_SETTLED_SECONDS = 10.0  # twice the staleness that «Bounded» allows
_EMPTY = {0: 1e-6}  # the sparse vector of a passage without terms: Milvus Lite refuses an empty one
_MIN_BREADTH = 64  # of the search in a graph, which must not be less than what is asked for
_DIMENSIONS = 2**32 - 1  # that Milvus allows a sparse vector
_DROPPED = re.compile(r"not found|not exist|can't find collection")


class MilvusBackend:
    """The collection `passages` of a server, and that of its sentences."""

    def __init__(self, connection: MilvusConnection, passages: str) -> None:
        stamp = collection_stamp(connection.address.name, passages)
        assert stamp is not None, passages
        self.stamp = stamp
        self._connection = connection
        self._use_collection(passages)
        self._wrote = -_SETTLED_SECONDS  # when, by the monotonic clock
        self._pool = ThreadPoolExecutor(len(BACKEND_RETRIEVERS), thread_name_prefix="milvus")

    def _use_collection(self, passages: str) -> None:
        self.passages, self.sentences = passages, passages + SENTENCES

    @property
    def name(self) -> str:
        return self._connection.name

    @property
    def retrievers(self) -> tuple[str, ...]:
        return BACKEND_RETRIEVERS if self._connection.has_sparse else BACKEND_RETRIEVERS[:2]

    def upsert(self, entries: Iterable[Entry]) -> int:
        written = 0
        stream = iter(entries)
        while batch := list(islice(stream, _PASSAGES_A_BATCH)):
            ids = ", ".join(str(entry.id) for entry in batch)
            rows = self._query(f"id in [{ids}]", ["id", "stamp"], len(batch))
            held = {int(row["id"]): int(row["stamp"]) for row in rows}
            changed = [entry for entry in batch if held.get(entry.id) != entry.stamp]
            self._write(changed, [entry.id for entry in changed if entry.id in held])
            written += len(changed)
        return written

    def _write(self, entries: Sequence[Entry], replaced: Sequence[int]) -> None:
        """Write sentences before their passages: a passage that is stored with its stamp has all its sentences."""
        self._delete_passages(replaced)
        rows = (row for entry in entries for row in _sentence_rows(entry))
        while batch := list(islice(rows, _SENTENCES_A_BATCH)):
            self._call_to_write("upsert", self.sentences, data=batch)
        if entries:
            self._call_to_write("upsert", self.passages, data=[self._passage_row(entry) for entry in entries])

    def search(self, query: Query, limit: int) -> Mapping[str, Integers]:
        try:
            return self._search(query, limit)
        except BackendUnavailable as error:
            if not _DROPPED.search(str(error)):
                raise
            # a new collection was published and ours dropped: use the new one, if it has our stamp
            self._use_collection(collection_in_use(self._connection, self.stamp))
            return self._search(query, limit)

    def _search(self, query: Query, limit: int) -> Mapping[str, Integers]:
        searches = {
            "dense": partial(self._by_vector, self.passages, query.vector, limit),
            "sentence": partial(self._by_vector, self.sentences, query.vector, 2 * limit),
            "lexical": partial(self._by_stems, query.stem_weights, limit),
        }
        started = {retriever: self._pool.submit(searches[retriever]) for retriever in self.retrievers}
        return {retriever: search.result() for retriever, search in started.items()}

    def delete_document(self, document: str, keep: Collection[int] = ()) -> int:
        where = f"document == {_literal(document)}"
        held = {int(row["id"]) for row in self._connection.rows(self.passages, where, ["id"])}
        gone = sorted(held - set(keep))
        self._delete_passages(gone)
        return len(gone)

    def documents(self) -> Mapping[str, int]:
        rows = self._connection.rows(self.passages, "", ["document"])
        return dict(Counter(str(row["document"]) for row in rows))

    def count(self) -> int:
        return int(self._query("", ["count(*)"])[0]["count(*)"])

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._connection.close()

    def _passage_row(self, entry: Entry) -> dict[str, Any]:
        document = clip_label(entry.document)
        row = {"id": entry.id, "stamp": entry.stamp, "vector": entry.vector, "document": document}
        if self._connection.has_sparse:
            row["stems"] = _sparse(term_shares(entry.stems, self.stamp.mean_stems)) or _EMPTY
        return row

    def _delete_passages(self, ids: Sequence[int]) -> None:
        for first in range(0, len(ids), _IDS_A_BATCH):
            some = ", ".join(map(str, ids[first : first + _IDS_A_BATCH]))
            self._call_to_write("delete", self.passages, filter=f"id in [{some}]")
            self._call_to_write("delete", self.sentences, filter=f"passage in [{some}]")

    def _call_to_write(self, method: str, collection: str, **options: Any) -> None:
        self._connection.call(method, collection, **options)
        self._wrote = time.monotonic()

    def _by_vector(self, collection: str, vector: Floats, limit: int) -> Integers:
        parameters = {"metric_type": "IP", "params": {"ef": max(_MIN_BREADTH, limit)}}
        wanted = "id" if collection == self.passages else "passage"
        return self._nearest(collection, "vector", vector, limit, parameters, wanted)

    def _by_stems(self, weights: Mapping[str, float], limit: int) -> Integers:
        if not weights:
            return np.zeros(0, dtype=np.int64)
        parameters = {"metric_type": "IP", "params": {"drop_ratio_search": 0.0}}
        return self._nearest(self.passages, "stems", _sparse(weights), limit, parameters, "id")

    def _nearest(
        self, collection: str, field: str, vector: Any, limit: int, parameters: Mapping[str, Any], wanted: str
    ) -> Integers:
        settled = time.monotonic() - self._wrote > _SETTLED_SECONDS
        (hits,) = self._connection.call(
            "search",
            collection,
            data=[vector],
            anns_field=field,
            limit=limit,
            search_params=parameters,
            output_fields=[wanted],
            consistency_level="Bounded" if settled else "Strong",
        )
        found = (int(hit["entity"][wanted]) for hit in hits if hit["distance"] > 0 or field == "vector")
        return np.array(list(dict.fromkeys(found)), dtype=np.int64)

    def _query(self, where: str, fields: list[str], limit: int | None = None) -> Sequence[Mapping[str, Any]]:
        options: dict[str, Any] = {"output_fields": fields, "consistency_level": "Strong"}
        options |= {} if limit is None else {"limit": limit}
        return list(self._connection.call("query", self.passages, filter=where, **options))


def _sentence_rows(entry: Entry) -> Iterator[dict[str, Any]]:
    document = clip_label(entry.document)
    for number, vector in enumerate(entry.sentences):
        yield {"id": entry.sentence_id(number), "passage": entry.id, "vector": vector, "document": document}


def _sparse(weights: Mapping[str, float]) -> dict[int, float]:
    """A sparse vector with a dimension for each term, the CRC-32 of its spelling: no list of terms is needed."""
    vector: dict[int, float] = {}
    for term, weight in weights.items():
        dimension = zlib.crc32(term.encode("utf-8", "surrogatepass")) % _DIMENSIONS
        vector[dimension] = vector.get(dimension, 0.0) + float(weight)
    return vector


def _literal(value: str) -> str:
    """A string for a filter, quoted so that no character of it can end the quotation."""
    return json.dumps(clip_label(value), ensure_ascii=False)
