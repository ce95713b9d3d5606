"""The parts of the system, each with a way to do without it.

Nothing is fitted anew (`ablation` sets the threshold of each variant).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer import answer_question
from alpie.app.answering.answer_weights import LinearModel, Weights, load_weights
from alpie.app.answering.answers import Answer
from alpie.app.answering.conversation import complete
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.quotes import QuotePolicy
from alpie.eval.questions.predictions import VectorMaker
from alpie.index.database.text_database import StoredPassages
from alpie.index.encoder import Encoder
from alpie.index.reader import Reading, ReadPassage
from alpie.index.records import Document, Hit, Passage, SentenceRole
from alpie.index.retrieval.search import SearchIndex
from alpie.index.spanish.acronyms import Acronyms
from alpie.index.spanish.query import read_question


@dataclass(frozen=True)
class Variant:
    """Everything of the system that can be switched off, as it is asked; an `AskedCorpus`."""

    documents: Mapping[str, Document]
    index: SearchIndex
    weights: Weights
    policy: QuotePolicy = field(default_factory=QuotePolicy)
    write_out: bool = True  # of chat spelling
    threshold: float | None = None  # None: the calibrated one

    @property
    def passages(self) -> Sequence[Passage]:
        return tuple(self.index.passages)

    @property
    def encoder(self) -> VectorMaker:
        return self.index.encoder

    def ask(self, question: str, turns: Sequence[str] = ()) -> Answer:
        asked = complete(read_question(question, self.write_out), turns)
        encoded = self.index.encode(asked)
        return answer_question(self.index, self.documents, encoded, self.weights, self.policy, self.threshold)

    def search(self, question: str, limit: int = 10, retriever: str = "hybrid") -> tuple[Hit, ...]:
        return self.index.search(read_question(question, self.write_out), limit, retriever).hits


class _Remembering:
    """An encoder that encodes a question once, however many variants ask it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[tuple[str, ...], NDArray[np.float32]] = {}

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        key = tuple(texts)
        if key not in self._known:
            self._known[key] = self._encoder.encode_queries(texts)
        return self._known[key]


def whole_system(corpus: Corpus) -> Variant:
    """The system with every part, its questions' vectors kept for the variants made from it."""
    index = replace(corpus.index, encoder=_Remembering(corpus.encoder))  # type: ignore[arg-type]
    return Variant(corpus.documents, index, load_weights())


@dataclass(frozen=True)
class Part:
    """A part of the system and how to do without it."""

    name: str
    says: str  # what is left instead
    off: Callable[[Variant], Variant]


def _retriever(*weights: str) -> Callable[[Variant], Variant]:
    """Without a retriever: its weight in the fusion."""

    def off(whole: Variant) -> Variant:
        fused = replace(whole.index.weights, **dict.fromkeys(weights, 0.0))
        return replace(whole, index=replace(whole.index, weights=fused))

    return off


class _SaysNothing:
    """A reader to which every sentence is as likely as none."""

    name = "nothing"

    def read(self, question: str, passages: Sequence[ReadPassage]) -> list[Reading]:
        return [Reading(0.0, np.zeros(len(one.sentences), np.float32)) for one in passages]


def _plain_ranking(whole: Variant) -> Variant:
    """Sentences by the reader alone, in whichever passage."""
    return replace(whole, weights=replace(whole.weights, candidate=LinearModel.from_mapping({"reader": 1.0})))


def _without_expansions(whole: Variant) -> Variant:
    return replace(whole, index=replace(whole.index, expansions=None))


def _loose_lists(whole: Variant) -> Variant:
    """List items and table rows as sentences like any other."""
    passages = tuple(
        replace(
            passage,
            sentences=tuple(
                replace(sentence, role=SentenceRole.SENTENCE, group=None) for sentence in passage.sentences
            ),
        )
        for passage in whole.index.passages
    )
    return replace(whole, index=replace(whole.index, passages=StoredPassages.of(passages)))


PARTS = (
    Part("passage vectors", "no cosine of question and passage", _retriever("passage")),
    Part("sentence vectors", "no best cosine of a sentence in the order of passages", _retriever("sentence")),
    Part("BM25", "no stems of the passages", _retriever("lexical")),
    Part("expansions", "what was written beforehand for the passages is not searched", _without_expansions),
    Part(
        "reader",
        "sentences by likeness to the question, refusal by the scores of the search",
        lambda whole: replace(whole, index=replace(whole.index, reader=_SaysNothing())),
    ),
    Part("acronyms", "an acronym and its expansion are strangers",
         lambda whole: replace(whole, index=replace(whole.index, acronyms=Acronyms({})))),
    Part("chat clean-up", "«q», «xq», «tb» searched as typed", lambda whole: replace(whole, write_out=False)),
    Part("re-ordering", "passages stay in fused order",
         lambda whole: replace(whole, weights=replace(whole.weights, reorder=0.0))),
    Part("fitted ranking", "sentences by the reader alone, whatever retrieval says", _plain_ranking),
    Part("lists whole", "list items and table rows quoted one by one", _loose_lists),
    Part("second quotation", "a question in two parts is treated as any other",
         lambda whole: replace(whole, policy=replace(whole.policy, two_parts=False))),
)  # fmt: skip
