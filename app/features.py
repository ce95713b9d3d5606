"""What is known of a unit that may answer: one row of numbers a sentence, or a list as a whole.

All similarities are absolute, so that a weight table fitted on one collection serves another. Nothing
here knows a document, a subject or a language beyond Spanish and English question words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpie.app.answer_types import ANSWER_TYPES, asked_term, asked_types, defines, holds_new
from alpie.app.units import UnitSpan, asks_for_list, unit_spans
from alpie.index.analysis import stems
from alpie.index.hits import Hit
from alpie.index.records import BlockKind, Sentence, SentenceRole
from alpie.index.runs import bounds_of
from alpie.index.search import Retrieval, SearchIndex

__all__ = ["UNIT_FEATURES", "Candidates", "candidates_of"]

UNIT_FEATURES = (
    "tokens",  # MaxSim: mean over question tokens of the best cosine in the unit
    "tokens_weighted",  # the same, weighted by the rarity of the words
    "tokens_low",  # mean of the worst quarter of the matches: what the unit does not speak of
    "tokens_window",  # MaxSim with the sentences before and after
    "late",  # cosine of the mean token vectors, in context
    "cosine",  # of the sentence encoded by itself, the best of the unit
    "coverage",  # share of the question's term weight that stands in the unit
    "coverage_window",  # … in it or its neighbours
    "bm25",  # of the sentence, normalised, the best of the unit
    "passage_cosine",
    "passage_sentence",  # best sentence cosine of the passage
    "passage_tokens",  # best MaxSim of the passage
    "passage_lexical",
    "passage_grams",
    "number",  # the question asks for a number and a figure not in the question stands here
    "age",
    "money",
    "date",
    "person",
    "place",
    "reason",
    "definition",
    "defines",  # the very term that the question asks the meaning of
    "short",  # under six words
    "long",  # over forty words
    "list",  # several list items or table rows
    "list_asked",  # … and the question asks for several things
    "item",  # a list item or table row by itself
    "lead_in",  # a lead-in by itself
    "caption",
    "metadata",
    "metadata_unasked",  # … and the question asks for no number, date, name or place
    "first",  # of its passage
)

_OF_METADATA = frozenset(
    {"number", "date", "person", "place"}
)  # what titles, codes and signatures may answer


@dataclass(frozen=True)
class Candidates:
    """The units of the best passages, each with its numbers."""

    hit: NDArray[np.int64]  # (candidates,): index into the retrieval's hits
    spans: tuple[UnitSpan, ...]  # (candidates,): which sentences of that passage
    features: NDArray[np.float32]  # (candidates, len(UNIT_FEATURES))

    def __len__(self) -> int:
        return len(self.spans)


@dataclass(frozen=True)
class _Asked:
    """The question's side of every comparison, computed once."""

    weights: Mapping[str, float]  # of its terms
    types: frozenset[str]
    term: str  # whose meaning is asked for, folded
    words: frozenset[str]  # its terms, as a set
    lists: bool
    token_weights: NDArray[np.float32]  # (question tokens,)
    mean_tokens: NDArray[np.float32]  # (dimension,), unit length


@dataclass(frozen=True)
class _Sentences:
    """All sentences of the passages read, one passage after another: a row each."""

    firsts: NDArray[np.int64]  # (passages,): where each passage begins
    matches: NDArray[np.float32]  # (sentences, question tokens)
    token_sums: NDArray[np.float32]  # (sentences, dimension)
    cosines: NDArray[np.float32]  # (sentences,)
    bm25: NDArray[np.float32]  # (sentences,)
    found: NDArray[np.bool_]  # (sentences, question terms)


@dataclass(frozen=True)
class _Group:
    """Of each unit some sentences, by their rows."""

    rows: NDArray[np.int64]  # one unit after another
    starts: NDArray[np.int64]  # (units,): where each begins

    @classmethod
    def of(cls, groups: Sequence[Sequence[int]]) -> _Group:
        counts = [len(group) for group in groups]
        return cls(np.concatenate([np.array(group, np.int64) for group in groups]), bounds_of(counts)[:-1])

    def over(self, reduce: np.ufunc, values: NDArray[Any]) -> NDArray[Any]:
        """`values`, a row a sentence, reduced to a row a unit."""
        return np.asarray(reduce.reduceat(values[self.rows], self.starts, axis=0))


def candidates_of(index: SearchIndex, retrieval: Retrieval, passages: int = 20) -> Candidates:
    """All units of the first `passages` hits of a search by all legs (`leg="fused"`)."""
    hits = retrieval.hits[:passages]
    asked = _asked(index, retrieval)
    spans = [
        (n, span) for n, hit in enumerate(hits) for span in unit_spans(hit.passage.sentences, asked.lists)
    ]
    of_hit = np.array([number for number, _ in spans], dtype=np.int64)
    if not spans:
        return Candidates(of_hit, (), np.zeros((0, len(UNIT_FEATURES)), dtype=np.float32))
    sentences = _sentences(index, retrieval, len(hits), asked)
    quoted = [hits[n].passage.sentences[span.first : span.last + 1] for n, span in spans]
    columns = (
        _similarities(sentences, hits, spans, asked)
        | _of_passages(hits, of_hit, asked)
        | _of_answer_types(quoted, asked)
        | _of_shape(quoted, spans, asked)
    )
    features = np.stack([columns[name] for name in UNIT_FEATURES], axis=1).astype(np.float32)
    return Candidates(of_hit, tuple(span for _, span in spans), features)


