"""Retrieval: which passages may answer a question, by words and by meaning.

The names of the retrievers stand here, apart from the search itself, so that the command line opens at once.
"""

from __future__ import annotations

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
