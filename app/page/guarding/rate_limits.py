"""Limits how much one client may ask for. A client takes up the same memory however often it asks."""

from __future__ import annotations

import ipaddress
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from starlette.types import Scope

from alpie.app.settings import Settings
from alpie.index.system.latest_entries import LatestEntries


@dataclass(frozen=True)
class Limits:
    """Requests one client may make within a window. Questions cost an encoder run, fragments of the page do not."""

    questions: int = Settings.questions_per_minute
    fragments: int = 600
    files: int = 3000
    streams: int = 60  # open at once: each tab holds one or two
    window_seconds: float = 60.0
    clients: int = 10_000  # remembered at once, oldest forgotten
    body_seconds: float = 20.0  # for a whole body to arrive


class _Counts(NamedTuple):
    """The requests of a client in a stretch of time and in the one before."""

    stretch: int
    before: int = 0
    now: int = 0
    fading: float = 0.0  # the part of `before` that still counts


class RateLimiter:
    """Counts requests by client in a sliding window.

    Each client has two counts: of this stretch of time and of the one before, which counts less and less as this one passes.
    Never admits more than `most` within a stretch.
    """

    def __init__(self, most: int, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._limits, self._clock = most, limits, clock
        self._counts: LatestEntries[str, _Counts] = LatestEntries(limits.clients)

    def admits(self, client: str) -> bool:
        """Whether one more request of `client` is admitted; if so, it is counted."""
        counts = self._counts_of(client)
        admitted = self._has_room(counts)
        self._counts[client] = counts._replace(now=counts.now + admitted)
        return admitted

    def take_back(self, client: str) -> None:
        """Have a request of `client` that was admitted not count after all."""
        counts = self._counts_of(client)
        self._counts[client] = counts._replace(now=max(counts.now - 1, 0))

    def would_admit(self, client: str) -> bool:
        """Whether a request of `client` would be admitted; it is not counted."""
        return self._has_room(self._counts_of(client))

    def _counts_of(self, client: str) -> _Counts:
        at, passed = divmod(self._clock(), self._limits.window_seconds)
        stretch = int(at)
        last, before, now, _ = self._counts.get(client, _Counts(stretch))
        if last != stretch:
            before, now = (now if last == stretch - 1 else 0), 0
        return _Counts(stretch, before, now, before * (1 - passed / self._limits.window_seconds))

    def _has_room(self, counts: _Counts) -> bool:
        return counts.fading + counts.now < self._most


class ConnectionLimiter:
    """Counts the streams that each client holds open, and refuses more than `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    def open(self, client: str) -> bool:
        """Whether one more stream of `client` may be opened; if so it has to be closed."""
        if self._open[client] >= self._most:
            return False
        self._open[client] += 1
        return True

    def close(self, client: str) -> None:
        self._open[client] -= 1
        if self._open[client] <= 0:
            del self._open[client]

    def __len__(self) -> int:
        return self._open.total()


def client_key(address: str) -> str:
    """Who counts as one client: an IPv4 address, or an IPv6 network of 64 bits, which is one household."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(parsed if parsed.version == 4 else ipaddress.ip_network((parsed, 64), strict=False))


def client_of(scope: Scope) -> str:
    """The client of a request; "-" where the server does not know it."""
    return client_key(scope["client"][0]) if scope.get("client") else "-"
