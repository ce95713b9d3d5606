"""A corpus for LangChain's chains, read-only: its retriever, its vector store, its embeddings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as Chunk
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore
from langchain_core.vectorstores.utils import maximal_marginal_relevance
from numpy.typing import ArrayLike, NDArray
from pydantic import ConfigDict, Field, SkipValidation

from alpie.app.answering.corpus import Corpus
from alpie.app.answering.quoting.citation import cite, full_citation
from alpie.app.translations import message
from alpie.index.encoder import Encoder
from alpie.index.errors import ArgumentError
from alpie.index.records import Passage
from alpie.index.retrieval import RetrieverName


def chunk_of(corpus: Corpus, passage: Passage, score: float, language: str) -> Chunk:
    """A passage as LangChain's document; its metadata are plain values that JSON can carry.

    `sentences` has the spans of each sentence: cut from the source, white space collapsed, they are the
    passage word for word.
    """
    document = corpus.documents[passage.document_id]
    return Chunk(
        id=passage.address,
        page_content=passage.text,
        metadata={
            "doc": document.id,
            "title": document.title,
            "address": passage.address,
            "start": passage.start,
            "end": passage.end,
            "sentences": [[[s.start, s.end] for s in sentence.spans] for sentence in passage.sentences],
            "path": list(passage.path),
            "box": passage.box,
            "label": passage.label,
            "page": passage.page,
            "citation": full_citation(cite(document, passage), language),
            "score": score,
        },
    )


class AlpieEmbeddings(Embeddings):
    """`encoder` behind LangChain's interface; the prompts for questions and passages are applied."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of length 1, one for each text, in the same order."""
        vectors: list[list[float]] = self.encoder.encode_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector, of length 1, of a question."""
        vector: list[float] = self.encoder.encode_queries([text])[0].tolist()
        return vector


class AlpieRetriever(BaseRetriever):
    """The whole search, all retrievers together, as a retriever: best passages first."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    corpus: SkipValidation[Corpus] = Field(repr=False)  # as it is: no copy
    k: int = Field(default=5, ge=1, le=100)
    retriever: RetrieverName = "hybrid"
    document: str | None = None  # an id: search in this document only
    language: str = "es"  # of the citations

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **_: Any
    ) -> list[Chunk]:
        hits = self.corpus.search(query, self.k, self.retriever, self.document)
        chunks = [chunk_of(self.corpus, hit.passage, hit.score, self.language) for hit in hits]
        for chunk, hit in zip(chunks, hits, strict=True):
            chunk.metadata["terms"] = list(hit.terms)
        return chunks


class AlpieVectorStore(VectorStore):
    """The dense retriever alone, as a vector store; scores are cosines.

    `filter={"doc": id}` searches in one document. For the best passages use `AlpieRetriever`, which also searches by
    words, names and codes.
    """

    def __init__(self, corpus: Corpus, language: str = "es") -> None:
        self._corpus, self._language = corpus, language
        self._embeddings = AlpieEmbeddings(corpus.encoder)

    @property
    def embeddings(self) -> Embeddings:
        return self._embeddings

    @classmethod
    def from_texts(cls, *_: Any, **__: Any) -> AlpieVectorStore:
        """Refused: the index is made of documents, see `add_texts`."""
        raise NotImplementedError(message("api.read_only"))

    def add_texts(self, *_: Any, **__: Any) -> list[str]:
        """Refused: a text that is in no document could not be cited."""
        raise NotImplementedError(message("api.read_only"))

    def similarity_search(self, query: str, k: int = 4, **options: Any) -> list[Chunk]:
        return self.similarity_search_by_vector(self._embeddings.embed_query(query), k, **options)

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **options: Any) -> list[Chunk]:
        return [self._chunk(*row) for row in zip(*self._rows(embedding, k, options), strict=True)]

    def similarity_search_with_score(
        self, query: str, k: int = 4, **options: Any
    ) -> list[tuple[Chunk, float]]:
        """The `k` nearest passages with the cosine of each, best first."""
        return [(chunk, chunk.metadata["score"]) for chunk in self.similarity_search(query, k, **options)]

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **options: Any
    ) -> list[Chunk]:
        """`k` of the `fetch_k` nearest, chosen to differ from one another."""
        vector = np.asarray(self._embeddings.embed_query(query), dtype=np.float32)
        rows, scores = self._rows(vector, fetch_k, options)
        vectors = list(self._corpus.index.dense.rows(rows))
        chosen = maximal_marginal_relevance(vector, vectors, lambda_mult, k) if len(rows) else []
        return [self._chunk(rows[i], scores[i]) for i in chosen]

    def get_by_ids(self, ids: Any, /) -> list[Chunk]:
        """Passages by their addresses; unknown ones are left out."""
        rows = (self._corpus.passages.row_of(address) for address in ids)
        return [self._chunk(row, 1.0) for row in rows if row is not None]

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda cosine: max(0.0, min(1.0, cosine))

    def _rows(
        self, vector: ArrayLike, k: int, options: Mapping[str, Any]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The nearest passages and their cosines."""
        wanted = dict(options.get("filter") or {})
        document = wanted.pop("doc", None)
        if wanted:
            raise ArgumentError(message("api.filter", names=[*wanted]))
        if document is not None:
            document = self._corpus.require_document(str(document))
        limit = k if document is None else len(self._corpus.passages)
        rows, scores = self._corpus.index.dense.search(np.asarray(vector, dtype=np.float32), limit)
        if document is not None:
            kept = np.isin(rows, self._corpus.passages.rows_of_document(document))
            rows, scores = rows[kept][:k], scores[kept][:k]
        return rows, scores

    def _chunk(self, row: int, score: float) -> Chunk:
        return chunk_of(self._corpus, self._corpus.passages[int(row)], float(score), self._language)
