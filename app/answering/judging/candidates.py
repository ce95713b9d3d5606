"""Makes the candidates of quotation: single sentences, lists with their lead-in, tables with their header.

If a list is too long to be quoted whole, each of its items is a candidate.

Each candidate has one row of numbers: what the reader says about it, what retrieval knows about its passage and
sentence, and what kind of candidate it is. Nothing here depends on a document, a subject or a language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alpie.index.reader import Reading
from alpie.index.records import Hit, Sentence, SentenceRole
from alpie.index.retrieval.search import Retrieval, SearchIndex

# In words: up to the first a list is quoted whole, as it is read at a glance; up to the second, which is a page, where a
# list is asked for.
_LIST_WORDS = 130
_MAX_LIST_WORDS = 400  # a page
_ITEM_WORDS = 12  # shorter list items or table rows say nothing without their lead-in or header
_SHORT_LEAD_IN = 6  # words: «Los criterios propuestos:» needs the sentence before it


@dataclass(frozen=True)
class CandidateSpan:
    """Sentences first … last of a passage, both included, quoted together."""

    first: int
    last: int


def candidate_spans(sentences: Sequence[Sentence], whole_lists: bool) -> Iterator[CandidateSpan]:
    """The candidates of a passage, in order; every sentence is in exactly one.

    `whole_lists`: even a long list is one candidate, because the question asks for several things.
    """
    position = 0
    while position < len(sentences):
        group = sentences[position].group
        end = position
        while group is not None and end + 1 < len(sentences) and sentences[end + 1].group == group:
            end += 1
        members = sentences[position : end + 1]
        if end == position or _quoted_whole(members, whole_lists):
            yield CandidateSpan(position, end)
        else:
            yield from (CandidateSpan(place, place) for place in range(position, end + 1))
        position = end + 1


def _quoted_whole(members: Sequence[Sentence], whole_lists: bool) -> bool:
    lengths = [len(sentence.text.split()) for sentence in members]
    if sum(lengths) <= (_MAX_LIST_WORDS if whole_lists else _LIST_WORDS):
        return True
    items = [
        n for n, s in zip(lengths, members, strict=True) if s.role in (SentenceRole.ITEM, SentenceRole.ROW)
    ]
    return bool(items) and float(np.mean(items)) < _ITEM_WORDS


def needs_sentence_before(sentences: Sequence[Sentence], first: int) -> bool:
    """Whether the list that begins at `first` has a lead-in too short to be understood alone."""
    lead_in = sentences[first]
    return (
        first > 0
        and lead_in.role is SentenceRole.LEAD_IN
        and len(lead_in.text.split()) < _SHORT_LEAD_IN
        and sentences[first - 1].role is SentenceRole.SENTENCE
    )


CANDIDATE_FEATURES = (
    "reader",  # log-odds that the answer begins in the candidate
    "hybrid",  # score of the passage, by all retrievers
    "cosine",  # of question and sentence, the best of the candidate
    "list",  # several list items or table rows
    "list_asked",  # several list items or table rows, and the question asks for several things
    "item",  # a list item or table row by itself
    "lead_in",  # a lead-in by itself
    "short",  # under six words
)
_SHORT_WORDS = 6  # a feature only: how much it counts is fitted


@dataclass(frozen=True)
class Candidates:
    """The passages that were found and read, and their candidates, each with its features."""

    retrieval: Retrieval
    readings: tuple[Reading, ...]  # of the first hits
    ranks: NDArray[np.int64]  # (candidates,): of their hits, 0-based
    spans: tuple[CandidateSpan, ...]  # (candidates,): which sentences of that passage
    features: NDArray[np.float32]  # (candidates, len(CANDIDATE_FEATURES))

    def __len__(self) -> int:
        return len(self.spans)

    def column(self, name: str) -> NDArray[np.float32]:
        """One feature of all candidates, shape (candidates,)."""
        return self.features[:, CANDIDATE_FEATURES.index(name)]


def candidates_of(index: SearchIndex, retrieval: Retrieval, readings: Sequence[Reading]) -> Candidates:
    """All candidates of the hits of a search that were read: the first ``len(readings)``."""
    lists = retrieval.encoded.question.asks_for_list
    ranks: list[int] = []
    spans: list[CandidateSpan] = []
    rows: list[list[float]] = []
    for rank, (hit, reading) in enumerate(zip(retrieval.hits, readings, strict=False)):
        sentences = index.sentence_numbers(retrieval.rows[rank : rank + 1]).numbers
        cosines = index.sentence_vectors.rows(sentences) @ retrieval.encoded.vector
        for span in candidate_spans(hit.passage.sentences, lists):
            chosen = slice(span.first, span.last + 1)
            ranks.append(rank)
            spans.append(span)
            rows.append(
                [
                    float(np.logaddexp.reduce(reading.sentence_log_odds[chosen])),
                    hit.score,
                    float(cosines[chosen].max()),
                    *_shape(hit, span, lists),
                ]
            )
    features = np.array(rows, np.float32).reshape(-1, len(CANDIDATE_FEATURES))
    return Candidates(retrieval, tuple(readings), np.array(ranks, np.int64), tuple(spans), features)


def _shape(hit: Hit, span: CandidateSpan, lists: bool) -> tuple[float, ...]:
    """What a candidate is: the features from «list» on."""
    sentences = hit.passage.sentences[span.first : span.last + 1]
    grouped = sentences[0].role is not SentenceRole.SENTENCE
    several = len(sentences) > 1
    lead_in = sentences[0].role is SentenceRole.LEAD_IN and not several
    return (
        grouped and several,
        grouped and several and lists,
        grouped and not several and not lead_in,
        lead_in,
        sum(len(sentence.text.split()) for sentence in sentences) < _SHORT_WORDS,
    )
