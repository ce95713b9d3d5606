"""The index on disk: one folder a version, swapped in by one atomic rename.

    DATA/
      CURRENT                the name of the index version in use; replaced atomically
      build.lock             held by the one process that builds
      versions/NAME/
        manifest.json        format, encoder, size and SHA-256 of every file, and its own
        text.sqlite          documents, passages, postings and words: see `alpie.index.database.text_database`
        dense.faiss  sentences.faiss  lines.faiss   vectors of passages, sentences, expansions

An index version is never changed once `CURRENT` names it, so a reader needs no lock: it keeps the files it
has mapped even when a newer one is swapped in and this one is swept away.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from alpie.index.database.text_database import (
    TEXT_FILE,
    Database,
    StoredDocuments,
    StoredPassages,
    stored_layouts,
)
from alpie.index.encoder import Encoder
from alpie.index.errors import IndexDamaged, IndexUnwritable, StoreError
from alpie.index.messages import said
from alpie.index.records import Document, Layout, Passage
from alpie.index.retrieval.bm25 import TermIndex
from alpie.index.retrieval.expansion_index import ExpansionIndex
from alpie.index.retrieval.search import SearchIndex
from alpie.index.retrieval.vectors import VectorIndex
from alpie.index.sources.document_folder import FORMER_VERSIONS, POINTER, VERSIONS
from alpie.index.spanish.acronyms import Acronyms
from alpie.index.spanish.analysis import ANALYSIS_VERSION
from alpie.index.storage.manifest import (
    FORMAT_VERSION,
    check_encoder,
    check_files,
    current_version,
    file_entry,
    read_manifest,
    sealed,
    with_current,
)
from alpie.index.storage.version_writer import Content, fingerprint_of, write_files

_FULL = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_NO_ROOM_BYTES = 1_000_000  # free: where numpy and FAISS do not pass on why they could not write


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk and not only on its way there."""
    if path.is_dir() and os.name != "posix":
        return  # Windows has no handle of a folder to flush
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_file(path: Path, text: str, aside: Path) -> None:
    """`text` into `path` in one step: whoever reads finds the old or the new, whole. `aside` is used up."""
    aside.write_text(text, encoding="utf-8")
    sync(aside)
    aside.replace(path)
    sync(path.parent)


def unwritable(data: Path, error: OSError | sqlite3.Error) -> IndexUnwritable:
    """What to tell about a failed write in the index folder `data`."""
    number = getattr(error, "errno", None)
    free = _free_bytes(data)
    stands = said("index.stands") if (data / "CURRENT").exists() else ""
    reason: object = getattr(error, "strerror", None) or error
    is_full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or number in _FULL
    if is_full or (number is None and free < _NO_ROOM_BYTES):
        reason, remedy = said("index.disk_full", free=f"{free / 1e6:.1f}"), said("index.free_space")
    elif number in _CLOSED:
        reason, remedy = said("index.not_allowed", error=reason), said("index.permit")
    else:
        remedy = said("index.repeat")
    return IndexUnwritable(
        said("index.unwritable", folder=data, error=reason, stands=stands, remedy=remedy), data
    )


def _free_bytes(folder: Path) -> int:
    existing = next((one for one in (folder, *folder.parents) if one.is_dir()), Path("/"))
    try:
        return shutil.disk_usage(existing).free
    except OSError:
        return 0


_UNFINISHED = ".unfinished"  # how the name of a folder ends while it is written
_NEW_POINTER = ".CURRENT.new"


@dataclass(frozen=True)
class IndexVersion:
    """An opened index: everything that answering needs."""

    folder: Path
    manifest: Mapping[str, Any]
    documents: Mapping[str, Document]
    layouts: Mapping[str, Layout]
    search: SearchIndex

    @property
    def fingerprint(self) -> str:
        """A digest of the corpus: changes when any document or passage does."""
        return str(self.manifest["fingerprint"])


def open_version(data: Path, encoder: Encoder) -> IndexVersion:
    """Open the index in use. Raises `IndexMissing`, `IndexDamaged` or `IndexMismatch`.

    A build that swaps in a new one meanwhile does no harm: then that one is opened.
    """
    return with_current(data, partial(_open, encoder=encoder))


def _open(folder: Path, encoder: Encoder) -> IndexVersion:
    manifest = read_manifest(folder)
    check_encoder(folder, manifest, encoder)
    try:
        check_files(folder, manifest)
        return _load(folder, manifest, encoder)
    except (OSError, ValueError, LookupError, TypeError, RuntimeError, sqlite3.Error) as error:
        raise _damaged(folder, error) from error


def _damaged(folder: Path, error: Exception) -> IndexDamaged:
    return IndexDamaged(said("index.unreadable", folder=folder, error=error), folder)


