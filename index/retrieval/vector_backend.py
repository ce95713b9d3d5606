"""The interface of vector backends, which propose the nearest passages of a question in place of the local index.

A backend holds what is needed to find a passage (vectors, stems) but not a word of its text. It proposes passages by
id; the local index scores them exactly and cuts the words from the source. So two backends that propose the same
passages give identical answers, however they round or compress, and a passage unknown to the local index is never
shown, whatever a backend still holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from alpie.index.arrays import Floats, Integers
from alpie.index.database.text_database import hash64
from alpie.index.encoder.embed import heading_line, indexed_text
from alpie.index.records import Passage
from alpie.index.retrieval.bm25 import TermIndex
from alpie.index.spanish.analysis import terms

BACKEND_RETRIEVERS = ("dense", "sentence", "lexical")
"""Passage vectors, sentence vectors, stems."""

RELATED_WEIGHT = 0.5  # an acronym's expansion counts half: it was not what was typed


def _hash_parts(*parts: str) -> int:
    return hash64("\0".join(parts))


def passage_id(address: str) -> int:
    """The number of a passage in every backend: a hash of its address, nothing else.

    Among 50 million passages, two have the same number with a probability of 1 in 15,000: `synchronise` checks.
    """
    return hash64(address)


@dataclass(frozen=True)
class Entry:
    """A passage as a backend holds it."""

    id: int  # `passage_id`
    stamp: int  # changes when anything below changes; stored by the backend
    document: str
    text: str  # headings and text, from which stems are made; not stored
    vector: Floats  # (dimension,)
    sentences: Floats  # (sentences, dimension)

    @classmethod
    def from_passage(cls, passage: Passage, vector: Floats, sentences: Floats) -> Entry:
        """The entry of a passage; vectors as `PassageVectors` has them."""
        document = passage.document_id
        texts = [heading_line(passage), *(sentence.text for sentence in passage.sentences)]
        id_, stamp = passage_id(passage.address), _hash_parts(document, *texts)
        return cls(id_, stamp, document, indexed_text(passage), vector, sentences)

    @property
    def stems(self) -> Sequence[str]:
        """Stems of heading and text, as `alpie.index.spanish.analysis` makes them, whatever the backend."""
        return [str(term) for term in terms(self.text)]

    def sentence_id(self, number: int) -> int:
        """The number of its sentence `number`, counted from 0, in every backend."""
        return _hash_parts(str(self.id), str(number))


def _weights(terms: Sequence[str], index: TermIndex) -> dict[str, float]:
    names = list(map(str, terms))
    idfs = dict(zip(names, index.idfs(names), strict=True))
    total = sum(idfs.values())
    return {term: idf / total for term, idf in idfs.items()} if total > 0 else {}


@dataclass(frozen=True)
class Query:
    """A question as backends get it.

    The weight of a term is its idf over the sum of all terms' idfs, by the statistics of the local index, which knows the
    whole collection. So a backend needs no statistics.
    """

    vector: Floats  # (dimension,), unit length
    stem_weights: Mapping[str, float]  # of the stems of the question, and of related terms

    @classmethod
    def build(cls, vector: Floats, stems: Sequence[str], related: Sequence[str], index: TermIndex) -> Query:
        """A question with the weights that the local `index` gives its terms."""
        weights = _weights(stems, index)
        for term, weight in _weights(related, index).items():
            weights[term] = weights.get(term, 0.0) + RELATED_WEIGHT * weight
        return cls(vector, weights)


class VectorBackend(Protocol):
    """A store that finds passages; safe to share between threads.

    Every method raises `BackendUnavailable` when the backend does not answer in time.
    """

    @property
    def name(self) -> str:
        """Name and version of the backend, for people."""

    @property
    def retrievers(self) -> tuple[str, ...]:
        """Which of `BACKEND_RETRIEVERS` the backend can search; the local index searches the others."""

    def upsert(self, entries: Iterable[Entry]) -> int:
        """Add or replace passages; a passage that is stored with the same stamp is not written again.

        Returns how many were written. What was written is durable when the method returns.
        """

    def search(self, query: Query, limit: int) -> Mapping[str, Integers]:
        """Ids of the `limit` nearest passages by each retriever, best first; fewer where there are no more.

        The sentence retriever reads the 2 · `limit` nearest sentences and gives their passages, each once.
        Passages that share no term with the question are not in the lexical retriever.
        """

    def delete_document(self, document: str, keep: Collection[int] = ()) -> int:
        """Delete the passages of a document, except those with the ids `keep`; returns how many were deleted.

        No later search of this object finds a deleted passage.
        """

    def documents(self) -> Mapping[str, int]:
        """Ids of the stored documents → number of their passages; the backend reads one row per passage."""

    def count(self) -> int:
        """How many passages are stored."""

    def close(self) -> None:
        """Close connections and files; closing twice is not an error."""
