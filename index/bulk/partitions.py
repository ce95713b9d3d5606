"""Partitions of a large collection: passages are written to files, those files are embedded, and the vectors loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache, lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpie.index.build import BuildReport, build_index
from alpie.index.chunking.passages import make_passages
from alpie.index.database.text_database import bounds_of
from alpie.index.encoder import Encoder, OnProgress
from alpie.index.encoder.embed import KnownVectors, PassageVectors, embedding_key
from alpie.index.encoder.onnx_runtime import OnnxEncoder
from alpie.index.errors import BulkError, PackageMissing
from alpie.index.layout import lay_out
from alpie.index.messages import message
from alpie.index.sources.document_folder import read_sources
from alpie.index.spanish.analysis import ANALYSIS_VERSION
from alpie.index.system.environment import compute_in_one_thread, keep_hub_offline
from alpie.index.system.files import atomic_write

if TYPE_CHECKING:
    import pyarrow


PASSAGES = 4_096  # of a partition: some minutes of one processor, some 12 MB of vectors

OpenEncoder = Callable[[], Encoder]


def write_partitions(docs: Path, work: Path, passages: int = PASSAGES) -> int:
    """Write the passages of the documents in `docs` as input partitions; returns how many passages.

    A passage that stands in several places is embedded once. Partitions that come out as they were are left
    alone, so that what was embedded of them stays good; those beyond the last are removed.
    """
    folder = work / "in"
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    number = count = 0
    for row in _distinct_passages(docs):
        rows.append(row)
        count += 1
        if len(rows) == passages:
            _write_input(folder, number, rows)
            rows, number = [], number + 1
    if rows:
        _write_input(folder, number, rows)
        number += 1
    for path in folder.glob("part-*.parquet"):
        if int(path.stem.removeprefix("part-")) >= number:
            path.unlink()
    return count


def _distinct_passages(docs: Path) -> Iterator[dict[str, Any]]:
    seen: set[bytes] = set()
    for document in read_sources(docs).documents:
        for passage in make_passages(document, lay_out(document)):
            key = embedding_key(passage)
            if key not in seen:
                seen.add(key)
                sentences = [sentence.text for sentence in passage.sentences]
                yield {"id": passage.address, "text_hash": key, "sentences": sentences, "text": passage.text}


def _write_input(folder: Path, number: int, rows: list[dict[str, Any]]) -> None:
    pa, _ = _parquet()
    text = pa.string()
    schema = pa.schema({"id": text, "text_hash": pa.binary(32), "sentences": pa.list_(text), "text": text})
    table = pa.Table.from_pylist(rows, schema)
    path = folder / f"part-{number:05d}.parquet"
    stamp = hashlib.sha256(b"".join(row["text_hash"] for row in rows)).hexdigest()
    if _read_stamps(path).get("content") != stamp:
        _write_partition(path, table, {"content": stamp})


def embed_partition(path: Path, encoder: Encoder) -> bool:
    """Write the output of one input partition; false where a good one is there already."""
    if _is_good(path, encoder.fingerprint):
        return False
    stamps = _expected_stamps(path, encoder.fingerprint)  # of what is read below, whatever follows
    pa, parquet = _parquet()
    rows = parquet.read_table(path)
    sentences: list[list[str]] = rows["sentences"].to_pylist()
    passages = encoder.encode_passages(rows["text"].to_pylist())
    flat = encoder.encode_passages([text for texts in sentences for text in texts])
    bounds = bounds_of([len(texts) for texts in sentences]).astype(np.int32)
    vector = pa.list_(pa.float16(), encoder.dimension)
    columns = {
        "id": rows["id"],
        "text_hash": rows["text_hash"],
        "vector": _vectors(passages, vector),
        "sentences": pa.ListArray.from_arrays(pa.array(bounds), _vectors(flat, vector)),
    }
    _write_partition(output_path(path), pa.table(columns), stamps)
    return True


def _vectors(rows: np.ndarray[Any, Any], kind: pyarrow.DataType) -> pyarrow.Array:
    pa, _ = _parquet()
    values = pa.array(np.ascontiguousarray(rows, dtype=np.float16).ravel())
    return pa.FixedSizeListArray.from_arrays(values, type=kind)


def output_path(path: Path) -> Path:
    """Where the vectors of an input partition belong."""
    return path.parent.parent / "out" / path.name


def input_partitions(work: Path) -> list[Path]:
    """The input partitions, in order. Raises `BulkError` when there are none."""
    found = sorted((work / "in").glob("part-*.parquet"))
    if not found:
        raise BulkError(message("bulk.no_partitions", folder=work / "in"), work)
    return found


def pending_partitions(work: Path, fingerprint: str) -> list[Path]:
    """Input partitions without a good output of the encoder with this fingerprint."""
    return [path for path in input_partitions(work) if not _is_good(path, fingerprint)]


def _is_good(path: Path, fingerprint: str) -> bool:
    wanted, found = _expected_stamps(path, fingerprint), _read_stamps(output_path(path))
    return all(found.get(name) == value for name, value in wanted.items())


def _expected_stamps(path: Path, fingerprint: str) -> dict[str, str]:
    """What the output of an input partition must say of itself."""
    content = _read_stamps(path).get("content", "")
    return {"content": content, "encoder": fingerprint, "analysis": str(ANALYSIS_VERSION)}


def embed_partitions(
    work: Path, open_one: OpenEncoder, processes: int = 1, on_partition: OnProgress | None = None
) -> int:
    """Embed what is pending with some processes of one thread each; returns how many partitions were.

    `open_one` opens the encoder, in each process. `on_partition` gets the numbers of partitions done and of all.
    """
    first = open_one()
    left = pending_partitions(work, first.fingerprint)
    (work / "out").mkdir(exist_ok=True)
    done = 0
    for _ in _embed_each(left, first, open_one, processes):
        done += 1
        if on_partition:
            on_partition(done, len(left))
    return done


def _embed_each(
    left: Sequence[Path], first: Encoder, open_one: OpenEncoder, processes: int
) -> Iterable[bool]:
    if processes <= 1:
        yield from (embed_partition(path, _in_one_thread(first)) for path in left)
        return
    # «spawn»: a fork of a process with threads, as onnxruntime and FAISS have them, may hang
    with ProcessPoolExecutor(processes, get_context("spawn"), _start_worker, (open_one,)) as pool:
        for future in as_completed([pool.submit(_embed_in_worker, path) for path in left]):
            yield future.result()


_open_own: OpenEncoder  # of a process of the pool


def _start_worker(open_one: OpenEncoder) -> None:
    global _open_own
    compute_in_one_thread(always=True)
    keep_hub_offline()
    _open_own = cache(open_one)


def _embed_in_worker(path: Path) -> bool:
    return embed_partition(path, _in_one_thread(_open_own()))


def _in_one_thread(encoder: Encoder) -> Encoder:
    if isinstance(encoder, OnnxEncoder):
        encoder.threads = 1
    return encoder


def _parquet() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise PackageMissing(message("bulk.no_pyarrow")) from None
    return pyarrow, pyarrow.parquet


def _read_stamps(path: Path) -> dict[str, str]:
    """What a partition says of itself; nothing where there is none, or not a whole one."""
    pa, parquet = _parquet()
    try:
        metadata = parquet.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException):
        return {}
    return {key.decode(): value.decode("utf-8", "replace") for key, value in metadata.items()}


def _write_partition(path: Path, table: pyarrow.Table, stamps: dict[str, str]) -> None:
    """Write a partition under another name, then rename it: it is there whole or not at all."""
    _, parquet = _parquet()
    with atomic_write(path) as aside:
        parquet.write_table(table.replace_schema_metadata(stamps), aside, compression="zstd")


_KEPT = 4  # partitions in memory: they are read in the order of the documents


def index_partitions(docs: Path, work: Path, data: Path, encoder: Encoder) -> BuildReport:
    """Index `docs` into `data` with the vectors in `work`. Raises `BulkError` when some are missing of this encoder."""
    left = pending_partitions(work, encoder.fingerprint)
    if left:
        raise BulkError(message("bulk.left", count=len(left), first=left[0].name), work)
    return build_index(docs, data, encoder, known=PartitionVectors(work))


class _Partition(NamedTuple):
    passages: NDArray[np.float16]
    sentences: NDArray[np.float16]
    bounds: NDArray[np.int32]  # of the sentences of each passage


class PartitionVectors(KnownVectors):
    """The vectors of partitions. Expansions are not in them: these are embedded while the index is built."""

    def __init__(self, work: Path) -> None:
        import pyarrow.parquet as parquet

        self._paths = [output_path(path) for path in input_partitions(work)]
        self._places: dict[bytes, tuple[int, int]] = {}
        for number, path in enumerate(self._paths):
            keys = parquet.read_table(path, columns=["text_hash"])["text_hash"].to_pylist()
            self._places.update({key: (number, row) for row, key in enumerate(keys)})
        self._partition = lru_cache(_KEPT)(self._read)

    def __contains__(self, key: bytes) -> bool:
        return key in self._places

    def of_passage(self, key: bytes) -> PassageVectors:
        number, row = self._places[key]
        passages, sentences, bounds = self._partition(number)
        own = passages[row : row + 1], sentences[bounds[row] : bounds[row + 1]]
        return PassageVectors(*(vectors.astype(np.float32) for vectors in own))

    def _read(self, number: int) -> _Partition:
        import pyarrow.parquet as parquet

        table = parquet.read_table(self._paths[number]).combine_chunks()
        passages, sentences = (table[name].chunk(0) for name in ("vector", "sentences"))
        return _Partition(_matrix(passages), _matrix(sentences.values), np.asarray(sentences.offsets))


def _matrix(vectors: Any) -> NDArray[np.float16]:
    return np.asarray(vectors.values).reshape(-1, vectors.type.list_size)
