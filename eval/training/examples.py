"""Labelled examples for fitting: what was found for each question, and which sentences of it are right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer_weights import LinearModel
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.judging.candidates import Candidates, candidates_of
from alpie.app.answering.judging.judgement import Candidate, answerable_features, ranked_candidates
from alpie.app.answering.judging.read_passages import MAX_PASSAGES_READ, read_hits
from alpie.app.answering.understanding.conversation import complete_question
from alpie.eval.questions.matching import Occurrence, PredictedText, SourceTexts
from alpie.eval.questions.question_records import GoldQuestion
from alpie.eval.scores import gold_places, quote_is_right
from alpie.index.spanish.query import parse_question


@dataclass(frozen=True)
class Example:
    """One question as it was searched."""

    question: GoldQuestion
    alternatives: tuple[Occurrence, ...]  # every place that answers, or a part of it
    candidates: Candidates
    right: NDArray[np.bool_]  # (candidates,)
    answerable: bool  # with what was searched

    def ranking(self, model: LinearModel) -> tuple[Candidate, ...]:
        return ranked_candidates(self.candidates, model)

    def answerable_row(self, ranking: Sequence[Candidate]) -> NDArray[np.float64]:
        row = answerable_features(self.candidates, ranking)
        return np.asarray(row[0], dtype=np.float64)


class WeightedExample(NamedTuple):
    """An example, and how much it counts beside others."""

    example: Example
    weight: float


def _example(corpus: Corpus, question: GoldQuestion, texts: SourceTexts) -> Example:
    """A question with its candidates and which of them are right, as the application would see them."""
    alternatives = gold_places([*question.evidence, *chain.from_iterable(question.groups)], texts)
    asked = complete_question(parse_question(question.text), question.earlier)
    retrieval = corpus.index.search(asked, MAX_PASSAGES_READ)
    as_read = retrieval.encoded.question.as_read
    readings = read_hits(corpus.reader, as_read, retrieval.hits, corpus.documents)
    candidates = candidates_of(corpus.index, retrieval, readings)
    right = np.zeros(len(candidates), dtype=bool)
    for number, (rank, span) in enumerate(zip(candidates.ranks, candidates.spans, strict=True)):
        passage = retrieval.hits[rank].passage
        sentences = passage.sentences[span.first : span.last + 1]
        text = " ".join(sentence.text for sentence in sentences)
        piece = PredictedText(passage.document_id, text, sentences[0].start, sentences[-1].end)
        right[number] = bool(alternatives) and quote_is_right(question, alternatives, piece)
    answerable = bool(question.answerable)
    return Example(question, alternatives, candidates, right, answerable)


def examples_of(corpus: Corpus, questions: Iterable[GoldQuestion], texts: SourceTexts) -> list[Example]:
    """Search every question, answerable or not, and label what was found."""
    return [_example(corpus, question, texts) for question in questions]
