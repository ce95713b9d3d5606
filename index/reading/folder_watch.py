"""Notices that the documents folder has changed, once what is being copied into it has come to rest.

Names, sizes and time stamps are compared once a second. That costs milliseconds for hundreds of files, needs
no library, and works on network folders and in containers, where the system's own notifications do not.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_EVERY_SECONDS = 1.0
_LONGEST_REST_SECONDS = 30.0  # a file that is written to without end must not hold up the others

Snapshot = dict[str, tuple[int, int, int]]  # path → time stamp, size, inode


def snapshot(folder: Path, apart_from: Path | None = None) -> Snapshot:
    """The files of `folder` and below, hidden ones left out, as in `read_sources`; empty when it is not there.

    `apart_from`: a folder inside, such as that of the index, whose changes do not count.
    """
    found: Snapshot = {}
    for parent, folders, files in os.walk(folder):
        folders[:] = [
            name for name in folders if not name.startswith((".", "__")) and Path(parent, name) != apart_from
        ]
        for name in files:
            if name.startswith("."):
                continue
            path = os.path.join(parent, name)  # noqa: PTH118 - ten thousand of them a second
            try:
                status = os.stat(path)  # noqa: PTH116
            except OSError:
                continue  # gone again, or a link to nowhere
            found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found


def changes(
    look: Callable[[], Snapshot],
    *,
    every_seconds: float = _EVERY_SECONDS,
    longest_rest_seconds: float = _LONGEST_REST_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[bool]:
    """After each interval: whether the folder is another than when this last said so, and has come to rest.

    At rest means: two looks in a row saw the same. The first look is at the call, so that nothing that
    changes while the consumer works is missed.
    """
    return _changes(look(), look, every_seconds, longest_rest_seconds, sleep, clock)


def _changes(
    settled: Snapshot,
    look: Callable[[], Snapshot],
    every_seconds: float,
    longest_rest_seconds: float,
    sleep: Callable[[float], None],
    clock: Callable[[], float],
) -> Iterator[bool]:
    seen = settled
    since: float | None = None  # when the first change that was not told yet was seen
    while True:
        sleep(every_seconds)
        now = look()
        if now != settled and since is None:
            since = clock()
        rests = now == seen or (since is not None and clock() - since >= longest_rest_seconds)
        seen = now
        told = now != settled and rests
        if told:
            settled, since = now, None
        yield told
