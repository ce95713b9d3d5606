"""What can be quoted: single sentences, lists with their lead-in, tables with their header.

A list too long to be quoted whole gives its items singly, each of which then borrows the words of its
lead-in when it is compared with a question: «El Convenio define los siguientes delitos:» says what its
items are about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from alpie.index.records import Sentence, SentenceRole

_LIST_WORDS = 130  # a list up to this long is quoted whole; a longer one only when a list is asked for
_MAX_LIST_WORDS = 400  # … and up to this length
_ITEM_WORDS = 12  # a list item or table row shorter than this says nothing without its lead-in or header
_SHORT_LEAD_IN = 6  # words: «Los criterios propuestos:» needs the sentence before it


@dataclass(frozen=True)
class CandidateSpan:
    """Sentences first … last of a passage, both included, quoted together."""

    first: int
    last: int
    # position of a lead-in or header that is not quoted but says what this is about
    context: int | None = None


def candidate_spans(sentences: Sequence[Sentence], whole_lists: bool) -> Iterator[CandidateSpan]:
    """The candidates of a passage, in order; every sentence is in exactly one.

    `whole_lists`: the question asks for several things, so even a long list is one candidate.
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
            opens = members[0].role in (SentenceRole.LEAD_IN, SentenceRole.HEADER)
            for place in range(position, end + 1):
                yield CandidateSpan(place, place, position if opens and place > position else None)
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
