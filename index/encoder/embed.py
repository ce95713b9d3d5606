"""Computes the vectors of passages and sentences once, while indexing, so that answering only has to compare them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from alpie.index.arrays import Floats
from alpie.index.encoder import Encoder, OnProgress
from alpie.index.records import Passage


@dataclass(frozen=True)
class PassageVectors:
    """The vectors of some passages (of one document, or of the whole index), in their order."""

    passages: Floats  # (passages, dimension)
    sentences: Floats  # (sentences, dimension)
    expansions: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    @classmethod
    def joined(cls, parts: Sequence[PassageVectors], dimension: int) -> PassageVectors:
        """The vectors of several, one after another."""
        none = np.zeros((0, dimension), np.float32)
        return cls(
            np.concatenate([none, *(part.passages for part in parts)]),
            np.concatenate([none, *(part.sentences for part in parts)]),
        )

    def split(self, sentence_counts: Sequence[int]) -> Iterator[PassageVectors]:
        """The vectors of each passage, in order; passage i has `sentence_counts[i]` sentences."""
        first = 0
        for number, count in enumerate(sentence_counts):
            yield PassageVectors(self.passages[number : number + 1], self.sentences[first : first + count])
            first += count


def heading_line(passage: Passage) -> str:
    """The headings above a passage, as one line: what people have read before they come to it."""
    parts = [part for part in passage.path[-2:] if part]
    if passage.box:
        parts.append(passage.box)
    return ". ".join(dict.fromkeys(parts))


def indexed_text(passage: Passage) -> str:
    """The words of a passage that can be searched: its headings and its text."""
    return f"{heading_line(passage)}. {passage.text}"


def embed_passages(
    passages: Sequence[Passage], encoder: Encoder, on_progress: OnProgress | None = None
) -> PassageVectors:
    """Passage and sentence vectors of `passages`.

    Headings are not encoded with the text: they helped no kind of question and cost five points of
    recall@1 of the passage vectors; the lexical retriever has them.
    """
    texts = [passage.text for passage in passages]
    sentence_texts = [sentence.text for passage in passages for sentence in passage.sentences]
    total = len(texts) + len(sentence_texts)

    # The passages hold the same words as all the sentences: half of the work each, whatever their numbers.
    def halves(before: int) -> OnProgress | None:
        return on_progress and (lambda done, of: on_progress(total * (before * of + done) // (2 * of), total))

    vectors = encoder.encode_passages(texts, halves(0))
    return PassageVectors(vectors, encoder.encode_passages(sentence_texts, halves(1)))


class KnownVectors:
    """Vectors that need not be computed again. This base class knows none."""

    def __contains__(self, key: bytes) -> bool:
        """Whether there are vectors for this `embedding_key`."""
        return False

    def of_passage(self, key: bytes) -> PassageVectors:
        """The vectors of the passage with this `embedding_key`."""
        raise KeyError(key)

    def of_expansion(self, text: str) -> Floats | None:
        """The vector of the expansion `text`, (dimension,); None where it is not known."""


def embedding_key(passage: Passage) -> bytes:
    """What a passage's vectors depend on: its sentences and nothing else."""
    texts = "\u0000".join(sentence.text for sentence in passage.sentences)
    return hashlib.sha256(texts.encode("utf-8", "surrogatepass")).digest()
