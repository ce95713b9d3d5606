"""What is computed of a passage once, at indexing, so that asking is only comparing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alpie.index.encoder import Encoder, TokenVectors
from alpie.index.expansions import ExpansionLine
from alpie.index.records import Passage
from alpie.index.vectors import quantise_tokens

__all__ = [
    "MEAN_SAMPLE",
    "Embedded",
    "context_of",
    "embed_passages",
    "quantised_tokens",
    "text_of",
    "token_mean",
]

MEAN_SAMPLE = 64  # passages whose tokens give the mean vector; it settles within a few dozen


@dataclass(frozen=True)
class Embedded:
    """The vectors of some passages (of one document, or of the whole index), in their order."""

    passages: NDArray[np.float32]  # (passages, dimension)
    sentences: NDArray[np.float32]  # (sentences, dimension)
    tokens: NDArray[np.int8]  # (tokens, dimension), ordered by sentence
    token_counts: NDArray[np.int64]  # (sentences,); empty where there are no tokens
    expansions: Sequence[Sequence[ExpansionLine]] = ()  # of each passage; empty where none has any
    lines: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))  # their vectors

    @classmethod
    def joined(cls, parts: Sequence[Embedded], dimension: int) -> Embedded:
        """The vectors of several, one after another."""
        wide, narrow = np.zeros((0, dimension), np.float32), np.zeros((0, dimension), np.int8)
        return cls(
            np.concatenate([wide, *(part.passages for part in parts)]),
            np.concatenate([wide, *(part.sentences for part in parts)]),
            np.concatenate([narrow, *(part.tokens for part in parts)]),
            np.concatenate([np.zeros(0, np.int64), *(part.token_counts for part in parts)]),
        )

    def split(self, sentence_counts: Sequence[int]) -> Iterator[Embedded]:
        """The vectors of each passage, in order; passage i has `sentence_counts[i]` sentences."""
        first = token = 0
        for number, count in enumerate(sentence_counts):
            counts = self.token_counts[first : first + count]
            end = token + int(counts.sum())
            yield Embedded(
                self.passages[number : number + 1],
                self.sentences[first : first + count],
                self.tokens[token:end],
                counts,
            )
            first, token = first + count, end


def context_of(passage: Passage) -> str:
    """The headings a passage stands under, as one line: what a reader has read before it."""
    parts = [part for part in passage.path[-2:] if part]
    if passage.box:
        parts.append(passage.box)
    return ". ".join(dict.fromkeys(parts))


def text_of(passage: Passage) -> str:
    """What of a passage is searched by words: its headings and its text."""
    return f"{context_of(passage)}. {passage.text}"


def _places(passage: Passage) -> list[tuple[int, int]]:
    """Where in `passage.text` each sentence stands."""
    places: list[tuple[int, int]] = []
    start = 0
    for sentence in passage.sentences:
        places.append((start, start + len(sentence.text)))
        start += len(sentence.text) + 1
    return places


def _tokens_by_sentence(
    tokens: TokenVectors, places: Sequence[tuple[int, int]]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The token vectors that belong to sentences, and how many belong to each.

    A sentence beyond the encoder's 512 tokens has none; it is still found by its own vector.
    """
    starts = tokens.offsets[:, 0]
    rows: list[NDArray[np.int64]] = []
    for start, end in places:
        rows.append(np.flatnonzero((starts >= start) & (starts < end)))
    counts = np.array([len(row) for row in rows], dtype=np.int64)
    chosen = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    return tokens.vectors[chosen], counts


def quantised_tokens(
    tokens: TokenVectors, passage: Passage, mean: NDArray[np.float32]
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """A passage's token vectors as the store holds them, (tokens, dimension), and how many a sentence has."""
    of_sentences, counts = _tokens_by_sentence(tokens, _places(passage))
    return quantise_tokens(of_sentences, mean), counts


def token_mean(texts: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
    """The mean token vector of the first passages of a collection, (dimension,)."""
    return _mean(encoder.encode_passages_with_tokens(texts[:MEAN_SAMPLE])[1])


def _mean(tokens: Sequence[TokenVectors]) -> NDArray[np.float32]:
    sample = np.concatenate([one.vectors for one in tokens[:MEAN_SAMPLE]])
    return np.asarray(sample.mean(axis=0), dtype=np.float32)


def embed_passages(
    passages: Sequence[Passage],
    encoder: Encoder,
    mean: NDArray[np.float32] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[Embedded, NDArray[np.float32]]:
    """Passage, sentence and token vectors of `passages`, and the mean token vector used.

    Headings are not encoded with the text: they helped no kind of question and cost five points of
    recall@1 of the passage vectors; the lexical leg has them. `mean`, shape
    (dimension,), is taken from the first passages when the index has none yet.
    """
    if not passages:
        dimension = encoder.dimension
        return Embedded.joined([], dimension), mean if mean is not None else np.zeros(dimension, np.float32)
    texts = [passage.text for passage in passages]
    sentence_texts = [sentence.text for passage in passages for sentence in passage.sentences]
    total = len(texts) + len(sentence_texts)

    # The passages hold the same words as all the sentences: half of the work each, whatever their numbers.
    def after_passages(done: int, of: int) -> None:
        if on_progress:
            on_progress(total * done // (2 * of), total)

    def after_sentences(done: int, of: int) -> None:
        if on_progress:
            on_progress((total * (of + done)) // (2 * of), total)

    vectors, token_vectors = encoder.encode_passages_with_tokens(texts, on_progress=after_passages)
    if mean is None:
        mean = _mean(token_vectors)
    values: list[NDArray[np.int8]] = []
    counts: list[NDArray[np.int64]] = []
    for tokens, passage in zip(token_vectors, passages, strict=True):
        value, count = quantised_tokens(tokens, passage, mean)
        values.append(value)
        counts.append(count)
    sentences = encoder.encode_passages(sentence_texts, on_progress=after_sentences)
    return Embedded(vectors, sentences, np.concatenate(values), np.concatenate(counts)), mean
