"""Token vectors made when they are asked for: where storing them all would take more disk than there is.

A token takes 384 bytes, a passage some 50 kB: 1,000,000 passages 50 GB. Instead the best passages of a
question are encoded again, some 30 CPU ms each, and those of the latest questions are kept. The values are
those that the store would hold.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from alpie.index.embed import quantised_tokens
from alpie.index.encoder import Encoder
from alpie.index.records import Passage
from alpie.index.runs import bounds_of
from alpie.index.vectors import TokenStore, centred

__all__ = ["MOST_ENCODED", "TokensOnDemand"]

MOST_ENCODED = 6  # passages encoded for one question, the best of the fused order
_KEPT = 512  # passages of the latest questions: some 25 MB

_Tokens = tuple[NDArray[np.int8], NDArray[np.int64]]  # of a passage, ordered by sentence; tokens a sentence


class TokensOnDemand:
    """Does what `TokenStore` does for the first passages it is asked for; the others have no token vectors.

    Which passages those are depends on the question alone: what is kept of earlier ones saves time, no more.
    """

    complete: ClassVar[bool] = False

    def __init__(
        self,
        passages: Sequence[Passage],
        sentence_bounds: NDArray[np.int64],
        mean: NDArray[np.float32],
        encoder: Encoder,
        most: int = MOST_ENCODED,
    ) -> None:
        self.mean = mean  # (dimension,)
        self._passages = passages
        self._bounds = sentence_bounds  # (passages + 1,)
        self._encoder = encoder
        self._most = most
        self._kept: OrderedDict[int, _Tokens] = OrderedDict()
        self._lock = threading.Lock()

    def best_matches(
        self, sentences: NDArray[np.int64], question: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """As `TokenStore.best_matches`, for the first passages that these sentences belong to."""
        return self._store_of(sentences).best_matches(np.arange(len(sentences)), question)

    def sums(self, sentences: NDArray[np.int64]) -> NDArray[np.float32]:
        """As `TokenStore.sums`, for the first passages: what has no matches comes last in a search."""
        return self._store_of(sentences).sums(np.arange(len(sentences)))

    def centre(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `TokenStore.centre`."""
        return centred(vectors, self.mean)

    def forget(self) -> None:
        """Let go of what was encoded for earlier questions."""
        with self._lock:
            self._kept.clear()

    def _store_of(self, sentences: NDArray[np.int64]) -> TokenStore:
        """A store of these sentences alone, in their order."""
        numbers = np.searchsorted(self._bounds, sentences, side="right") - 1
        known = self._tokens_of(list(dict.fromkeys(numbers.tolist()))[: self._most])
        parts = [self._of_sentence(known.get(p), s) for p, s in zip(numbers.tolist(), sentences, strict=True)]
        empty = np.zeros((0, len(self.mean)), dtype=np.int8)
        return TokenStore(
            np.concatenate([empty, *parts]), bounds_of([len(part) for part in parts]), self.mean
        )

    def _of_sentence(self, tokens: tuple[int, _Tokens] | None, sentence: np.int64) -> NDArray[np.int8]:
        if tokens is None:
            return np.zeros((0, len(self.mean)), dtype=np.int8)
        passage, (values, counts) = tokens
        place = int(sentence - self._bounds[passage])
        first = int(counts[:place].sum())
        return values[first : first + int(counts[place])]

    def _tokens_of(self, passages: Sequence[int]) -> dict[int, tuple[int, _Tokens]]:
        """Number and tokens of each passage; those that are not kept are encoded."""
        with self._lock:
            known = {number: self._kept[number] for number in passages if number in self._kept}
        missing = [number for number in passages if number not in known]
        if missing:
            records = [self._passages[number] for number in missing]
            _, vectors = self._encoder.encode_passages_with_tokens([record.text for record in records])
            for number, record, one in zip(missing, records, vectors, strict=True):
                known[number] = quantised_tokens(one, record, self.mean)
        with self._lock:
            for number, tokens in known.items():
                self._kept[number] = tokens
                self._kept.move_to_end(number)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return {number: (number, tokens) for number, tokens in known.items()}
