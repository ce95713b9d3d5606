"""The lexical retriever: BM25 over Spanish stems, divided by the sum of the question's term weights.

Therefore scores lie between 0 and about 1 and can be compared between questions and collections, and for a question in
another language they are near 0. SQLite's own ranking is not used: its constants cannot be chosen, and it takes forty
times as long as adding up arrays.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from alpie.index.arrays import Floats, Integers
from alpie.index.database.text_database import Database, bounds_of

# Short passages, few repeats: a low k1 saturates early. The result is flat from .6 to 1.2.
_K1 = 0.9
_B = 0.75  # how far length counts: the customary value, Lucene's default
# A posting's share of its term's weight, 0 … 1, is kept in two bytes: exact to a hundred-thousandth.
_SHARE_SCALE = 65_535


def term_shares(terms: Sequence[str], mean_length: float) -> dict[str, float]:
    """The share of the weight (idf) of each term that a text with `terms` gets, 0 … 1, as in the postings.

    `mean_length`: of all texts, in terms. The sum of idf times share over a question's terms is BM25.
    """
    norm = _K1 * (1 - _B + _B * len(terms) / max(mean_length, 1e-9))
    return {str(term): times / (times + norm) for term, times in Counter(terms).items()}


def write_postings(database: Database, field: str, texts_terms: Iterable[Sequence[str]]) -> None:
    """Replace the postings of a field by those of texts with these terms."""
    numbers: dict[str, int] = {}
    terms, lengths = array("i"), array("i")
    for text_terms in texts_terms:
        terms.extend([numbers.setdefault(str(term), len(numbers)) for term in text_terms])
        lengths.append(len(text_terms))
    counts, size = np.array(lengths, np.int64), max(len(lengths), 1)
    texts = np.repeat(np.arange(len(lengths)), counts)
    keys, times = np.unique(np.array(terms, np.int64) * size + texts, return_counts=True)
    of_term, texts = np.divmod(keys, size)
    norms = _K1 * (1 - _B + _B * counts / max(len(terms) / size, 1e-9))
    shares = np.rint(_SHARE_SCALE * times / (times + norms[texts])).astype("<u2")
    texts = texts.astype("<i4")
    frequencies = np.bincount(of_term, minlength=len(numbers))
    database.execute("DELETE FROM postings WHERE field = ?", field)
    bounds = bounds_of(frequencies).tolist()
    postings = (
        (field, term, last - first, texts[first:last].tobytes(), shares[first:last].tobytes())
        for term, first, last in sorted(zip(numbers, bounds, bounds[1:], strict=False))
    )
    database.write("INSERT INTO postings VALUES (?, ?, ?, ?, ?)", postings)


class TermIndex:
    """BM25 over lists of terms, with normalised scores."""

    def __init__(self, database: Database, field: str, size: int) -> None:
        self._database, self._field = database, field
        self.size = size  # texts

    @classmethod
    def from_terms(cls, texts_terms: Sequence[Sequence[str]]) -> TermIndex:
        """Index texts with these terms in memory."""
        database = Database.create()
        write_postings(database, "stems", texts_terms)
        return cls(database, "stems", len(texts_terms))

    def frequencies(self, terms: Sequence[str]) -> list[int]:
        """In how many texts each of `terms` stands."""
        wanted = list(map(str, terms))
        found = dict(self._postings("term, frequency", wanted))
        return [found.get(term, 0) for term in wanted]

    def _postings(self, columns: str, terms: list[str]) -> list[tuple[Any, ...]]:
        some = "term IN (SELECT value FROM json_each(?))"
        return self._database.rows(
            f"SELECT {columns} FROM postings WHERE field = ? AND {some}", self._field, terms
        )

    def idfs(self, terms: Sequence[str]) -> list[float]:
        """The Robertson–Spärck Jones weight of each term, in Lucene's form; a term of no text has the largest."""
        return [math.log(1 + (self.size - n + 0.5) / (n + 0.5)) for n in self.frequencies(terms)]

    def scores(self, question: Sequence[str]) -> Floats:
        """Normalised BM25 of every text for the terms of a question, each counted once; shape (texts,), 0 … about 1."""
        terms = tuple(dict.fromkeys(map(str, question)))
        scores = np.zeros(self.size, dtype=np.float32)
        weights = dict(zip(terms, self.idfs(terms), strict=True))
        total = sum(weights.values())
        # a text stands once among a term's postings
        for term, texts, shares in self._postings("term, passages, shares", list(terms)):
            weight = np.float32(weights[term] / total / _SHARE_SCALE)
            scores[np.frombuffer(texts, "<i4")] += np.frombuffer(shares, "<u2") * weight
        return scores


def top_rows(scores: Floats, limit: int) -> Integers:
    """The `limit` texts with the highest scores above zero, best first, equal ones by number."""
    found = np.flatnonzero(scores)
    if len(found) > limit > 0:
        least = np.partition(scores[found], len(found) - limit)[len(found) - limit]
        found = found[scores[found] >= least]
    return found[np.lexsort((found, -scores[found]))][:limit].astype(np.int64)
