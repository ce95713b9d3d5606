"""A line on the terminal that says how far indexing has come and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from alpie.app.translations import Translations

_BAR_CELLS = 24  # what stands beside it fits on a line of 80 columns too
_SETTLED_SECONDS = 3.0  # before that an estimate jumps about


def progress_bar(
    stream: TextIO,
    translations: Translations,
    clock: Callable[[], float] = time.monotonic,
    label: str = "index.progress",
) -> Callable[[int, int], None] | None:
    """A reporter of (done, in all) that draws one line after `label`; None where nobody looks, as in a pipe."""
    if not stream.isatty():
        return None
    title = translations(label)
    began: float | None = None
    at_start = widest = 0

    def draw(done: int, total: int) -> None:
        nonlocal began, at_start, widest
        if began is None:
            began, at_start = clock(), done
        share = done / total if total else 1.0
        bar = ("█" * round(share * _BAR_CELLS)).ljust(_BAR_CELLS, "·")
        line = f"{title} {bar} {100 * share:3.0f} % ({done}/{total})"
        passed = clock() - began
        if at_start < done < total and passed >= _SETTLED_SECONDS:
            left = passed / (done - at_start) * (total - done)
            line += " · " + translations("index.remaining", time=duration(left))
        widest = max(widest, len(line))
        stream.write("\r" + line.ljust(widest) + ("\n" if done >= total else ""))
        stream.flush()

    return draw


def duration(seconds: float) -> str:
    """A duration, as exact as an estimate can be: «35 s», «2 min 10 s», «1 h 05 min»."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 3600:
        minutes, rest = divmod(10 * round(seconds / 10), 60)
        return f"{minutes} min {rest:02} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02} min"