def _asked(index: SearchIndex, retrieval: Retrieval) -> _Asked:
    encoded = retrieval.encoded
    mean = encoded.tokens.mean(axis=0) if len(encoded.tokens) else np.zeros(index.dense.dimension, np.float32)
    text = encoded.question.searched
    return _Asked(
        weights=encoded.term_weights,
        types=asked_types(text),
        term=asked_term(text),
        words=stems(text),
        lists=asks_for_list(text),
        token_weights=encoded.token_weights,
        mean_tokens=np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32),
    )


def _sentences(index: SearchIndex, retrieval: Retrieval, passages: int, asked: _Asked) -> _Sentences:
    numbers, firsts = index.sentence_numbers(retrieval.rows[:passages])
    held = [stems(sentence.text) for hit in retrieval.hits[:passages] for sentence in hit.passage.sentences]
    return _Sentences(
        firsts=firsts,
        matches=np.concatenate(retrieval.matches[:passages]),
        token_sums=index.token_store.sums(numbers),
        cosines=index.sentence_vectors.rows(numbers) @ retrieval.encoded.vector,
        bm25=index.sentence_lexical.scores_of(retrieval.encoded.terms, numbers),
        found=np.array([[term in terms for term in asked.weights] for terms in held], dtype=np.bool_),
    )


_Spans = Sequence[tuple[int, UnitSpan]]  # each with the number of its hit
_Quoted = Sequence[Sequence[Sentence]]  # of each unit the sentences that are quoted
_Columns = dict[str, NDArray[np.generic]]  # (units,) each


def _similarities(sentences: _Sentences, hits: Sequence[Hit], spans: _Spans, asked: _Asked) -> _Columns:
    """How like the question the units are. A borrowed lead-in counts as if it stood in the unit."""
    units: list[list[int]] = []
    windows: list[list[int]] = []  # with the sentences before and after
    for number, span in spans:
        first, count = int(sentences.firsts[number]), len(hits[number].passage.sentences)
        borrowed = [] if span.context is None else [first + span.context]
        units.append([*range(first + span.first, first + span.last + 1), *borrowed])
        windows.append([*range(first + max(0, span.first - 1), first + min(count, span.last + 2)), *borrowed])
    unit, window = _Group.of(units), _Group.of(windows)
    summed = unit.over(np.add, sentences.token_sums)
    columns: _Columns = {
        "late": summed @ asked.mean_tokens / np.maximum(np.linalg.norm(summed, axis=1), 1e-9),
        "cosine": unit.over(np.maximum, sentences.cosines),
        "bm25": unit.over(np.maximum, sentences.bm25),
        "coverage": _covered(unit, sentences, asked),
        "coverage_window": _covered(window, sentences, asked),
    }
    if not len(asked.token_weights):
        none = np.zeros(len(spans), dtype=np.float32)
        return columns | dict.fromkeys(("tokens", "tokens_weighted", "tokens_low", "tokens_window"), none)
    matches = unit.over(np.maximum, sentences.matches)
    quarter = max(1, matches.shape[1] // 4)
    return columns | {
        "tokens": matches.mean(axis=1),
        "tokens_weighted": matches @ asked.token_weights,
        "tokens_low": np.sort(matches, axis=1)[:, :quarter].mean(axis=1),
        "tokens_window": window.over(np.maximum, sentences.matches).mean(axis=1),
    }


def _covered(group: _Group, sentences: _Sentences, asked: _Asked) -> NDArray[np.float64]:
    """Share of the question's term weight that stands in each unit, shape (units,)."""
    weights = np.array([*asked.weights.values()], dtype=np.float64)
    return np.asarray(group.over(np.logical_or, sentences.found) @ weights / (weights.sum() or 1.0))


def _of_passages(hits: Sequence[Hit], of_hit: NDArray[np.int64], asked: _Asked) -> _Columns:
    legs = {
        "passage_cosine": "dense",
        "passage_sentence": "sentence",
        "passage_tokens": "tokens",
        "passage_lexical": "lexical",
        "passage_grams": "grams",
    }
    columns: _Columns = {
        name: np.array([hit.legs[leg] for hit in hits])[of_hit] for name, leg in legs.items()
    }
    metadata = np.array([hit.passage.kind is BlockKind.METADATA for hit in hits])[of_hit]
    return columns | {
        "caption": np.array([hit.passage.kind is BlockKind.CAPTION for hit in hits])[of_hit],
        "metadata": metadata,
        "metadata_unasked": metadata & np.bool_(not asked.types & _OF_METADATA),
    }


def _of_answer_types(quoted: _Quoted, asked: _Asked) -> _Columns:
    """For each kind of answer that is asked for: whether one stands in the unit that the question did not give."""
    columns: _Columns = {kind: np.zeros(len(quoted)) for kind in (*ANSWER_TYPES, "defines")}
    if asked.types or asked.term:
        texts = [" ".join(sentence.text for sentence in sentences) for sentences in quoted]
        for kind in asked.types:
            columns[kind] = np.array([holds_new(kind, text, asked.words) for text in texts])
        if asked.term:
            columns["defines"] = np.array([defines(asked.term, text) for text in texts])
    return columns


def _of_shape(quoted: _Quoted, spans: _Spans, asked: _Asked) -> _Columns:
    """What the units are: how long, and of which role."""
    words = np.array([sum(len(sentence.text.split()) for sentence in sentences) for sentences in quoted])
    several = np.array([len(sentences) > 1 for sentences in quoted])
    grouped = np.array([sentences[0].role is not SentenceRole.SENTENCE for sentences in quoted])
    lead_in = np.array([sentences[0].role is SentenceRole.LEAD_IN for sentences in quoted])
    return {
        "short": words < 6,
        "long": (words > 40) & ~grouped,
        "list": grouped & several,
        "list_asked": grouped & several & asked.lists,
        "item": grouped & ~several & ~lead_in,
        "lead_in": lead_in & ~several,
        "first": np.array([span.first == 0 for _, span in spans]),
    }
