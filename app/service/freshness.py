"""Whether the index still speaks of the documents as they are in their folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alpie.index.formats import MAX_BYTES, Extraction
from alpie.index.reading.sources import read_sources
from alpie.index.storage.store import indexed_files


@dataclass(frozen=True)
class Freshness:
    """Ids of documents that came, changed (they or their expansions) or went since the index was built."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def is_fresh(self) -> bool:
        return not (self.added or self.changed or self.removed)

    @property
    def ids(self) -> tuple[str, ...]:
        return (*self.added, *self.changed, *self.removed)


def compare_with_documents(docs: Path, data: Path, most_bytes: int = MAX_BYTES) -> Freshness:
    """Compare checksums of the folder with those in the index.

    Raises `SourceError` when the folder cannot be read, `StoreError` when there is no sound index.
    """
    indexed = indexed_files(data)
    # what was read at indexing need not be parsed to be told from what was not
    known = {sha256: Extraction("") for sha256, _ in indexed.values()}
    documents = read_sources(docs, known, most_bytes).documents
    present = {document.id: (document.sha256, document.expansions) for document in documents}
    return Freshness(
        added=tuple(name for name in present if name not in indexed),
        changed=tuple(name for name in present if name in indexed and present[name] != indexed[name]),
        removed=tuple(name for name in indexed if name not in present),
    )
