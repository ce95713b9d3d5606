"""Build the index: read, lay out, split, embed, write. Passages that were embedded before are not again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from alpie.index.chunking.passages import make_passages
from alpie.index.encoder import Encoder
from alpie.index.encoder.embed import Embedded, KnownVectors, embed_passages, embedding_key
from alpie.index.errors import IndexBusy, IndexNewer, SourceError, StoreError
from alpie.index.formats import MAX_BYTES
from alpie.index.formats.recognition import Recogniser
from alpie.index.layout import lay_out
from alpie.index.messages import said
from alpie.index.notices import Notice, Unread
from alpie.index.package_version import package_version
from alpie.index.records import Document, Layout, Passage
from alpie.index.retrieval.backends.select import Synchronised
from alpie.index.sources.expansions import ExpansionLine, expansions_file, place_expansions
from alpie.index.sources.source_table import Described
from alpie.index.storage.incremental import Earlier, IncrementalReading
from alpie.index.storage.manifest import check_encoder, check_files, current_version, read_manifest
from alpie.index.storage.store import sweep, sweep_unfinished, unwritable, write_version
from alpie.index.word_coverage import measured

_PORTION = 512  # passages embedded together
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
    notes: tuple[str, ...] = ()  # what is not good in files of expansions
    incomplete: tuple[Described, ...] = ()  # documents of which neither file nor table says all
    others: tuple[Unread, ...] = ()  # files of formats that are not read
    notices: tuple[tuple[str, Notice], ...] = ()  # what of a file, named first, is not read
    backend: Synchronised | None = None  # what the backend took, when it is not the local one


def _sound(data: Path, encoder: Encoder) -> Earlier | None:
    """The index in use, if it is whole and of this encoder.

    Raises `IndexNewer`: what a later version built is not written over unasked.
    """
    try:
        folder = current_version(data)
        manifest = read_manifest(folder)
        check_encoder(folder, manifest, encoder)
        check_files(folder, manifest)
        return Earlier(folder, manifest)
    except IndexNewer:
        raise
    except StoreError:
        return None


def build_index(
    docs: Path,
    data: Path,
    encoder: Encoder,
    *,
    rebuild: bool = False,
    known: KnownVectors | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    most_bytes: int = MAX_BYTES,
    recogniser: Recogniser | None = None,
) -> BuildReport:
    """Index the documents of `docs` into `data`, beside the index in use, and swap it in.

    A file of more than `most_bytes` is left out and named. `recogniser` reads scanned pages. `rebuild` embeds everything
    anew; `known` has vectors to use in place of those in use. `on_progress` is told texts done and texts in all.
    Raises `IndexBusy`, `IndexUnwritable`, `IndexNewer` unless `rebuild` was asked for, and `SourceError` when no
    document can be read. Whatever is raised, the old index stands.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data / "build.lock")
        lock.acquire(timeout=_WAIT_SECONDS)
    except Timeout:  # an OSError too
        raise IndexBusy(said("build.busy", folder=data), data) from None
    except OSError as error:
        raise unwritable(data, error) from error
    try:
        return _build(docs, data, encoder, rebuild, known, on_progress, most_bytes, recogniser)
    finally:
        lock.release()


def _build(
    docs: Path,
    data: Path,
    encoder: Encoder,
    rebuild: bool,
    known: KnownVectors | None,
    on_progress: Callable[[int, int], None] | None,
    most_bytes: int,
    recogniser: Recogniser | None,
) -> BuildReport:
    started = datetime.now(UTC)
    try:
        sweep_unfinished(data)
    except OSError as error:
        raise unwritable(data, error) from error
    earlier = None if rebuild or known is not None else _sound(data, encoder)
    reading = IncrementalReading(docs, earlier, most_bytes, recogniser)
    sources = reading.sources
    if not sources.documents:
        reasons = [problem.message for problem in sources.problems]
        raise SourceError(
            said("sources.none_read" if reasons else "sources.none", folder=docs, reasons=reasons), docs
        )
    embedding = _Embedding(reading, earlier if known is None else known, encoder, on_progress)
    built_at = started.isoformat(timespec="seconds").replace("+00:00", "Z")
    version, unread = package_version(), sources.unread(docs)
    folder = before = earlier.folder if earlier else None
    if folder is not None and reading.is_as_before(version, unread):
        sweep(folder)
    else:
        gone_on_from = earlier.folder if earlier and reading.kept else None
        folder = write_version(
            data, embedding, encoder, built_at, version, gone_on_from, unread, reading.program
        )
    return BuildReport(
        documents=len(sources.documents),
        passages=embedding.passages,
        embedded=embedding.fresh,
        reused=embedding.passages - embedding.fresh,
        seconds=(datetime.now(UTC) - started).total_seconds(),
        folder=folder,
        changed=folder != before,
        problems=tuple(problem.message for problem in sources.problems),
        notes=(*(problem.message for problem in sources.unused), *embedding.notes),
        incomplete=sources.incomplete,
        others=sources.others,
        notices=tuple(embedding.notices),
    )


