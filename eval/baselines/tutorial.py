"""The pipeline of LangChain's retrieval tutorial, as the baseline that most systems start from, and BM25 beside it.

Chunks of 1,000 characters with 200 overlapping, vectors in FAISS, the best four chunks. It runs on
the same encoder as ours, so that the difference is the pipeline's and not the model's. `Bm25Pipeline` is
https://github.com/xhluca/bm25s on the same chunks, with its Spanish stop words and a stemmer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import faiss
import numpy as np
import Stemmer
from langchain_core.documents import Document as Chunk
from langchain_text_splitters import RecursiveCharacterTextSplitter

from alpie.eval.questions.predictions import Row, VectorMaker, refused_row
from alpie.eval.scores import PASSAGES
from alpie.index.records import Document

CHUNK_CHARACTERS = 1_000
OVERLAP_CHARACTERS = 200
CHUNKS_SHOWN = 4


class TutorialPipeline:
    """Chunks, vectors, the best four: what it quotes are its chunks. It never refuses."""

    def __init__(self, chunks: Sequence[Chunk], encoder: VectorMaker) -> None:
        self._chunks, self._encoder = chunks, encoder
        if chunks:
            vectors = encoder.encode_passages([chunk.page_content for chunk in chunks])
            vectors = np.ascontiguousarray(vectors, dtype=np.float32)
            self._index = faiss.IndexFlatIP(vectors.shape[1])
            self._index.add(vectors)

    def ask(self, question: str) -> Row:
        """A row of predictions, without id and time."""
        if not self._chunks:
            return refused_row()
        vector = np.ascontiguousarray(self._encoder.encode_queries([question]), dtype=np.float32)
        scores, rows = self._index.search(vector, min(PASSAGES, len(self._chunks)))
        found = zip(rows[0].tolist(), scores[0].tolist(), strict=True)
        return quoted_chunks([(self._chunks[row], score) for row, score in found])


class Bm25Pipeline:
    """The same chunks found by their words."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        import bm25s  # not installed with Al Pie

        self._tokenize, self._index = bm25s.tokenize, bm25s.BM25()
        self._chunks, self._stemmer = chunks, Stemmer.Stemmer("spanish")
        if chunks:
            self._index.index(self._words([chunk.page_content for chunk in chunks]), show_progress=False)

    def _words(self, texts: list[str]) -> Any:
        return self._tokenize(texts, stopwords="es", stemmer=self._stemmer, show_progress=False)

    def ask(self, question: str) -> Row:
        """A row of predictions, without id and time."""
        if not self._chunks:
            return refused_row()
        limit = min(PASSAGES, len(self._chunks))
        rows, scores = self._index.retrieve(self._words([question]), k=limit, show_progress=False)
        found = zip(rows[0].tolist(), scores[0].tolist(), strict=True)
        return quoted_chunks([(self._chunks[row], float(score)) for row, score in found if score > 0])


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
