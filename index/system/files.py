"""Writes files so that they appear complete or not at all, and keeps model files and dictionaries in the user's cache.

A process that reads a file finds the old version or the new one. A cache folder is built once and then only read; it
is renamed into place when it is complete. Its ``fingerprint.json`` says what it was made from and lists every file
with its size, compared at every opening. One process builds while the others wait; reading never touches the lock, so
a read-only cache works.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from alpie.index.errors import AlpieError, FileError
from alpie.index.messages import message

FINGERPRINT_FILE = "fingerprint.json"
LOCK_TIMEOUT_SECONDS = 900.0  # several times what the slowest build took on one shared core


class FileStamp(NamedTuple):
    """Tells one state of a file from another without reading it."""

    inode: int
    modified_ns: int
    size: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileStamp:
        """The stamp of a file whose `status` was asked for."""
        return cls(status.st_ino, status.st_mtime_ns, status.st_size)


@contextmanager
def atomic_write(path: Path, temporary: Path | None = None) -> Iterator[Path]:
    """Give a temporary name to write to; at the end the file is renamed to `path`, or removed if the writing failed.

    `temporary` fixes that name, where only one process writes, and a later one must find what a killed process left.
    """
    with temporary_file(path, temporary) as new:
        yield new
        new.replace(path)


@contextmanager
def temporary_file(path: Path, temporary: Path | None = None, private: bool = False) -> Iterator[Path]:
    """Give a name beside `path` for a file that is removed at the end; a `private` file only its owner may read."""
    new = temporary or path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if private:
            new.touch(0o600, exist_ok=False)
        yield new
    finally:
        new.unlink(missing_ok=True)


def free_bytes(folder: Path) -> int:
    """The free space of the disk that `folder` is on, or will be; 0 if the system does not say."""
    existing = next((parent for parent in (folder, *folder.parents) if parent.is_dir()), Path("/"))
    try:
        return shutil.disk_usage(existing).free
    except OSError:
        return 0


def read_toml(path: Path, error_class: type[AlpieError]) -> dict[str, Any]:
    """The content of a TOML file. Raises OSError, and `error_class` for a file that is not UTF-8 or not TOML."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise error_class.at(path, "sources.not_utf8", place=error.start) from error
    except tomllib.TOMLDecodeError as error:
        raise error_class.at(path, "sources.not_toml", error=error) from error


def fsync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    if path.is_dir() and os.name != "posix":
        return  # Windows has no handle of a folder to flush
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def user_cache() -> Path:
    """The default folder for files of encoders and dictionaries: `models` in the user's cache folder."""
    import platformdirs

    return platformdirs.user_cache_path("alpie", appauthor=False) / "models"


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_fingerprint(folder: Path, facts: Mapping[str, object]) -> None:
    """Write the fingerprint of a finished `folder`: `facts` about its origin, and its files."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    files = {path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size} for path in paths}
    text = json.dumps({**facts, "files": files}, indent=2, ensure_ascii=False)
    (folder / FINGERPRINT_FILE).write_text(text + "\n", encoding="utf-8")


def read_fingerprint(folder: Path) -> dict[str, Any] | None:
    """The fingerprint of `folder`; None when there is none that can be read."""
    try:
        content = json.loads((folder / FINGERPRINT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and isinstance(content.get("files"), dict) else None


def is_intact(folder: Path, facts: Mapping[str, object] = MappingProxyType({})) -> bool:
    """Whether the fingerprint of `folder` has these facts, and every file it lists is there with its size."""
    fingerprint = read_fingerprint(folder)
    if fingerprint is None or not facts.items() <= fingerprint.items():
        return False
    try:
        listed = fingerprint["files"].items()
        return all((folder / name).stat().st_size == expected["bytes"] for name, expected in listed)
    except (OSError, KeyError, TypeError):
        return False


def build_once(
    target: Path,
    is_current: Callable[[Path], bool],
    build: Callable[[Path], None],
    timeout: float = LOCK_TIMEOUT_SECONDS,
) -> Path:
    """Build `target` by ``build(temporary folder)`` unless ``is_current(target)``; waits `timeout` seconds.

    Safe when several processes call it at once: one builds, the others wait and use the result.
    Raises `FileError` when the cache cannot be written or another process never finishes.
    """
    if is_current(target):
        return target
    from filelock import FileLock, Timeout

    lock = target.parent / f"{target.name}.lock"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=timeout):
            # The process that held the lock before may have built the folder.
            if not is_current(target):
                _build_and_swap(target, build)
    except Timeout as error:
        raise FileError(message("cache.busy", folder=target, seconds=f"{timeout:.0f}", lock=lock)) from error
    except OSError as error:
        raise FileError(message("cache.unwritable", folder=target.parent, error=error)) from error
    return target


def _build_and_swap(target: Path, build: Callable[[Path], None]) -> None:
    # As the lock is held, temporary folders found now belong to processes that died.
    for leftover in target.parent.glob(f"{target.name}.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    # Not tempfile.mkdtemp: its mode 700 would lock other users out of a shared cache.
    temporary = target.parent / f"{target.name}.new-{os.getpid()}"
    temporary.mkdir()
    damaged = target.parent / f"{target.name}.new-old-{os.getpid()}"
    try:
        build(temporary)
        # rename cannot replace a folder that is not empty: set the damaged one aside first
        if target.exists():
            target.rename(damaged)
        temporary.rename(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(damaged, ignore_errors=True)
