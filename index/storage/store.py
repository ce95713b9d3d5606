"""The index on disk: one folder a generation, swapped in by one atomic rename.

    DATA/
      CURRENT                the name of the generation in use; replaced atomically
      build.lock             held by the one process that builds
      generations/NAME/
        manifest.json        format, encoder, documents, size and SHA-256 of every file, and its own
        documents.jsonl      records of `sources.toml` with the canonical texts
        layouts.jsonl        blocks, for the reader
        passages.jsonl       one passage a line; beside it where each begins, its sentences, its address
        dense.faiss  sentences.faiss  and, of very many vectors, …rows.npy
        lexical/               postings of the stems
        expansions/            lines searched and never quoted, their vectors and words; where there are any
        acronyms.json          acronym → stems of what it stands for

A generation is never changed once `CURRENT` names it, so a reader needs no lock: it keeps the files it
has mapped even when a newer generation is swapped in and this one is swept away.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from alpie.index.encoder import Encoder
from alpie.index.encoder.embed import Embedded
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
from alpie.index.storage.record_file import PassageFile, RecordFile
from alpie.index.storage.serial import document_from_json, layout_from_json
from alpie.index.storage.version_writer import GenerationWriter

__all__ = [
    "Content",
    "Generation",
    "corpus_fingerprint",
    "open_generation",
    "sweep_unfinished",
    "write_generation",
]

_UNFINISHED = ".unfinished"  # how the name of a folder ends while it is written
_NEW_POINTER = ".CURRENT.new"
_LOADING = (
    threading.Lock()
)  # numpy reads headers with `ast`, which Python 3.11 does not do well in two threads


class Content(Protocol):
    """What goes into a generation, document by document, so that memory need not hold all of it."""

    def __iter__(self) -> Iterator[tuple[Document, Layout, Sequence[Passage], Embedded]]:
        """Documents in their order, each with its passages and their vectors."""


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


def _read_acronyms(folder: Path) -> Acronyms:
    pairs: dict[str, list[str]] = json.loads((folder / "acronyms.json").read_text(encoding="utf-8"))
    return Acronyms({acronym: tuple(stems) for acronym, stems in pairs.items()})


def open_generation(data: Path, encoder: Encoder) -> Generation:
    """Open the index in use. Raises `IndexMissing`, `IndexDamaged` or `IndexMismatch`.

    A build that swaps in a new one meanwhile does no harm: then that one is opened.
    """
    with _LOADING:
        return with_current(data, partial(_open, encoder=encoder))


def _open(folder: Path, encoder: Encoder) -> Generation:
    manifest = read_manifest(folder)
    check_encoder(folder, manifest, encoder)
    try:
        check_files(folder, manifest)
        return _load(folder, manifest, encoder)
    except (OSError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise IndexDamaged(f"El índice de {folder} no se puede leer ({error}). {REBUILD}", folder) from error


def _load(folder: Path, manifest: Mapping[str, Any], encoder: Encoder) -> Generation:
    search = SearchIndex(
        passages=PassageFile(folder / "passages.jsonl"),
        encoder=encoder,
        dense=VectorIndex.load(folder / "dense.faiss"),
        sentence_vectors=VectorIndex.load(folder / "sentences.faiss"),
        lexical=TermIndex.load(folder / "lexical"),
        acronyms=_read_acronyms(folder),
        expansions=ExpansionIndex.load(folder / "expansions"),
    )
    ids = [row["id"] for row in manifest["documents"]]
    return Generation(
        folder=folder,
        manifest=manifest,
        documents=RecordFile(folder / "documents.jsonl", ids, document_from_json),
        layouts=RecordFile(folder / "layouts.jsonl", ids, layout_from_json),
        search=search,
    )


def corpus_fingerprint(documents: Sequence[Document], passages: Sequence[Passage]) -> str:
    """SHA-256 over the checksums of the documents and their expansions and the addresses of the passages."""
    return _fingerprint(
        ((document.id, document.sha256, document.expansions) for document in documents),
        (passage.address for passage in passages),
    )


def _fingerprint(documents: Iterable[tuple[str, str, str]], addresses: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for name, checksum, expansions in documents:
        digest.update(f"{name} {checksum} {expansions}".rstrip().encode() + b"\n")
    for address in addresses:
        digest.update(f"{address}\n".encode())
    return digest.hexdigest()


def write_generation(
    data: Path,
    content: Content,
    encoder: Encoder,
    built_at: str,
    version: str,
    same_as: Path | None = None,
    unread: Sequence[Unread] = (),
) -> Path:
    """Write a generation beside the others, then make it the current one. Returns its folder.

    `built_at`: ISO 8601; `unread`: files of the folder that are not in it. Until the last rename the old index stays
    in use, whatever happens here. If every file comes out as in `same_as`, the generation in use, that one
    stays and is returned.
    Raises `IndexUnwritable`, having removed what was written.
    """
    generations = data / "generations"
    name = f"{built_at.replace(':', '').replace('-', '')[:15]}-{time.time_ns():x}"
    unfinished, final = generations / f".{name}{_UNFINISHED}", generations / name
    try:
        unfinished.mkdir(parents=True)
        with GenerationWriter(unfinished, encoder) as writer:
            for document, layout, passages, embedded in content:
                writer.add(document, layout, passages, embedded)
            made = writer.finish(like=same_as)
        manifest = _manifest(unfinished, writer, made, encoder, built_at, version, unread)
        if same_as is not None and _is_same(manifest, read_manifest(same_as)):
            shutil.rmtree(unfinished)
            _sweep(generations, keep=same_as)
            return same_as
        (unfinished / "manifest.json").write_text(
            json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8"
        )
        for path in (*unfinished.rglob("*"), unfinished):
            sync(path)
        unfinished.rename(final)
        sync(generations)
        replace_file(data / POINTER, name + "\n", data / _NEW_POINTER)
    except BaseException as error:
        problem = unwritable(data, error) if isinstance(error, OSError | RuntimeError) else None
        shutil.rmtree(unfinished, ignore_errors=True)
        if not _points_to(data, final):  # no room left for the pointer
            shutil.rmtree(final, ignore_errors=True)
        (data / _NEW_POINTER).unlink(missing_ok=True)
        if problem is None:
            raise
        raise problem from error
    _sweep(generations, keep=final)
    return final


def _points_to(data: Path, folder: Path) -> bool:
    try:
        return current_generation(data) == folder
    except (StoreError, OSError):
        return False


def _manifest(
    folder: Path,
    writer: GenerationWriter,
    made: Mapping[str, Any],
    encoder: Encoder,
    built_at: str,
    version: str,
    unread: Sequence[Unread],
) -> dict[str, Any]:
    documents = ((row["id"], row["sha256"], row.get("expansions", "")) for row in writer.documents)
    return sealed(
        {
            "format": FORMAT_VERSION,
            "alpie": version,
            "built_at": built_at,
            "fingerprint": _fingerprint(documents, writer.addresses),
            "encoder": {
                "name": encoder.name,
                "fingerprint": encoder.fingerprint,
                "runtime": encoder.runtime,
                "dimension": encoder.dimension,
            },
            "analysis": ANALYSIS_VERSION,
            "documents": writer.documents,
            "unread": [asdict(one) for one in unread],
            "passages": len(writer.addresses),
            "made": made,
            "files": {
                path.relative_to(folder).as_posix(): file_entry(path)
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            },
        }
    )


def _is_same(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Whether two generations differ in nothing but when they were made."""

    def content(manifest: Mapping[str, Any]) -> tuple[Any, ...]:
        checksums = {name: entry["sha256"] for name, entry in manifest["files"].items()}
        return checksums, *(
            manifest.get(key) for key in ("alpie", "encoder", "analysis", "fingerprint", "unread")
        )

    return content(new) == content(old)


def sweep_unfinished(data: Path) -> None:
    """Remove what a build that was killed left half-written. Called under the build lock."""
    (data / _NEW_POINTER).unlink(missing_ok=True)
    for folder in (data / "generations").glob(f".*{_UNFINISHED}"):
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(generations: Path, keep: Path) -> None:
    """Remove what older builds left. Called under the build lock.

    Readers keep the files they have mapped: on Linux and macOS a removed file lives until nobody has it open;
    Windows refuses to remove it, and the next build tries again.
    """
    for folder in generations.iterdir():
        if folder != keep and folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)
