"""Builds an index: reads documents, lays them out, splits, embeds and writes them; known vectors are reused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import compress
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from alpie.index import package_version
from alpie.index.arrays import Floats
from alpie.index.chunking.passages import make_passages
from alpie.index.chunking.word_coverage import measure_coverage
from alpie.index.database import LOCK
from alpie.index.encoder import Encoder, OnProgress
from alpie.index.encoder.embed import KnownVectors, PassageVectors, embed_passages, embedding_key
from alpie.index.errors import IndexBusy, IndexNewer, SourceError, StoreError
from alpie.index.formats import MAX_BYTES
from alpie.index.formats.pdf.recognition import Recogniser
from alpie.index.layout import lay_out
from alpie.index.messages import message
from alpie.index.notices import FileNotice, UnreadFile
from alpie.index.records import Document
from alpie.index.retrieval.backends.select import Synchronised
from alpie.index.sources.document_folder import SourcesReport
from alpie.index.sources.expansions import PlacedExpansions, expansions_file, place_expansions
from alpie.index.sources.source_table import CompletedEntry
from alpie.index.storage.incremental import EarlierVersion, IncrementalReading
from alpie.index.storage.manifest import (
    VersionFacts,
    check_encoder,
    check_files,
    current_version,
    read_manifest,
)
from alpie.index.storage.version_writer import (
    DocumentContent,
    remove_other_versions,
    remove_unfinished,
    write_failure,
    write_version,
)

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
    changed: bool = True  # False: nothing changed, and the index in use stayed
    problems: tuple[str, ...] = ()  # documents left out, each with its reason
    expansion_faults: tuple[str, ...] = ()  # what in files of expansions is not good
    incomplete: tuple[CompletedEntry, ...] = ()  # documents whose metadata are incomplete in file and table
    others: tuple[UnreadFile, ...] = ()  # files of formats that are not read
    notices: tuple[FileNotice, ...] = ()
    backend: Synchronised | None = None  # what was written into the backend; None: there is none


def build_index(
    docs: Path,
    data: Path,
    encoder: Encoder,
    *,
    rebuild: bool = False,
    known: KnownVectors | None = None,
    on_progress: OnProgress | None = None,
    max_bytes: int = MAX_BYTES,
    recogniser: Recogniser | None = None,
    wait_seconds: float = _WAIT_SECONDS,
) -> BuildReport:
    """Index the documents of `docs` into the folder `data`, beside the index in use, and swap the new index in.

    A file of more than `max_bytes` is left out and reported. `recogniser` reads scanned pages. `rebuild` embeds everything
    anew; `known` has vectors to use instead of those in use. `on_progress` gets the numbers of texts done and of all. Another
    builder is waited for `wait_seconds` long.
    Raises `IndexBusy`, `IndexUnwritable`, `IndexNewer` unless `rebuild`, and `SourceError` when no document can be read.
    The old index stays in use whatever is raised.
    """
    with _exclusive_build(data, wait_seconds):
        started = datetime.now(UTC)
        earlier = None if rebuild or known is not None else _usable_version(data, encoder)
        reading = IncrementalReading(docs, earlier, max_bytes, recogniser)
        if not reading.sources.documents:
            reasons = [problem.message for problem in reading.sources.problems]
            none = message("sources.none_read" if reasons else "sources.none", folder=docs, reasons=reasons)
            raise SourceError(none, docs)
        embedding = _Embedding(reading, known or earlier or KnownVectors(), encoder, on_progress)
        version, unread = package_version(), reading.sources.unread(docs)
        if changed := earlier is None or not reading.is_as_before(version, unread):
            facts = VersionFacts(
                alpie=version,
                program=reading.program,
                built_at=started.isoformat(timespec="seconds").replace("+00:00", "Z"),
                unread=tuple(unread),
            )
            base = earlier.folder if earlier and reading.kept else None
            folder = write_version(data, embedding.contents(), encoder, facts, base)
        else:
            folder = earlier.folder
            remove_other_versions(folder)
    return _report(embedding, reading.sources, folder, changed, (datetime.now(UTC) - started).total_seconds())


def _report(
    embedding: _Embedding, sources: SourcesReport, folder: Path, changed: bool, seconds: float
) -> BuildReport:
    """What a run did, as `alpie index` says it: counts of what is new, and everything that was not read."""
    documents = [document.content for document in embedding.documents]
    passages = sum(document.count for document in embedding.documents)
    fresh = sum(document.new_passages for document in embedding.documents)
    return BuildReport(
        documents=len(documents),
        passages=passages,
        embedded=fresh,
        reused=passages - fresh,
        seconds=seconds,
        folder=folder,
        changed=changed,
        problems=tuple(problem.message for problem in sources.problems),
        expansion_faults=(
            *(problem.message for problem in sources.unused),
            *(fault for document in documents for fault in document.expansion_faults),
        ),
        incomplete=sources.incomplete,
        others=sources.others,
        notices=tuple(
            FileNotice(document.document.file, notice)
            for document in documents
            for notice in document.document.notices
        ),
    )


@contextmanager
def _exclusive_build(data: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the build lock of `data`, once what a killed build left there is removed."""
    with ExitStack() as held:
        try:
            data.mkdir(parents=True, exist_ok=True)
            held.enter_context(FileLock(data / LOCK, timeout=wait_seconds))
            remove_unfinished(data)
        except Timeout:  # an OSError too
            raise IndexBusy(message("build.busy", folder=data), data) from None
        except OSError as error:
            raise write_failure(data, error) from error
        yield


