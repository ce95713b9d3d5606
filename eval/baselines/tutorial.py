"""The pipeline of LangChain's retrieval tutorial, as the baseline that most systems start from.

Chunks of 1,000 characters with 200 overlapping, vectors in FAISS, the best four chunks. It runs on
the same encoder as ours, so that the difference is the pipeline's and not the model's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import faiss
import numpy as np
from langchain_core.documents import Document as Chunk
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter

from alpie.eval.questions.predictions import Row, VectorMaker, refused_row
from alpie.eval.scores import PASSAGES
from alpie.index.records import Document

__all__ = ["EncoderEmbeddings", "FlatStore", "TutorialPipeline", "chunks_of", "quoted_chunks"]

CHUNK_CHARACTERS = 1_000
OVERLAP_CHARACTERS = 200
CHUNKS_SHOWN = 4


class EncoderEmbeddings(Embeddings):
    """An encoder as LangChain's embeddings."""

    def __init__(self, encoder: VectorMaker) -> None:
        self._encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._encoder.encode_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._encoder.encode_queries([text])[0].tolist()
        return vector


class FlatStore(VectorStore):
    """Exact search by inner product in FAISS; for vectors of length 1 the score is the cosine."""

    def __init__(self, embedding: Embeddings) -> None:
        self._embedding = embedding
        self._chunks: list[Chunk] = []
        self._index: Any = None  # made with the first vectors, whose dimension it needs

    @property
    def embeddings(self) -> Embeddings:
        return self._embedding

    @classmethod
    def from_texts(
        cls, texts: list[str], embedding: Embeddings, metadatas: list[dict[str, Any]] | None = None, **_: Any
    ) -> FlatStore:
        store = cls(embedding)
        store.add_texts(texts, metadatas)
        return store

    def add_texts(
        self, texts: Iterable[str], metadatas: list[dict[str, Any]] | None = None, **_: Any
    ) -> list[str]:
        texts = list(texts)
        vectors = np.ascontiguousarray(self._embedding.embed_documents(texts), dtype=np.float32)
        if self._index is None:
            self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)
        first = len(self._chunks)
        for text, metadata in zip(texts, metadatas or [{} for _ in texts], strict=True):
            self._chunks.append(Chunk(page_content=text, metadata=metadata))
        return [str(number) for number in range(first, len(self._chunks))]

    def similarity_search_with_score(self, query: str, k: int = 4, **_: Any) -> list[tuple[Chunk, float]]:
        if self._index is None:
            return []
        vector = np.array([self._embedding.embed_query(query)], dtype=np.float32)
        scores, rows = self._index.search(vector, min(k, len(self._chunks)))
        return [(self._chunks[row], float(score)) for score, row in zip(scores[0], rows[0], strict=True)]

    def similarity_search(self, query: str, k: int = 4, **_: Any) -> list[Chunk]:
        return [chunk for chunk, _score in self.similarity_search_with_score(query, k)]

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda score: score


class TutorialPipeline:
    """Chunks, vectors, the best four: what it quotes are its chunks. It never refuses."""

    def __init__(self, store: FlatStore) -> None:
        self._store = store

    @classmethod
    def from_documents(cls, documents: Iterable[Document], encoder: VectorMaker) -> TutorialPipeline:
        return cls.from_chunks(chunks_of(documents), encoder)

    @classmethod
    def from_chunks(cls, chunks: Sequence[Chunk], encoder: VectorMaker) -> TutorialPipeline:
        """Of documents that are split already, as `chunks_of` does it."""
        texts = [chunk.page_content for chunk in chunks]
        metadata = [chunk.metadata for chunk in chunks]
        return cls(FlatStore.from_texts(texts, EncoderEmbeddings(encoder), metadata))

    def ask(self, question: str) -> Row:
        """A row of predictions, without id and time."""
        return quoted_chunks(self._store.similarity_search_with_score(question, k=PASSAGES))


def chunks_of(documents: Iterable[Document]) -> list[Chunk]:
    """The tutorial's chunks of all documents; metadata «doc» and «start_index»."""
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP_CHARACTERS, add_start_index=True
    )
    return splitter.split_documents(
        [Chunk(page_content=one.text, metadata={"doc": one.id}) for one in documents]
    )


def quoted_chunks(hits: Iterable[tuple[Chunk, float]]) -> Row:
    """A row of predictions, without id and time, whose quotes are the first chunks found."""
    found = [_chunk_row(*hit) for hit in hits]
    if not found:
        return refused_row()
    quotes = [{**chunk, "page": None, "path": []} for chunk in found[:CHUNKS_SHOWN]]
    return {
        "answered": True,
        "answer": "\n".join(str(quote["text"]) for quote in quotes),
        "quotes": quotes,
        "passages": found,
        "confidence": found[0]["score"],
    }


def _chunk_row(chunk: Chunk, score: float) -> Row:
    start = int(chunk.metadata["start_index"])
    doc = chunk.metadata["doc"]
    return {
        "doc": doc,
        "text": chunk.page_content,
        "start": start,
        "end": start + len(chunk.page_content),
        "address": f"{doc}#{start}",
        "score": score,
    }
