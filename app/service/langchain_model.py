"""A corpus for LangChain's chains, read-only: its retriever, its vector store, its embeddings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as Chunk
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore
from langchain_core.vectorstores.utils import maximal_marginal_relevance
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, SkipValidation

from alpie.app.answering.citation import cite, full_citation
from alpie.app.answering.corpus import Corpus
from alpie.index.encoder import Encoder
from alpie.index.records import Document, Hit, Passage
from alpie.index.retrieval.search import SearchIndex
from alpie.index.spanish.query import read_question


class AlpieEmbeddings(Embeddings):
    """`encoder` behind LangChain's interface; the prompts for questions and passages are applied."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of length 1, one a text, in the same order."""
        vectors: list[list[float]] = self.encoder.encode_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector, of length 1, of a question."""
        vector: list[float] = self.encoder.encode_queries([text])[0].tolist()
        return vector


Cite = Callable[[Document, Passage], str]
RetrieverName = Literal["hybrid", "dense", "lexical"]

_READ_ONLY = "Al Pie's index is read-only here: put the file into the documents folder and run `alpie index`."


def chunk_of(document: Document, passage: Passage, cite: Cite, score: float) -> Chunk:
    """A passage as LangChain's document; its metadata are plain values that JSON can carry.

    `sentences` has the spans of each sentence: cut from the source, white space collapsed, they are the
    passage word for word.
    """
    return Chunk(
        id=passage.address,
        page_content=passage.text,
        metadata={
            "doc": document.id,
            "title": document.title,
            "address": passage.address,
            "start": passage.start,
            "end": passage.end,
            "sentences": [[[s.start, s.end] for s in one.spans] for one in passage.sentences],
            "path": list(passage.path),
            "box": passage.box,
            "label": passage.label,
            "page": passage.page,
            "citation": cite(document, passage),
            "score": score,
        },
    )


class AlpieRetriever(BaseRetriever):
    """The whole search, all retrievers together, as a retriever: best passages first."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: SkipValidation[SearchIndex] = Field(repr=False)
    documents: SkipValidation[Mapping[str, Document]] = Field(repr=False)  # as they are: no copy
    cite: Cite = Field(repr=False)
    k: int = Field(default=5, ge=1, le=100)
    retriever: RetrieverName = "hybrid"
    document: str | None = None  # an id: search in this document only

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **_: Any
    ) -> list[Chunk]:
        allowed = _rows_of(self.index, self.documents, self.document)
        hits = self.index.search(read_question(query), self.k, self.retriever, allowed).hits
        return [_chunk_of_hit(hit, self.documents, self.cite) for hit in hits]


