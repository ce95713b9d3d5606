"""Al Pie's collections in Milvus: how they are named, created, found and swapped.

Their names say what an index was made with, because every version stores names and every tool shows them:

    alpie_f3_a1_e0123456789_d384_s612_19fa…             passages
    alpie_f3_a1_e0123456789_d384_s612_19fa…_sentences   their sentences
    alpie                                               alias of the passages in use
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass

from alpie.index.errors import BackendMismatch
from alpie.index.messages import message
from alpie.index.retrieval.backends.milvus_client import MilvusConnection
from alpie.index.retrieval.vectors import MAX_EXACT_VECTORS
from alpie.index.spanish.analysis import ANALYSIS_VERSION

SENTENCES = "_sentences"
_FORMAT = 3  # of what is stored: raise it whenever the fields of a collection change
_STAMP = re.compile(r"_f(\d+)_a(\d+)_e([0-9a-f]{10})_d(\d+)_s(\d+)_([0-9a-f]+)")
_MAX_DRIFT = 0.2  # of the mean length, before a collection's weights are no longer those of the corpus
_MAX_LABEL_CHARACTERS = 1_000  # of four bytes each at most
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # Milvus Lite cannot spell them in a filter
_GRAPH = {"M": 16, "efConstruction": 200}  # values that are usual for HNSW


@dataclass(frozen=True)
class Stamp:
    """What a collection was made with."""

    encoder: str  # ten hexadecimal digits of its fingerprint's SHA-256
    dimension: int
    mean_stems: float  # terms a passage: BM25 weighs a passage's length against it
    analysis: int = ANALYSIS_VERSION
    format: int = _FORMAT

    @classmethod
    def from_encoder(cls, fingerprint: str, dimension: int, mean_stems: float) -> Stamp:
        digest = hashlib.sha256(fingerprint.encode()).hexdigest()
        return cls(digest[:10], dimension, round(mean_stems, 1))

    @property
    def label(self) -> str:
        stems = round(10 * self.mean_stems)
        return f"f{self.format}_a{self.analysis}_e{self.encoder}_d{self.dimension}_s{stems}"

    def differs_in(self, other: Stamp) -> tuple[str, ...]:
        """What keeps a collection with this stamp from being searched by an index with the other."""
        pairs = {
            message("milvus.format"): (self.format, other.format),
            message("milvus.analysis"): (self.analysis, other.analysis),
            message("milvus.encoder"): ((self.encoder, self.dimension), (other.encoder, other.dimension)),
        }
        return tuple(name for name, (own, theirs) in pairs.items() if own != theirs)

    def can_grow(self, other: Stamp) -> bool:
        """Whether passages of a corpus with the stamp `other` can be added to a collection with this stamp."""
        own, theirs = self.mean_stems, other.mean_stems
        return abs(own - theirs) <= _MAX_DRIFT * max(own, theirs) and not self.differs_in(other)


def collection_stamp(name: str, collection: str) -> Stamp | None:
    """The stamp in the name of a collection of passages; None for a collection that is not Al Pie's under `name`."""
    if not collection.startswith(name) or not (match := _STAMP.fullmatch(collection[len(name) :])):
        return None
    form, analysis, encoder, dimension, stems, _ = match.groups()
    return Stamp(encoder, int(dimension), int(stems) / 10, int(analysis), int(form))


def clip_label(label: str) -> str:
    """A label shortened and cleaned, as it is stored and as it is asked for."""
    return _CONTROL.sub("\ufffd", label.encode("utf-8", "replace").decode())[:_MAX_LABEL_CHARACTERS]


def collection_in_use(connection: MilvusConnection, stamp: Stamp) -> str:
    """The collection of passages that the alias names; raises `BackendMismatch` where its stamp differs from `stamp`."""
    place, name = connection.address.display_name, connection.address.name
    current = _collection_of_alias(connection)
    if current is None:
        raise BackendMismatch(message("milvus.no_collection", place=place, name=name))
    made_with = collection_stamp(name, current)
    if made_with is None:
        raise BackendMismatch(message("milvus.alias", place=place, name=name, other=current))
    if different := made_with.differs_in(stamp):
        raise BackendMismatch(
            message("milvus.made_otherwise", name=current, place=place, different=different)
        )
    connection.call("load_collection", current)
    connection.call("load_collection", current + SENTENCES)
    return current


def collection_to_write(
    connection: MilvusConnection, stamp: Stamp, passages: int, sentences: int, fresh: bool = False
) -> str:
    """The collection to write an index with `stamp` into: the one in use, one left unfinished, or a new one.

    A collection is new where no other fits, and if `fresh`. The expected numbers of `passages` and `sentences` decide
    whether its vectors are compared one by one.
    """
    name = connection.address.name
    current = _collection_of_alias(connection)
    earlier = [collection for collection in _own_collections(connection) if collection != current]
    known = [current, *earlier] if current else earlier
    for collection in () if fresh else known:
        held = collection_stamp(name, collection)
        if held and held.can_grow(stamp) and connection.call("has_collection", collection + SENTENCES):
            connection.call("load_collection", collection)
            connection.call("load_collection", collection + SENTENCES)
            return collection
    collection = f"{name}_{stamp.label}_{time.time_ns():x}"
    _create(connection, collection + SENTENCES, stamp.dimension, sentences, of_sentences=True)
    _create(connection, collection, stamp.dimension, passages, of_sentences=False)
    return collection


def publish(connection: MilvusConnection, passages: str) -> None:
    """Make `passages` the collection in use, in one step, and drop the others of the same name."""
    current = _collection_of_alias(connection)
    if current != passages:
        connection.call("alter_alias" if current else "create_alias", passages, connection.address.name)
    for other in _own_collections(connection):
        if other != passages:
            connection.call("drop_collection", other)
            connection.call("drop_collection", other + SENTENCES)


def _collection_of_alias(connection: MilvusConnection) -> str | None:
    for collection in connection.call("list_collections"):
        if connection.address.name in connection.call("list_aliases", collection)["aliases"]:
            return str(collection)
    return None


def _own_collections(connection: MilvusConnection) -> list[str]:
    """Collections of passages under this name, newest first."""
    name = connection.address.name
    collections = [str(collection) for collection in connection.call("list_collections")]
    own = [collection for collection in collections if collection_stamp(name, collection)]
    return sorted(own, key=lambda collection: int(collection.rpartition("_")[2], 16), reverse=True)


def _create(
    connection: MilvusConnection, collection: str, dimension: int, expected: int, *, of_sentences: bool
) -> None:
    """Create one collection: small ones are compared exactly, large ones by a graph."""
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("passage" if of_sentences else "stamp", DataType.INT64)
    schema.add_field("document", DataType.VARCHAR, max_length=4 * _MAX_LABEL_CHARACTERS)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    indexes = MilvusClient.prepare_index_params()
    if expected <= MAX_EXACT_VECTORS:  # of more, a graph (HNSW) finds nearly all of the nearest
        indexes.add_index("vector", index_type="FLAT", metric_type="IP")
    else:
        indexes.add_index("vector", index_type="HNSW", metric_type="IP", params=_GRAPH)
    if connection.has_sparse and not of_sentences:
        schema.add_field("stems", DataType.SPARSE_FLOAT_VECTOR)
        indexes.add_index("stems", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    options = {"schema": schema, "index_params": indexes, "consistency_level": "Bounded"}
    connection.call("create_collection", collection, **options)
