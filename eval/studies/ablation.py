"""What each part is worth: one switched off at a time (`switched_parts`), on the same questions.

So that a shift of the probability is not taken for a loss, the threshold of every variant is set where it
answers as many of the answerable fitting questions as the whole system does. Without fitting questions,
on public data, everything is answered: only search and choice are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from alpie.app.answering.answer import judge
from alpie.app.answering.conversation import complete
from alpie.app.answering.corpus import Corpus
from alpie.eval.metrics import RESAMPLES, Estimate, compare, summarise
from alpie.eval.questions.matching import SourceTexts
from alpie.eval.questions.predictions import OnQuestion, predict
from alpie.eval.questions.question_records import Question
from alpie.eval.report import Study, Table, cell
from alpie.eval.scores import QuestionScore, score_predictions
from alpie.eval.studies.switched_parts import PARTS, Part, Variant, whole_system
from alpie.index.spanish.query import read_question

_SHOWN = ("right@1", "right@3", "recall@1", "recall@5", "first in place", "quote precision", "answer rate",
          "refusal rate")  # fmt: skip
_BY_KIND = ("right@3", "recall@5")

Differences = Mapping[str, Estimate]


def study_ablation(
    corpus: Corpus,
    questions: Sequence[Question],
    texts: SourceTexts,
    fitting: Sequence[Question] = (),
    resamples: int = RESAMPLES,
    parts: Sequence[Part] = PARTS,
    on_question: OnQuestion | None = None,
) -> Study:
    """Asks `questions` of the whole system and of it without each part; paired differences."""
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
    differences = {name: compare(of, measured, resamples) for name, of in scores.items()}
    overall = summarise(measured, resamples)
    by_kind = {kind: {name: _difference(of, measured, kind, resamples) for name, of in scores.items()}
               for kind in _kinds(measured)}  # fmt: skip
    return Study(
        name="ablation",
        title="What each part is worth",
        about=_about(kept, len(confidences)),
        tables=[
            _overall_table(overall, differences, parts),
            *(_kind_table(metric, by_kind, list(scores)) for metric in _BY_KIND if len(by_kind) > 1),
            Table("What is switched off", ("part", "what is left"), tuple((p.name, p.says) for p in parts)),
        ],
        figures={
            "whole": {name: one.as_json() for name, one in overall.items()},
            "without": {name: _json(of) for name, of in differences.items()},
            "without, by kind": {
                kind: {name: _json(of) for name, of in of_kind.items()} for kind, of_kind in by_kind.items()
            },
        },
    )


def _about(kept: float | None, fitting: int) -> list[str]:
    lines = ["without a part minus with it, the same questions, paired bootstrap; nothing is fitted anew"]
    if kept is None:
        return [*lines, "every question is answered: the judgement whether to answer is left out"]
    return [
        *lines,
        f"the threshold of each variant answers {kept:.1%} of {fitting} answerable fitting questions, as the "
        "whole system's does",
    ]


def _confidences(variant: Variant, questions: Sequence[Question]) -> np.ndarray:
    """Of the answerable questions that documents answer, shape (questions,)."""
    asked = [
        complete(read_question(question.text, variant.write_out), question.earlier)
        for question in questions
        if question.answerable
    ]
    return np.array(
        [judge(variant.index, variant.index.encode(one), variant.weights).confidence for one in asked]
    )


def _scores(
    variant: Variant, questions: Sequence[Question], texts: SourceTexts, on_question: OnQuestion | None
) -> list[QuestionScore]:
    return score_predictions(questions, predict(variant, questions, on_question), texts)


def _kinds(scores: Sequence[QuestionScore]) -> list[str]:
    return list(dict.fromkeys(score.kind for score in scores if score.answerable))


def _difference(
    first: Sequence[QuestionScore], second: Sequence[QuestionScore], kind: str, resamples: int
) -> Differences:
    def of_kind(scores: Sequence[QuestionScore]) -> list[QuestionScore]:
        return [score for score in scores if score.kind == kind]

    return compare(of_kind(first), of_kind(second), resamples)


def _json(estimates: Differences) -> dict[str, dict[str, float | int | None]]:
    return {metric: one.as_json() for metric, one in estimates.items() if one.n}


def _overall_table(
    overall: Mapping[str, Estimate], differences: Mapping[str, Differences], parts: Sequence[Part]
) -> Table:
    shown = [metric for metric in _SHOWN if overall[metric].n]
    rows = [("(the whole system)", *(cell(metric, overall[metric]) for metric in shown))]
    for part in parts:
        of = differences[part.name]
        rows.append((f"without {part.name}", *(cell(metric, of[metric], signed=True) for metric in shown)))
    return Table("All questions", ("system", *shown), tuple(rows))


def _kind_table(metric: str, by_kind: Mapping[str, Mapping[str, Differences]], names: Sequence[str]) -> Table:
    rows = [
        (f"without {name}", *(cell(metric, of[name][metric], signed=True) for of in by_kind.values()))
        for name in names
    ]
    return Table(f"Change of {metric} by kind", ("system", *by_kind), tuple(rows))
