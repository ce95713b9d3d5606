"""Fit the weight tables of `app/weights.json`: `python -m alpie.eval.fit [--public SQUAD.json …]`.

1. Which sentence: a conditional logit on the fitting part of the project's own questions, those of
   `questions/fitting/` (never reported on) and, where given, on public questions in SQuAD format (each paragraph a passage).
2. Whether the documents answer at all: a logistic model on what step 1 says of questions it was *not*
   fitted on (cross-validation by question group), so that the probability is honest. Here also questions on
   other subjects (`questions/off_topic/fitting.jsonl`) are learned from.
3. The threshold: the largest that keeps a wanted share of the answerable questions.

The reporting part of the questions is never read here.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from alpie.app.abstention import ANSWERABLE_FEATURES
from alpie.app.choice import Unit
from alpie.app.corpus import Corpus
from alpie.app.features import UNIT_FEATURES
from alpie.app.weights import LinearModel
from alpie.eval.examples import Example, examples_of, without_evidence
from alpie.eval.learning import Group, fit_choice, fit_logistic, folds_of
from alpie.eval.matching import SourceTexts
from alpie.eval.question_file import OWN_QUESTIONS, read_own_questions, read_questions
from alpie.eval.split import split
from alpie.eval.squad import squad_corpus

__all__ = ["Fitted", "fit_all", "main"]

_FOLDS = 5
_OWN_WEIGHT = 10.0  # of one of our questions against a public one: they are what will be asked
_OFF_TOPIC_WEIGHT = 0.3  # of a question on another subject: easy, and never to be answered all the same
_REMOVED_WEIGHT = 0.1  # of a question whose evidence was taken away: some other passage may still answer
_PENALTY = 30.0
_PENALTY_FEW = 10.0  # for the models fitted on our few hundred questions alone
_KEEP_ANSWERABLE = 0.945
_FLAG_ANSWERABLE = 0.2  # share of answerable questions that may be answered with reserve, or refused
_WEIGHTS = Path(__file__).resolve().parents[1] / "app" / "weights.json"


@dataclass(frozen=True)
class Fitted:
    """The two models, the threshold, and what cross-validation says of them."""

    unit: LinearModel
    answerable: LinearModel
    threshold: float
    firm: float
    facts: dict[str, Any]


def _group(example: Example, weight: float) -> Group:
    return Group(example.candidates.features.astype(np.float64), example.right, weight)


def _fold_keys(examples: Sequence[Example]) -> list[str]:
    """Questions about the same place share a fold."""
    return [
        f"{e.alternatives[0].doc} {e.alternatives[0].words[0].start // 400}"
        if e.alternatives and e.alternatives[0].words
        else e.question.id
        for e in examples
    ]


def fit_all(
    own: Sequence[Example],
    removed: Sequence[Example],
    public: Sequence[Example],
    off_topic: Sequence[Example] = (),
) -> Fitted:
    """The fitted tables from labelled examples; `removed` are own questions without their evidence."""
    folds = folds_of(_fold_keys(own), _FOLDS)
    fold_of_question = {e.question.id: int(fold) for e, fold in zip(own, folds, strict=True)}
    fold_of_question |= {e.question.id: number % _FOLDS for number, e in enumerate(off_topic)}
    public_groups = [_group(e, 1.0) for e in public]
    units: dict[int, tuple[Unit, ...]] = {}
    first_right = 0
    for fold in range(_FOLDS):
        model = fit_choice(
            [_group(e, _OWN_WEIGHT) for e, f in zip(own, folds, strict=True) if f != fold] + public_groups,
            UNIT_FEATURES,
            _PENALTY,
        )
        for example in (*own, *removed, *off_topic):
            if fold_of_question[example.question.id] == fold:
                units[id(example)] = example.units(model)
                first_right += bool(example.right.any() and example.right[_first(example, model)])
    unit = fit_choice([_group(e, _OWN_WEIGHT) for e in own] + public_groups, UNIT_FEATURES, _PENALTY)
    answerable, threshold, firm, facts = _fit_answerable(own, removed, off_topic, units, fold_of_question)
    answered = [e for e in own if e.answerable]
    facts["right sentence first, cross-validated"] = round(first_right / max(1, len(answered)), 4)
    return Fitted(unit, answerable, threshold, firm, facts)


def _first(example: Example, model: LinearModel) -> int:
    return int(np.argmax(model.scores(example.candidates.features, UNIT_FEATURES)))


def _fit_answerable(
    own: Sequence[Example],
    removed: Sequence[Example],
    off_topic: Sequence[Example],
    units: dict[int, tuple[Unit, ...]],
    fold_of_question: dict[str, int],
) -> tuple[LinearModel, float, float, dict[str, Any]]:
    examples = [*own, *removed, *off_topic]
    source = np.repeat(["own", "removed", "off topic"], [len(own), len(removed), len(off_topic)])
    rows = np.array([e.answerable_row(units[id(e)]) for e in examples])
    answerable = np.array([e.answerable for e in examples])
    balance = answerable.sum() / max(1.0, float((~answerable & (source == "own")).sum()))
    weight = {"own": balance / 2, "removed": _REMOVED_WEIGHT, "off topic": _OFF_TOPIC_WEIGHT}
    weights = np.where(answerable, 1.0, [weight[str(one)] for one in source])
    folds = np.array([fold_of_question[e.question.id] for e in examples])
    held_out = np.zeros(len(examples))
    for fold in range(_FOLDS):
        train = folds != fold
        model = fit_logistic(
            rows[train], answerable[train], ANSWERABLE_FEATURES, _PENALTY_FEW, weights[train]
        )
        held_out[~train] = model.scores(rows[~train].astype(np.float32), ANSWERABLE_FEATURES)
    probability = 1 / (1 + np.exp(-held_out))
    threshold = float(np.quantile(probability[answerable], 1 - _KEEP_ANSWERABLE))
    firm = float(np.quantile(probability[answerable], _FLAG_ANSWERABLE))

    def below(limit: float, of: str) -> float:
        """Share of the unanswerable questions of a source that lie below `limit`."""
        there = ~answerable & (source == of)
        return round(float((probability[there] < limit).mean()), 4) if there.any() else 0.0

    facts = {
        "answerable kept, cross-validated": round(float((probability[answerable] >= threshold).mean()), 4),
        "unanswerable refused, cross-validated": below(threshold, "own"),
        "unanswerable refused or answered with reserve, cross-validated": below(firm, "own"),
        "evidence removed, refused": below(threshold, "removed"),
        "off topic refused, cross-validated": below(threshold, "off topic"),
        "off topic refused or answered with reserve, cross-validated": below(firm, "off topic"),
        "answerable questions": int(answerable.sum()),
        "unanswerable questions": int((~answerable & (source == "own")).sum()),
        "questions off topic": len(off_topic),
    }
    final = fit_logistic(rows, answerable, ANSWERABLE_FEATURES, _PENALTY_FEW, weights)
    return final, threshold, firm, facts


def _public_examples(files: Sequence[Path], corpus: Corpus, limit: int) -> list[Example]:
    examples: list[Example] = []
    for file in files:
        read = read_questions(file)
        documents, passages = squad_corpus(read.paragraphs)
        public = Corpus.from_passages(documents, passages, corpus.encoder)
        texts = SourceTexts(public.documents, public.passages)
        step = max(1, len(read.questions) // limit)
        examples += examples_of(public, [q for q in read.questions[::step] if q.answerable], texts)
    return examples


def _as_table(model: LinearModel) -> dict[str, Any]:
    weights = {name: round(weight, 5) for name, weight in zip(model.names, model.weights, strict=True)}
    return {"weights": weights, "bias": round(model.bias, 5)}


def write_weights(fitted: Fitted, sources: Sequence[str], path: Path) -> None:
    """Write `weights.json`."""
    table = {
        "unit": _as_table(fitted.unit),
        "answerable": _as_table(fitted.answerable),
        "threshold": round(fitted.threshold, 5),
        "firm": round(fitted.firm, 5),
        "fitted_on": {"sources": list(sources), **fitted.facts},
    }
    path.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    """Fit on the index in use and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--public", type=Path, nargs="*", default=[], help="SQuAD files to fit on as well")
    parser.add_argument("--limit", type=int, default=2_000, help="public questions a file")
    parser.add_argument("--output", type=Path, default=_WEIGHTS)
    options = parser.parse_args(argv)
    corpus = Corpus.open()
    questions = [*split(read_own_questions(), "fit"), *read_own_questions(OWN_QUESTIONS / "fitting")]
    texts = SourceTexts(corpus.documents, corpus.passages)
    own = examples_of(corpus, questions, texts)
    # A reader's own documents mostly come without expansions: the weights must serve both.
    bare = examples_of(corpus.without_expansions(), questions, texts)
    removed = without_evidence(corpus, questions, texts)
    public = _public_examples(options.public, corpus, options.limit)
    off_topic = examples_of(
        corpus, read_questions(OWN_QUESTIONS / "off_topic" / "fitting.jsonl").questions, texts
    )
    fitted = fit_all([*own, *bare], removed, public, off_topic)
    names = [f"fitting part of the project's questions and questions/fitting (n = {len(own)})"]
    names += [f"questions on other subjects (n = {len(off_topic)})"]
    names += [f"{file.name} ({len(public)} questions, CC BY-SA 4.0)" for file in options.public]
    write_weights(fitted, names, options.output)
    sys.stdout.write(json.dumps(fitted.facts, ensure_ascii=False, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
