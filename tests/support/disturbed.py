"""An index with tampered files, and the error that opening it raises."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alpie.index.errors import StoreError
from alpie.index.storage.manifest import current_version
from alpie.index.storage.store import open_version
from support.fake_encoder import FakeEncoder


def files(data: Path) -> list[Path]:
    """All files of the version in use."""
    return [path for path in sorted(current_version(data).rglob("*")) if path.is_file()]


@contextmanager
def replaced(path: Path, content: bytes | None) -> Iterator[bytes]:
    """Another content for a file, or none, as a failing disk would change it: the time stamp stays. Gives the old one."""
    kept, stamp = path.read_bytes(), path.stat().st_mtime_ns
    path.unlink()
    if content is not None:
        path.write_bytes(content)
        os.utime(path, ns=(stamp, stamp))
    yield kept
    path.write_bytes(kept)
    os.utime(path, ns=(stamp, stamp))


def flipped(content: bytes, position: int, bit: int | None = None) -> bytes:
    """`content` with one bit turned over; which one of the byte hangs on its place."""
    changed = bytearray(content)
    changed[position] ^= 1 << (position % 8 if bit is None else bit)
    return bytes(changed)


def assert_refused(data: Path, kind: type[StoreError], path: Path, *words: str) -> None:
    """The index is not opened: the error names `path` and says these words."""
    with pytest.raises(StoreError) as caught:
        open_version(data, FakeEncoder())
    assert (type(caught.value), caught.value.path) == (kind, path)
    assert [word for word in (str(path), *words) if word not in str(caught.value)] == []
    assert len(str(caught.value)) < 400 + len(str(path))
