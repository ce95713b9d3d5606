"""Other people's retrievers, on the tutorial's chunks and our encoder's vectors: what else one could install.

- ``txtai``: its vector search, with its defaults (https://github.com/neuml/txtai);
- ``txtai hybrid``: the same with BM25 beside it, fused its own way (``hybrid=True``);
- ``bm25s``: BM25 with its Spanish stop words and a stemmer (https://github.com/xhluca/bm25s).

txtai comes with the extra ``peers``; without it the report says that it was left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from langchain_core.documents import Document as Chunk
from numpy.typing import NDArray

from alpie.eval.questions.predictions import VectorMaker
from alpie.eval.scores import PASSAGES

__all__ = ["PEERS", "Found", "Peer"]

Found = list[tuple[Chunk, float]]
"""Chunks with their scores, best first."""

Retriever = Callable[[str], Found]

_PROMPTS = {"query": "query: ", "data": "passage: "}  # only tell the two sides apart: see `_vectors`


@dataclass(frozen=True)
class Peer:
    """A retriever that may be installed."""

    name: str
    needs: tuple[str, ...]  # modules
    make: Callable[[Sequence[Chunk], VectorMaker], Retriever]

    @property
    def missing(self) -> tuple[str, ...]:
        """The modules it needs that are not installed."""
        return tuple(module for module in self.needs if find_spec(module) is None)


def _txtai(chunks: Sequence[Chunk], encoder: VectorMaker, hybrid: bool = False) -> Retriever:
    os.environ.setdefault("KMP_DUPLICATE_LIB_OK", "TRUE")  # what txtai sets where FAISS and PyTorch meet
    from txtai import Embeddings

    settings: Mapping[str, Any] = {
        "method": "external",
        "transform": lambda texts: _vectors(encoder, texts),
        "instructions": _PROMPTS,
        "hybrid": hybrid,
    }
    index = Embeddings(settings)
    index.index([(number, chunk.page_content, None) for number, chunk in enumerate(chunks)])
    return lambda text: [(chunks[number], float(score)) for number, score in index.search(text, PASSAGES)]


def _vectors(encoder: VectorMaker, texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of texts that say by their prompt which side they are; our encoder puts it in itself."""
    query, passage = _PROMPTS["query"], _PROMPTS["data"]
    if all(text.startswith(query) for text in texts):
        return encoder.encode_queries([text.removeprefix(query) for text in texts])
    return encoder.encode_passages([text.removeprefix(passage) for text in texts])


def _bm25s(chunks: Sequence[Chunk], encoder: VectorMaker) -> Retriever:
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("spanish")

    def words(texts: Sequence[str]) -> Any:
        return bm25s.tokenize(list(texts), stopwords="es", stemmer=stemmer, show_progress=False)

    backend = bm25s.BM25()
    backend.index(words([chunk.page_content for chunk in chunks]), show_progress=False)

    def found(text: str) -> Found:
        limit = min(PASSAGES, len(chunks))
        numbers, scores = backend.retrieve(words([text]), k=limit, show_progress=False)
        pairs = zip(numbers[0].tolist(), scores[0].tolist(), strict=True)
        return [(chunks[number], float(score)) for number, score in pairs if score > 0]

    return found


PEERS = (
    Peer("txtai", ("txtai",), _txtai),
    Peer("txtai hybrid", ("txtai",), lambda chunks, encoder: _txtai(chunks, encoder, hybrid=True)),
    Peer("bm25s", ("bm25s", "Stemmer"), _bm25s),
)
