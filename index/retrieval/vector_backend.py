"""Vector backends: where the nearest passages of a question come from, if not from this process.

A backend holds what is needed to find a passage (vectors, stems), and not a word of its text. It proposes passages by
id; the document store of the process that asks scores them exactly and cuts the words from the source. So two
backends that propose the same passages give the same answers to the last digit, whatever they round or compress,
and a passage that the document store does not know is never shown, whatever a backend still holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from alpie.index.encoder import Floats, Integers
from alpie.index.encoder.embed import heading_line, indexed_text
from alpie.index.records import Passage
from alpie.index.retrieval.bm25 import TermIndex
from alpie.index.spanish.analysis import terms
from alpie.index.text_database import hash64

BACKEND_RETRIEVERS = ("dense", "sentence", "lexical")
"""Passage vectors, sentence vectors, stems."""

RELATED_WEIGHT = 0.5  # an acronym's expansion counts half: it was not what was typed


def _hash_parts(*parts: str) -> int:
    return hash64("\0".join(parts))


def passage_id(address: str) -> int:
    """The number of a passage in every backend: a hash of its address, nothing else.

    Among 50 million passages two have one number with a probability of 1 in 15,000: `synchronise` looks.
    """
    return hash64(address)


@dataclass(frozen=True)
class Entry:
    """A passage as a backend holds it."""

    id: int  # `passage_id`
    stamp: int  # changes when anything below does; the backend keeps it
    document: str
    text: str  # headings and text, to be analysed; not kept
    vector: Floats  # (dimension,)
    sentences: Floats  # (sentences, dimension)

    @classmethod
    def of(cls, passage: Passage, vector: Floats, sentences: Floats) -> Entry:
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
    """A question as backends are asked it.

    The weights of its terms come with it: idf over the sum of all terms' idfs, from the statistics of the
    whole collection, which the document store has. So a backend needs none of its own.
    """

    vector: Floats  # (dimension,), unit length
    stem_weights: Mapping[str, float]  # of the stems asked for, and of what acronyms among them stand for

    @classmethod
    def of(cls, vector: Floats, stems: Sequence[str], related: Sequence[str], index: TermIndex) -> Query:
        """A question with the weights that the statistics of the document store give its terms."""
        weights = _weights(stems, index)
        for term, weight in _weights(related, index).items():
            weights[term] = weights.get(term, 0.0) + RELATED_WEIGHT * weight
        return cls(vector, weights)


class VectorBackend(Protocol):
    """A store of passages that finds them again. Safe to share between threads.

    Every method raises `BackendUnavailable` when the backend does not answer in time.
    """

    @property
    def name(self) -> str:
        """Name and version of the backend, for people."""

    @property
    def retrievers(self) -> tuple[str, ...]:
        """Which of `BACKEND_RETRIEVERS` it can search; the document store searches the others."""

    def upsert(self, entries: Iterable[Entry]) -> int:
        """Add or replace passages; one that is held with the same stamp is not written again.

        Returns how many were written. What was written when it returns survives the end of any process.
        """

    def search(self, query: Query, limit: int) -> Mapping[str, Integers]:
        """Ids of the `limit` nearest passages by each retriever, best first; fewer where there are no more.

        The sentence retriever reads the 2 · `limit` nearest sentences and gives their passages, each once.
        Passages that share no term with the question are not in the lexical retriever.
        """

    def delete_document(self, document: str, keep: Collection[int] = ()) -> int:
        """Take a document's passages out, all but those with the ids `keep`; returns how many went.

        No search that this object starts afterwards finds one of them.
        """

    def documents(self) -> Mapping[str, int]:
        """Ids of the documents held and the number of passages of each; reads a row a passage."""

    def count(self) -> int:
        """How many passages the backend holds."""

    def close(self) -> None:
        """Let go of connections and files; closing twice is no error."""
