"""The index on disk: one folder a generation, swapped in by one atomic rename.

    DATA/
      CURRENT                the name of the generation in use; replaced atomically
      build.lock             held by the one process that builds
      generations/NAME/
        manifest.json        format, encoder, documents, size and SHA-256 of every file, and its own
        documents.json       records of `sources.toml` with the canonical texts
        layouts.json         blocks, for the reader
        passages.jsonl       one passage a line
        dense.faiss  sentences.faiss  tokens.npy  token_counts.npy  mean.npy
        lexical/  grams/  sentence_lexical/
        acronyms.json          acronym → stems of what it stands for

A generation is never changed once `CURRENT` names it, so a reader needs no lock: it keeps the files it
has mapped even when a newer generation is swapped in and this one is swept away.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from alpie.index.acronyms import Acronyms
from alpie.index.analysis import ANALYSIS_VERSION
from alpie.index.durable import replace_file, sync, unwritable
from alpie.index.embed import Embedded
from alpie.index.encoder import Encoder
from alpie.index.errors import IndexDamaged
from alpie.index.lexical import TermIndex
from alpie.index.manifest import (
    FORMAT_VERSION,
    POINTER,
    REBUILD,
    check_encoder,
    check_files,
    file_entry,
    read_manifest,
    sealed,
    with_current,
)
from alpie.index.records import Document, Layout, Passage
from alpie.index.search import SearchIndex
from alpie.index.serial import (
    document_from_json,
    document_to_json,
    layout_from_json,
    layout_to_json,
    passage_from_json,
    passage_to_json,
)
from alpie.index.vectors import TokenStore, VectorIndex

__all__ = [
    "Generation",
    "corpus_fingerprint",
    "open_generation",
    "read_embedded",
    "read_passages",
    "sweep_unfinished",
    "write_generation",
]

_TERM_INDEXES = ("lexical", "grams", "sentence_lexical")
_UNFINISHED = ".unfinished"  # how the name of a folder ends while it is written
_NEW_POINTER = ".CURRENT.new"


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


def read_embedded(folder: Path) -> Embedded:
    """The vectors of a generation, memory-mapped where they are large."""
    dense, sentences = VectorIndex.load(folder / "dense.faiss"), VectorIndex.load(folder / "sentences.faiss")
    return Embedded(
        passages=dense.rows(np.arange(len(dense))),
        sentences=sentences.rows(np.arange(len(sentences))),
        tokens=np.load(folder / "tokens.npy", mmap_mode="r"),
        token_counts=np.load(folder / "token_counts.npy"),
    )


def read_passages(folder: Path) -> tuple[Passage, ...]:
    lines = (folder / "passages.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(passage_from_json(json.loads(line)) for line in lines)


def _read_acronyms(folder: Path) -> Acronyms:
    pairs: dict[str, list[str]] = json.loads((folder / "acronyms.json").read_text(encoding="utf-8"))
    return Acronyms({acronym: tuple(stems) for acronym, stems in pairs.items()})


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
    except (OSError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise IndexDamaged(f"El índice de {folder} no se puede leer ({error}). {REBUILD}", folder) from error


def _load(folder: Path, manifest: Mapping[str, Any], encoder: Encoder) -> Generation:
    documents = json.loads((folder / "documents.json").read_text(encoding="utf-8"))
    layouts = json.loads((folder / "layouts.json").read_text(encoding="utf-8"))
    passages = read_passages(folder)
    counts = np.load(folder / "token_counts.npy")
    search = SearchIndex(
        passages=passages,
        encoder=encoder,
        dense=VectorIndex.load(folder / "dense.faiss"),
        sentence_vectors=VectorIndex.load(folder / "sentences.faiss"),
        token_store=TokenStore(
            # a plain view of the mapping: numpy's class for it makes every slice ten times as dear
            np.asarray(np.load(folder / "tokens.npy", mmap_mode="r")),
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            np.load(folder / "mean.npy"),
        ),
        lexical=TermIndex.load(folder / "lexical"),
        gram_index=TermIndex.load(folder / "grams"),
        sentence_lexical=TermIndex.load(folder / "sentence_lexical"),
        acronyms=_read_acronyms(folder),
    )
    return Generation(
        folder=folder,
        manifest=manifest,
        documents={row["id"]: document_from_json(row) for row in documents},
        layouts={row["document_id"]: layout_from_json(row) for row in layouts},
        search=search,
    )


def corpus_fingerprint(documents: Sequence[Document], passages: Sequence[Passage]) -> str:
    """SHA-256 over the checksums of the documents and the addresses of the passages."""
    digest = hashlib.sha256()
    for document in documents:
        digest.update(f"{document.id} {document.sha256}\n".encode())
    for passage in passages:
        digest.update(f"{passage.address}\n".encode())
    return digest.hexdigest()


def write_generation(
    data: Path,
    documents: Sequence[Document],
    layouts: Sequence[Layout],
    search: SearchIndex,
    embedded: Embedded,
    built_at: str,
    version: str,
    same_as: Path | None = None,
) -> Path:
    """Write a generation beside the others, then make it the current one. Returns its folder.

    `built_at`: ISO 8601. Until the last rename the old index stays in use, whatever happens here. If every
    file comes out as in `same_as`, the generation in use, that one stays and is returned.
    Raises `IndexUnwritable`, having removed what was written.
    """
    generations = data / "generations"
    fingerprint = corpus_fingerprint(documents, search.passages)
    name = f"{built_at.replace(':', '').replace('-', '')[:15]}-{fingerprint[:8]}-{time.time_ns():x}"
    unfinished = generations / f".{name}{_UNFINISHED}"
    try:
        unfinished.mkdir(parents=True)
        _write_records(unfinished, documents, layouts, search.passages)
        _write_search(unfinished, search, embedded)
        manifest = _manifest(unfinished, documents, search, built_at, version, fingerprint)
        if same_as is not None and _is_same(manifest, read_manifest(same_as)):
            shutil.rmtree(unfinished)
            return same_as
        (unfinished / "manifest.json").write_text(
            json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8"
        )
        for path in (*unfinished.rglob("*"), unfinished):
            sync(path)
        final = unfinished.rename(generations / name)
        sync(generations)
        replace_file(data / POINTER, name + "\n", data / _NEW_POINTER)
    except BaseException as error:
        problem = unwritable(data, error) if isinstance(error, OSError | RuntimeError) else None
        shutil.rmtree(unfinished, ignore_errors=True)
        (data / _NEW_POINTER).unlink(missing_ok=True)
        if problem is None:
            raise
        raise problem from error
    _sweep(generations, keep=final)
    return final


def _write_search(folder: Path, search: SearchIndex, embedded: Embedded) -> None:
    search.dense.save(folder / "dense.faiss")
    search.sentence_vectors.save(folder / "sentences.faiss")
    np.save(folder / "tokens.npy", embedded.tokens)
    np.save(folder / "token_counts.npy", embedded.token_counts)
    np.save(folder / "mean.npy", search.token_store.mean)
    for term_index, name in zip(
        (search.lexical, search.gram_index, search.sentence_lexical), _TERM_INDEXES, strict=True
    ):
        term_index.save(folder / name)
    acronyms = json.dumps(search.acronyms.pairs, ensure_ascii=False)
    (folder / "acronyms.json").write_text(acronyms, encoding="utf-8")


def _manifest(
    folder: Path,
    documents: Sequence[Document],
    search: SearchIndex,
    built_at: str,
    version: str,
    fingerprint: str,
) -> dict[str, Any]:
    return sealed(
        {
            "format": FORMAT_VERSION,
            "alpie": version,
            "built_at": built_at,
            "fingerprint": fingerprint,
            "encoder": {
                "name": search.encoder.name,
                "fingerprint": search.encoder.fingerprint,
                "runtime": search.encoder.runtime,
                "dimension": search.encoder.dimension,
            },
            "analysis": ANALYSIS_VERSION,
            "documents": [{"id": d.id, "file": d.file, "sha256": d.sha256} for d in documents],
            "passages": len(search.passages),
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
        return checksums, *(manifest.get(key) for key in ("alpie", "encoder", "analysis", "fingerprint"))

    return content(new) == content(old)


def _write_records(
    folder: Path, documents: Sequence[Document], layouts: Sequence[Layout], passages: Sequence[Passage]
) -> None:
    def dump(name: str, rows: list[dict[str, Any]]) -> None:
        (folder / name).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")

    dump("documents.json", [document_to_json(document) for document in documents])
    dump("layouts.json", [layout_to_json(layout) for layout in layouts])
    with (folder / "passages.jsonl").open("w", encoding="utf-8") as file:
        for passage in passages:
            file.write(json.dumps(passage_to_json(passage), ensure_ascii=False) + "\n")


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
