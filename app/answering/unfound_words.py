"""Tells whether the passages that a search by meaning found hold none of its words: then they are only near."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from alpie.index.records import Hit
from alpie.index.spanish.analysis import terms
from alpie.index.spanish.query import read_question

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

_MAX_READ = 100


def holds_none_of(
    text: str,
    corpus: Corpus,
    document: str | None = None,
    admits: Callable[[Hit], bool] = lambda _: True,
) -> bool:
    """Whether no passage that is admitted has a content word of `text`, in any form of it, or its correction.

    False for a text of function words alone, and for one that names a place («artículo 22»).
    """
    question = read_question(text)
    if not terms(question.typed) or question.reference is not None:
        return False
    hits = corpus.search(text, _MAX_READ, "lexical", document)
    return len(hits) < _MAX_READ and not any(map(admits, hits))
