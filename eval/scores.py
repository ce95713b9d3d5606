"""One prediction against the gold of its question: which quotes and passages are right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from alpie.eval.questions.matching import Occurrence, PredictedText, SourceTexts, contains, coverage, lies_in
from alpie.eval.questions.predictions import PredictionRow
from alpie.eval.questions.question_records import Evidence, GoldQuestion

PASSAGES = 10  # passages a prediction lists: as many as recall@10 and mrr@10 look at
_HALF = 0.5  # of the evidence's words: a quotation that holds fewer has lost its point

Group = tuple[Occurrence, ...]


@dataclass(frozen=True)
class Prediction:
    """What a system answered to one question: the fields of a row of the predictions file that are scored."""

    answered: bool
    confidence: float  # 0 … 1
    milliseconds: float
    quotes: tuple[PredictedText, ...]
    passages: tuple[PredictedText, ...]  # best first

    @classmethod
    def from_row(cls, row: PredictionRow) -> Prediction:
        return cls(
            bool(row["answered"]),
            float(row["confidence"]),
            float(row["ms"]),
            tuple(map(PredictedText.from_row, row["quotes"])),
            tuple(map(PredictedText.from_row, row["passages"][:PASSAGES])),
        )


@dataclass(frozen=True)
class QuestionScore:
    """The score of one prediction; every figure of a report is a sum over such scores."""

    id: str
    kind: str
    answerable: bool | None  # None: the file does not say, the question is not scored
    answered: bool
    confidence: float  # 0 … 1
    milliseconds: float
    follows: bool = False  # understood only with the questions before it
    found: tuple[int | None, ...] = ()  # a group of evidence: rank (1-based) of the first passage with it
    right_at_1: bool = False
    right_at_3: bool = False
    first_in_place: bool = False  # the first quote holds the evidence, whatever the answer strings
    quotes: int = 0  # shown
    quotes_right: int = 0
    quotes_proved: int = 0  # verbatim: the source cut at their offsets is their text
    words: int = 0  # in all quotes
    quotes_exact: int | None = None  # which `alpie verify` calls exact; None: it was not asked

    def recall(self, k: int) -> float | None:
        """Share of the groups of evidence that the first k passages hold."""
        if not self.found:
            return None
        return sum(rank is not None and rank <= k for rank in self.found) / len(self.found)

    @property
    def reciprocal_rank(self) -> float | None:
        if not self.found:
            return None
        ranks = [rank for rank in self.found if rank is not None]
        return 1 / min(ranks) if ranks else 0.0

    @property
    def ndcg(self) -> float | None:
        """Gain 1 for the first passage with each group; repeats of a group already found gain nothing."""
        if not self.found:
            return None
        gain = sum(1 / math.log2(rank + 1) for rank in self.found if rank is not None)
        ideal = sum(1 / math.log2(rank + 2) for rank in range(len(self.found)))
        return min(1.0, gain / ideal)  # one passage with two groups would exceed the ideal


def score_prediction(question: GoldQuestion, prediction: Prediction, texts: SourceTexts) -> QuestionScore:
    """Score the answer to a question."""
    groups = tuple(gold_places(group, texts) for group in question.groups)
    alternatives = gold_places(question.evidence, texts) + tuple(chain.from_iterable(groups))
    quotes, passages = prediction.quotes, prediction.passages
    return QuestionScore(
        id=question.id,
        kind=question.kind,
        answerable=question.answerable,
        answered=prediction.answered,
        confidence=prediction.confidence,
        milliseconds=prediction.milliseconds,
        follows=bool(question.earlier),
        found=tuple(_first_rank(passages, group, answer_strings(question)) for group in groups),
        right_at_1=right_within(question, groups, quotes[:1]),
        right_at_3=right_within(question, groups, quotes[:3]),
        first_in_place=bool(quotes) and matches_any(quotes[0], alternatives, answer_strings(question)),
        quotes=len(quotes),
        quotes_right=sum(quote_is_right(question, alternatives, quote) for quote in quotes),
        quotes_proved=sum(texts.proves(quote) for quote in quotes),
        words=sum(len(quote.text.split()) for quote in quotes),
        quotes_exact=sum(map(texts.verifies, (quote.text for quote in quotes))) if texts.verifies else None,
    )


def score_predictions(
    questions: Sequence[GoldQuestion], rows: Sequence[PredictionRow], texts: SourceTexts
) -> list[QuestionScore]:
    """Score the rows of `questions`, in their order."""
    predictions = map(Prediction.from_row, rows)
    return [
        score_prediction(question, prediction, texts)
        for question, prediction in zip(questions, predictions, strict=True)
    ]


def right_within(question: GoldQuestion, groups: Sequence[Group], quotes: Sequence[PredictedText]) -> bool:
    """Whether the quotes answer the question: they hold every group of evidence, and the answer strings with it.

    - `answer_all`: every item stands in one of the quotes;
    - `answer`, one group: some quote holds both the evidence and an answer;
    - `answer`, several groups: an answer stands in one of the quotes.
    """
    if not question.answerable or not quotes:
        return False
    strings = answer_strings(question)
    if not all(any(matches_any(quote, group, strings) for quote in quotes) for group in groups):
        return False
    if question.answer_all:
        return all(any(contains(quote.text, item) for quote in quotes) for item in question.answer_all)
    if len(groups) == 1:
        return any(quote_is_right(question, groups[0], quote) for quote in quotes)
    return not question.answer or any(_holds_any(quote, question.answer) for quote in quotes)


def quote_is_right(question: GoldQuestion, alternatives: Sequence[Occurrence], quote: PredictedText) -> bool:
    """Whether one quote is right on its own, as a part of the answer if several are needed."""
    strings = answer_strings(question)
    if alternatives and not matches_any(quote, alternatives, strings):
        return False
    # Of several groups only one may hold the answer string: its place alone vouches for a quote.
    if not strings or len(question.evidence_all) > 1:
        return bool(alternatives)
    return _holds_any(quote, strings)


def answer_strings(question: GoldQuestion) -> tuple[str, ...]:
    """The strings of the gold answer, any of which shows that a text holds the answer or a part of it."""
    return question.answer + question.answer_all


def _holds_any(quote: PredictedText, strings: Iterable[str]) -> bool:
    return any(contains(quote.text, string) for string in strings)


def gold_places(evidence: Sequence[Evidence], texts: SourceTexts) -> Group:
    """Find every place of some evidence in the documents."""
    return tuple(place for wanted in evidence for place in texts.gold(wanted.doc, wanted.quote, wanted.start))


def matches_any(piece: PredictedText, alternatives: Iterable[Occurrence], strings: Sequence[str]) -> bool:
    """Whether a predicted piece holds half of some evidence, or lies within it and holds an answer."""
    return any(
        coverage(piece, gold) >= _HALF or (lies_in(piece, gold) and _holds_any(piece, strings))
        for gold in alternatives
    )


def _first_rank(passages: Sequence[PredictedText], group: Group, strings: Sequence[str]) -> int | None:
    for rank, passage in enumerate(passages, start=1):
        if matches_any(passage, group, strings):
            return rank
    return None
