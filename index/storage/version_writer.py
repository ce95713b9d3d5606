"""Writes an index version document by document, starting from the earlier version, and swaps it in.

New text goes into a copy of the earlier database; all vectors are written again, in order. See
`alpie.index.storage.store` for what each file holds.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from alpie.index.database import POINTER, VERSIONS
from alpie.index.database.record_json import document_to_json, from_json, to_json
from alpie.index.database.text_database import TEXT_FILE, Database, StoredPassages
from alpie.index.encoder import Encoder
from alpie.index.encoder.embed import PassageVectors, embedding_key, indexed_text
from alpie.index.errors import IndexUnwritable, StoreError
from alpie.index.formats import Metadata
from alpie.index.messages import MessageText, message
from alpie.index.records import Document, Layout, Passage
from alpie.index.retrieval.bm25 import write_postings
from alpie.index.retrieval.vectors import VectorIndex, VectorWriter
from alpie.index.sources.expansions import Expansion
from alpie.index.spanish.acronyms import learn_acronyms
from alpie.index.spanish.analysis import ANALYSIS_VERSION, content_words, stem
from alpie.index.storage.manifest import (
    EXPANSION_VECTORS,
    FORMAT_VERSION,
    PASSAGE_VECTORS,
    SENTENCE_VECTORS,
    CollectionFacts,
    EncoderEntry,
    Manifest,
    VersionFacts,
    current_version,
    file_entry,
    write_manifest,
)
from alpie.index.system.files import atomic_write, free_bytes, fsync

_UNFINISHED = ".unfinished"  # how the name of a folder ends while it is written
_NEW_POINTER = f".{POINTER}.new"
_FULL = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
# With less free space, a write that failed without a reason failed for lack of room.
_NO_ROOM_BYTES = 1_000_000
_NO_METADATA, _NO_VECTORS = Metadata(), PassageVectors.joined((), 0)


@dataclass(frozen=True)
class DocumentContent:
    """What is written of one document into an index version."""

    document: Document
    layout: Layout | None = None  # None: text and passages are taken over from the earlier version
    passages: Sequence[Passage] = ()
    expansions: Sequence[Sequence[Expansion]] = ()  # of each passage; empty where none has any
    metadata: Metadata = _NO_METADATA
    expansion_faults: Sequence[str] = ()  # what in the file of its expansions is not good
    vectors: PassageVectors = _NO_VECTORS


def write_version(
    data: Path,
    contents: Iterable[DocumentContent],
    encoder: Encoder,
    facts: VersionFacts,
    earlier: Path | None = None,
) -> Path:
    """Write an index version beside the others, then make it the current one. Returns its folder.

    `facts` go into the manifest; `earlier` is the folder of the version whose text is taken over. Until the last rename
    the old index stays in use, whatever happens here. Raises `IndexUnwritable`, having removed what was written.
    """
    versions = data / VERSIONS
    name = f"{facts.built_at.replace(':', '').replace('-', '')[:15]}-{time.time_ns():x}"
    unfinished, final = versions / f".{name}{_UNFINISHED}", versions / name
    try:
        unfinished.mkdir(parents=True)
        _write_files(unfinished, contents, encoder, facts, earlier)
        unfinished.rename(final)
        fsync(versions)
        with atomic_write(data / POINTER, data / _NEW_POINTER) as pointer:
            pointer.write_text(name + "\n", encoding="utf-8")
            fsync(pointer)
        fsync(data)
    except BaseException as error:
        problem = write_failure(data, error) if isinstance(error, OSError | sqlite3.Error) else None
        shutil.rmtree(unfinished, ignore_errors=True)
        if not _points_to(data, final):  # no room left for the pointer
            shutil.rmtree(final, ignore_errors=True)
        if problem is None:
            raise
        raise problem from error
    remove_other_versions(final)
    return final


def _write_files(
    folder: Path,
    contents: Iterable[DocumentContent],
    encoder: Encoder,
    facts: VersionFacts,
    earlier: Path | None,
) -> None:
    """Write the files of an index version into `folder`, the manifest last, and wait until all are on the disk.

    `contents` are taken one by one, so that memory need not hold all of them. What is open is closed, finished or not.
    """
    with ExitStack() as opened:
        writer = _VersionWriter(folder, encoder.dimension, earlier, opened)
        for content in contents:
            writer.add(content)
        collection = writer.finish()
    manifest = Manifest(
        **vars(facts),
        **vars(collection),
        format=FORMAT_VERSION,
        encoder=EncoderEntry.from_encoder(encoder),
        analysis=ANALYSIS_VERSION,
        files={path.name: file_entry(path) for path in sorted(folder.iterdir())},
    )
    write_manifest(folder, manifest)
    for path in (*folder.iterdir(), folder):
        fsync(path)


class _VersionWriter:
    def __init__(self, folder: Path, dimension: int, earlier: Path | None, opened: ExitStack) -> None:
        """Begin with a copy of the earlier database, so that documents that stay need not be written again."""
        self._earlier = earlier
        if earlier is not None:
            shutil.copyfile(earlier / TEXT_FILE, folder / TEXT_FILE)
        self._database = opened.enter_context(closing(Database.create(folder / TEXT_FILE)))

        def vectors(file: str, quantised: bool = False) -> VectorWriter:
            writer = VectorWriter(folder / file, dimension, quantised)
            return opened.enter_context(closing(writer))

        self._dense, self._sentences, self._expansions = (
            vectors(PASSAGE_VECTORS),
            vectors(SENTENCE_VECTORS),
            vectors(EXPANSION_VECTORS, True),
        )
        # documents of the earlier version that are not in the new one so far
        self._unseen = dict(self._database.rows("SELECT id, number FROM documents"))
        self._removed = False
        self._place = 0

    def add(self, content: DocumentContent) -> None:
        """Write the next document of the collection."""
        name = content.document.id
        if content.layout is None:
            del self._unseen[name]
            place = "UPDATE documents SET place = ?1 WHERE id = ?2 AND place != ?1"  # only where it changes: rows are long
            self._database.execute(place, self._place, name)
        else:
            if name in self._unseen:
                self._remove(self._unseen.pop(name))
            self._insert(content, content.layout)
        self._place += 1
        self._dense.add(content.vectors.passages)
        self._sentences.add(content.vectors.sentences)
        self._expansions.add(content.vectors.expansions)

    def _insert(self, content: DocumentContent, layout: Layout) -> None:
        """Store a document with its passages, and the terms from which the postings are made at the end."""
        document, passages = content.document, content.passages
        number = self._database.insert(
            "documents",
            place=self._place,
            id=document.id,
            sha256=document.sha256,
            expansions=document.expansions,
            record=document_to_json(document),
            text=document.text,
            layout=to_json(Layout, layout),
            metadata=to_json(Metadata, content.metadata),
            acronyms=json.dumps(learn_acronyms(passage.text for passage in passages), ensure_ascii=False),
            notes=to_json(tuple[MessageText, ...], tuple(content.expansion_faults)),
        )
        for passage, expansions in zip(passages, content.expansions or [()] * len(passages), strict=True):
            columns = {
                "key": embedding_key(passage),
                "expansion_count": len(expansions),
                "stems": _stems(indexed_text(passage)),
                "expansion_stems": _stems(" ".join(expansion.text for expansion in expansions))
                if expansions
                else None,
                "expansions": to_json(tuple[Expansion, ...], tuple(expansions)),
                "record": to_json(Passage, passage),
            }
            self._database.insert_passage(number, passage, columns)

    def _remove(self, document: int) -> None:
        rows = self._database.rows("SELECT number, record FROM passages WHERE document = ?", document)
        for number, record in rows:  # the index of words keeps no text: deleting needs the text of the row
            text = from_json(Passage, record).text
            forgotten = "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)"
            self._database.execute(forgotten, number, text)
        self._database.execute("DELETE FROM passages WHERE document = ?", document)
        self._database.execute("DELETE FROM documents WHERE number = ?", document)
        self._removed = True

    def finish(self) -> CollectionFacts:
        """Take out the documents that are gone, write postings and vectors, and say what the version holds."""
        for document in self._unseen.values():
            self._remove(document)
        if self._removed:
            # forgets the words for good
            self._database.execute("INSERT INTO words (words) VALUES ('optimize')")
        passages = StoredPassages(self._database)
        write_postings(self._database, "stems", map(str.split, passages.values("stems")))
        expansions = (stems.split() for stems in passages.values("expansion_stems") if stems is not None)
        write_postings(self._database, "expansion_stems", expansions)
        rows = self._database.rows("SELECT id, sha256, expansions FROM documents ORDER BY place")
        addresses = list(passages.values("address"))
        self._database.commit()
        for writer, file in ((self._dense, PASSAGE_VECTORS), (self._sentences, SENTENCE_VECTORS)):
            writer.finish(VectorIndex.load(self._earlier / file) if self._earlier else None)
        if len(self._expansions):
            self._expansions.finish()
        return CollectionFacts(
            fingerprint_of((IndexedFiles(*row) for row in rows), addresses), len(addresses)
        )


class IndexedFiles(NamedTuple):
    """The files that a document of an index was made of: SHA-256 of its file, and of the file of its expansions."""

    document: str  # its id
    sha256: str
    expansions: str


def fingerprint_of(documents: Iterable[IndexedFiles], addresses: Iterable[str]) -> str:
    """SHA-256 over the files of the documents and the addresses of the passages."""
    digest = hashlib.sha256()
    for files in documents:
        digest.update(" ".join(files).rstrip().encode() + b"\n")
    for address in addresses:
        digest.update(f"{address}\n".encode())
    return digest.hexdigest()


def _stems(text: str) -> str:
    return " ".join(map(stem, content_words(text)))


def _points_to(data: Path, folder: Path) -> bool:
    try:
        return current_version(data) == folder
    except (StoreError, OSError):
        return False


def remove_unfinished(data: Path) -> None:
    """Remove what a killed build left unfinished; to be called under the build lock."""
    (data / _NEW_POINTER).unlink(missing_ok=True)
    for folder in (data / VERSIONS).glob(f".*{_UNFINISHED}"):
        shutil.rmtree(folder, ignore_errors=True)


def remove_other_versions(keep: Path) -> None:
    """Remove all index versions but `keep`, under the build lock; folders that cannot be removed stay."""
    for folder in keep.parent.iterdir():
        if folder != keep and folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)


def write_failure(data: Path, error: OSError | sqlite3.Error) -> IndexUnwritable:
    """The error to raise after a failed write in the index folder `data`."""
    number = getattr(error, "errno", None)
    free = free_bytes(data)
    stands = message("index.stands") if (data / POINTER).exists() else ""
    reason: object = getattr(error, "strerror", None) or error
    is_full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or number in _FULL
    if is_full or (number is None and free < _NO_ROOM_BYTES):
        reason, remedy = message("index.disk_full", free=f"{free / 1e6:.1f}"), message("index.free_space")
    elif number in _CLOSED:
        reason, remedy = message("index.not_allowed", error=reason), message("index.permit")
    else:
        remedy = message("index.repeat")
    sentence = message("index.unwritable", folder=data, error=reason, stands=stands, remedy=remedy)
    return IndexUnwritable(sentence, data)
