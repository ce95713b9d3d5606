"""The index on disk: one folder a generation, swapped in by one atomic rename.

    DATA/
      CURRENT                the name of the generation in use; replaced atomically
      build.lock             held by the one process that builds
      generations/NAME/
        manifest.json        format, encoder, documents, size and SHA-256 of every file
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
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from alpie.index.acronyms import Acronyms
from alpie.index.analysis import ANALYSIS_VERSION
from alpie.index.embed import Embedded
from alpie.index.encoder import Encoder
from alpie.index.errors import IndexDamaged, IndexMismatch, IndexMissing
from alpie.index.lexical import TermIndex
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

__all__ = ["FORMAT_VERSION", "Generation", "current_generation", "open_generation", "write_generation"]

FORMAT_VERSION = 2  # raise it whenever a file of a generation changes its meaning
_REBUILD = "Reconstruye el índice con «alpie index --rebuild»."
_TERM_INDEXES = ("lexical", "grams", "sentence_lexical")


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


def current_generation(data: Path) -> Path:
    """Folder of the generation in use. Raises `IndexMissing` when nothing has been built."""
    pointer = data / "CURRENT"
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as error:
        raise IndexDamaged(f"El archivo {pointer} está dañado: no es texto. {_REBUILD}", pointer) from error
    except FileNotFoundError:
        raise IndexMissing(f"No hay ningún índice en {data}. Créalo con «alpie index».", data) from None
    folder = data / "generations" / name
    if not name or "/" in name or not folder.is_dir():
        raise IndexDamaged(f"{pointer} nombra una generación que no existe («{name}»). {_REBUILD}", pointer)
    return folder


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files_of(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a generation. Raises `IndexDamaged` or `IndexMismatch` (format version)."""
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"No se puede leer {path}: {error}. {_REBUILD}", path) from error
    if not isinstance(manifest, dict):
        raise IndexDamaged(f"{path} no es un manifiesto. {_REBUILD}", path)
    if manifest.get("format") != FORMAT_VERSION:
        raise IndexMismatch(
            f"El índice de {folder} tiene el formato {manifest.get('format')}; esta versión usa el "
            f"{FORMAT_VERSION}. {_REBUILD}",
            folder,
        )
    if (wrong := _unlike_a_manifest(manifest)) is not None:
        raise IndexDamaged(f"{path} está dañado: falta «{wrong}» o no es lo que debe. {_REBUILD}", path)
    return manifest


def _unlike_a_manifest(manifest: Mapping[str, Any]) -> str | None:
    """The first field that a manifest must have and this one has not, or not of the right kind."""
    kinds = {"files": dict, "encoder": dict, "analysis": int, "fingerprint": str, "built_at": str}
    for name, kind in kinds.items():
        if not isinstance(manifest.get(name), kind):
            return name
    if not {"name", "fingerprint"} <= manifest["encoder"].keys():
        return "encoder"
    for entry in manifest["files"].values():
        if not isinstance(entry, dict) or not {"bytes", "sha256"} <= entry.keys():
            return "files"
    return None


def _entry_of(path: Path) -> dict[str, Any]:
    """What the manifest says of a file."""
    status = path.stat()
    return {"bytes": status.st_size, "modified_ns": status.st_mtime_ns, "sha256": _checksum(path)}


def check_files(folder: Path, manifest: Mapping[str, Any], thorough: bool = False) -> None:
    """Every file as the manifest says; otherwise `IndexDamaged` naming the first that is not.

    A file that nobody wrote to since the build (size and time stamp are the same) is not read again: with
    many documents that would take longer than everything else at opening. `thorough` reads them all.
    """
    for name, expected in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise IndexDamaged(f"Falta el archivo {path} del índice. {_REBUILD}", path)
        status = path.stat()
        untouched = not thorough and status.st_mtime_ns == expected.get("modified_ns")
        if status.st_size != expected["bytes"] or not (untouched or _checksum(path) == expected["sha256"]):
            raise IndexDamaged(f"El archivo {path} del índice está dañado. {_REBUILD}", path)


def check_encoder(folder: Path, manifest: Mapping[str, Any], encoder: Encoder) -> None:
    """The index was made with this encoder and this analysis; otherwise `IndexMismatch`."""
    made_with = manifest["encoder"]
    if made_with["fingerprint"] != encoder.fingerprint:
        raise IndexMismatch(
            f"El índice de {folder} se hizo con el codificador «{made_with['name']}»; ahora está configurado "
            f"«{encoder.name}». {_REBUILD}",
            folder,
        )
    if manifest["analysis"] != ANALYSIS_VERSION:
        raise IndexMismatch(f"El índice de {folder} usa otro análisis del español. {_REBUILD}", folder)


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
    """Open the index in use. Raises `IndexMissing`, `IndexDamaged` or `IndexMismatch`."""
    folder = current_generation(data)
    manifest = read_manifest(folder)
    check_encoder(folder, manifest, encoder)
    check_files(folder, manifest)
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
) -> Path:
    """Write a generation beside the others, then make it the current one. Returns its folder.

    `built_at`: ISO 8601. Until the last rename the old index stays in use, whatever happens here.
    """
    generations = data / "generations"
    generations.mkdir(parents=True, exist_ok=True)
    fingerprint = corpus_fingerprint(documents, search.passages)
    name = f"{built_at.replace(':', '').replace('-', '')[:15]}-{fingerprint[:8]}-{time.time_ns():x}"
    unfinished = generations / f".{name}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    _write_records(unfinished, documents, layouts, search.passages)
    search.dense.save(unfinished / "dense.faiss")
    search.sentence_vectors.save(unfinished / "sentences.faiss")
    np.save(unfinished / "tokens.npy", embedded.tokens)
    np.save(unfinished / "token_counts.npy", embedded.token_counts)
    np.save(unfinished / "mean.npy", search.token_store.mean)
    for term_index, folder in zip(
        (search.lexical, search.gram_index, search.sentence_lexical), _TERM_INDEXES, strict=True
    ):
        term_index.save(unfinished / folder)
    (unfinished / "acronyms.json").write_text(
        json.dumps(search.acronyms.pairs, ensure_ascii=False), encoding="utf-8"
    )
    manifest = {
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
        "files": {path.relative_to(unfinished).as_posix(): _entry_of(path) for path in _files_of(unfinished)},
    }
    _write_durably(unfinished / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
    final = generations / name
    unfinished.rename(final)
    pointer = data / f".CURRENT.{os.getpid()}"
    _write_durably(pointer, name + "\n")
    pointer.replace(data / "CURRENT")
    _sweep(generations, keep=final)
    return final


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


def _write_durably(path: Path, text: str) -> None:
    """Write and flush to the disk, so that the rename that follows never names an empty file."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sweep(generations: Path, keep: Path) -> None:
    """Remove what older builds left. Called under the build lock; readers keep what they have mapped."""
    for folder in generations.iterdir():
        if folder != keep and folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)
