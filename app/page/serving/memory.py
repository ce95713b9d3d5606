"""Memory that this process has freed goes back to the system.

What a program frees, glibc keeps for the next request of that thread's pool, and gives back only from the end of a
pool. Many threads that answer in turn each leave their largest answer behind that way.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
_EVERY_SECONDS = 30.0  # it takes some 20 ms


def share_memory() -> None:
    """Let the threads of this process share two pools of memory; by default each thread gets one of its own."""
    if function := _of_glibc("mallopt"):
        function(_ARENA_MAX, 2)


def give_back_memory(every_seconds: float = _EVERY_SECONDS) -> Callable[[], None]:
    """Return freed memory to the system every so often from now on; what is returned ends that."""
    ended = threading.Event()
    function = _of_glibc("malloc_trim")

    def run() -> None:
        while function and not ended.wait(every_seconds):
            function(0)

    if function:
        threading.Thread(target=run, name="give-back-memory", daemon=True).start()
    return ended.set


def _of_glibc(name: str) -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    try:
        return getattr(ctypes.CDLL(None), name)  # type: ignore[no-any-return]
    except (OSError, AttributeError):  # another C library
        return None
