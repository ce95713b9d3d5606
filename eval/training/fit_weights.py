"""Fit the weight tables of `app/answering/weights.json`: `python -m alpie.eval.training.fit_weights [--held-out SQUAD.json …]`.

1. Which sentence: a conditional logit on the fitting part of the project's own questions and those of `questions/fitting/`
   (never reported on), asked of the documents with and without their expansions, and on held-out questions.
2. Whether the documents answer at all: a logistic model on what step 1 and the reader say of the same questions, and of
   questions on other subjects (`questions/off_topic/fitting.jsonl`).
3. The threshold: the largest that keeps a wanted share of the answerable questions of each set, by cross-validation.

The reader was trained on the project's fitting questions and is surer of them than of others. *Held-out* questions are
of passages that it never saw (SQuAD format, each paragraph a passage; `alpie.eval.training.reader_rows` writes the tenth of the
written questions that is kept back).

The reporting part of the questions is never read here. The penalty of `training/linear_models` lets thirteen weights be
fitted on a few hundred questions without knowing them by heart.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer_weights import (
    WEIGHTS_FILE,
    LinearModel,
    Weights,
    calibration_file,
    is_bundled,
    load_weights,
)
from alpie.app.answering.configured_parts import open_configured_encoder
from alpie.app.answering.corpus import Corpus
from alpie.app.answering.judging.candidates import CANDIDATE_FEATURES
from alpie.app.answering.judging.judgement import ANSWERABLE_FEATURES
from alpie.app.settings import SEED_DOCUMENTS, Settings
from alpie.app.translations import translations_for
from alpie.eval.questions.matching import SourceTexts
from alpie.eval.questions.question_file import read_questions
from alpie.eval.questions.question_records import GoldQuestion
from alpie.eval.questions.split import fitting_questions, off_topic_questions
from alpie.eval.questions.squad import squad_corpus
from alpie.eval.training.examples import Example, WeightedExample, examples_of
from alpie.eval.training.linear_models import fit_logistic, fit_ranking
from alpie.index.encoder import BUNDLED_ENCODER, Encoder, OnProgress
from alpie.index.retrieval import HybridWeights
from alpie.index.retrieval.search import SearchIndex
from alpie.index.system.files import atomic_write

_FOLDS = 5  # of the cross-validation
_OWN_WEIGHT = 0.5  # of a question the reader was trained on, against a held-out one
_BARE_WEIGHT = 0.35  # of the same question asked without expansions, which most collections do not have
_OFF_TOPIC_WEIGHT = 0.3  # of a question on another subject: easy, and never to be answered all the same
_PENALTY_FEW = 10.0  # in units of one question: weak beside the 2,400 that the logistic model is fitted on
_KEEP_ANSWERABLE = 0.97  # of every set: to keep more costs more false answers than it saves true ones
# Shares of the questions on other subjects: below the first nothing is near, below the second hardly anything.
_FAR_OFF_TOPIC, _NEAR_OFF_TOPIC = 0.5, 0.85
_FLAG_ANSWERABLE = 0.2  # share of answerable questions that may be answered with reserve, or refused


@dataclass(frozen=True)
class FittingSets:
    """Labelled examples by where they come from."""

    own: Sequence[Example]
    bare: Sequence[Example] = ()  # the same questions, asked without expansions
    held_out: Sequence[Example] = ()
    off_topic: Sequence[Example] = ()

    @property
    def weighted(self) -> list[WeightedExample]:
        """Examples that show which sentence answers, each with its weight."""
        sets = ((self.own, _OWN_WEIGHT), (self.bare, _BARE_WEIGHT), (self.held_out, 1.0))
        return [WeightedExample(example, weight) for examples, weight in sets for example in examples]


def fit_all(sets: FittingSets) -> Weights:
    """Fit the tables to labelled examples, and measure them by cross-validation."""
    candidate = fit_ranking(sets.weighted)
    off_topic = (WeightedExample(example, _OFF_TOPIC_WEIGHT) for example in sets.off_topic)
    weighted = [*sets.weighted, *off_topic]
    examples = [one.example for one in weighted]
    features = np.array([example.answerable_row(example.ranking(candidate)) for example in examples])
    answerable = np.array([example.answerable for example in examples])
    weights = np.array([one.weight for one in weighted])
    folds = _folds(examples)
    log_odds = np.zeros(len(examples))
    for fold in range(_FOLDS):
        train = folds != fold
        model = fit_logistic(
            features[train], answerable[train], ANSWERABLE_FEATURES, _PENALTY_FEW, weights[train]
        )
        log_odds[~train] = model.scores(features[~train].astype(np.float32), ANSWERABLE_FEATURES)
    probability = 1 / (1 + np.exp(-log_odds))
    of_sets = [
        probability[answerable & _in_set(examples_of_set, examples)]
        for examples_of_set in (sets.own, sets.held_out)
        if examples_of_set
    ]
    threshold = min(float(np.quantile(probabilities, 1 - _KEEP_ANSWERABLE)) for probabilities in of_sets)
    firm = min(float(np.quantile(probabilities, _FLAG_ANSWERABLE)) for probabilities in of_sets)
    return Weights(
        candidate=candidate,
        answerable=fit_logistic(features, answerable, ANSWERABLE_FEATURES, _PENALTY_FEW, weights),
        threshold=threshold,
        fitted_on=_cross_validation_facts(sets, examples, probability, (threshold, firm), folds),
        firm_threshold=firm,
        far_cosine=_off_topic_cosine(sets, candidate, _FAR_OFF_TOPIC),
        near_cosine=_off_topic_cosine(sets, candidate, _NEAR_OFF_TOPIC),
    )


def _in_set(members: Sequence[Example], examples: Sequence[Example]) -> NDArray[np.bool_]:
    """Which of `examples` are among `members`, shape (examples,)."""
    ids = set(map(id, members))
    return np.array([id(example) in ids for example in examples], dtype=bool)


def _off_topic_cosine(sets: FittingSets, ranking: LinearModel, share: float) -> float:
    """The cosine of the best candidate that so large a share of the questions on other subjects stays below."""
    column = ANSWERABLE_FEATURES.index("cosine")
    cosines = [float(example.answerable_row(example.ranking(ranking))[column]) for example in sets.off_topic]
    return float(np.quantile(cosines, share)) if cosines else 0.0


def _folds(examples: Sequence[Example]) -> NDArray[np.int64]:
    """A fold for every example; questions about the same place share one. Places are dealt out in sorted order."""
    places = [
        f"{example.alternatives[0].doc} {example.alternatives[0].words[0].start // 400}"
        if example.alternatives and example.alternatives[0].words
        else example.question.id
        for example in examples
    ]
    numbers = {place: number % _FOLDS for number, place in enumerate(sorted(set(places)))}
    return np.array([numbers[place] for place in places])


def _cross_validation_facts(
    sets: FittingSets,
    examples: Sequence[Example],
    probability: NDArray[np.float64],
    limits: tuple[float, float],
    folds: NDArray[np.int64],
) -> dict[str, Any]:
    """What cross-validation says of each set: sentences right, answerable kept, others refused or flagged."""
    threshold, firm = limits
    answerable = np.array([example.answerable for example in examples])
    # the examples begin with the weighted ones
    models = {fold: fit_ranking([pair for pair, of in zip(sets.weighted, folds, strict=False) if of != fold])
              for fold in range(_FOLDS)}  # fmt: skip
    facts: dict[str, Any] = {}
    for name in ("own", "bare", "held_out", "off_topic"):
        mine = _in_set(getattr(sets, name), examples)
        if not mine.any():
            continue
        found: dict[str, Any] = {"answerable": int((mine & answerable).sum())}
        if (yes := mine & answerable).any():
            found["kept"] = round(float((probability[yes] >= threshold).mean()), 4)
            right = [
                _is_right_first(example, models[int(fold)])
                for example, fold, of_set in zip(examples, folds, yes, strict=True)
                if of_set and len(example.candidates)
            ]
            found["right sentence first"] = round(float(np.mean(right)), 4)
        if (no := mine & ~answerable).any():
            found["unanswerable"] = int(no.sum())
            found["refused"] = round(float((probability[no] < threshold).mean()), 4)
            found["refused or with reserve"] = round(float((probability[no] < firm).mean()), 4)
        facts[name.replace("_", " ")] = found
    return facts


def _is_right_first(example: Example, model: LinearModel) -> bool:
    scores = model.scores(example.candidates.features, CANDIDATE_FEATURES)
    return bool(example.right[int(np.argmax(scores))])


def _held_out_examples(files: Sequence[Path], corpus: Corpus) -> list[Example]:
    examples: list[Example] = []
    for file in files:
        read = read_questions(file)
        documents, passages = squad_corpus(read.paragraphs)
        other = Corpus.from_passages(documents, passages, corpus.encoder, corpus.reader)
        examples += examples_of(other, read.questions, SourceTexts(other.documents, other.passages))
    return examples


def _as_table(model: LinearModel) -> dict[str, Any]:
    weights = {name: round(weight, 5) for name, weight in zip(model.names, model.weights, strict=True)}
    return {"weights": weights, "bias": round(model.bias, 5)}


def write_weights(
    fitted: Weights, corpus: Corpus, path: Path, fitted_on: Mapping[str, object], **more: object
) -> None:
    """Write a file like `weights.json`; `fitted_on`: what it says besides of where the numbers come from."""
    table = {
        "candidate": _as_table(fitted.candidate),
        "answerable": _as_table(fitted.answerable),
        "threshold": round(fitted.threshold, 5),
        "firm": round(fitted.firm_threshold, 5),
        "far": round(fitted.far_cosine, 4),
        "near": round(fitted.near_cosine, 4),
        "fitted_on": {"reader": corpus.reader.name, **fitted.fitted_on, **fitted_on},
        **more,
    }
    path.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    """Fit on the index in use and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--held-out", type=Path, nargs="*", default=[], help="SQuAD files that the reader never saw"
    )
    parser.add_argument("--output", type=Path, default=WEIGHTS_FILE)
    options = parser.parse_args(argv)
    corpus = Corpus.open()
    fitted = fit_all(fitting_sets(corpus, options.held_out))
    write_weights(fitted, corpus, options.output, {})
    sys.stdout.write(json.dumps(fitted.fitted_on, ensure_ascii=False, indent=1) + "\n")
    return 0