class _Embedding:
    """Arguments of `VersionWriter.add` for each document; old vectors are taken over.

    New passages are embedded some hundreds at a time, so that memory need not hold the vectors of all.
    """

    def __init__(
        self,
        reading: IncrementalReading,
        known: KnownVectors | None,
        encoder: Encoder,
        on_progress: Callable[[int, int], None] | None,
    ) -> None:
        self._known, self._encoder, self._on_progress = known, encoder, on_progress
        self._reading = reading
        self._read: list[_Read] = []
        self.passages = self.fresh = 0
        self._done = self._total = 0  # texts to embed
        self.notes: list[str] = []
        # what is not read of the documents, under the name of each file
        self.notices: list[tuple[str, Notice]] = []
        for document in reading.sources.documents:
            one = self._kept(document) if document.id in reading.kept else self._laid_out(document)
            self._read.append(one)
            self.passages += one.count
            self.fresh += sum(one.new)
            self._total += sum(
                1 + len(p.sentences) for p, is_new in zip(one.passages, one.new, strict=True) if is_new
            )
            self._total += sum(
                known is None or known.of_line(line.text) is None for own in one.lines for line in own
            )
            self.notes += one.notes
            self.notices += [(one.document.file, notice) for notice in one.document.notices]

    def _kept(self, document: Document) -> _Read:
        earlier = self._reading.earlier
        assert earlier is not None
        as_it_was = earlier.documents[document.id]
        return _Read(as_it_was, earlier.passages_of(document.id), notes=earlier.notes(document.id))

    def _laid_out(self, document: Document) -> _Read:
        layout = lay_out(document)
        passages = make_passages(document, layout)
        document = measured(document, layout, passages)
        keys = [embedding_key(passage) for passage in passages]
        new = [self._known is None or key not in self._known for key in keys]
        lines: Sequence[Sequence[ExpansionLine]] = ()
        notes: tuple[str, ...] = ()
        if (data := self._reading.sources.expansions.get(document.id)) is not None:
            name = str(self._reading.docs / expansions_file(document.id))
            expansions = place_expansions(data, passages, name)
            lines, notes = expansions.lines, expansions.problems
        return _Read(document, len(passages), layout, passages, keys, new, lines, notes)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        portion: list[_Read] = []
        for one in self._read:
            portion.append(one)
            if sum(sum(read.new) for read in portion) >= _PORTION:
                yield from self._embedded(portion)
                portion = []
        yield from self._embedded(portion)

    def _embedded(self, portion: Sequence[_Read]) -> Iterator[tuple[Any, ...]]:
        new = [p for read in portion for p, is_new in zip(read.passages, read.new, strict=True) if is_new]
        vectors: Iterator[Embedded] = iter(())
        if new:
            embedded = embed_passages(new, self._encoder, self._progress)
            self._done += sum(1 + len(passage.sentences) for passage in new)
            vectors = embedded.split([len(passage.sentences) for passage in new])
        for read in portion:
            if read.layout is None:
                assert self._reading.earlier is not None
                yield read.document, None, (), self._reading.earlier.of_document(read.document.id)
                continue
            parts = [
                next(vectors) if is_new or self._known is None else self._known.of_passage(key)
                for key, is_new in zip(read.keys, read.new, strict=True)
            ]
            joined = Embedded.joined(parts, self._encoder.dimension)
            if any(read.lines):
                joined = replace(joined, expansions=read.lines, lines=self._line_vectors(read.lines))
            metadata = self._reading.sources.metadata[read.document.id]
            yield read.document, read.layout, read.passages, joined, metadata, read.notes

    def _line_vectors(self, lines: Sequence[Sequence[ExpansionLine]]) -> NDArray[np.float32]:
        """Vectors of all lines of a document, (lines, dimension); those that were known are taken over."""
        texts = [line.text for own in lines for line in own]
        vectors = [self._known.of_line(text) if self._known else None for text in texts]
        if new := [text for text, vector in zip(texts, vectors, strict=True) if vector is None]:
            encoded = iter(self._encoder.encode_passages(new, on_progress=self._progress))
            self._done += len(new)
            vectors = [next(encoded) if vector is None else vector for vector in vectors]
        return np.array(vectors, dtype=np.float32)

    def _progress(self, done: int, _: int) -> None:
        if self._on_progress:
            self._on_progress(self._done + done, self._total)


@dataclass(frozen=True)
class _Read:
    """A document read and split; of each passage what its vectors depend on, and whether they are new."""

    document: Document
    count: int  # of passages
    layout: Layout | None = None  # None: it is as the earlier index has it
    passages: Sequence[Passage] = ()
    keys: Sequence[bytes] = ()
    new: Sequence[bool] = ()
    lines: Sequence[Sequence[ExpansionLine]] = ()  # expansions of each passage; empty: it has none
    notes: tuple[str, ...] = ()
