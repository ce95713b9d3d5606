"""The index on disk: one folder a generation, swapped in by one atomic rename.

    DATA/
      CURRENT                the name of the generation in use; replaced atomically
      build.lock             held by the one process that builds
      generations/NAME/
        manifest.json        format, encoder, size and SHA-256 of every file, and its own
        text.sqlite          documents, passages, postings and words: see `alpie.index.database.text_database`
        dense.faiss  sentences.faiss  lines.faiss   vectors of passages, sentences, expansions

A generation is never changed once `CURRENT` names it, so a reader needs no lock: it keeps the files it
has mapped even when a newer generation is swapped in and this one is swept away.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from alpie.index.database.stored_records import StoredDocuments, StoredPassages, stored_layouts
from alpie.index.database.text_database import TEXT_FILE, Database
from alpie.index.encoder import Encoder
from alpie.index.errors import IndexDamaged, StoreError
from alpie.index.notices import Unread
from alpie.index.reading.sources import POINTER
from alpie.index.records import Document, Layout, Passage
from alpie.index.retrieval.bm25 import TermIndex
from alpie.index.retrieval.expansion_index import ExpansionIndex
from alpie.index.retrieval.search import SearchIndex
from alpie.index.retrieval.vectors import VectorIndex
from alpie.index.spanish.acronyms import Acronyms
from alpie.index.spanish.analysis import ANALYSIS_VERSION
from alpie.index.storage.durable import replace_file, sync, unwritable
from alpie.index.storage.manifest import (
    FORMAT_VERSION,
    REBUILD,
    check_encoder,
    check_files,
    current_generation,
    file_entry,
    read_manifest,
    sealed,
    with_current,
)
from alpie.index.storage.version_writer import GenerationWriter, fingerprint_of

_UNFINISHED = ".unfinished"  # how the name of a folder ends while it is written
_NEW_POINTER = ".CURRENT.new"


Content = Iterable[tuple[Any, ...]]
"""Arguments of `GenerationWriter.add`, document by document, so that memory need not hold all of them."""


@dataclass(frozen=True)
class Generation:
    """An opened index: everything that answering needs."""

    folder: Path
    manifest: Mapping[str, Any]
    documents: Mapping[str, Document]
    layouts: Mapping[str, Layout]
    search: SearchIndex

    @property
    def fingerprint(self) -> str:
        """Of the corpus: changes when any document or passage does."""
        return str(self.manifest["fingerprint"])


def open_generation(data: Path, encoder: Encoder) -> Generation:
    """Open the index in use. Raises `IndexMissing`, `IndexDamaged` or `IndexMismatch`.

    A build that swaps in a new one meanwhile does no harm: then that one is opened.
    """
    return with_current(data, partial(_open, encoder=encoder))


def _open(folder: Path, encoder: Encoder) -> Generation:
    manifest = read_manifest(folder)
    check_encoder(folder, manifest, encoder)
    try:
        check_files(folder, manifest)
        return _load(folder, manifest, encoder)
    except (OSError, ValueError, LookupError, TypeError, RuntimeError, sqlite3.Error) as error:
        raise _damaged(folder, error) from error


def _damaged(folder: Path, error: Exception) -> IndexDamaged:
    return IndexDamaged(f"El índice de {folder} no se puede leer ({error}). {REBUILD}", folder)


def _load(folder: Path, manifest: Mapping[str, Any], encoder: Encoder) -> Generation:
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
    return Generation(folder, manifest, StoredDocuments(database), stored_layouts(database), search)


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


def write_generation(
    data: Path,
    content: Content,
    encoder: Encoder,
    built_at: str,
    version: str,
    earlier: Path | None = None,
    unread: Sequence[Unread] = (),
    program: str = "",
) -> Path:
    """Write a generation beside the others, then make it the current one. Returns its folder.

    `built_at`: ISO 8601; `earlier`: the generation that is gone on from; `unread`: files of the folder that are not
    in it; `program`: what the documents were read with. Until the last rename the old index stays in use, whatever
    happens here. Raises `IndexUnwritable`, having removed what was written.
    """
    generations = data / "generations"
    name = f"{built_at.replace(':', '').replace('-', '')[:15]}-{time.time_ns():x}"
    unfinished, final = generations / f".{name}{_UNFINISHED}", generations / name
    try:
        unfinished.mkdir(parents=True)
        with GenerationWriter(unfinished, encoder.dimension, earlier) as writer:
            for one in content:
                writer.add(*one)
            made = writer.finish()
        manifest = {
            "format": FORMAT_VERSION,
            "alpie": version,
            "program": program,
            "built_at": built_at,
            "encoder": {
                "name": encoder.name,
                "fingerprint": encoder.fingerprint,
                "runtime": encoder.runtime,
                "dimension": encoder.dimension,
            },
            "analysis": ANALYSIS_VERSION,
            "unread": [asdict(one) for one in unread],
            **made,
            "files": {path.name: file_entry(path) for path in sorted(unfinished.iterdir())},
        }
        (unfinished / "manifest.json").write_text(
            json.dumps(sealed(manifest), ensure_ascii=False, indent=1), encoding="utf-8"
        )
        for path in (*unfinished.iterdir(), unfinished):
            sync(path)
        unfinished.rename(final)
        sync(generations)
        replace_file(data / POINTER, name + "\n", data / _NEW_POINTER)
    except BaseException as error:
        problem = (
            unwritable(data, error) if isinstance(error, OSError | RuntimeError | sqlite3.Error) else None
        )
        shutil.rmtree(unfinished, ignore_errors=True)
        if not _points_to(data, final):  # no room left for the pointer
            shutil.rmtree(final, ignore_errors=True)
        (data / _NEW_POINTER).unlink(missing_ok=True)
        if problem is None:
            raise
        raise problem from error
    sweep(final)
    return final


def _points_to(data: Path, folder: Path) -> bool:
    try:
        return current_generation(data) == folder
    except (StoreError, OSError):
        return False


def sweep_unfinished(data: Path) -> None:
    """Remove what a build that was killed left half-written. Called under the build lock."""
    (data / _NEW_POINTER).unlink(missing_ok=True)
    for folder in (data / "generations").glob(f".*{_UNFINISHED}"):
        shutil.rmtree(folder, ignore_errors=True)


def sweep(keep: Path) -> None:
    """Remove what older builds left beside a generation. Called under the build lock.

    Readers keep the files they have mapped: on Linux and macOS a removed file lives until nobody has it open;
    Windows refuses to remove it, and the next build tries again.
    """
    for folder in keep.parent.iterdir():
        if folder != keep and folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)
