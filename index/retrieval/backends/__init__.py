"""Backends: where the nearest passages of a question come from.

An backend holds of each passage what finds it (vectors, stems, labels to filter by) and not a
word of its text. It proposes passages, by id, retriever by retriever; the document store of the process that asks
scores them exactly and cuts the words from the source. So the answers of two backends that propose the
same passages are the same to the last digit, whatever the backends round, compress or approximate, and a
passage that the document store does not know is never shown, whatever an backend still holds.

    VectorBackend        the interface: upsert, search, delete_document, documents, count, close
    milvus        Milvus and Milvus Lite: ALPIE_INDEX=milvus:<uri>
    synchronise   makes an backend hold what an index holds

Where no backend is chosen, `SearchIndex` searches its own vectors and terms.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from alpie.index.retrieval.backends.passage_rows import Entry, Filter, Query, passage_id

__all__ = ["RETRIEVERS", "Entry", "Filter", "Query", "VectorBackend", "passage_id"]

RETRIEVERS = ("dense", "sentence", "lexical")
"""Passage vectors, sentence vectors, stems."""


class VectorBackend(Protocol):
    """A store of passages that finds them again. Safe to share between threads.

    Every method raises `BackendUnavailable` when the backend does not answer in time.
    """

    @property
    def name(self) -> str:
        """VectorBackend and version, for people."""

    @property
    def retrievers(self) -> tuple[str, ...]:
        """Those of `RETRIEVERS` that it can search; the document store searches the others."""

    def upsert(self, entries: Iterable[Entry]) -> int:
        """Add or replace passages; one that is held with the same stamp is not written again.

        Returns how many were written. What was written when it returns survives the end of any process.
        """

    def search(self, query: Query, limit: int, only: Filter | None = None) -> Mapping[str, NDArray[np.int64]]:
        """Of each retriever, ids of the `limit` nearest passages, best first; fewer where there are no more.

        The sentence retriever reads the 2 · `limit` nearest sentences and gives their passages, each once.
        Passages that share no term with the question are not in the lexical retriever.
        """

    def delete_document(self, document: str, keep: Collection[int] = ()) -> int:
        """Take a document's passages out, all but those with the ids `keep`; returns how many went.

        No search that this object starts afterwards finds one of them.
        """

    def documents(self) -> Mapping[str, int]:
        """Ids of the documents held and the number of passages of each; reads a row a passage."""

    def count(self, document: str | None = None) -> int:
        """Passages held, of one document or of all."""

    def close(self) -> None:
        """Let go of connections and files; closing twice is no error."""
