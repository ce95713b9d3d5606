"""Connects to Milvus and turns its errors into sentences."""

from __future__ import annotations

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

from alpie.index.errors import BackendUnavailable, PackageMissing, SettingsError
from alpie.index.messages import Message, message

_MIN_SPARSE_VERSION = (2, 4)  # sparse vectors
_MIN_VERSION = (2, 3)  # the oldest that was tried: 2.3.5
_TIMED_OUT_SHARE = 0.95  # of the time allowed: a call that failed so late failed because of it
_MAX_REASON_CHARACTERS = 300  # of what the server says
_ROWS_A_PAGE = 10_000  # the most that Milvus gives for one query is 16,384
# Milvus keeps ids in 64 bits: with these bounds a query takes all rows
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
        for name in ("pymilvus", "milvus_lite", "grpc"):
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
        raise PackageMissing(message("milvus.packages", place=address.display_name, missing=missing))
