"""Build the index: read, lay out, split, embed, write. Passages that were embedded before are not again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from alpie.index.durable import unwritable
from alpie.index.embed import Embedded, embed_passages
from alpie.index.encoder import Encoder
from alpie.index.errors import IndexBusy, IndexNewer, SourceError, StoreError
from alpie.index.layout import lay_out
from alpie.index.manifest import check_encoder, check_files, current_generation, read_manifest
from alpie.index.passages import make_passages
from alpie.index.records import Layout, Passage
from alpie.index.search import SearchIndex
from alpie.index.sources import read_sources
from alpie.index.store import read_embedded, read_passages, sweep_unfinished, write_generation

__all__ = ["BuildReport", "build_index", "package_version"]

_WAIT_SECONDS = 2.0  # for another builder, before saying that there is one


@dataclass(frozen=True)
class BuildReport:
    """What a build did."""

    documents: int
    passages: int
    embedded: int  # passages embedded now
    reused: int  # passages whose vectors were taken over
    seconds: float
    folder: Path
    changed: bool = True  # false: all came out as it was, and the index in use stayed
    problems: tuple[str, ...] = ()  # documents left out, each with its reason


@dataclass(frozen=True)
class _Known:
    """Vectors of an earlier build, found by what was embedded."""

    folder: Path  # of the generation they come from
    rows: dict[str, int]
    passages: tuple[Passage, ...]
    embedded: Embedded
    mean: NDArray[np.float32]


def package_version() -> str:
    """The installed version, "0" in a checkout that is not installed."""
    try:
        return version("alpie")
    except PackageNotFoundError:
        return "0"


def _embedding_key(passage: Passage) -> str:
    """What a passage's vectors depend on: its sentences, nothing else."""
    return hashlib.sha256("\u0000".join(sentence.text for sentence in passage.sentences).encode()).hexdigest()


def _known_vectors(data: Path, encoder: Encoder) -> _Known | None:
    """Vectors of the index in use, or if it is not sound of one that a killed build left whole.

    None when there is none of this encoder. Raises `IndexNewer`: what a later version built is not written
    over unasked.
    """
    for folder in _sound_candidates(data):
        try:
            manifest = read_manifest(folder)
            check_encoder(folder, manifest, encoder)
            check_files(folder, manifest)
        except IndexNewer:
            raise
        except StoreError:
            continue
        passages = read_passages(folder)
        rows = {_embedding_key(passage): row for row, passage in enumerate(passages)}
        return _Known(folder, rows, passages, read_embedded(folder), np.load(folder / "mean.npy"))
    return None


def _sound_candidates(data: Path) -> Iterator[Path]:
    """The generation in use, then any others, the newest first."""
    if current := _in_use(data):
        yield current
    if (data / "generations").is_dir():
        others = (path for path in (data / "generations").iterdir() if not path.name.startswith("."))
        yield from sorted((path for path in others if path != current), reverse=True)


