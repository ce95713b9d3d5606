"""What careless typing costs: the same questions asked as they stand and reworded (`rewording`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from alpie.eval.intervals import RESAMPLES, Estimate
from alpie.eval.metrics import Shares, compare_shares, shares, summarise
from alpie.eval.questions.matching import SourceTexts
from alpie.eval.questions.predictions import AskedCorpus, predict
from alpie.eval.questions.question_records import Question
from alpie.eval.report import Table, cell
from alpie.eval.scores import QuestionScore, score_predictions
from alpie.eval.studies.rewording import REWORDINGS, Rewording
from alpie.eval.studies.study import Study

__all__ = ["study_robustness"]

_SHOWN = ("recall@1", "recall@5", "right@1", "right@3", "answer rate", "refusal rate")
_BY_KIND = ("recall@5", "right@3", "answer rate", "refusal rate")
_ALL = "all"
_SEED = 1


def study_robustness(
    corpus: AskedCorpus,
    questions: Sequence[Question],
    texts: SourceTexts,
    resamples: int = RESAMPLES,
    rewordings: Sequence[Rewording] = REWORDINGS,
) -> Study:
    """Asks every question as it stands and in every rewording; tables of paired differences."""

    def ask(changed: Callable[[str, int], str]) -> list[QuestionScore]:
        asked = [replace(question, text=changed(question.text, _SEED)) for question in questions]
        return score_predictions(questions, predict(corpus, asked), texts)

    scores = ask(lambda text, _: text)
    plain, plain_shares = summarise(scores, resamples), shares(scores)
    reworded = {one.name: shares(ask(one.apply)) for one in rewordings}
    kinds = [_ALL, *dict.fromkeys(question.kind for question in questions)]
    rows_of = {
        kind: np.array([i for i, q in enumerate(questions) if kind in (_ALL, q.kind)]) for kind in kinds
    }
    differences = {
        name: {
            kind: compare_shares(_rows(of, rows), _rows(plain_shares, rows), resamples)
            for kind, rows in rows_of.items()
        }
        for name, of in reworded.items()
    }
    return Study(
        name="robustness",
        title="Careless typing",
        about=[
            "every question as written and reworded, the same gold; paired bootstrap of the difference",
            *(f"{one.name}: {one.says}" for one in rewordings),
        ],
        tables=[
            _overall(plain, {name: of[_ALL] for name, of in differences.items()}),
            *(_table(metric, differences, kinds) for metric in _BY_KIND),
        ],
        figures={
            "as written": {name: one.as_json() for name, one in plain.items()},
            "differences": {
                name: {
                    kind: {metric: one.as_json() for metric, one in estimates.items() if one.n}
                    for kind, estimates in of.items()
                }
                for name, of in differences.items()
            },
        },
    )


def _rows(of: Shares, rows: NDArray[np.int64]) -> Shares:
    return of[0][rows], of[1][rows]


def _overall(plain: Mapping[str, Estimate], of: Mapping[str, Mapping[str, Estimate]]) -> Table:
    rows = [
        (
            metric,
            cell(metric, plain[metric]),
            *(cell(metric, one[metric], signed=True) for one in of.values()),
        )
        for metric in _SHOWN
        if plain[metric].n
    ]
    return Table(
        "All questions: as written, and what each rewording changes",
        ("figure", "as written", *of),
        tuple(rows),
    )


def _table(
    metric: str, differences: Mapping[str, Mapping[str, Mapping[str, Estimate]]], kinds: Sequence[str]
) -> Table:
    rows = [
        (kind or "(no kind)", *(cell(metric, of[kind][metric], signed=True) for of in differences.values()))
        for kind in kinds
    ]
    shown = tuple(row for row in rows if any(one != "–" for one in row[1:]))
    return Table(f"Change of {metric} by kind", ("kind", *differences), shown)
