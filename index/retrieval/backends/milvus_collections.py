"""Al Pie's collections in Milvus: their fields, their names, and the switch from one to the next.

What an index was made with stands in their names, which every version keeps and every tool shows:

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
from alpie.index.retrieval.backends.milvus_client import MilvusConnection
from alpie.index.spanish.analysis import ANALYSIS_VERSION

SENTENCES = "_sentences"
_FORMAT = 3  # of what is stored: raise it whenever the fields of a collection change
# … «_g», the mean number of n-grams, is in the names that earlier versions gave
_STAMP = re.compile(r"_f(\d+)_a(\d+)_e([0-9a-f]{10})_d(\d+)_s(\d+)(?:_g\d+)?_([0-9a-f]+)")
_MAX_DRIFT = 0.2  # of the mean length, before a collection's weights are no longer those of the corpus
_LONGEST_LABEL = 1_000  # characters, four bytes each at most
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # Milvus Lite cannot spell them in a filter
_MAX_EXACT = 100_000  # vectors compared one by one; beyond, a graph (HNSW) finds nearly all of the nearest
_GRAPH = {"M": 16, "efConstruction": 200}


@dataclass(frozen=True)
class Stamp:
    """What a collection was made with."""

    encoder: str  # ten hexadecimal digits of its fingerprint's SHA-256
    dimension: int
    mean_stems: float  # terms a passage: BM25 weighs a passage's length against it
    analysis: int = ANALYSIS_VERSION
    format: int = _FORMAT

    @classmethod
    def of(cls, fingerprint: str, dimension: int, mean_stems: float) -> Stamp:
        digest = hashlib.sha256(fingerprint.encode()).hexdigest()
        return cls(digest[:10], dimension, round(mean_stems, 1))

    @property
    def label(self) -> str:
        stems = round(10 * self.mean_stems)
        return f"f{self.format}_a{self.analysis}_e{self.encoder}_d{self.dimension}_s{stems}"

    def differs_in(self, other: Stamp) -> tuple[str, ...]:
        """What keeps a collection of the one stamp from being searched with the other, in Spanish."""
        pairs = {
            "el formato": (self.format, other.format),
            "el análisis del español": (self.analysis, other.analysis),
            "el codificador": ((self.encoder, self.dimension), (other.encoder, other.dimension)),
        }
        return tuple(name for name, (one, another) in pairs.items() if one != another)

    def can_grow(self, other: Stamp) -> bool:
        """Whether passages of a corpus with the stamp `other` can be added to a collection of this one."""
        one, another = self.mean_stems, other.mean_stems
        return abs(one - another) <= _MAX_DRIFT * max(one, another) and not self.differs_in(other)


def collection_stamp(name: str, collection: str) -> Stamp | None:
    """The stamp in the name of a collection of passages; None when it is none of Al Pie's named `name`."""
    if not collection.startswith(name) or not (match := _STAMP.fullmatch(collection[len(name) :])):
        return None
    form, analysis, encoder, dimension, stems, _ = match.groups()
    return Stamp(encoder, int(dimension), int(stems) / 10, int(analysis), int(form))


def clipped(label: str) -> str:
    """A label as it is stored and as it is asked for."""
    return _CONTROL.sub("\ufffd", label.encode("utf-8", "replace").decode())[:_LONGEST_LABEL]


def collection_in_use(connection: MilvusConnection, stamp: Stamp) -> str:
    """The collection of passages that the alias names, if it was made with `stamp`'s encoder and analysis.

    Raises `BackendMismatch`, which says what is different and what to run.
    """
    address = connection.address
    run = f"Ejecute «alpie index» con ALPIE_INDEX=milvus:{address.shown}"
    current = _aliased(connection)
    if current is None:
        raise BackendMismatch(
            f"En {address.shown} no hay ninguna colección «{address.name}» de Al Pie. {run}."
        )
    made_with = collection_stamp(address.name, current)
    if made_with is None:
        raise BackendMismatch(
            f"En {address.shown}, «{address.name}» es el alias de «{current}», que no es de Al Pie. Elija otro "
            f"nombre: milvus:{address.shown}#nombre."
        )
    if different := made_with.differs_in(stamp):
        raise BackendMismatch(
            f"La colección «{current}» de {address.shown} se hizo con otra versión; cambia {' y '.join(different)}. "
            f"{run}: hará una nueva y la de ahora seguirá en uso hasta que esté completa."
        )
    connection.call("load_collection", current)
    connection.call("load_collection", current + SENTENCES)
    return current


def collection_to_write(
    connection: MilvusConnection, stamp: Stamp, passages: int, sentences: int, fresh: bool = False
) -> str:
    """The collection that an index with `stamp` goes into: the one in use if it can grow into it, or one left unfinished.

    Else, and if `fresh`, a new one. How many `passages` and `sentences` are to come decides how they are found.
    """
    name = connection.address.name
    current = _aliased(connection)
    own = [one for one in _own_collections(connection) if one != current]
    for collection in [] if fresh else [*([current] if current else []), *own]:
        found = collection_stamp(name, collection)
        if found and found.can_grow(stamp) and connection.call("has_collection", collection + SENTENCES):
            connection.call("load_collection", collection)
            connection.call("load_collection", collection + SENTENCES)
            return collection
    collection = f"{name}_{stamp.label}_{time.time_ns():x}"
    _create(connection, collection + SENTENCES, stamp.dimension, sentences, of_sentences=True)
    _create(connection, collection, stamp.dimension, passages, of_sentences=False)
    return collection


def publish(connection: MilvusConnection, passages: str) -> None:
    """Make `passages` the collection in use, in one step, and drop the others of the same name."""
    current = _aliased(connection)
    if current != passages:
        connection.call("alter_alias" if current else "create_alias", passages, connection.address.name)
    for other in _own_collections(connection):
        if other != passages:
            connection.call("drop_collection", other)
            connection.call("drop_collection", other + SENTENCES)


def _aliased(connection: MilvusConnection) -> str | None:
    """What the alias stands for; None when there is no such alias."""
    for collection in connection.call("list_collections"):
        if connection.address.name in connection.call("list_aliases", collection)["aliases"]:
            return str(collection)
    return None


def _own_collections(connection: MilvusConnection) -> list[str]:
    """Collections of passages under this name, newest first."""
    name = connection.address.name
    found = [str(one) for one in connection.call("list_collections")]
    own = [one for one in found if collection_stamp(name, one)]
    return sorted(own, key=lambda one: int(one.rpartition("_")[2], 16), reverse=True)


def _create(
    connection: MilvusConnection, collection: str, dimension: int, expected: int, *, of_sentences: bool
) -> None:
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("passage" if of_sentences else "stamp", DataType.INT64)
    schema.add_field("document", DataType.VARCHAR, max_length=4 * _LONGEST_LABEL)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    indexes = MilvusClient.prepare_index_params()
    if expected <= _MAX_EXACT:
        indexes.add_index("vector", index_type="FLAT", metric_type="IP")
    else:
        indexes.add_index("vector", index_type="HNSW", metric_type="IP", params=_GRAPH)
    if connection.has_sparse and not of_sentences:
        schema.add_field("stems", DataType.SPARSE_FLOAT_VECTOR)
        indexes.add_index("stems", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    connection.call(
        "create_collection", collection, schema=schema, index_params=indexes, consistency_level="Bounded"
    )
