"""The pipelines that are measured side by side, with the same encoder in the same run.

- ``alpie``: the whole system, with quotes and refusals;
- ``dense``, ``lexical``, ``hybrid``: retrievers of its search on their own, which only retrieve;
- ``tutorial``, ``txtai``, ``bm25s``: the LangChain tutorial, txtai's hybrid search and BM25 on the tutorial's chunks,
  which they quote. They need packages of the extra `eval`: a pipeline without its package is left out.

Apart from ``alpie``, none of them knows conversations, so questions that depend on earlier ones are not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

import faiss
import numpy as np
import Stemmer

from alpie.app.service.rows import found_row
from alpie.app.translations import message
from alpie.eval.questions.predictions import (
    AskedCorpus,
    FoundPassageRow,
    OnQuestion,
    PredictedQuoteRow,
    PredictionRow,
    asked_rows,
    predict,
    refused_row,
)
from alpie.eval.questions.question_records import GoldQuestion
from alpie.eval.scores import PASSAGES
from alpie.index.encoder import Encoder
from alpie.index.errors import QuestionError
from alpie.index.messages import Message
from alpie.index.records import Document
from alpie.index.retrieval import RETRIEVERS, RetrieverName

if TYPE_CHECKING:
    from langchain_core.documents import Document as Chunk
    from numpy.typing import NDArray

SPLITTERS = "langchain_text_splitters"  # what makes the chunks
CHUNK_CHARACTERS, OVERLAP_CHARACTERS = 1_000, 200  # as in LangChain's tutorial on retrieval
CHUNKS_SHOWN = 4  # what LangChain's vector stores return by default
_ASKED, _SAID = "query: ", "passage: "  # by which txtai's transform distinguishes questions from passages


def missing_package(module: str) -> Message | None:
    """What is missing, and how to install it, if no package provides `module`; None if one does."""
    return None if find_spec(module) else message("eval.package", package=module.replace("_", "-"))


class ChunkScore(NamedTuple):
    """A chunk that was found."""

    number: int  # its place among the chunks
    score: float


class ChunkPipeline:
    """Quotes the best four of the chunks that `find` finds for a question, best first. It never refuses what it finds."""

    def __init__(self, chunks: Sequence[Chunk], find: Callable[[str, int], Iterable[ChunkScore]]) -> None:
        self._chunks, self._find = chunks, find

    def ask(self, question: str) -> PredictionRow:
        """A row of predictions, without id and time."""
        found = self._find(question, min(PASSAGES, len(self._chunks)))
        return quoted_chunks([_chunk_row(self._chunks[number], float(score)) for number, score in found])


def tutorial_pipeline(chunks: Sequence[Chunk], encoder: Encoder) -> ChunkPipeline:
    """LangChain's tutorial: the chunks nearest to the question by their vectors."""
    vectors = encoder.encode_passages([chunk.page_content for chunk in chunks])
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def find(question: str, limit: int) -> Iterable[ChunkScore]:
        vector = np.ascontiguousarray(encoder.encode_queries([question]), dtype=np.float32)
        scores, rows = index.search(vector, limit)
        return map(ChunkScore, rows[0].tolist(), scores[0].tolist())

    return ChunkPipeline(chunks, find)


def bm25_pipeline(chunks: Sequence[Chunk]) -> ChunkPipeline:
    """Make the pipeline that searches the tutorial's chunks by BM25."""
    import bm25s

    index, stemmer = bm25s.BM25(), Stemmer.Stemmer("spanish")

    def words(texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="es", stemmer=stemmer, show_progress=False)

    def find(question: str, limit: int) -> Iterable[ChunkScore]:
        rows, scores = index.retrieve(words([question]), k=limit, show_progress=False)
        found = map(ChunkScore, rows[0].tolist(), scores[0].tolist())
        return [hit for hit in found if hit.score > 0]

    index.index(words([chunk.page_content for chunk in chunks]), show_progress=False)
    return ChunkPipeline(chunks, find)


