"""The index on disk: one folder for each version, swapped in by one atomic rename.

    DATA/
      CURRENT                the name of the index version in use; replaced atomically
      build.lock             held by the one process that builds
      versions/NAME/
        manifest.json        format, encoder, size and SHA-256 of every file, and its own
        text.sqlite          documents, passages, postings and words: see `alpie.index.database.text_database`
        dense.faiss  sentences.faiss  expansions.faiss   vectors of passages, sentences, expansions

An index version is never changed once `CURRENT` names it, so a reading process needs no lock: it keeps the files that it
has mapped even when a newer version is swapped in and this one is removed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from alpie.index.database.record_json import from_json
from alpie.index.database.text_database import TEXT_FILE, Database, StoredDocuments, StoredPassages
from alpie.index.encoder import Encoder
from alpie.index.errors import IndexDamaged
from alpie.index.messages import message
from alpie.index.records import Document, Layout, Passage
from alpie.index.retrieval.bm25 import TermIndex
from alpie.index.retrieval.expansion_index import ExpansionIndex
from alpie.index.retrieval.search import SearchIndex
from alpie.index.retrieval.vectors import VectorIndex
from alpie.index.spanish.acronyms import Acronyms
from alpie.index.storage.manifest import (
    EXPANSION_VECTORS,
    PASSAGE_VECTORS,
    SENTENCE_VECTORS,
    Manifest,
    check_encoder,
    check_files,
    read_current,
    read_manifest,
)
from alpie.index.storage.version_writer import IndexedFiles, fingerprint_of


@dataclass(frozen=True)
class IndexVersion:
    """An opened index: everything that answering needs."""

    folder: Path
    manifest: Manifest
    documents: Mapping[str, Document]
    layouts: Mapping[str, Layout]
    search: SearchIndex

    @property
    def fingerprint(self) -> str:
        """A digest of the corpus: changes when any document or passage does."""
        return self.manifest.fingerprint


def open_version(data: Path, encoder: Encoder) -> IndexVersion:
    """Open the index in use, also while a build swaps in a new one.

    Raises `IndexMissing`, `IndexDamaged` or `IndexMismatch`.
    """
    return read_current(data, partial(_open, encoder=encoder))


def _open(folder: Path, encoder: Encoder) -> IndexVersion:
    manifest = read_manifest(folder)
    check_encoder(folder, manifest, encoder)
    try:
        check_files(folder, manifest)
        return _load(folder, manifest, encoder)
    except (OSError, ValueError, LookupError, TypeError, RuntimeError, sqlite3.Error) as error:
        raise _damaged_error(folder, error) from error


def _damaged_error(folder: Path, error: Exception) -> IndexDamaged:
    return IndexDamaged(message("index.unreadable", folder=folder, error=error), folder)


def _load(folder: Path, manifest: Manifest, encoder: Encoder) -> IndexVersion:
    database = Database.open(folder / TEXT_FILE)
    passages = StoredPassages(database)
    search = SearchIndex(
        passages=passages,
        encoder=encoder,
        dense=VectorIndex.load(folder / PASSAGE_VECTORS),
        sentence_vectors=VectorIndex.load(folder / SENTENCE_VECTORS),
        lexical=TermIndex(database, "stems", len(passages)),
        acronyms=_acronyms(database),
        expansions=ExpansionIndex.load(passages, folder / EXPANSION_VECTORS),
    )
    layouts = StoredDocuments(database, "layout", partial(from_json, Layout))
    return IndexVersion(folder, manifest, StoredDocuments(database), layouts, search)


def _acronyms(database: Database) -> Acronyms:
    pairs: dict[str, tuple[str, ...]] = {}
    for (written,) in database.rows("SELECT acronyms FROM documents WHERE acronyms != '{}' ORDER BY place"):
        for acronym, stems in json.loads(written).items():
            pairs.setdefault(acronym, tuple(stems))
    return Acronyms(pairs)


def indexed_files(data: Path) -> dict[str, IndexedFiles]:
    """The files of each document of the index in use, by its id."""
    return read_current(data, _indexed_files)


def _indexed_files(folder: Path) -> dict[str, IndexedFiles]:
    read_manifest(folder)
    try:
        rows = Database.open(folder / TEXT_FILE).rows("SELECT id, sha256, expansions FROM documents")
    except sqlite3.Error as error:
        raise _damaged_error(folder, error) from error
    return {name: IndexedFiles(name, *files) for name, *files in rows}


def corpus_fingerprint(documents: Sequence[Document], passages: Sequence[Passage]) -> str:
    """SHA-256 over the checksums of the documents and their expansions and the addresses of the passages."""
    files = (IndexedFiles(document.id, document.sha256, document.expansions) for document in documents)
    return fingerprint_of(files, (passage.address for passage in passages))
