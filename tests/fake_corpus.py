"""The four documents in memory, found and read by words alone: for working on the page, and for its fast tests."""

from __future__ import annotations

from functools import cache

from fake_encoder import WEIGHTS, corpus_from

from alpie.app.answering.corpus import Corpus
from alpie.app.settings import SEED_DOCUMENTS
from alpie.index.reading.sources import read_sources


@cache
def _seeds() -> Corpus:
    return corpus_from(read_sources(SEED_DOCUMENTS).documents)


class FakeCorpus(Corpus):
    """A `Corpus` that a test may make another of: `FakeCorpus()` takes no time after the first."""

    def __init__(self) -> None:
        made = _seeds()
        super().__init__(
            made.documents, made.layouts, made.index, "0123456789abcdef", "2026-11-22T05:00:00+00:00", weights=WEIGHTS
        )  # fmt: skip
