"""A collection of any size around a real one: for measuring what grows, not what is right.

- **Vectors** are real ones with noise of the real vectors' own covariance, normalised. Its strength is
  chosen so that the cosine to the nearest neighbour, in a sample as large as the real collection, has the
  real median: neighbours are as near as real ones, and lie in the directions in which real ones differ.
- **Text** is real sentences, put together anew: lengths and function words are real. In each, one
  word gives way to a made-up one drawn from a Zipf law without end, so that the vocabulary goes on growing
  as it does in real collections (Heaps' law).
- **Numbers** of sentences a passage follow the real passages.

The same seed gives the same collection; in whole documents, a smaller one is the beginning of a larger one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from alpie.index.encoder import unit_rows
from alpie.index.encoder.embed import Embedded
from alpie.index.records import Block, BlockKind, Document, Layout, Passage, Sentence, Span
from alpie.index.retrieval.search import SearchIndex

__all__ = ["Synthetic", "made_up_word", "noise_like"]

_PASSAGES_A_DOCUMENT = 50
_OWN = 0.6  # share of a passage's sentences that come from the real passage it is made after
_ZIPF = 1.15  # exponent of the made-up words; n draws give some n^(1/1.15) different ones
_WORD = re.compile(r"\b[^\W\d_]{6,}\b")
_SYLLABLES = [a + b for a in "bcdfglmnprstv" for b in "aeiou"]


@dataclass(frozen=True)
class Synthetic:
    """`size` passages around those of `index`; gives what `write_generation` takes."""

    index: SearchIndex
    size: int
    seed: int = 0

    @cached_property
    def _real(self) -> _Real:
        return _Real.of(self.index)

    def __iter__(self) -> Iterator[tuple[Document, Layout, Sequence[Passage], Embedded]]:
        for number in range(0, self.size, _PASSAGES_A_DOCUMENT):
            chance = np.random.default_rng([self.seed, number])
            count = min(_PASSAGES_A_DOCUMENT, self.size - number)
            yield self._document(f"sintetico-{number // _PASSAGES_A_DOCUMENT:06d}", count, chance)

    def _document(
        self, name: str, count: int, chance: np.random.Generator
    ) -> tuple[Document, Layout, Sequence[Passage], Embedded]:
        real = self._real
        parents = chance.integers(0, len(real.passages), count)
        counts = chance.choice(np.diff(real.bounds), count)
        chosen = self._sentences(parents, counts, chance)
        texts = self._texts(chosen, chance)
        document, passages = _assembled(name, texts, counts, self.index.passages[0].path)
        blocks = tuple(
            Block(BlockKind.PARAGRAPH, (Span(passage.start, passage.end),), passage.path)
            for passage in passages
        )
        embedded = Embedded(
            real.passage_noise.around(real.passages[parents], chance),
            real.sentence_noise.around(real.sentences[chosen], chance),
        )
        return document, Layout(name, blocks, (), (), (0,)), passages, embedded

    def _sentences(
        self, parents: NDArray[np.int64], counts: NDArray[np.int64], chance: np.random.Generator
    ) -> NDArray[np.int64]:
        """The real sentence that each one is made after."""
        bounds = self._real.bounds
        of = np.repeat(parents, counts)
        own = bounds[of] + (chance.random(len(of)) * (bounds[of + 1] - bounds[of])).astype(np.int64)
        return np.where(chance.random(len(of)) < _OWN, own, chance.integers(0, bounds[-1], len(of)))

    def _texts(self, chosen: NDArray[np.int64], chance: np.random.Generator) -> list[str]:
        """Of each sentence the text, one of its longer words replaced by a made-up one."""
        ranks = np.minimum(chance.zipf(_ZIPF, len(chosen)), 2**40)
        places = chance.random(len(chosen))
        texts: list[str] = []
        for sentence, rank, place in zip(chosen.tolist(), ranks.tolist(), places.tolist(), strict=True):
            text, words = self._real.texts[sentence], self._real.words[sentence]
            if words:
                start, end = words[int(place * len(words))]
                text = f"{text[:start]}{made_up_word(rank)}{text[end:]}"
            texts.append(text)
        return texts


@dataclass(frozen=True)
class _Noise:
    """Noise with the covariance of some vectors."""

    factor: NDArray[np.float32]  # (dimension, dimension): its transpose times itself is the covariance
    strength: float

    def around(self, vectors: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.float32]:
        """Each vector with noise of its own, normalised."""
        drawn = chance.standard_normal((len(vectors), len(self.factor)), dtype=np.float32)
        return unit_rows(vectors + np.float32(self.strength) * (drawn @ self.factor))


@dataclass(frozen=True)
class _Real:
    """What synthetic passages are made after."""

    passages: NDArray[np.float32]
    sentences: NDArray[np.float32]
    bounds: NDArray[np.int64]  # of the sentences of each passage
    texts: Sequence[str]  # of the sentences
    words: Sequence[Sequence[tuple[int, int]]]  # where each has words long enough to be replaced
    passage_noise: _Noise
    sentence_noise: _Noise

    @classmethod
    def of(cls, index: SearchIndex) -> _Real:
        passages = index.dense.rows(np.arange(len(index.dense)))
        sentences = index.sentence_vectors.rows(np.arange(len(index.sentence_vectors)))
        texts = [sentence.text for passage in index.passages for sentence in passage.sentences]
        return cls(
            passages,
            sentences,
            index.sentence_bounds,
            texts,
            [[match.span() for match in _WORD.finditer(text)] for text in texts],
            noise_like(passages),
            noise_like(sentences),
        )


def noise_like(vectors: NDArray[np.float32], seed: int = 0) -> _Noise:
    """Noise that keeps the median cosine to the nearest neighbour of `vectors`, (n, dimension)."""
    centred = vectors - vectors.mean(axis=0)
    _, spread, directions = np.linalg.svd(centred, full_matrices=False)
    factor = np.asarray(spread[:, None] * directions / np.sqrt(len(vectors)), dtype=np.float32)
    wanted = float(np.median(_nearest(vectors)))
    weak, strong = 0.0, 4.0
    for _ in range(12):
        chance = np.random.default_rng(seed)
        noise = _Noise(factor, (weak + strong) / 2)
        samples = [vectors[chance.integers(0, len(vectors), len(vectors))] for _ in range(3)]
        found = float(np.median([_nearest(noise.around(sample, chance)) for sample in samples]))
        weak, strong = (noise.strength, strong) if found > wanted else (weak, noise.strength)
    return _Noise(factor, (weak + strong) / 2)


def _nearest(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each vector the cosine to its nearest neighbour."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    return np.asarray(cosines.max(axis=1))


def made_up_word(rank: int) -> str:
    """A word for each number, the longer the larger: `rank` written with Spanish syllables as digits."""
    syllables: list[str] = []
    while rank or len(syllables) < 2:
        rank, digit = divmod(rank, len(_SYLLABLES))
        syllables.append(_SYLLABLES[digit])
    return "".join(syllables)


def _assembled(
    name: str, texts: Sequence[str], counts: NDArray[np.int64], path: tuple[str, ...]
) -> tuple[Document, list[Passage]]:
    """A document of passages, each of `counts` of the sentences, with true offsets."""
    passages: list[Passage] = []
    lines: list[str] = []
    start = row = 0
    for ordinal, count in enumerate(counts.tolist()):
        sentences: list[Sentence] = []
        for text in texts[row : row + count]:
            sentences.append(Sentence(text, (Span(start, start + len(text)),), paragraph=ordinal))
            start += len(text) + 1
        row += count
        line = " ".join(sentence.text for sentence in sentences)
        lines.append(line)
        digest = hashlib.sha256(f"{ordinal} {line}".encode()).hexdigest()[:12]
        address = f"{name}/{digest}"
        passages.append(Passage(address, name, tuple(sentences), path, BlockKind.PARAGRAPH, ordinal=ordinal))
    text = "\n".join(lines) + "\n"
    document = Document(
        id=name, title=name, publisher="", date="2025", kind="", language="es", file=f"{name}.txt", text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip
    return document, passages
