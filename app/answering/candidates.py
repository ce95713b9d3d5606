"""What can be quoted: single sentences, lists with their lead-in, tables with their header.

A list too long to be quoted whole gives its items singly, each of which then borrows the words of its
lead-in when it is compared with a question: «El Convenio define los siguientes delitos:» says what its
items are about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from alpie.index.records import Sentence, SentenceRole
from alpie.index.spanish.analysis import fold

__all__ = ["UnitSpan", "asks_for_list", "asks_two_things", "needs_sentence_before", "unit_spans"]

_LIST_WORDS = 130  # a list up to this long is quoted whole; a longer one only when a list is asked for
_MAX_LIST_WORDS = 400  # … and up to this length
_ITEM_WORDS = 12  # a list item or table row shorter than this says nothing without its lead-in or header
_SHORT_LEAD_IN = 6  # words: «Los criterios propuestos:» needs the sentence before it
_LIST_QUESTION = re.compile(
    r"\b(?:cuales son|cuales fueron|que (?:tipos|clases|medidas|criterios|objetivos|factores|categorias|recomendaciones|"
    r"delitos|pasos|formas|elementos|condiciones|requisitos|paises|provincias|redes|aplicaciones|costes|efectos|puntos)|"
    r"enumera\w*|lista\w*|menciona\w*|nombra\w*|dime (?:los|las)|di (?:los|las)|list|name the|which (?:are|were)|what are|"
    r"what (?:types|kinds|criteria|measures|factors|categories|recommendations|objectives|points))\b"
)
_QUESTION_WORD = re.compile(
    r"\b(?:que|quien(?:es)?|cual(?:es)?|cuant[oa]s?|cuando|donde|como|por que|what|who|which|when|where|why|how)\b"
)
_SECOND_PART = re.compile(
    r"(?:\b(?:y|e|ni|and|o|or)|[,;]) (?:(?:a|de|en|por|para|con|desde|hasta|sobre|in|of|at|to|from) )?"
    r"(?:que|quien(?:es)?|cual(?:es)?|cuant[oa]s?|cuando|donde|como|what|who|which|when|where|why|how)\b"
)
_COMPARES = re.compile(
    r"\b(?:compar\w+|diferencia\w*|differ\w+|coincid\w+|tanto\b.*\bcomo|ambos|ambas|both|respectivamente|respectively|"
    r"mientras que|whereas|a la vez que|por un lado)\b"
)


@dataclass(frozen=True)
class UnitSpan:
    """Sentences first … last of a passage, both included, quoted together."""

    first: int
    last: int
    context: int | None = (
        None  # position of a lead-in or header that is not quoted but says what this is about
    )


def asks_for_list(question: str) -> bool:
    """Whether the question's words ask for several things."""
    return bool(_LIST_QUESTION.search(fold(question)))


def asks_two_things(question: str) -> bool:
    """Whether a question has two parts («¿Cuántos … y quién …?») or compares."""
    folded = fold(question)
    first = _QUESTION_WORD.search(folded)
    return bool(_COMPARES.search(folded) or (first and _SECOND_PART.search(folded, first.end())))


def unit_spans(sentences: Sequence[Sentence], whole_lists: bool) -> Iterator[UnitSpan]:
    """The units of a passage, in order; every sentence is in exactly one.

    `whole_lists`: the question asks for several things, so even a long list is one unit.
    """
    position = 0
    while position < len(sentences):
        group = sentences[position].group
        end = position
        while group is not None and end + 1 < len(sentences) and sentences[end + 1].group == group:
            end += 1
        members = sentences[position : end + 1]
        if end == position or _quoted_whole(members, whole_lists):
            yield UnitSpan(position, end)
        else:
            opens = members[0].role in (SentenceRole.LEAD_IN, SentenceRole.HEADER)
            for place in range(position, end + 1):
                yield UnitSpan(place, place, position if opens and place > position else None)
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
