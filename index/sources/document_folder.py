"""From a folder of files to documents with a canonical text.

Every offset in the system counts characters of that text: for a text file, what it decodes to, with line ends as they
are; for any other format, what its parser makes of it. `sources.toml` says what a document is; files that it does not
list are indexed too. One bad document never stops the others; an unreadable `sources.toml` does, since every citation
would be wrong.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from alpie.index.database import LOCK, POINTER, VERSIONS
from alpie.index.errors import SourceError
from alpie.index.formats import MAX_BYTES, SUFFIXES, Extraction, Metadata, extract, format_of
from alpie.index.formats.pdf.recognition import Recogniser
from alpie.index.messages import message
from alpie.index.notices import UnreadFile, unread_format
from alpie.index.records import Document
from alpie.index.sources.expansions import EXPANSIONS_FOLDER, expansions_file
from alpie.index.sources.source_table import (
    CompletedEntry,
    SourceEntry,
    complete_entry,
    entry_from_file_name,
    entry_from_table,
)
from alpie.index.system.files import read_toml
from alpie.index.system.latest_entries import LatestEntries

_MAX_CHARACTERS = 40_000_000  # of all texts kept
_extractions: LatestEntries[tuple[str, str, bool], Extraction] = LatestEntries(
    _MAX_CHARACTERS, lambda extraction: len(extraction.text)
)


def remembered_extraction(
    data: bytes, sha256: str, path: Path, recogniser: Recogniser | None = None
) -> Extraction:
    """Read a file as `extract` does, or recall what was read of the same bytes: a page checks its folder again and again."""
    kind = format_of(path)
    if kind is None or kind == "text":  # decoding costs less than remembering
        return extract(data, path)
    key = sha256, kind, recogniser is not None
    if (known := _extractions.get(key)) is not None:
        return known
    made = extract(data, path, recogniser)
    _extractions[key] = made
    return made


# Files of a folder of documents that are none themselves, beside the folder of expansions.
SOURCES_FILE = "sources.toml"  # what the documents are
RECOGNITION_FILE = (
    ".ocr"  # empty: where it stands, every indexing recognises scanned pages, as the setting `ocr` does
)
NOT_DOCUMENTS = re.compile(r"(readme|license|licence|copying|changelog)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class SourcesReport:
    """The documents of a folder, in the order of `sources.toml`, and the files that could not be read."""

    documents: tuple[Document, ...]
    problems: tuple[SourceError, ...]
    incomplete: tuple[CompletedEntry, ...] = ()  # documents of which neither file nor table says all
    expansions: Mapping[str, bytes] = field(default_factory=dict)  # id of a document → file of its expansions
    unused: tuple[SourceError, ...] = ()  # files of expansions that cannot be read, or are of no document
    others: tuple[UnreadFile, ...] = ()  # files of formats that are not read
    # id of a document → what its file says of it
    metadata: Mapping[str, Metadata] = field(default_factory=dict)

    def unread(self, folder: Path) -> tuple[UnreadFile, ...]:
        """Every file of `folder` that is not among the documents."""

        def name(path: Path | None) -> str:
            return path.relative_to(folder).as_posix() if path and path.is_relative_to(folder) else ""

        return (*(UnreadFile(name(problem.path), problem.reason) for problem in self.problems), *self.others)


def read_sources(
    folder: Path,
    known: Mapping[str, Extraction] | None = None,
    max_bytes: int = MAX_BYTES,
    recogniser: Recogniser | None = None,
) -> SourcesReport:
    """The documents of `folder` and the problems of the others; of two files with the same bytes, the first.

    `known` are extractions by the SHA-256 of their file: such a file is not parsed again. A file of more
    than `max_bytes` is not even opened. `recogniser` reads scanned pages.
    Raises `SourceError` when the folder or its `sources.toml` cannot be read.
    """
    if not folder.is_dir():
        raise SourceError.at(folder, "sources.no_folder")
    documents: list[Document] = []
    problems: list[SourceError] = []
    incomplete: list[CompletedEntry] = []
    claimed: set[Path] = set()  # files that a table speaks of, even a faulty one: never taken by name instead
    expansions: dict[str, bytes] = {}
    unused: list[SourceError] = []
    files: dict[str, str] = {}  # SHA-256 → the file that has it
    others: list[UnreadFile] = []
    metadata: dict[str, Metadata] = {}
    for entry in _entries(folder, claimed, problems, others):
        path = folder / entry.file
        try:
            data = _read_file(folder, entry.file, max_bytes)
            sha256 = hashlib.sha256(data).hexdigest()
            if sha256 in files:
                raise SourceError.at(path, "sources.same", file=files[sha256])
            extraction = (known or {}).get(sha256) or remembered_extraction(data, sha256, path, recogniser)
            completed = complete_entry(entry, extraction.metadata, date.today())
        except SourceError as problem:
            problems.append(problem)
            continue
        files[sha256] = entry.file
        document = completed.entry.document(extraction, sha256)
        if (written := _read_expansions(folder, entry.id, max_bytes, unused)) is not None:
            expansions[entry.id] = written
            document = replace(document, expansions=hashlib.sha256(written).hexdigest())
        documents.append(document)
        metadata[entry.id] = extraction.metadata
        if completed.missing:
            incomplete.append(replace(completed, listed=_lexical_path(path) in claimed))
    unused += [
        SourceError.at(path, "sources.nobody", id=path.stem)
        for path in sorted((folder / EXPANSIONS_FOLDER).glob("*.jsonl"))
        if path.stem not in metadata
    ]
    return SourcesReport(
        documents=tuple(documents),
        problems=tuple(problems),
        incomplete=tuple(incomplete),
        expansions=expansions,
        unused=tuple(unused),
        others=tuple(others),
        metadata=metadata,
    )


def _read_expansions(
    folder: Path, document_id: str, max_bytes: int, unused: list[SourceError]
) -> bytes | None:
    file = expansions_file(document_id)
    if not (folder / file).exists():
        return None
    try:
        return _read_file(folder, file, max_bytes)
    except SourceError as problem:
        unused.append(problem)
        return None


def _entries(
    folder: Path, claimed: set[Path], problems: list[SourceError], others: list[UnreadFile]
) -> Iterator[SourceEntry]:
    """Listed documents first, in their order, then the files nobody listed, by name; the rest to `others`."""
    used: set[str] = set()  # ids
    for number, table in enumerate(_tables(folder / SOURCES_FILE), start=1):
        where = message("table.number", number=number)
        if isinstance(file := table.get("file"), str):
            claimed.add(_lexical_path(folder / file))
        try:
            entry = entry_from_table(table, where, folder / SOURCES_FILE)
            if entry.id in used:
                twice = message("table.twice", id=entry.id)
                raise SourceError(message("at", where=where, reason=twice), folder / entry.file)
        except SourceError as problem:
            whole = message("at", where=folder / SOURCES_FILE, reason=problem.message)
            problems.append(SourceError(whole, problem.path))
            continue
        used.add(entry.id)
        yield entry
    for path in _document_files(folder, problems):
        try:
            path.as_posix().encode()
        except UnicodeEncodeError:  # a name in an old encoding: no JSON and no page could show it
            shown = os.fsencode(path).decode("utf-8", "backslashreplace")
            problems.append(
                SourceError(message("at", where=shown, reason=message("sources.name_not_utf8")), path)
            )
            continue
        if _lexical_path(path) in claimed:
            continue
        if path.parent == folder / EXPANSIONS_FOLDER and path.suffix == ".jsonl":
            continue  # expansions, which are no document
        if format_of(path) is None:
            others.append(unread_format(path.relative_to(folder), SUFFIXES))
        else:
            entry = entry_from_file_name(path.relative_to(folder), used)
            used.add(entry.id)
            yield entry


def _tables(path: Path) -> list[Mapping[str, object]]:
    if not path.exists():
        return []
    try:
        content = read_toml(path, SourceError)
    except OSError as error:
        raise SourceError.at(path, "sources.unreadable", error=error.strerror) from error
    unknown = sorted(set(content) - {"document"})
    if unknown:
        raise SourceError.at(path, "sources.key", key=unknown[0])
    tables = content.get("document", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SourceError.at(path, "sources.tables")
    return tables


def _document_files(folder: Path, problems: list[SourceError]) -> Iterator[Path]:
    """Files in the folder and below, hidden ones, README files and an index apart, in the order of their names."""
    found: list[Path] = []

    def closed(error: OSError) -> None:
        path = Path(os.fsdecode(error.filename))
        problems.append(SourceError.at(path, "sources.closed", error=error.strerror))

    for parent, folders, files in os.walk(folder, onerror=closed):
        folders[:] = [name for name in folders if not name.startswith((".", "__"))]
        if POINTER in files and VERSIONS in folders:
            folders[:] = []
            continue
        for name in files:
            # «~$x.docx» is what Word leaves beside a file that is open
            if name.startswith((".", "~$")) or NOT_DOCUMENTS.fullmatch(name):
                continue
            if name not in (SOURCES_FILE, LOCK):
                found.append(Path(parent) / name)
    return iter(sorted(found))


def _lexical_path(path: Path) -> Path:
    """`path` without «.» and «..», symbolic links left as they are: two ways to write it become one."""
    return Path(os.path.normpath(path))


def _read_file(folder: Path, file: str, max_bytes: int) -> bytes:
    path = folder / file
    try:
        inside = path.resolve(strict=True).is_relative_to(folder.resolve())
        if not inside:
            raise SourceError.at(path, "sources.outside", folder=folder)
        if not path.is_file():
            raise SourceError.at(path, "sources.no_file")
        size = path.stat().st_size
        if size > max_bytes:
            megabytes = {"size": -(-size // 1_000_000), "most": max_bytes // 1_000_000}
            raise SourceError.at(path, "sources.large", **megabytes)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError.at(path, "sources.gone", table=SOURCES_FILE) from error
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of symbolic links
        raise SourceError.at(path, "sources.unreadable", error=error) from error
