"""Writes and checks the manifest of an index version, which describes its files.

`CURRENT` names the index version in use. Its `manifest.json` names every file with size and SHA-256, and ends
with a checksum of its own, so that a changed manifest cannot vouch for changed files.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from alpie.index.database import POINTER, VERSIONS
from alpie.index.database.record_json import from_json, to_json
from alpie.index.encoder import Encoder
from alpie.index.errors import IndexDamaged, IndexMismatch, IndexMissing, IndexNewer, StoreError
from alpie.index.messages import message
from alpie.index.notices import UnreadFile
from alpie.index.spanish.analysis import ANALYSIS_VERSION
from alpie.index.system.files import FileStamp, checksum

MANIFEST_FILE = "manifest.json"
PASSAGE_VECTORS, SENTENCE_VECTORS, EXPANSION_VECTORS = (
    "dense.faiss",
    "sentences.faiss",
    "expansions.faiss",
)  # of an index version
FORMAT_VERSION = 10  # raise it whenever a file of an index version changes its meaning
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")  # of an index version
_MAX_POINTER_BYTES = 1_000  # ten times the longest name
_MAX_MANIFEST_BYTES = 10_000_000  # of some 50,000 files that are not read
# SHA-256 reads some 1.7 GB a second where the processor helps, a quarter of that where it does not: below this
# size a file is read at every opening, above it only if it was written to (and by `alpie doctor`).
_ALWAYS_READ_BYTES = 64_000_000

T = TypeVar("T")


@dataclass(frozen=True)
class EncoderEntry:
    """The encoder that an index version was made with."""

    name: str
    fingerprint: str
    runtime: str
    dimension: int

    @classmethod
    def from_encoder(cls, encoder: Encoder) -> EncoderEntry:
        return cls(encoder.name, encoder.fingerprint, encoder.runtime, encoder.dimension)


@dataclass(frozen=True)
class FileEntry:
    """A file of an index version."""

    bytes: int
    modified_ns: int
    sha256: str


@dataclass(frozen=True)
class VersionFacts:
    """What a build knows of an index version before writing it."""

    alpie: str  # the version that wrote it
    program: str  # checksum of the code that made the passages
    built_at: str  # ISO 8601
    unread: tuple[UnreadFile, ...]


@dataclass(frozen=True)
class CollectionFacts:
    """What a build knows of an index version after writing its files."""

    fingerprint: str  # of the corpus
    passages: int


@dataclass(frozen=True, kw_only=True)
class Manifest(VersionFacts, CollectionFacts):
    """The description of an index version that lies in its folder."""

    format: int  # `FORMAT_VERSION`
    encoder: EncoderEntry
    analysis: int  # `ANALYSIS_VERSION`
    files: Mapping[str, FileEntry]


def current_version(data: Path) -> Path:
    """The folder of the index version in use; raises `IndexMissing`, or `IndexDamaged` when the pointer leads nowhere."""
    name = _read_pointer(data)
    while True:
        folder = data / VERSIONS / name
        if _NAME.fullmatch(name) and folder.is_dir():
            return folder
        before, name = name, _read_pointer(data)
        if name == before:  # otherwise a builder has swapped in another version meanwhile
            pointer = data / POINTER
            raise IndexDamaged(message("index.lost", path=pointer, name=name[:80]), pointer)


def _read_pointer(data: Path) -> str:
    pointer = data / POINTER
    try:
        return _read_bounded(pointer, _MAX_POINTER_BYTES).strip()
    except IndexDamaged as error:
        raise IndexDamaged(message("index.pointer_damaged", path=pointer, error=error), pointer) from error
    except FileNotFoundError:
        raise IndexMissing(message("index.none", folder=data), data) from None
    except OSError as error:
        raise StoreError(message("index.closed", path=pointer, error=error.strerror), pointer) from error


def _read_bounded(path: Path, max_bytes: int) -> str:
    """The text of a file of limited size. Raises IndexDamaged for anything else, and OSError."""
    never_waiting = getattr(os, "O_NONBLOCK", 0)  # opening a pipe would wait for a writer
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | never_waiting)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise IndexDamaged(message("index.not_regular"), path)
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise IndexDamaged(message("index.large", most=max_bytes), path)
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise IndexDamaged(message("index.no_text"), path) from None


def pointer_stamp(data: Path) -> FileStamp | None:
    """A value that changes whenever another version comes into use, None while there is none; takes one `stat`."""
    try:
        return FileStamp.of((data / POINTER).stat())
    except OSError:
        return None


def read_current(data: Path, read: Callable[[Path], T]) -> T:
    """What `read` makes of the folder in use; `read` is called again if a builder swapped that folder away meanwhile."""
    while True:
        folder = current_version(data)
        try:
            return read(folder)
        except (StoreError, OSError):
            if current_version(data) == folder:
                raise


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an index version. Raises `IndexDamaged`, or `IndexMismatch` for another format version."""
    path = folder / MANIFEST_FILE
    try:
        text = _read_bounded(path, _MAX_MANIFEST_BYTES)
        manifest: dict[str, Any] = json.loads(text)
    except (OSError, ValueError, RecursionError, IndexDamaged) as error:
        raise IndexDamaged(message("index.manifest_unreadable", path=path, error=error), path) from error
    version = manifest.get("format") if isinstance(manifest, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        raise IndexDamaged(message("index.no_manifest", path=path), path)
    is_sealed = "checksum" in manifest
    if manifest.get("checksum") != _manifest_checksum(manifest) and (is_sealed or version == FORMAT_VERSION):
        raise IndexDamaged(message("index.checksum", path=path), path)
    formats = {"found": version, "own": FORMAT_VERSION}
    if version > FORMAT_VERSION:
        raise IndexNewer(message("index.newer", folder=folder, **formats), folder)
    if version < FORMAT_VERSION:
        raise IndexMismatch(message("index.older", folder=folder, **formats), folder)
    try:
        return from_json(Manifest, text)
    except (ValueError, LookupError, TypeError) as error:
        raise IndexDamaged(message("index.manifest_unreadable", path=path, error=error), path) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of an index version, with a checksum of its own."""
    row = with_checksum(json.loads(to_json(Manifest, manifest)))
    (folder / MANIFEST_FILE).write_text(json.dumps(row, ensure_ascii=False, indent=1), encoding="utf-8")


def with_checksum(manifest: Mapping[str, object]) -> dict[str, object]:
    """`manifest` with the checksum that `read_manifest` asks for."""
    return {**manifest, "checksum": _manifest_checksum(manifest)}


def _manifest_checksum(manifest: Mapping[str, object]) -> str:
    """SHA-256 of all entries but the checksum, whatever their order and white space."""
    rest = {name: value for name, value in manifest.items() if name != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def file_entry(path: Path) -> FileEntry:
    """The entry of a file for the manifest."""
    status = path.stat()
    return FileEntry(status.st_size, status.st_mtime_ns, checksum(path))


def check_files(folder: Path, manifest: Manifest, thorough: bool = False) -> None:
    """Raise `IndexDamaged` for the first file that differs from the manifest.

    A large file with the size and time stamp of the build is read only if `thorough`, because that takes longest.
    """
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise IndexDamaged(message("index.file_missing", path=path), path)
        status = path.stat()
        is_untouched = status.st_mtime_ns == expected.modified_ns
        trusted = is_untouched and status.st_size > _ALWAYS_READ_BYTES and not thorough
        if status.st_size != expected.bytes or not (trusted or checksum(path) == expected.sha256):
            raise IndexDamaged(message("index.file_damaged", path=path), path)


def check_encoder(folder: Path, manifest: Manifest, encoder: Encoder) -> None:
    """Raise `IndexMismatch` unless the index was made with this encoder and this analysis."""
    made_with = manifest.encoder
    if made_with.fingerprint != encoder.fingerprint:
        names = {"made_with": made_with.name, "encoder": encoder.name}
        raise IndexMismatch(message("index.encoder", folder=folder, **names), folder)
    if manifest.analysis != ANALYSIS_VERSION:
        raise IndexMismatch(message("index.analysis", folder=folder), folder)
