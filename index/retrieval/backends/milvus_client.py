"""A connection to Milvus: its address, its version, and its errors as sentences."""

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

from alpie.index.errors import BackendUnavailable, SettingsError

_SPARSE_SINCE = (2, 4)  # sparse vectors
_OLDEST = (2, 3)
_ROWS_A_PAGE = 10_000  # the most that Milvus gives for one query is 16,384
_MIN_ID, _LARGEST_ID = -(2**63), 2**63 - 1
# Its client asks an idle connection every ten seconds whether it is alive, which Milvus Lite takes for an
# attack («too_many_pings») and closes it.
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
            raise SettingsError(f"«{name}» no vale como nombre de colección: letras, cifras y guion bajo.")
        if uri.startswith(("http://", "https://")):
            try:
                parts = urlsplit(uri)
                bad = not parts.hostname or (parts.port or 1) < 1
            except ValueError:
                bad = True
            if bad:
                raise SettingsError(f"«{cls(uri).shown}» no es una dirección: se espera http://host:19530.")
            return cls(uri, name)
        if not uri.endswith(".db"):
            raise SettingsError(
                f"«{uri}» no vale para Milvus: http://host:19530, https://host:19530 o un archivo .db."
            )
        return cls(str(Path(uri).expanduser().absolute()), name)

    @property
    def is_file(self) -> bool:
        return not self.uri.startswith(("http://", "https://"))

    @property
    def shown(self) -> str:
        """The address without user and password."""
        if self.is_file:
            return self.uri
        parts = urlsplit(self.uri)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


class MilvusConnection:
    """A client whose every call has a time limit and whose every failure is an `BackendUnavailable`."""

    def __init__(self, address: MilvusAddress, token: str = "", timeout_seconds: float = 10.0) -> None:
        self.address = address
        self.timeout_seconds = timeout_seconds
        _check_packages(address)
        self._client = self._connect(token)
        self._lock = threading.Lock()
        said = str(self.call("get_server_version"))
        self.is_lite = "lite" in said and not said.startswith("v")
        match = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", said)
        self.version = tuple(int(part or 0) for part in match.groups()) if match else (0, 0, 0)
        shown = ".".join(map(str, self.version))
        self.name = f"Milvus Lite {shown}" if self.is_lite else f"Milvus {shown}"
        if not self.is_lite and self.version < _OLDEST:
            raise BackendUnavailable(
                f"En {address.shown} hay {self.name}; hace falta 2.3 o posterior, mejor 2.5. Actualícelo."
            )

    @property
    def has_sparse(self) -> bool:
        """Whether it searches terms; if not, the document store does."""
        return self.is_lite or self.version >= _SPARSE_SINCE

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """One call of `MilvusClient`. Raises `BackendUnavailable`."""
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        if self._client is None:
            raise BackendUnavailable(f"La conexión con {self.address.shown} está cerrada.")
        started = time.monotonic()
        try:
            return getattr(self._client, method)(*arguments, timeout=self.timeout_seconds, **options)
        except (MilvusException, RpcError, OSError, ValueError) as error:
            raise self._failed(method, error, time.monotonic() - started) from error

    def rows(
        self, collection: str, where: str, fields: list[str], first: int = _MIN_ID, last: int = _LARGEST_ID
    ) -> Iterator[Mapping[str, Any]]:
        """All rows that fit and whose id is from `first` to `last`, as fresh as can be.

        Ids are hashes, so half of a range of ids holds half of its rows. The client's own iterator reads a
        2.3 server as of its own clock, and misses what has just been written.
        """
        # the bounds of all numbers are left out: 2.3 cannot read the least one
        bounds = [f"id >= {first}"] if first > _MIN_ID else []
        bounds += [f"id <= {last}"] if last < _LARGEST_ID else []
        within = " and ".join([*bounds, where] if where else bounds)
        rows = self.call(
            "query",
            collection,
            filter=within,
            output_fields=fields,
            limit=_ROWS_A_PAGE,
            consistency_level="Strong",
        )
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

        # they log every error with its traceback, which we turn into one sentence
        for name in ("pymilvus", "milvus_lite", "grpc._server"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            return MilvusClient(
                uri=self.address.uri, token=token, timeout=self.timeout_seconds, grpc_options=_GRPC
            )
        except (MilvusException, RpcError, OSError, ValueError) as error:
            raise BackendUnavailable(self._no_connection(error)) from error

    def _no_connection(self, error: Exception) -> str:
        if self.address.is_file:
            folder = Path(self.address.uri).parent
            if not folder.is_dir():
                return f"No existe la carpeta {folder} del índice de Milvus Lite. Créela."
            return (
                f"No se puede abrir {self.address.uri} con Milvus Lite: o lo tiene abierto otro proceso, o no es "
                "suyo. Cierre el otro, o sirva el archivo con «milvus-lite server» y use su dirección http."
            )
        return (
            f"No hay ningún Milvus que responda en {self.address.shown} ({_reason(error)}). Compruebe que está en "
            "marcha y que la dirección, el puerto y la ficha (ALPIE_INDEX_TOKEN) son los suyos; para volver al "
            "índice local, quite ALPIE_INDEX."
        )

    def _failed(self, method: str, error: Exception, seconds: float) -> BackendUnavailable:
        if seconds >= 0.95 * self.timeout_seconds:
            return BackendUnavailable(
                f"{self.address.shown} no ha respondido en {self.timeout_seconds:g} s ({method}). Repítalo; si "
                "sigue así, mire si Milvus está en marcha o alargue ALPIE_INDEX_TIMEOUT_SECONDS."
            )
        return BackendUnavailable(f"{self.address.shown} ha fallado ({method}): {_reason(error)}.")


def _reason(error: Exception) -> str:
    """The message of a library's error, without its wrapping, on one line, bounded."""
    message = getattr(error, "message", "") or str(error)
    return " ".join(str(message).split())[:300].rstrip(".") or type(error).__name__


def _check_packages(address: MilvusAddress) -> None:
    wanted = ["pymilvus", "milvus_lite"] if address.is_file else ["pymilvus"]
    if missing := [name for name in wanted if find_spec(name) is None]:
        raise BackendUnavailable(
            f'Para {address.shown} falta {" y ".join(missing)}. Instálelo con: pip install "alpie[milvus]"'
        )
