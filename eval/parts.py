"""The parts of the system, each with a way to do without it.

A part of the search is switched off by its weight in the fusion *and* by the features that come from it
in both weight tables; nothing is fitted anew (`ablation_study` sets the threshold of each variant).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from alpie.app.answer import answer_question
from alpie.app.conversation import complete
from alpie.app.corpus import Corpus
from alpie.app.quotes import QuotePolicy
from alpie.app.records import Answer
from alpie.app.weights import LinearModel, Weights, load_weights
from alpie.eval.predictions import VectorMaker
from alpie.index.acronyms import Acronyms
from alpie.index.encoder import Encoder, TokenVectors
from alpie.index.hits import Hit
from alpie.index.query import read_question
from alpie.index.records import Document, Passage, SentenceRole
from alpie.index.search import FusionWeights, SearchIndex

__all__ = ["PARTS", "Part", "Variant", "whole_system", "without_features"]


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
        return answer_question(self.index, self.documents, asked, self.weights, self.policy, self.threshold)

    def search(self, question: str, limit: int = 10, leg: str = "fused") -> tuple[Hit, ...]:
        return self.index.search(read_question(question, self.write_out), limit, leg).hits


class _Remembering:
    """An encoder that encodes a question once, however many variants ask it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, tuple[Any, TokenVectors]] = {}

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode_query(self, text: str) -> tuple[Any, TokenVectors]:
        if text not in self._known:
            self._known[text] = self._encoder.encode_query(text)
        return self._known[text]


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


def _leg(fusion: str, unit: Iterable[str], answerable: Iterable[str]) -> Callable[[Variant], Variant]:
    """Without a leg of the search: its weight, its features of a sentence and of the refusal."""
    unit, answerable = frozenset(unit), frozenset(answerable)

    def off(whole: Variant) -> Variant:
        fused = replace(whole.index.weights, **{fusion: 0.0})  # type: ignore[arg-type]
        return replace(
            whole,
            index=replace(whole.index, weights=fused),
            weights=replace(
                whole.weights,
                unit=without_features(whole.weights.unit, unit),
                answerable=without_features(whole.weights.answerable, answerable),
            ),
        )

    return off


def without_features(model: LinearModel, names: frozenset[str]) -> LinearModel:
    """The model without some of its features."""
    kept = {
        name: weight for name, weight in zip(model.names, model.weights, strict=True) if name not in names
    }
    return LinearModel.from_mapping(kept, model.bias)


def _plain_choice(whole: Variant) -> Variant:
    """Sentences by the scores that passages are fused by, with the same weights."""
    fused: FusionWeights = whole.index.weights
    model = LinearModel.from_mapping(
        {
            "passage_cosine": fused.passage,
            "cosine": fused.sentence,
            "passage_lexical": fused.lexical,
            "passage_grams": fused.grams,
            "tokens": fused.tokens,
        }
    )
    return replace(whole, weights=replace(whole.weights, unit=model))


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
    return replace(whole, index=replace(whole.index, passages=passages))


def _unjudged(*names: str) -> Callable[[Variant], Variant]:
    """Without some features of the judgement whether the documents answer."""

    def off(whole: Variant) -> Variant:
        model = without_features(whole.weights.answerable, frozenset(names))
        return replace(whole, weights=replace(whole.weights, answerable=model))

    return off


PARTS = (
    Part("passage vectors", "no cosine of question and passage",
         _leg("passage", ["passage_cosine"], ["passage_cosine"])),
    Part("sentence vectors", "no cosine of question and sentence",
         _leg("sentence", ["cosine", "passage_sentence"], ["cosine"])),
    Part("BM25", "no stems", _leg("lexical", ["bm25", "passage_lexical"], ["lexical"])),
    Part("n-gram BM25", "no character n-grams", _leg("grams", ["passage_grams"], ["grams"])),
    Part("word comparison", "no MaxSim, neither in the order of passages nor of sentences",
         _leg("tokens", ["tokens", "tokens_weighted", "tokens_low", "tokens_window", "late", "passage_tokens"],
              ["tokens", "tokens_low", "name_match", "word_match", "word_match_any"])),
    Part("expansions", "rewordings written beforehand are not searched",
         lambda whole: replace(whole, index=replace(whole.index, expansions=None))),
    Part("acronyms", "an acronym and its expansion are strangers",
         lambda whole: replace(whole, index=replace(whole.index, acronyms=Acronyms({})))),
    Part("chat clean-up", "«q», «xq», «tb» searched as typed", lambda whole: replace(whole, write_out=False)),
    Part("re-ordering", "passages stay in fused order",
         lambda whole: replace(whole, weights=replace(whole.weights, reorder=0.0))),
    Part("fitted choice", "sentences by the fused scores, with the weights of the fusion", _plain_choice),
    Part("lists whole", "list items and table rows quoted one by one", _loose_lists),
    Part("second quotation", "a question in two parts is treated as any other",
         lambda whole: replace(whole, policy=replace(whole.policy, two_parts=False))),
    Part("refusal: missing words", "not looked at whether names and words of the question are matched",
         _unjudged("missing", "name_missing", "name_match",
                   "word_match", "word_match_any", "type_missing")),
    Part("refusal: margins", "not looked at how far the first is ahead",
         _unjudged("margin", "share", "passage_share")),
)  # fmt: skip
