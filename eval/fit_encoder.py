"""`alpie eval --fit`: the numbers that go with an encoder of one's own, fitted on the project's four documents.

They are indexed with that encoder in a folder that is thrown away, and asked the project's fitting questions;
what is fitted is written beside the index in use, which may be of any documents.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

import numpy as np

from alpie.app.answering.answer_weights import load_weights
from alpie.app.answering.calibration import calibration_file, is_bundled
from alpie.app.answering.corpus import Corpus, open_encoder_of
from alpie.app.settings import SEED_DOCUMENTS, Settings
from alpie.eval.fit import fit_all, fitting_sets, write_weights
from alpie.eval.questions.question_file import OWN_QUESTIONS, read_own_questions
from alpie.eval.questions.question_records import Question
from alpie.eval.questions.split import split
from alpie.index.encoder import Encoder, OnProgress
from alpie.index.retrieval.search import HybridWeights, SearchIndex

# `cosine_spread` of the bundled encoder, for which the weights of fusion were chosen.
_BUNDLED_SPREAD = 0.0184


def fit_encoder(
    settings: Settings, out: TextIO, on_progress: OnProgress | None = None, encoder: Encoder | None = None
) -> int:
    """Fits and writes `calibration.json`; nothing to do for the bundled encoder."""
    encoder = encoder or open_encoder_of(settings)
    if is_bundled(encoder):
        out.write("El codificador «bundled» ya está calibrado.\n")
        return 0
    questions = [*split(read_own_questions(), "fit"), *read_own_questions(OWN_QUESTIONS / "fitting")]
    with TemporaryDirectory() as scratch:
        own = replace(settings, docs=SEED_DOCUMENTS, data=Path(scratch), index="")
        Corpus.build(own, encoder=encoder, on_progress=on_progress)
        opened = Corpus.open(own, encoder)
        scale = _BUNDLED_SPREAD / cosine_spread(opened.index, questions)
        index = replace(opened.index, weights=HybridWeights().scaled(scale))
        corpus = Corpus(
            opened.documents, opened.layouts, index, opened.fingerprint, "", weights=load_weights()
        )
        fitted = fit_all(fitting_sets(corpus))
    reader = index.reader.name if index.reader else ""
    path = calibration_file(settings.data)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".new")
    write_weights(fitted, reader, aside)
    table = json.loads(aside.read_text(encoding="utf-8"))
    table["fitted_on"]["encoder"] = encoder.fingerprint
    table["cosine_scale"] = round(scale, 4)
    aside.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    aside.replace(path)
    out.write(f"{path}: {encoder.name}\n{json.dumps(fitted.facts, ensure_ascii=False, indent=1)}\n")
    return 0


def cosine_spread(index: SearchIndex, questions: Sequence[Question]) -> float:
    """How far apart an encoder's cosines of a question and all passages lie: their deviation, mean of all questions."""
    passages = index.dense.rows(np.arange(len(index.dense)))
    asked = index.encoder.encode_queries([question.text for question in questions])
    return float((asked @ passages.T).std(axis=1).mean())
