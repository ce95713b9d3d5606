"""Al Pie behind LangChain's interfaces: documents that say where they come from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore

from alpie.app.service.langchain_model import AlpieEmbeddings, AlpieRetriever, AlpieVectorStore
from alpie.index.errors import ArgumentError, QuestionError
from alpie.index.records import Span, readable_text

pytestmark = pytest.mark.heavy

QUESTION = "¿Cuántas detenciones hubo en España?"


def test_the_retriever_finds_what_the_search_finds(seed_corpus: Any) -> None:
    found = AlpieRetriever(corpus=seed_corpus, k=4)
    assert isinstance(found, BaseRetriever)
    documents = found.invoke(QUESTION)
    assert [document.id for document in documents] == [
        h.passage.address for h in seed_corpus.search(QUESTION, limit=4)
    ]


def test_metadata_lead_to_the_words_and_are_plain_values(seed_corpus: Any) -> None:
    for one in AlpieRetriever(corpus=seed_corpus, k=10).invoke("menores"):
        data = one.metadata
        assert json.loads(json.dumps(data)) == data
        source = seed_corpus.documents[data["doc"]].text
        cut = [readable_text(source, [Span(*span) for span in spans]) for spans in data["sentences"]]
        assert " ".join(cut) == one.page_content
        assert seed_corpus.passage(data["address"]).path == tuple(data["path"])
        assert data["title"] in data["citation"]


def test_one_document_or_one_retriever_can_be_asked(seed_corpus: Any) -> None:
    found = AlpieRetriever(corpus=seed_corpus, document="interpol-2021", retriever="lexical").invoke(
        "cifrado"
    )
    assert {one.metadata["doc"] for one in found} == {"interpol-2021"}
    with pytest.raises(ArgumentError, match="no-existe"):
        AlpieRetriever(corpus=seed_corpus, document="no-existe").invoke("cifrado")
    with pytest.raises(QuestionError):
        AlpieRetriever(corpus=seed_corpus).invoke("¿?")


def test_the_vector_store_is_one(seed_corpus: Any) -> None:
    store = AlpieVectorStore(seed_corpus)
    assert isinstance(store, VectorStore)
    pairs = store.similarity_search_with_score(QUESTION, k=3)
    scores = [score for _, score in pairs]
    assert scores == sorted(scores, reverse=True)
    assert all(0.5 < score <= 1 for score in scores)
    vector = AlpieEmbeddings(seed_corpus.encoder).embed_query(QUESTION)
    assert [d.id for d in store.similarity_search_by_vector(vector, k=3)] == [d.id for d, _ in pairs]
    assert store.get_by_ids([pairs[1][0].id])[0].page_content == pairs[1][0].page_content
    assert len({d.id for d in store.max_marginal_relevance_search(QUESTION, k=4)}) == 4
    near = store.as_retriever(
        search_type="similarity_score_threshold", search_kwargs={"score_threshold": 0.8}
    )
    assert all(one.metadata["score"] >= 0.8 for one in near.invoke(QUESTION))


def test_the_vector_store_filters_by_document_only(seed_corpus: Any) -> None:
    store = AlpieVectorStore(seed_corpus)
    found = store.similarity_search("detenciones", k=50, filter={"doc": "alicante-2025"})
    assert found
    assert {one.metadata["doc"] for one in found} == {"alicante-2025"}
    for wrong, told in (({"page": 3}, "filtrar por page;"), ({"doc": "nadie"}, "ningún documento «nadie»")):
        with pytest.raises(ArgumentError, match=told) as caught:
            store.similarity_search("detenciones", filter=wrong)
        assert isinstance(caught.value, ValueError)  # what LangChain's stores raise


def test_the_vector_store_takes_no_text_from_elsewhere(seed_corpus: Any) -> None:
    store = AlpieVectorStore(seed_corpus)
    with pytest.raises(NotImplementedError, match="alpie index"):
        store.add_texts(["inventado"])
    with pytest.raises(NotImplementedError, match="alpie index"):
        type(store).from_texts(["inventado"], AlpieEmbeddings(seed_corpus.encoder))
