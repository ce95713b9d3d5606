"""Connects to Milvus, turns its errors into sentences, and manages the collections of Al Pie there.

The names of collections say what an index was made with, as every version keeps names and every tool shows them:

    alpie_f3_a1_e0123456789_d384_s612_19fa…             passages
    alpie_f3_a1_e0123456789_d384_s612_19fa…_sentences   their sentences
    alpie                                               alias of the passages in use
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from alpie.index.errors import BackendMismatch, BackendUnavailable, SettingsError
from alpie.index.messages import Message, message
from alpie.index.spanish.analysis import ANALYSIS_VERSION

_MIN_SPARSE_VERSION = (2, 4)  # sparse vectors
_MIN_VERSION = (2, 3)
_TIMED_OUT_SHARE = 0.95  # of the time allowed: a call that failed so late failed because of it
_MAX_REASON_CHARACTERS = 300  # characters of what the server says
_ROWS_A_PAGE = 10_000  # the most that Milvus gives for one query is 16,384
_MIN_ID, _MAX_ID = -(2**63), 2**63 - 1
# By default the client pings an idle connection every ten seconds; Milvus Lite takes that for an attack («too_many_pings»)
# and closes the connection.
_GRPC = {"grpc.keepalive_time_ms": 60_000, "grpc.keepalive_permit_without_calls": False}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}")


@dataclass(frozen=True)
class MilvusAddress:
    """Where Milvus is, and under which name Al Pie's collections stand there."""

    uri: str  # http://host:19530, https://…, or the path of a Milvus Lite file that ends in .db
    name: str = "alpie"

    @classmethod
    def parse(cls, text: str) -> MilvusAddress:
        """Read `<uri>` or `<uri>#<name>`. Raises `SettingsError`."""
        uri, _, name = text.partition("#")
        name = name or "alpie"
        if not _NAME.fullmatch(name):
            raise SettingsError(message("milvus.name", name=name))
        if uri.startswith(("http://", "https://")):
            try:
                parts = urlsplit(uri)
                bad = not parts.hostname or (parts.port or 1) < 1
            except ValueError:
                bad = True
            if bad:
                raise SettingsError(message("milvus.no_address", uri=cls(uri).display_name))
            return cls(uri, name)
        if not uri.endswith(".db"):
            raise SettingsError(message("milvus.other", uri=uri))
        return cls(str(Path(uri).expanduser().absolute()), name)

    @property
    def is_file(self) -> bool:
        return not self.uri.startswith(("http://", "https://"))

    @property
    def display_name(self) -> str:
        """The address without user and password."""
        if self.is_file:
            return self.uri
        parts = urlsplit(self.uri)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


