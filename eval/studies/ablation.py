"""Measures what each part is worth: one is switched off at a time (`PARTS`), on the same questions.

So that a mere shift of the probability does not count as a loss, the threshold of every variant is set to answer as
many of the answerable fitting questions as the whole system does. Without fitting questions, as on public data,
everything is answered: only search and choice are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer_types import Answer
from alpie.app.answering.answer_weights import LinearModel, load_weights
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.routing.answer_pipeline import AnswerPipeline
from alpie.app.answering.understanding.conversation import complete_question
from alpie.eval.metrics import RESAMPLES, Estimate, compare_scores, summarise
from alpie.eval.questions.matching import SourceTexts
from alpie.eval.questions.predictions import OnQuestion, predict
from alpie.eval.questions.question_records import GoldQuestion
from alpie.eval.report import Study, Table, estimate_cell
from alpie.eval.scores import QuestionScore, score_predictions
from alpie.index.database.text_database import StoredPassages
from alpie.index.encoder import Encoder
from alpie.index.reader import ReaderInput, Reading
from alpie.index.records import Hit, Passage, SentenceRole
from alpie.index.retrieval import RetrieverName
from alpie.index.retrieval.search import EncodedQuestion
from alpie.index.spanish.acronyms import Acronyms
from alpie.index.spanish.query import parse_question


@dataclass(frozen=True)
class Variant(AnswerPipeline):
    """The system with some part switched off, which is asked as an `AskedCorpus` is."""

    write_out: bool = True  # of chat spelling

    @property
    def passages(self) -> Sequence[Passage]:
        return tuple(self.index.passages)

    @property
    def encoder(self) -> Encoder:
        return self.index.encoder

    def ask(self, question: str, turns: Sequence[str] = ()) -> Answer:
        return self.answer(self.encode(question, turns))

    def encode(self, question: str, turns: Sequence[str]) -> EncodedQuestion:
        """Encode a question, completed from the earlier `turns`, as the system searches it."""
        return self.index.encode(complete_question(parse_question(question, self.write_out), turns))

    def search(self, question: str, limit: int = 10, retriever: RetrieverName = "hybrid") -> tuple[Hit, ...]:
        return self.index.search(parse_question(question, self.write_out), limit, retriever).hits


class _CachingEncoder:
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
    """Make the system with every part, whose variants share the vectors of the questions."""
    index = replace(corpus.index, encoder=_CachingEncoder(corpus.encoder))  # type: ignore[arg-type]
    return Variant(corpus.documents, index, corpus.reader, load_weights())


@dataclass(frozen=True)
class SystemPart:
    """A part of the system and how to do without it."""

    name: str
    left: str  # what there is instead
    off: Callable[[Variant], Variant]


def _retriever(*weights: str) -> Callable[[Variant], Variant]:
    """Switches a retriever off: its weights in the fusion become 0."""

    def off(whole: Variant) -> Variant:
        fused = replace(whole.index.weights, **dict.fromkeys(weights, 0.0))
        return replace(whole, index=replace(whole.index, weights=fused))

    return off


class _IndifferentReader:
    """A reader to which every sentence is as likely as none."""

    name = "nothing"
    reads_each_alone = True

    def read(self, question: str, passages: Sequence[ReaderInput]) -> list[Reading]:
        return [Reading(0.0, np.zeros(len(passage.sentences), np.float32)) for passage in passages]


_BY_READER = LinearModel.from_mapping({"reader": 1.0})


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
    return replace(whole, index=replace(whole.index, passages=StoredPassages.from_passages(passages)))


PARTS = (
    SystemPart("passage vectors", "no cosine of question and passage", _retriever("dense")),
    SystemPart("sentence vectors", "no best cosine of a sentence in the order of passages", _retriever("sentence")),
    SystemPart("BM25", "no stems of the passages", _retriever("lexical")),
    SystemPart("expansions", "what was written beforehand for the passages is not searched",
         lambda whole: replace(whole, index=replace(whole.index, expansions=None))),
    SystemPart(
        "reader",
        "sentences by likeness to the question, refusal by the scores of the search",
        lambda whole: replace(whole, reader=_IndifferentReader()),
    ),
    SystemPart("acronyms", "an acronym and its expansion are strangers",
         lambda whole: replace(whole, index=replace(whole.index, acronyms=Acronyms({})))),
    SystemPart("chat clean-up", "«q», «xq», «tb» searched as typed", lambda whole: replace(whole, write_out=False)),
    SystemPart("re-ordering", "passages stay in fused order",
         lambda whole: replace(whole, weights=replace(whole.weights, rerank_weight=0.0))),
    SystemPart("fitted ranking", "sentences by the reader alone, whatever retrieval says",
         lambda whole: replace(whole, weights=replace(whole.weights, candidate=_BY_READER))),
    SystemPart("lists whole", "list items and table rows quoted one by one", _loose_lists),
    SystemPart("second quotation", "a question in two parts is treated as any other",
         lambda whole: replace(whole, policy=replace(whole.policy, two_things=False))),
)  # fmt: skip


_SHOWN = ("right@1", "right@3", "recall@1", "recall@5", "first in place", "quote precision", "answer rate",
          "refusal rate")  # fmt: skip
_BY_KIND = ("right@3", "recall@5")

Differences = Mapping[str, Estimate]


def study_ablation(
    corpus: Corpus,
    questions: Sequence[GoldQuestion],
    texts: SourceTexts,
    fitting: Sequence[GoldQuestion] = (),
    resamples: int = RESAMPLES,
    parts: Sequence[SystemPart] = PARTS,
    on_question: OnQuestion | None = None,
) -> Study:
    """Ask `questions` of the whole system and of the system without each part; returns paired differences."""
    whole = whole_system(corpus)
    confidences = _confidences(whole, fitting)
    kept = float((confidences >= whole.weights.threshold).mean()) if len(confidences) else None
    if kept is None:
        whole = replace(whole, threshold=0.0)
    scores = {"": _scores(whole, questions, texts, on_question)}
    for part in parts:
        variant = part.off(whole)
        if kept is not None:
            threshold = float(np.quantile(_confidences(variant, fitting), 1 - kept))
            variant = replace(variant, threshold=threshold)
        scores[part.name] = _scores(variant, questions, texts, on_question)
    measured = scores.pop("")
    differences = {name: compare_scores(of, measured, resamples) for name, of in scores.items()}
    overall = summarise(measured, resamples)
    by_kind = {kind: {name: _difference(of, measured, kind, resamples) for name, of in scores.items()}
               for kind in dict.fromkeys(score.kind for score in measured if score.answerable)}  # fmt: skip
    return Study(
        name="ablation",
        title="What each part is worth",
        about=_notes(kept, len(confidences)),
        tables=[
            _overall_table(overall, differences, parts),
            *(_kind_table(metric, by_kind, list(scores)) for metric in _BY_KIND if len(by_kind) > 1),
            Table("What is switched off", ("part", "what is left"), tuple((p.name, p.left) for p in parts)),
        ],
        figures={
            "whole": {name: asdict(estimate) for name, estimate in overall.items()},
            "without": {name: _json(of) for name, of in differences.items()},
            "without, by kind": {
                kind: {name: _json(of) for name, of in of_kind.items()} for kind, of_kind in by_kind.items()
            },
        },
    )


def _notes(kept: float | None, fitting: int) -> list[str]:
    lines = ["without a part minus with it, the same questions, paired bootstrap; nothing is fitted anew"]
    if kept is None:
        return [*lines, "every question is answered: the judgement whether to answer is left out"]
    return [
        *lines,
        f"the threshold of each variant answers {kept:.1%} of {fitting} answerable fitting questions, as the "
        "whole system's does",
    ]


def _confidences(variant: Variant, questions: Sequence[GoldQuestion]) -> np.ndarray:
    """Confidence in an answer of each answerable question, shape (questions,)."""
    asked = [variant.encode(question.text, question.earlier) for question in questions if question.answerable]
    return np.array([variant.judge(encoded).confidence for encoded in asked])


def _scores(
    variant: Variant, questions: Sequence[GoldQuestion], texts: SourceTexts, on_question: OnQuestion | None
) -> list[QuestionScore]:
    return score_predictions(questions, predict(variant, questions, on_question), texts)


def _difference(
    first: Sequence[QuestionScore], second: Sequence[QuestionScore], kind: str, resamples: int
) -> Differences:
    def of_kind(scores: Sequence[QuestionScore]) -> list[QuestionScore]:
        return [score for score in scores if score.kind == kind]

    return compare_scores(of_kind(first), of_kind(second), resamples)


def _json(estimates: Differences) -> dict[str, dict[str, float | int | None]]:
    return {metric: asdict(estimate) for metric, estimate in estimates.items() if estimate.n}


def _overall_table(
    overall: Mapping[str, Estimate], differences: Mapping[str, Differences], parts: Sequence[SystemPart]
) -> Table:
    shown = [metric for metric in _SHOWN if overall[metric].n]
    rows = [("(the whole system)", *(estimate_cell(metric, overall[metric]) for metric in shown))]
    for part in parts:
        of = differences[part.name]
        rows.append(
            (f"without {part.name}", *(estimate_cell(metric, of[metric], signed=True) for metric in shown))
        )
    return Table("All questions", ("system", *shown), tuple(rows))


def _kind_table(metric: str, by_kind: Mapping[str, Mapping[str, Differences]], names: Sequence[str]) -> Table:
    rows = [
        (
            f"without {name}",
            *(estimate_cell(metric, of[name][metric], signed=True) for of in by_kind.values()),
        )
        for name in names
    ]
    return Table(f"Change of {metric} by kind", ("system", *by_kind), tuple(rows))