def _usable_version(data: Path, encoder: Encoder) -> EarlierVersion | None:
    """The index in use, if it is whole and of this encoder; raises `IndexNewer` for an index of a later program."""
    try:
        folder = current_version(data)
        manifest = read_manifest(folder)
        check_encoder(folder, manifest, encoder)
        check_files(folder, manifest)
        return EarlierVersion(folder, manifest)
    except IndexNewer:
        raise
    except StoreError:
        return None


@dataclass(frozen=True)
class _Prepared:
    """A document that is laid out and split, without its vectors."""

    content: DocumentContent
    count: int  # of passages
    keys: Sequence[bytes] = ()  # (passages,): what the vectors of a passage depend on
    is_new: Sequence[bool] = ()  # (passages,): whether the vectors have to be made

    @property
    def new_passages(self) -> int:
        return sum(self.is_new)

    @property
    def expansion_texts(self) -> list[str]:
        return [expansion.text for of_passage in self.content.expansions for expansion in of_passage]


class _Embedding:
    """The documents of a build: laid out at the start, embedded while they are written; known vectors are taken over."""

    def __init__(
        self,
        reading: IncrementalReading,
        known: KnownVectors,
        encoder: Encoder,
        on_progress: OnProgress | None,
    ) -> None:
        self._reading, self._known = reading, known
        self._encoder, self._on_progress = encoder, on_progress
        self.documents = [self._prepare(document) for document in reading.sources.documents]
        self._done = self._total = 0  # texts to embed
        for prepared in self.documents:
            new = compress(prepared.content.passages, prepared.is_new)
            self._total += sum(1 + len(passage.sentences) for passage in new)
            self._total += sum(known.of_expansion(text) is None for text in prepared.expansion_texts)

    def _prepare(self, document: Document) -> _Prepared:
        """A document ready to be embedded: its passages, or those of the earlier version where nothing about it changed."""
        earlier, sources = self._reading.earlier, self._reading.sources
        if earlier is not None and document.id in self._reading.kept:
            kept = DocumentContent(
                earlier.documents[document.id], expansion_faults=earlier.expansion_faults(document.id)
            )
            return _Prepared(kept, earlier.passages_of(document.id))
        layout = lay_out(document)
        passages = make_passages(document, layout)
        document = measure_coverage(document, layout, passages)
        expansions = PlacedExpansions()
        if (data := sources.expansions.get(document.id)) is not None:
            file = self._reading.docs / expansions_file(document.id)
            expansions = place_expansions(data, passages, str(file))
        metadata = sources.metadata[document.id]
        content = DocumentContent(
            document, layout, passages, expansions.of_passages, metadata, expansions.faults
        )
        keys = [embedding_key(passage) for passage in passages]
        return _Prepared(content, len(passages), keys, [key not in self._known for key in keys])

    def contents(self) -> Iterator[DocumentContent]:
        """The documents with their vectors, embedded some hundreds of passages at a time to save memory."""
        portion: list[_Prepared] = []
        for document in self.documents:
            portion.append(document)
            if sum(prepared.new_passages for prepared in portion) >= _PORTION:
                yield from self._embed(portion)
                portion = []
        yield from self._embed(portion)

    def _embed(self, portion: Sequence[_Prepared]) -> Iterator[DocumentContent]:
        new = [
            passage
            for prepared in portion
            for passage in compress(prepared.content.passages, prepared.is_new)
        ]
        counts = [len(passage.sentences) for passage in new]
        made = embed_passages(new, self._encoder, self._report_progress).split(counts)
        self._done += len(new) + sum(counts)
        for prepared in portion:
            yield replace(prepared.content, vectors=self._document_vectors(prepared, made))

    def _document_vectors(self, prepared: _Prepared, made: Iterator[PassageVectors]) -> PassageVectors:
        if self._reading.earlier and prepared.content.layout is None:
            return self._reading.earlier.of_document(prepared.content.document.id)
        keys = zip(prepared.keys, prepared.is_new, strict=True)
        parts = [next(made) if is_new else self._known.of_passage(key) for key, is_new in keys]
        return replace(
            PassageVectors.joined(parts, self._encoder.dimension),
            expansions=self._expansion_vectors(prepared.expansion_texts),
        )

    def _expansion_vectors(self, texts: Sequence[str]) -> Floats:
        vectors = [self._known.of_expansion(text) for text in texts]
        new = [text for text, vector in zip(texts, vectors, strict=True) if vector is None]
        encoded = iter(self._encoder.encode_passages(new, self._report_progress))
        self._done += len(new)
        return np.array([next(encoded) if vector is None else vector for vector in vectors], dtype=np.float32)

    def _report_progress(self, done: int, _: int) -> None:
        if self._on_progress:
            self._on_progress(self._done + done, self._total)
