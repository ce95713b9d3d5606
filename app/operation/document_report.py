"""Reports in words how documents were read, and whether the index still matches their folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from alpie.app.translations import Translations
from alpie.index.formats import MAX_BYTES, Extraction
from alpie.index.notices import Coverage, FileNotice, Notice
from alpie.index.sources.document_folder import read_sources
from alpie.index.storage.store import indexed_files
from alpie.index.storage.version_writer import IndexedFiles

if TYPE_CHECKING:
    from alpie.index.build import BuildReport


@dataclass(frozen=True)
class Freshness:
    """Ids of documents that came, changed (they or their expansions) or went since the index was built."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: int = 0  # documents of the index that are in the folder, changed or not

    @property
    def is_fresh(self) -> bool:
        return not (self.added or self.changed or self.removed)

    @property
    def ids(self) -> tuple[str, ...]:
        return (*self.added, *self.changed, *self.removed)

    @property
    def is_of_other_folder(self) -> bool:
        """Whether no document of the index is in the folder: then the two do not belong together."""
        return bool(self.removed) and self.kept == 0


def compare_index_with_folder(docs: Path, data: Path, most_bytes: int = MAX_BYTES) -> Freshness:
    """Compare checksums of the folder with those in the index.

    Raises `SourceError` when the folder cannot be read, `StoreError` when there is no sound index.
    """
    indexed = indexed_files(data)
    # what was read at indexing need not be parsed again to be recognised
    known = {document.sha256: Extraction("") for document in indexed.values()}
    documents = read_sources(docs, known, most_bytes).documents
    present = {
        document.id: IndexedFiles(document.id, document.sha256, document.expansions) for document in documents
    }
    return Freshness(
        added=tuple(name for name in present if name not in indexed),
        changed=tuple(name for name in present if name in indexed and present[name] != indexed[name]),
        removed=tuple(name for name in indexed if name not in present),
        kept=sum(name in present for name in indexed),
    )


def staleness_text(freshness: Freshness, docs: Path, data: Path, translations: Translations) -> str:
    """A sentence on what to do about an index that no longer matches the documents in its folder."""
    if freshness.is_of_other_folder:
        return translations("index.other_folder", docs=docs, data=data)
    names, further = freshness.ids[:_MAX_STALE], len(freshness.ids) - _MAX_STALE
    shown = ", ".join(names) + (f", {translations('notice.more', number=further)}" if further > 0 else "")
    return translations("index.stale", names=shown)


_MAX_STALE = 5  # ids named in a line of warning
MAX_NAMED = 50  # files of one kind: a folder may hold thousands that are not documents


def notice_text(notice: Notice, translations: Translations) -> str:
    """A notice about what is not read in a file, as a sentence."""
    return translations(
        f"notice.{notice.kind}", count=translations.number(notice.count), of=translations.number(notice.of)
    )


def coverage_text(coverage: Coverage, translations: Translations) -> str:
    """How many of a file's pages and words were read, in words; "" where nothing is known."""
    parts = []
    if coverage.pages:
        pages = {
            "read": translations.number(coverage.pages_read),
            "pages": translations.number(coverage.pages),
        }
        parts.append(translations("coverage.pages", **pages))
    if coverage.words_found:
        found = {
            "kept": translations.number(coverage.words_kept),
            "found": translations.number(coverage.words_found),
        }
        parts.append(translations("coverage.words", **found))
    return "; ".join(parts)


def file_notices(notices: Iterable[FileNotice], translations: Translations) -> Iterator[str]:
    """Notices with the names of their files."""
    for file, notice in notices:
        yield translations("notice.file", file=file, notice=notice_text(notice, translations))


def build_warnings(report: BuildReport, translations: Translations) -> Iterator[str]:
    """Everything that is missing from the index in whole or in part, one line each."""
    for message in (*report.problems, *report.expansion_faults, *file_notices(report.notices, translations)):
        yield translations("index.problem", message=message)
    for other in report.others[:MAX_NAMED]:
        yield translations(
            "index.problem", message=translations("notice.file", file=other.file, notice=other.reason)
        )
    if len(report.others) > MAX_NAMED:
        yield translations("notice.more", number=translations.number(len(report.others) - MAX_NAMED))


def report_values(report: BuildReport, translations: Translations) -> dict[str, str]:
    """What an indexing run did, as values for the sentences that report it."""
    return {
        "documents": translations.count("count.documents", report.documents),
        "passages": translations.count("count.passages", report.passages),
        "embedded": translations.number(report.embedded),
        "reused": translations.number(report.reused),
        "seconds": translations.number(report.seconds, 1),
    }
