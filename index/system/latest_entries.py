"""A mapping that keeps what was used last: for what `functools.lru_cache` cannot do, as keys come in batches or by other ways.

Safe to share between threads, each operation by itself.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, MutableMapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def _counts_once(_: object) -> int:
    return 1


class LatestEntries(MutableMapping[K, V]):
    """Keeps the entries used last: as many as weigh no more than `max_weight` together, each 1 if not told otherwise."""

    def __init__(self, max_weight: int, weigh: Callable[[V], int] = _counts_once) -> None:
        """An empty mapping; `weigh` tells what an entry counts for, by its value."""
        self._max_weight, self._weigh = max_weight, weigh
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def __getitem__(self, key: K) -> V:
        with self._lock:
            value = self._entries[key]
            self._entries.move_to_end(key)
            return value

    def __setitem__(self, key: K, value: V) -> None:
        with self._lock:
            if key in self._entries:
                self._weight -= self._weigh(self._entries.pop(key))
            self._entries[key] = value
            self._weight += self._weigh(value)
            while self._weight > self._max_weight:
                _, oldest = self._entries.popitem(last=False)
                self._weight -= self._weigh(oldest)

    def __delitem__(self, key: K) -> None:
        with self._lock:
            self._weight -= self._weigh(self._entries.pop(key))

    def __iter__(self) -> Iterator[K]:
        with self._lock:
            return iter(list(self._entries))

    def __len__(self) -> int:
        return len(self._entries)
