"""Retrieval: which passages may answer a question, by words and by meaning.

The names and weights of the retrievers are kept here, apart from the search itself, so that the command line starts at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from alpie.index.errors import ArgumentError
from alpie.index.messages import message

RetrieverName = Literal["hybrid", "dense", "lexical"]
RETRIEVERS: tuple[RetrieverName, ...] = get_args(RetrieverName)
"""All retrievers fused, passage vectors alone, stems alone."""
MAX_HITS = 100  # of one search that a person or a program may ask for


def retriever_named(name: object) -> RetrieverName:
    """The retriever of the name `name`; raises `ArgumentError` where there is none."""
    for retriever in RETRIEVERS:
        if retriever == name:
            return retriever
    raise ArgumentError(message("retriever.unknown", value=repr(name), known=", ".join(RETRIEVERS)))


@dataclass(frozen=True)
class HybridWeights:
    """The weights of the fused score, of cosines and of normalised BM25.

    The bundled encoder's cosines lie between .7 and .95, BM25 between 0 and 1: with these weights the whole range of
    passage or sentence cosines makes a difference of 5, words one of 3.
    """

    dense: float = 20.0
    sentence: float = 20.0
    lexical: float = 3.0
    expansion: float = 40.0  # as much as the passage's own words: an expansion is written to be asked for
    expansion_words: float = 5.0

    def scaled(self, cosines: float) -> HybridWeights:
        """The weights for an encoder whose cosines lie closer together than the bundled one's, by the factor `cosines`."""
        raised = {name: cosines * getattr(self, name) for name in ("dense", "sentence", "expansion")}
        return replace(self, **raised)