def fitting_sets(corpus: Corpus, held_out: Sequence[Path] = ()) -> FittingSets:
    """The questions to fit on, asked of a corpus of the project's four documents."""
    questions = fitting_questions()
    texts = SourceTexts(corpus.documents, corpus.passages)
    return FittingSets(
        own=examples_of(corpus, questions, texts),
        bare=examples_of(corpus.without_expansions(), questions, texts),
        held_out=_held_out_examples(held_out, corpus),
        off_topic=examples_of(corpus, off_topic_questions(), texts),
    )


# `cosine_spread` of the bundled encoder, for which the weights of fusion were chosen.
_BUNDLED_SPREAD = 0.0184


def fit_encoder(
    settings: Settings, out: TextIO, on_progress: OnProgress | None = None, encoder: Encoder | None = None
) -> int:
    """`alpie eval --fit`: `calibration.json` for an encoder of one's own, nothing to do for the bundled one.

    The project's four documents are indexed with it in a folder that is thrown away, and asked the fitting questions;
    what is fitted is written beside the index in use, which may be of any documents.
    """
    encoder = encoder or open_configured_encoder(settings)
    if is_bundled(encoder):
        out.write(translations_for(settings.language)("eval.calibrated", encoder=BUNDLED_ENCODER) + "\n")
        return 0
    with TemporaryDirectory() as scratch:
        own = replace(settings, docs=SEED_DOCUMENTS, data=Path(scratch), backend="")
        Corpus.build(own, encoder=encoder, on_progress=on_progress)
        opened = Corpus.open(own, encoder)
        scale = _BUNDLED_SPREAD / cosine_spread(opened.index, fitting_questions())
        index = replace(opened.index, weights=HybridWeights().scaled(scale))
        corpus = replace(opened, index=index, weights=load_weights())
        fitted = fit_all(fitting_sets(corpus))
    path = calibration_file(settings.data)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as aside:
        write_weights(fitted, corpus, aside, {"encoder": encoder.fingerprint}, cosine_scale=round(scale, 4))
    out.write(f"{path}: {encoder.name}\n{json.dumps(fitted.fitted_on, ensure_ascii=False, indent=1)}\n")
    return 0


def cosine_spread(index: SearchIndex, questions: Sequence[GoldQuestion]) -> float:
    """How far apart an encoder's cosines of a question and all passages lie: their deviation, mean of all questions."""
    passages = index.dense.rows(np.arange(len(index.dense)))
    asked = index.encoder.encode_queries([question.text for question in questions])
    return float((asked @ passages.T).std(axis=1).mean())


if __name__ == "__main__":
    sys.exit(main())
