"""The studies of `alpie eval --study NAME`: each puts one question to the system and writes its own files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from alpie.app.answering.corpus import Corpus
from alpie.eval.questions.matching import SourceTexts
from alpie.eval.questions.predictions import OnQuestion, predict
from alpie.eval.questions.question_records import Question
from alpie.eval.questions.split import split
from alpie.eval.scores import QuestionScore, score_predictions
from alpie.eval.studies.ablation import study_ablation
from alpie.eval.studies.coverage_curve import study_threshold
from alpie.eval.studies.error_analysis import BEFORE, read_before, study_misses
from alpie.eval.studies.robustness import study_robustness
from alpie.eval.studies.study import Study
from alpie.eval.studies.switched_parts import whole_system

__all__ = ["run_study"]


def run_study(
    name: str,
    corpus: Corpus,
    questions: Sequence[Question],
    everything: Sequence[Question],
    texts: SourceTexts,
    resamples: int,
    folder: Path | None = None,
    on_question: OnQuestion | None = None,
) -> Study:
    """The study `name` of `questions`, a part of `everything` in the files.

    The fitting part serves to set thresholds; public questions have none. `folder` may hold the figures of
    an earlier version to compare with (`misses.BEFORE`).
    """
    public = any(question.article for question in everything)
    fitting = () if public else split(everything, "fit")
    if name == "robustness":
        return study_robustness(corpus, questions, texts, resamples)
    if name == "misses":
        before = read_before(folder / BEFORE) if folder else None
        return study_misses(corpus, questions, texts, before, on_question)
    if name == "ablation":
        return study_ablation(corpus, questions, texts, fitting, resamples, on_question=on_question)
    whole = whole_system(corpus)
    everything_answered = replace(whole, threshold=0.0)

    def scores(asked: Sequence[Question]) -> list[QuestionScore]:
        return score_predictions(asked, predict(everything_answered, asked, on_question), texts)

    return study_threshold(scores(fitting), scores(questions), whole.weights.threshold, resamples)