def build_index(
    docs: Path,
    data: Path,
    encoder: Encoder,
    *,
    rebuild: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> BuildReport:
    """Index the documents of `docs` into `data`, beside the index in use, and swap it in.

    `rebuild` embeds everything anew. `on_progress` is told texts done and texts in all.
    Raises `IndexBusy` when another process builds here, `SourceError` when no document can be read,
    `IndexUnwritable` when the disk is full or the folder closed, `IndexNewer` when a later version of Al Pie
    built the index in use and `rebuild` was not asked for. Whatever is raised, the old index stands.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data / "build.lock")
        lock.acquire(timeout=_WAIT_SECONDS)
    except Timeout:  # an OSError too
        raise IndexBusy(f"Otro proceso está indexando en {data}. Espera a que termine.", data) from None
    except OSError as error:
        raise unwritable(data, error) from error
    try:
        return _build(docs, data, encoder, rebuild, on_progress)
    finally:
        lock.release()


def _build(
    docs: Path,
    data: Path,
    encoder: Encoder,
    rebuild: bool,
    on_progress: Callable[[int, int], None] | None,
) -> BuildReport:
    started = datetime.now(UTC)
    try:
        sweep_unfinished(data)
    except OSError as error:
        raise unwritable(data, error) from error
    sources = read_sources(docs)
    if not sources.documents:
        reasons = "; ".join(str(problem) for problem in sources.problems)
        raise SourceError(f"No hay ningún documento que indexar en {docs}. {reasons}".strip(), docs)
    known = None if rebuild else _known_vectors(data, encoder)
    layouts: list[Layout] = []
    passages: list[Passage] = []
    for document in sources.documents:
        layout = lay_out(document)
        layouts.append(layout)
        passages.extend(make_passages(document, layout))
    embedded, mean, fresh = _embed(passages, known, encoder, on_progress)
    search = SearchIndex.from_embedded(passages, embedded, mean, encoder)
    built_at = started.isoformat(timespec="seconds").replace("+00:00", "Z")
    before = known.folder if known and known.folder == _in_use(data) else None
    folder = write_generation(
        data, sources.documents, layouts, search, embedded, built_at, package_version(), same_as=before
    )
    return BuildReport(
        documents=len(sources.documents),
        passages=len(passages),
        embedded=fresh,
        reused=len(passages) - fresh,
        seconds=(datetime.now(UTC) - started).total_seconds(),
        folder=folder,
        changed=folder != before,
        problems=tuple(str(problem) for problem in sources.problems),
    )


def _in_use(data: Path) -> Path | None:
    try:
        return current_generation(data)
    except StoreError:
        return None


def _embed(
    passages: Sequence[Passage],
    known: _Known | None,
    encoder: Encoder,
    on_progress: Callable[[int, int], None] | None,
) -> tuple[Embedded, NDArray[np.float32], int]:
    """Vectors of `passages`, old ones taken over; the mean token vector; how many are new."""
    if known is None or not passages:
        embedded, mean = embed_passages(passages, encoder, None, on_progress)
        return embedded, mean, len(passages)
    new = [passage for passage in passages if _embedding_key(passage) not in known.rows]
    fresh, mean = embed_passages(new, encoder, known.mean, on_progress)
    new_rows = {_embedding_key(passage): row for row, passage in enumerate(new)}
    sides = {False: _Rows.of(known.passages, known.embedded), True: _Rows.of(new, fresh)}
    parts: list[Embedded] = []
    for passage in passages:
        key = _embedding_key(passage)
        is_new = key in new_rows
        parts.append(sides[is_new].take(new_rows[key] if is_new else known.rows[key]))
    return _concatenate(parts), mean, len(new)


@dataclass(frozen=True)
class _Rows:
    """Vectors with the bounds needed to take those of one passage."""

    embedded: Embedded
    sentence_bounds: NDArray[np.int64]
    token_bounds: NDArray[np.int64]

    @classmethod
    def of(cls, passages: Sequence[Passage], embedded: Embedded) -> _Rows:
        counts = [len(passage.sentences) for passage in passages]
        return cls(
            embedded,
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            np.concatenate([[0], np.cumsum(embedded.token_counts)]).astype(np.int64),
        )

    def take(self, row: int) -> Embedded:
        first, last = int(self.sentence_bounds[row]), int(self.sentence_bounds[row + 1])
        return Embedded(
            self.embedded.passages[row : row + 1],
            self.embedded.sentences[first:last],
            np.asarray(self.embedded.tokens[self.token_bounds[first] : self.token_bounds[last]]),
            self.embedded.token_counts[first:last],
        )


def _concatenate(parts: Sequence[Embedded]) -> Embedded:
    return Embedded(
        np.concatenate([part.passages for part in parts]),
        np.concatenate([part.sentences for part in parts]),
        np.concatenate([part.tokens for part in parts]),
        np.concatenate([part.token_counts for part in parts]),
    )
