"""Waiting for a state, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(
    is_true: Callable[[], object], told: str = "it did not come about", seconds: float = 120
) -> None:
    """Return once something is so; fail where it does not become so in a time that no busy machine needs."""
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, told
        time.sleep(0.02)
