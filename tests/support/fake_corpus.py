"""The four documents in memory, searched and read by words alone: for work on the page and for its fast tests."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from typing import Any

from alpie.app.answering.corpus import Corpus
from alpie.app.answering.quoting.quote_policy import QuotePolicy
from alpie.app.settings import SEED_DOCUMENTS
from alpie.index.sources.document_folder import read_sources
from support.fake_encoder import WEIGHTS, corpus_from

# Where half of the question's words stand in a sentence, it is answered.
_WEIGHTS = replace(WEIGHTS, threshold=0.3)


@cache
def _seeds() -> Corpus:
    return corpus_from(read_sources(SEED_DOCUMENTS).documents)


class FakeCorpus(Corpus):
    """A `Corpus` that tests make others of; it answers with three quotations, and takes no time after the first."""

    def __init__(self, **options: Any) -> None:
        made, policy = _seeds(), QuotePolicy(min_quotes=3)
        told = {"fingerprint": "0123456789abcdef", "built_at": "2026-11-22T05:00:00+00:00"}
        usual = {
            **{field.name: getattr(made, field.name) for field in fields(made)},
            **told,
            "policy": policy,
            "weights": _WEIGHTS,
        }
        super().__init__(**{**usual, **options})
