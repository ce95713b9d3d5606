"""What a search returns: passages with the reasons why they were found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from alpie.index.records import Passage


@dataclass(frozen=True)
class Hit:
    """A passage found, best first in every list of hits."""

    passage: Passage
    score: float  # hybrid score, larger is better; comparable between questions
    retrievers: Mapping[str, float] = field(
        default_factory=dict
    )  # score of each retriever: dense, sentence, lexical, …
    ranks: Mapping[str, int] = field(default_factory=dict)  # 1-based rank of the passage in each retriever
    own: float = 0.0  # the score without what expansions add: comparable with a collection that has none
    line: str = ""  # the expansion nearest to the question: found by it, never quoted
    terms: tuple[str, ...] = ()  # words of the question that stand in the passage, as the passage writes them
