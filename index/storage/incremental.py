"""Reuses parts of an earlier index: documents that did not change, and vectors."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from alpie.index.arrays import Floats
from alpie.index.database.record_json import from_json
from alpie.index.database.text_database import TEXT_FILE, Database, StoredDocuments, StoredPassages
from alpie.index.encoder.embed import KnownVectors, PassageVectors
from alpie.index.formats import PACKAGES, Extraction, Metadata
from alpie.index.formats.pdf.recognition import Recogniser
from alpie.index.messages import MessageText
from alpie.index.notices import NOT_MEASURED, UnreadFile
from alpie.index.records import Document
from alpie.index.retrieval.vectors import VectorIndex
from alpie.index.sources.document_folder import read_sources
from alpie.index.sources.expansions import Expansion
from alpie.index.storage.manifest import EXPANSION_VECTORS, PASSAGE_VECTORS, SENTENCE_VECTORS, Manifest


class EarlierVersion(KnownVectors):
    """Documents, passages and vectors of an index version; memory-mapped where they are large."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest = folder, manifest
        self._database = Database.open(folder / TEXT_FILE)
        self.documents: Mapping[str, Document] = StoredDocuments(self._database)
        self._passages = StoredPassages(self._database)
        self._dense = VectorIndex.load(folder / PASSAGE_VECTORS)
        self._sentences = VectorIndex.load(folder / SENTENCE_VECTORS)

    @cached_property
    def extractions(self) -> dict[str, Extraction]:
        """SHA-256 of a file → what was read of it, all but its text."""
        rows = self._database.rows("SELECT sha256, metadata FROM documents")
        return {sha256: Extraction("", metadata=from_json(Metadata, stored)) for sha256, stored in rows}

    def has(self, document: Document) -> bool:
        """Whether the metadata of `document` are the same as in that index version."""
        before = self.documents.get(document.id)
        return before is not None and _metadata_only(before) == _metadata_only(document)

    def expansion_faults(self, document: str) -> tuple[str, ...]:
        """The faults in the file of a document's expansions."""
        rows = self._database.rows("SELECT notes FROM documents WHERE id = ?", document)
        return from_json(tuple[MessageText, ...], rows[0][0])

    def passages_of(self, document: str) -> int:
        """The number of passages of a document."""
        return len(self._passages.rows_of_document(document))

    def of_document(self, document: str) -> PassageVectors:
        """The vectors of a document: passages, sentences, expansions."""
        rows = self._passages.rows_of_document(document)  # one after another
        first, last = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, 0)
        bounds = self._passages.expansion_bounds[[first, last]]
        embedded = self._vectors(first, last)
        if self._expansions is None or bounds[0] == bounds[1]:
            return embedded
        return replace(embedded, expansions=self._expansions.rows(np.arange(*bounds)))

    def _vectors(self, first: int, last: int) -> PassageVectors:
        sentences = self._passages.sentence_bounds[[first, last]]
        return PassageVectors(
            self._dense.rows(np.arange(first, last)), self._sentences.rows(np.arange(*sentences))
        )

    def __contains__(self, key: bytes) -> bool:
        return bool(self._database.rows("SELECT 1 FROM passages WHERE key = ? LIMIT 1", key))

    def of_passage(self, key: bytes) -> PassageVectors:
        row = int(self._passages.rows_where("key = ?", key)[0])
        return self._vectors(row, row + 1)

    @cached_property
    def _expansions(self) -> VectorIndex | None:
        file = self.folder / EXPANSION_VECTORS
        return VectorIndex.load(file) if file.exists() else None

    @cached_property
    def _expansion_rows(self) -> dict[str, int]:
        if self._expansions is None:
            return {}
        records = self._passages.values("expansions")
        expansions = (written for record in records for written in from_json(tuple[Expansion, ...], record))
        return {expansion.text: row for row, expansion in enumerate(expansions)}

    def of_expansion(self, text: str) -> Floats | None:
        if self._expansions is None or (row := self._expansion_rows.get(text)) is None:
            return None
        return np.asarray(self._expansions.rows(np.array([row]))[0])


def _metadata_only(document: Document) -> Document:
    return replace(document, text="", parser="", notices=(), coverage=NOT_MEASURED, structure=None)


@cache
def _program() -> str:
    """A checksum of the code and word tables that make passages of files, and of the versions of the packages used.

    With a version number alone, a developer who changed a line of a parser would not see the effect.
    """
    folder = Path(__file__).parents[1]
    digest = hashlib.sha256(platform.python_version().encode())
    for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.toml"))):
        digest.update(path.read_bytes())
    for package in PACKAGES:
        try:
            digest.update(f"{package} {version(package)}".encode())
        except PackageNotFoundError:  # then files of its format are named as not readable
            continue
    return digest.hexdigest()


class IncrementalReading:
    """The documents of a folder; `kept` holds the ids of those that did not change since an earlier index."""

    def __init__(
        self, docs: Path, earlier: EarlierVersion | None, max_bytes: int, recogniser: Recogniser | None
    ) -> None:
        self.docs, self.earlier = docs, earlier
        self.program = f"{_program()}{' with recognition' if recogniser else ''}"
        known: dict[str, Extraction] = {}
        if earlier is not None and earlier.manifest.program == self.program:
            known = earlier.extractions
        self.sources = read_sources(docs, known, max_bytes, recogniser)
        same_metadata = {d.sha256: earlier is not None and earlier.has(d) for d in self.sources.documents}
        if any(sha256 in known and not same for sha256, same in same_metadata.items()):
            known = {sha256: extraction for sha256, extraction in known.items() if same_metadata.get(sha256)}
            self.sources = read_sources(docs, known, max_bytes, recogniser)
        self.kept = frozenset(d.id for d in self.sources.documents if d.sha256 in known)

    def is_as_before(self, version: str, unread: Sequence[UnreadFile]) -> bool:
        """Whether a new index would be the same as the earlier one."""
        return (
            self.earlier is not None
            and self.earlier.manifest.alpie == version
            and self.earlier.manifest.unread == tuple(unread)
            and [d.id for d in self.sources.documents] == list(self.earlier.documents)
            and self.kept == self.earlier.documents.keys()
        )