class MilvusConnection:
    """A client whose calls all have a time limit, and whose failures are all a `BackendUnavailable`."""

    def __init__(self, address: MilvusAddress, token: str = "", timeout_seconds: float = 10.0) -> None:
        self.address = address
        self.timeout_seconds = timeout_seconds
        _check_packages(address)
        self._client = self._connect(token)
        self._lock = threading.Lock()
        version = str(self.call("get_server_version"))
        self.is_lite = "lite" in version and not version.startswith("v")
        match = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", version)
        self.version = tuple(int(part or 0) for part in match.groups()) if match else (0, 0, 0)
        shown = ".".join(map(str, self.version))
        self.name = f"Milvus Lite {shown}" if self.is_lite else f"Milvus {shown}"
        if not self.is_lite and self.version < _MIN_VERSION:
            raise BackendUnavailable(message("milvus.old", place=address.display_name, version=self.name))

    @property
    def has_sparse(self) -> bool:
        """Whether the server searches sparse vectors; if not, the local index searches terms."""
        return self.is_lite or self.version >= _MIN_SPARSE_VERSION

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """Call a method of `MilvusClient`; raises `BackendUnavailable`."""
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        if self._client is None:
            raise BackendUnavailable(message("milvus.closed", place=self.address.display_name))
        started = time.monotonic()
        try:
            return getattr(self._client, method)(*arguments, timeout=self.timeout_seconds, **options)
        except (MilvusException, RpcError, OSError, ValueError) as error:
            raise self._failure_of(method, error, time.monotonic() - started) from error

    def rows(
        self, collection: str, where: str, fields: list[str], first: int = _MIN_ID, last: int = _MAX_ID
    ) -> Iterator[Mapping[str, Any]]:
        """All rows that satisfy `where` and whose id is from `first` to `last`, those just written included.

        Ids are hashes, so half of a range of ids holds half of its rows. The client's own iterator asks a server of version
        2.3 for the state at the client's time, and misses what has just been written.
        """
        # the bounds of all 64-bit numbers are left out: version 2.3 cannot parse the least number
        bounds = [f"id >= {first}"] if first > _MIN_ID else []
        bounds += [f"id <= {last}"] if last < _MAX_ID else []
        within = " and ".join([*bounds, where] if where else bounds)
        options = {"output_fields": fields, "limit": _ROWS_A_PAGE, "consistency_level": "Strong"}
        rows = self.call("query", collection, filter=within, **options)
        if len(rows) < _ROWS_A_PAGE:
            yield from rows
            return
        middle = (first + last) // 2
        yield from self.rows(collection, where, fields, first, middle)
        yield from self.rows(collection, where, fields, middle + 1, last)

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connect(self, token: str) -> Any:
        from grpc import RpcError
        from pymilvus import MilvusClient
        from pymilvus.exceptions import MilvusException

        # these libraries log every error with its traceback, where one sentence will be shown
        for name in ("pymilvus", "milvus_lite", "grpc._server"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            return MilvusClient(
                self.address.uri, token=token, timeout=self.timeout_seconds, grpc_options=_GRPC
            )
        except (MilvusException, RpcError, OSError, ValueError) as error:
            raise BackendUnavailable(self._no_connection(error)) from error

    def _no_connection(self, error: Exception) -> Message:
        if self.address.is_file:
            folder = Path(self.address.uri).parent
            if not folder.is_dir():
                return message("milvus.no_folder", folder=folder)
            return message("milvus.file", file=self.address.uri)
        return message("milvus.nobody", place=self.address.display_name, error=_reason(error))

    def _failure_of(self, method: str, error: Exception, seconds: float) -> BackendUnavailable:
        place = self.address.display_name
        if seconds >= _TIMED_OUT_SHARE * self.timeout_seconds:
            allowed = f"{self.timeout_seconds:g}"
            return BackendUnavailable(message("milvus.slow", place=place, seconds=allowed, method=method))
        return BackendUnavailable(message("milvus.failed", place=place, method=method, error=_reason(error)))


def _reason(error: Exception) -> str:
    """The message of a library's error, on one line of at most 300 characters."""
    message = getattr(error, "message", "") or str(error)
    return " ".join(str(message).split())[:_MAX_REASON_CHARACTERS].rstrip(".") or type(error).__name__


def _check_packages(address: MilvusAddress) -> None:
    wanted = ["pymilvus", "milvus_lite"] if address.is_file else ["pymilvus"]
    if missing := [name for name in wanted if find_spec(name) is None]:
        raise BackendUnavailable(message("milvus.packages", place=address.display_name, missing=missing))


SENTENCES = "_sentences"
_FORMAT = 3  # of what is stored: raise it whenever the fields of a collection change
_STAMP = re.compile(r"_f(\d+)_a(\d+)_e([0-9a-f]{10})_d(\d+)_s(\d+)_([0-9a-f]+)")
_MAX_DRIFT = 0.2  # of the mean length, before a collection's weights are no longer those of the corpus
_MAX_LABEL_CHARACTERS = 1_000  # characters, four bytes each at most
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # Milvus Lite cannot spell them in a filter
_MAX_EXACT_VECTORS = (
    100_000  # vectors compared one by one; of more, a graph (HNSW) finds nearly all of the nearest
)
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
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("passage" if of_sentences else "stamp", DataType.INT64)
    schema.add_field("document", DataType.VARCHAR, max_length=4 * _MAX_LABEL_CHARACTERS)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    indexes = MilvusClient.prepare_index_params()
    if expected <= _MAX_EXACT_VECTORS:
        indexes.add_index("vector", index_type="FLAT", metric_type="IP")
    else:
        indexes.add_index("vector", index_type="HNSW", metric_type="IP", params=_GRAPH)
    if connection.has_sparse and not of_sentences:
        schema.add_field("stems", DataType.SPARSE_FLOAT_VECTOR)
        indexes.add_index("stems", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    options = {"schema": schema, "index_params": indexes, "consistency_level": "Bounded"}
    connection.call("create_collection", collection, **options)