def txtai_pipeline(chunks: Sequence[Chunk], encoder: Encoder) -> ChunkPipeline:
    """txtai over the tutorial's chunks: vectors of the same encoder beside its BM25, fused its own way (``hybrid=True``)."""
    from txtai import Embeddings

    def vectors(texts: Sequence[str]) -> NDArray[np.float32]:  # the prompt tells which side they are on
        if all(text.startswith(_ASKED) for text in texts):
            return encoder.encode_queries([text.removeprefix(_ASKED) for text in texts])
        return encoder.encode_passages([text.removeprefix(_SAID) for text in texts])

    prompts = {"query": _ASKED, "data": _SAID}
    index = Embeddings(method="external", transform=vectors, instructions=prompts, hybrid=True)
    index.index([(number, chunk.page_content, None) for number, chunk in enumerate(chunks)])

    def find(question: str, limit: int) -> Iterable[ChunkScore]:
        return (ChunkScore(*hit) for hit in index.search(question, limit))

    return ChunkPipeline(chunks, find)


def chunks_of(documents: Iterable[Document]) -> list[Chunk]:
    """The tutorial's chunks of all documents; metadata «doc» and «start_index»."""
    from langchain_core.documents import Document as Chunk  # a second, and only a comparison needs it
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP_CHARACTERS, add_start_index=True
    )
    return splitter.split_documents(
        [Chunk(page_content=document.text, metadata={"doc": document.id}) for document in documents]
    )


def quoted_chunks(found: Sequence[FoundPassageRow]) -> PredictionRow:
    """A row of predictions, without id and time, whose quotes are the first chunks found."""
    if not found:
        return refused_row()
    quotes: list[PredictedQuoteRow] = [{**chunk, "page": None, "path": []} for chunk in found[:CHUNKS_SHOWN]]
    return {
        "answered": True,
        "answer": "\n".join(quote["text"] for quote in quotes),
        "quotes": quotes,
        "passages": found,
        "confidence": found[0]["score"],
    }


def _chunk_row(chunk: Chunk, score: float) -> FoundPassageRow:
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


MAIN = "alpie"


@dataclass(frozen=True)
class PipelineRows:
    """What one pipeline said to the questions, in their order."""

    name: str
    questions: tuple[GoldQuestion, ...]
    rows: tuple[PredictionRow, ...]
    quotes: bool  # False: it only retrieves, its quotes and refusals mean nothing


def own_pipeline(
    corpus: AskedCorpus, questions: Sequence[GoldQuestion], on_question: OnQuestion | None = None
) -> PipelineRows:
    """The answers of the whole system to the questions."""
    rows = predict(corpus, questions, on_question)
    return PipelineRows(MAIN, tuple(questions), tuple(rows), quotes=True)


_CHUNK_PIPELINES: Mapping[str, tuple[str, Callable[[Sequence[Chunk], Encoder], ChunkPipeline]]] = {
    "tutorial": (SPLITTERS, tutorial_pipeline),
    "txtai": ("txtai", txtai_pipeline),
    "bm25s": ("bm25s", lambda chunks, _: bm25_pipeline(chunks)),
}  # by name, each with the package that it needs besides the splitters


def other_pipelines(
    corpus: AskedCorpus,
    questions: Sequence[GoldQuestion],
    on_question: OnQuestion | None = None,
    on_missing: Callable[[Message], object] = lambda notice: None,
) -> list[PipelineRows]:
    """The retrievers' and the tutorial's answers to the questions that can be understood alone.

    `on_missing` gets each pipeline that is left out, and why.
    """
    asked = tuple(question for question in questions if not question.earlier)
    results = []
    for retriever in (*RETRIEVERS[1:], RETRIEVERS[0]):  # each alone, then all together
        rows = asked_rows(asked, partial(_search_row, corpus, retriever), on_question)
        results.append(PipelineRows(retriever, asked, tuple(rows), quotes=False))
    no_splitters = missing_package(SPLITTERS)
    chunks = () if no_splitters else chunks_of(corpus.documents.values())
    for name, (package, make) in _CHUNK_PIPELINES.items():
        if missing := no_splitters or missing_package(package):
            on_missing(message("eval.left_out", pipeline=name, reason=missing))
            continue
        pipeline = make(chunks, corpus.encoder)
        rows = asked_rows(asked, _of_text(pipeline.ask), on_question)
        results.append(PipelineRows(name, asked, tuple(rows), quotes=True))
    return results


def _of_text(ask: Callable[[str], PredictionRow]) -> Callable[[GoldQuestion], PredictionRow]:
    return lambda question: ask(question.text)


def _search_row(corpus: AskedCorpus, retriever: RetrieverName, question: GoldQuestion) -> PredictionRow:
    try:
        hits = corpus.search(question.text, limit=PASSAGES, retriever=retriever)
    except QuestionError:
        return refused_row()
    return {**refused_row(), "passages": [found_row(hit) for hit in hits]}