class AlpieVectorStore(VectorStore):
    """The dense retriever alone, as a vector store; scores are cosines.

    `filter={"doc": id}` searches in one document. For the best passages take `AlpieRetriever`: it
    knows words, names and codes too.
    """

    def __init__(self, index: SearchIndex, documents: Mapping[str, Document], cite: Cite) -> None:
        self._index, self._documents, self._cite = index, documents, cite
        self._embeddings = AlpieEmbeddings(index.encoder)

    @property
    def embeddings(self) -> Embeddings:
        return self._embeddings

    @classmethod
    def from_texts(cls, *_: Any, **__: Any) -> AlpieVectorStore:
        """Refused; see `add_texts`."""
        raise NotImplementedError(_READ_ONLY)

    def add_texts(self, *_: Any, **__: Any) -> list[str]:
        """Refused: a text that is in no document could not be cited."""
        raise NotImplementedError(_READ_ONLY)

    def similarity_search(self, query: str, k: int = 4, **options: Any) -> list[Chunk]:
        return [chunk for chunk, _score in self.similarity_search_with_score(query, k, **options)]

    def similarity_search_with_score(
        self, query: str, k: int = 4, **options: Any
    ) -> list[tuple[Chunk, float]]:
        """The `k` nearest passages with the cosine of each, best first."""
        return self._nearest(self._embeddings.embed_query(query), k, options)

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **options: Any) -> list[Chunk]:
        return [chunk for chunk, _score in self._nearest(embedding, k, options)]

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **options: Any
    ) -> list[Chunk]:
        """`k` of the `fetch_k` nearest, chosen to differ from one another."""
        vector = np.asarray(self._embeddings.embed_query(query), dtype=np.float32)
        rows, scores = self._rows(vector, fetch_k, options)
        vectors = list(self._index.dense.rows(rows))
        chosen = maximal_marginal_relevance(vector, vectors, lambda_mult, k) if len(rows) else []
        return [self._chunk(int(rows[i]), float(scores[i])) for i in chosen]

    def get_by_ids(self, ids: Any, /) -> list[Chunk]:
        """Passages by their addresses, in the order of the index; unknown ones are left out."""
        wanted = set(ids)
        numbers = [n for n, passage in enumerate(self._index.passages) if passage.address in wanted]
        return [self._chunk(number, 1.0) for number in numbers]

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda cosine: max(0.0, min(1.0, cosine))

    def _nearest(
        self, embedding: list[float], k: int, options: Mapping[str, Any]
    ) -> list[tuple[Chunk, float]]:
        rows, scores = self._rows(np.asarray(embedding, dtype=np.float32), k, options)
        pairs = zip(rows, scores, strict=True)
        return [(self._chunk(int(row), float(score)), float(score)) for row, score in pairs]

    def _rows(
        self, vector: NDArray[np.float32], k: int, options: Mapping[str, Any]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        wanted = dict(options.get("filter") or {})
        allowed = _rows_of(self._index, self._documents, wanted.pop("doc", None))
        if wanted:
            raise ValueError(f"cannot filter by {', '.join(wanted)}; the only filter is 'doc'")
        limit = k if allowed is None else len(self._index.passages)
        rows, scores = self._index.dense.search(vector, limit)
        if allowed is not None:
            kept = allowed[rows]
            rows, scores = rows[kept][:k], scores[kept][:k]
        return rows, scores

    def _chunk(self, row: int, score: float) -> Chunk:
        passage = self._index.passages[row]
        return chunk_of(self._documents[passage.document_id], passage, self._cite, score)


def _chunk_of_hit(hit: Hit, documents: Mapping[str, Document], cite: Cite) -> Chunk:
    chunk = chunk_of(documents[hit.passage.document_id], hit.passage, cite, hit.score)
    chunk.metadata["terms"] = list(hit.terms)
    return chunk


def _rows_of(
    index: SearchIndex, documents: Mapping[str, Document], document: str | None
) -> NDArray[np.bool_] | None:
    if document is None:
        return None
    if document not in documents:
        raise ValueError(f"no document {document!r}; there are {', '.join(documents)}")
    return np.array([passage.document_id == document for passage in index.passages])


def retriever(
    corpus: Corpus,
    k: int = 5,
    retriever: RetrieverName = "hybrid",
    document: str | None = None,
    language: str = "es",
) -> AlpieRetriever:
    """The `k` best passages for a question, as a `BaseRetriever`; citations in `language`."""
    return AlpieRetriever(
        index=corpus.index,
        documents=corpus.documents,
        cite=partial(_citation, language=language),
        k=k,
        retriever=retriever,
        document=document,
    )


def vector_store(corpus: Corpus, language: str = "es") -> AlpieVectorStore:
    """The passages' vectors as a read-only `VectorStore`."""
    return AlpieVectorStore(corpus.index, corpus.documents, partial(_citation, language=language))


def embeddings(corpus: Corpus) -> AlpieEmbeddings:
    """The encoder as `Embeddings`."""
    return AlpieEmbeddings(corpus.encoder)


def _citation(document: Document, passage: Passage, language: str) -> str:
    return full_citation(cite(document, passage), language)
