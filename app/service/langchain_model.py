"""A corpus for LangChain's chains: its retriever, its vector store, its embeddings.

>>> from alpie.app import Corpus
>>> from alpie.app.service.langchain_model import retriever
>>> chain = retriever(Corpus.open(), k=3) | …
"""

from __future__ import annotations

from functools import partial

from alpie.app.answering.citation import cite, full_citation
from alpie.app.answering.corpus import Corpus
from alpie.index.encoder.langchain_embeddings import AlpieEmbeddings
from alpie.index.records import Document, Passage
from alpie.index.retrieval.langchain_retriever import AlpieRetriever, AlpieVectorStore, RetrieverName


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
