"""A mapping that keeps the entries used most recently, where `functools.lru_cache` does not fit: keys that come in batches.

Each single operation is safe to call from several threads.
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
    """Keeps the most recently used entries, up to a total weight of `max_weight`; an entry weighs 1 by default."""

    def __init__(self, max_weight: int, weigh: Callable[[V], int] = _counts_once) -> None:
        """An empty mapping; `weigh` gives the weight of an entry from its value."""
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
