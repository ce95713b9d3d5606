"""Makes uvicorn listen for the page, and closes connections that trickle in their request."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
from typing import TYPE_CHECKING, Any

import h11
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from alpie.app.operation.addresses import is_loopback
from alpie.app.translations import message
from alpie.index.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LOG = logging.getLogger(__name__)
_HEAD_SECONDS = 10.0  # for the head of a request to arrive
# that an idle connection stays open: three times uvicorn's own, so that somebody may read before the next click
_KEEP_ALIVE_SECONDS = 15
_MAX_CONNECTIONS = 2_000  # beyond it uvicorn answers 503; a tab holds two or three
# of a head that has not ended: about uvicorn's default, twice the longest address that is allowed
_HEAD_BYTES = 64_000
_BACKLOG = 512  # connections not accepted yet: a quarter of those that may be open


class PatientProtocol(H11Protocol):
    """uvicorn's protocol with a time limit: it waits ten seconds for the head of a request, whereas uvicorn waits for ever."""

    head_seconds = _HEAD_SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        # the next request on this connection
        if self._deadline is None and self.conn.their_state is h11.IDLE:
            self._wait_for_head()
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._forget_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_deadline()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._deadline = self.loop.call_later(self.head_seconds, self._give_up)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self.transport.is_closing() and self.conn.their_state is h11.IDLE:
            self.transport.abort()


def server_config(app: Any, root_path: str = "", trusted_proxies: Sequence[str] = ()) -> Config:
    """uvicorn's configuration; without trusted proxies no header is trusted to say whose request it is."""
    return Config(
        app,
        root_path=root_path,
        http=PatientProtocol,
        ws="none",  # nothing here speaks over a websocket
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        backlog=_BACKLOG,
        limit_concurrency=_MAX_CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=_HEAD_BYTES,
        log_level="warning",
        access_log=False,
        server_header=False,
    )


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket for `host` only, on which `run_server` will listen: until then, visitors are refused and not kept waiting.

    Raises SettingsError if the address is not available.
    """
    if not is_loopback(host):
        _LOG.warning("listening on %s: everybody who reaches this machine can ask", host)
    bound = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        if os.name == "posix":  # a server may start at once after the one before
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except OSError as error:
        if bound:
            bound.close()
        raise _port_error(host, port, error) from error
    return bound


class _AnnouncingServer(Server):
    """uvicorn's server, which reports when it listens, and at which address."""

    def __init__(self, config: Config, on_listening: Callable[[str], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            self._on_listening(url_of(*listener.getsockname()[:2]))


def url_of(host: str, port: int) -> str:
    """The address for a browser of what listens at `host` and `port`; an IPv6 address is put in brackets."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def run_server(
    config: Config, bound: socket.socket, on_listening: Callable[[str], None] = lambda url: None
) -> None:
    """Listen on `bound` and serve until interrupted; `on_listening` gets the address, with the port that was free.

    Raises SettingsError if another took the port meanwhile.
    """
    with bound:
        host, port = bound.getsockname()[:2]
        try:
            _AnnouncingServer(config, on_listening).run(sockets=[bound])
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise _port_error(host, port, error) from error


def _port_error(host: str, port: int, error: OSError) -> SettingsError:
    return SettingsError(message("serve.not_free", host=host, port=port, error=error.strerror or error))
