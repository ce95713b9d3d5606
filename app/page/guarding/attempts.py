"""Log-ins that are tried: few at a time, and few that fail.

Every attempt counts as one that failed before its password is hashed, and is taken back when it was right: so
whoever sends many at once learns no more than who sends them one after the other. Of each client one is
hashed at a time, so that a crowd of attempts keeps only its own sender waiting.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from weakref import WeakValueDictionary

from alpie.app.page.guarding.rates import Limits, Streams, Window
from alpie.app.page.guarding.users import Users

__all__ = ["Attempts", "TooMany"]

_LIMITS = Limits(window_seconds=300.0)
_MAX_FAILURES = 10  # in five minutes, of one client and on one name
_MAX_OF_ONE = 5  # of those on a name: nobody alone locks another out
_AT_ONCE = 2  # passwords hashed at the same time: each takes 32 MB
_MAX_WAITING = 64  # to be hashed, of all clients; of one, as many as may fail
_MAX_SEEN = 256
_BUSY_SECONDS = 5


class TooMany(Exception):
    """No attempt is looked at now. `seconds`: when to come again; `busy`: because of others, not of failures."""

    def __init__(self, seconds: int, busy: bool = False) -> None:
        super().__init__(seconds)
        self.seconds, self.busy = seconds, busy


class Attempts:
    """Whether names and passwords belong together, for many at a time. `clock` in seconds."""

    def __init__(self, users: Users, clock: Callable[[], float]) -> None:
        self._users = users
        self._failures = Window(_MAX_FAILURES, _LIMITS, clock)
        self._shares = Window(_MAX_OF_ONE, _LIMITS, clock)
        self._waiting = Streams(_MAX_FAILURES)
        self._hashing = asyncio.Semaphore(_AT_ONCE)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._process_key = secrets.token_bytes(32)
        self._seen: OrderedDict[bytes, None] = OrderedDict()  # digests of what was found good

    async def good(self, client: str, name: str, password: str) -> bool:
        """Whether `password` is that of `name`. Raises TooMany."""
        self._admit(client, name)
        # A program sends its password with every request; the slow hash is for the first of them.
        stored = self._users.hashes().get(name, "")
        told = f"{stored}\0{name}\0{password}".encode("utf-8", "replace")
        seen = hmac.digest(self._process_key, told, "sha256")
        if seen in self._seen:
            return True
        if len(self._waiting) >= _MAX_WAITING or not self._waiting.open(client):
            raise TooMany(_BUSY_SECONDS, busy=True)
        try:
            async with self._turns.setdefault(client, asyncio.Lock()), self._hashing:
                return seen in self._seen or await self._hashed(client, name, password, seen)
        finally:
            self._waiting.close(client)

    async def _hashed(self, client: str, name: str, password: str, seen: bytes) -> bool:
        self._admit(client, name)  # those before it may have failed
        share = f"{client} {name[:64]}"
        counted = [(self._failures, client), (self._shares, share)]
        if self._shares.would_admit(share):
            counted.append((self._failures, f"name {name[:64]}"))
        for window, one in counted:
            window.admits(one)
        good = await asyncio.to_thread(self._users.knows, name, password)
        if good:
            for window, one in counted:
                window.take_back(one)
            self._seen[seen] = None
            while len(self._seen) > _MAX_SEEN:
                self._seen.popitem(last=False)
        return good

    def _admit(self, client: str, name: str) -> None:
        if not all(self._failures.would_admit(one) for one in (client, f"name {name[:64]}")):
            raise TooMany(int(_LIMITS.window_seconds))
