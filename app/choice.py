"""Which sentences answer: units that can be quoted, each with its score.

1. Every sentence of the best passages gets a row of features and a score (log-odds).
2. Sentences are put together into units: a list with its lead-in, a table with its header. A list too
   long to be quoted whole gives its items singly, each being a sentence of its own.
3. A soft maximum over all units turns scores into shares of belief.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alpie.app.features import SENTENCE_FEATURES, Candidates
from alpie.app.weights import LinearModel
from alpie.index.analysis import fold
from alpie.index.hits import Hit
from alpie.index.records import Sentence, SentenceRole
from alpie.index.search import Retrieval

__all__ = ["Unit", "asks_for_list", "units_of"]

_LIST_WORDS = 130  # a list up to this long is quoted whole; a longer one only when a list is asked for
_ITEM_WORDS = 12  # a list item or table row shorter than this says nothing without its lead-in or header
_LIST_QUESTION = re.compile(
    r"\b(?:cuales son|que (?:tipos|clases|medidas|criterios|objetivos|factores|categorias|recomendaciones|delitos|"
    r"pasos|formas|elementos|condiciones|requisitos|paises|provincias|redes|aplicaciones|costes|efectos)|enumera\w*|"
    r"lista\w*|menciona\w*|nombra\w*|dime (?:los|las)|di (?:los|las)|list|name|which (?:are|were)|what are|"
    r"what (?:types|kinds|criteria|measures|factors|categories|recommendations|objectives))\b"
)


@dataclass(frozen=True)
class Unit:
    """One or more neighbouring sentences of one passage that are quoted together."""

    hit: Hit
    rank: int  # of the hit among the hits, 0-based
    first: int  # sentences first … last of hit.passage, both included
    last: int
    score: float  # log-odds of its best sentence
    best: int  # position of that sentence
    share: float = 0.0  # of belief, over all units of the question

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return self.hit.passage.sentences[self.first : self.last + 1]


def asks_for_list(question: str) -> bool:
    """Whether the question's words ask for several things."""
    return bool(_LIST_QUESTION.search(fold(question)))


def _runs(sentences: Sequence[Sentence], whole_lists: bool) -> Iterator[tuple[int, int]]:
    """The units of a passage as pairs of first and last position."""
    position = 0
    while position < len(sentences):
        group = sentences[position].group
        end = position
        while group is not None and end + 1 < len(sentences) and sentences[end + 1].group == group:
            end += 1
        members = sentences[position : end + 1]
        if end > position and _quoted_whole(members, whole_lists):
            yield position, end
        else:
            yield from ((i, i) for i in range(position, end + 1))
        position = end + 1


def _quoted_whole(members: Sequence[Sentence], whole_lists: bool) -> bool:
    lengths = [len(sentence.text.split()) for sentence in members]
    if sum(lengths) <= _LIST_WORDS or whole_lists:
        return True
    items = [
        n for n, s in zip(lengths, members, strict=True) if s.role in (SentenceRole.ITEM, SentenceRole.ROW)
    ]
    return bool(items) and float(np.mean(items)) < _ITEM_WORDS


def units_of(retrieval: Retrieval, candidates: Candidates, model: LinearModel) -> tuple[Unit, ...]:
    """All units of the candidates' passages, best first, their shares summing to one."""
    if not len(candidates):
        return ()
    scores = model.scores(candidates.features, SENTENCE_FEATURES)
    return _ranked(retrieval, candidates, scores, asks_for_list(retrieval.encoded.question.searched))


def _ranked(
    retrieval: Retrieval, candidates: Candidates, scores: NDArray[np.float64], whole_lists: bool
) -> tuple[Unit, ...]:
    units: list[Unit] = []
    for rank in range(int(candidates.hit.max()) + 1):
        hit = retrieval.hits[rank]
        of_hit = scores[candidates.hit == rank]
        for first, last in _runs(hit.passage.sentences, whole_lists):
            best = first + int(np.argmax(of_hit[first : last + 1]))
            units.append(Unit(hit, rank, first, last, float(of_hit[best]), best))
    weights = np.exp(np.array([unit.score for unit in units]) - max(unit.score for unit in units))
    shares = weights / weights.sum()
    ranked = [
        Unit(u.hit, u.rank, u.first, u.last, u.score, u.best, float(share))
        for u, share in zip(units, shares, strict=True)
    ]
    return tuple(sorted(ranked, key=lambda unit: (-unit.score, unit.rank, unit.first)))