def _load(folder: Path, manifest: Mapping[str, Any], encoder: Encoder) -> IndexVersion:
    database = Database.open(folder / TEXT_FILE)
    passages = StoredPassages(database)
    search = SearchIndex(
        passages=passages,
        encoder=encoder,
        dense=VectorIndex.load(folder / "dense.faiss"),
        sentence_vectors=VectorIndex.load(folder / "sentences.faiss"),
        lexical=TermIndex(database, "stems", len(passages)),
        acronyms=_acronyms(database),
        expansions=ExpansionIndex.load(passages, folder / "lines.faiss"),
    )
    return IndexVersion(folder, manifest, StoredDocuments(database), stored_layouts(database), search)


def _acronyms(database: Database) -> Acronyms:
    pairs: dict[str, tuple[str, ...]] = {}
    for (written,) in database.rows("SELECT acronyms FROM documents WHERE acronyms != '{}' ORDER BY place"):
        for acronym, stems in json.loads(written).items():
            pairs.setdefault(acronym, tuple(stems))
    return Acronyms(pairs)


def indexed_files(data: Path) -> dict[str, tuple[str, str]]:
    """Id of each document of the index in use → SHA-256 of its file and of that of its expansions."""
    return with_current(data, _indexed_files)


def _indexed_files(folder: Path) -> dict[str, tuple[str, str]]:
    read_manifest(folder)
    try:
        rows = Database.open(folder / TEXT_FILE).rows("SELECT id, sha256, expansions FROM documents")
    except sqlite3.Error as error:
        raise _damaged(folder, error) from error
    return {name: (sha256, expansions) for name, sha256, expansions in rows}


def corpus_fingerprint(documents: Sequence[Document], passages: Sequence[Passage]) -> str:
    """SHA-256 over the checksums of the documents and their expansions and the addresses of the passages."""
    return fingerprint_of(
        ((document.id, document.sha256, document.expansions) for document in documents),
        (passage.address for passage in passages),
    )


def write_version(
    data: Path,
    contents: Iterable[Content],
    encoder: Encoder,
    facts: Mapping[str, Any],
    earlier: Path | None = None,
) -> Path:
    """Write an index version beside the others, then make it the current one. Returns its folder.

    `facts` go into the manifest, `built_at` in ISO 8601 among them; `earlier` is the version that is gone on from. Until
    the last rename the old index stays in use, whatever happens here. Raises `IndexUnwritable`, having removed what was
    written.
    """
    versions = data / VERSIONS
    name = f"{facts['built_at'].replace(':', '').replace('-', '')[:15]}-{time.time_ns():x}"
    unfinished, final = versions / f".{name}{_UNFINISHED}", versions / name
    try:
        unfinished.mkdir(parents=True)
        made = write_files(unfinished, contents, encoder.dimension, earlier)
        _write_manifest(unfinished, encoder, {**facts, **made})
        for path in (*unfinished.iterdir(), unfinished):
            sync(path)
        unfinished.rename(final)
        sync(versions)
        replace_file(data / POINTER, name + "\n", data / _NEW_POINTER)
    except BaseException as error:
        problem = unwritable(data, error) if isinstance(error, OSError | sqlite3.Error) else None
        shutil.rmtree(unfinished, ignore_errors=True)
        if not _points_to(data, final):  # no room left for the pointer
            shutil.rmtree(final, ignore_errors=True)
        (data / _NEW_POINTER).unlink(missing_ok=True)
        if problem is None:
            raise
        raise problem from error
    sweep(final)
    return final


def _write_manifest(folder: Path, encoder: Encoder, facts: Mapping[str, Any]) -> None:
    manifest = {
        "format": FORMAT_VERSION,
        "encoder": {name: getattr(encoder, name) for name in ("name", "fingerprint", "runtime", "dimension")},
        "analysis": ANALYSIS_VERSION,
        **facts,
        "files": {path.name: file_entry(path) for path in sorted(folder.iterdir())},
    }
    text = json.dumps(sealed(manifest), ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def _points_to(data: Path, folder: Path) -> bool:
    try:
        return current_version(data) == folder
    except (StoreError, OSError):
        return False


def sweep_unfinished(data: Path) -> None:
    """Remove what a build that was killed left half-written. Called under the build lock."""
    (data / _NEW_POINTER).unlink(missing_ok=True)
    for folder in (data / VERSIONS).glob(f".*{_UNFINISHED}"):
        shutil.rmtree(folder, ignore_errors=True)


def sweep(keep: Path) -> None:
    """Remove what older builds left beside an index version; under the build lock. What is open somewhere may stay."""
    for folder in keep.parent.iterdir():
        if folder != keep and folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(keep.parents[1] / FORMER_VERSIONS, ignore_errors=True)
