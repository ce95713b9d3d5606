"""Files written aside and put in place in one step: whoever reads finds the old one or the new, whole."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_write(path: Path, aside: Path | None = None) -> Iterator[Path]:
    """Gives the name to write under, which becomes `path` at the end, or is gone when the writing failed.

    `aside`: that name, where only one process writes and a later one has to find what a killed one left.
    """
    with temporary_file(path, aside) as new:
        yield new
        new.replace(path)


@contextmanager
def temporary_file(path: Path, aside: Path | None = None, private: bool = False) -> Iterator[Path]:
    """A name beside `path` that nothing is left under at the end; `private`: a file for its owner's eyes only."""
    new = aside or path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if private:
            new.touch(0o600, exist_ok=False)
        yield new
    finally:
        new.unlink(missing_ok=True)


def fsync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk and not only on its way there."""
    if path.is_dir() and os.name != "posix":
        return  # Windows has no handle of a folder to flush
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
