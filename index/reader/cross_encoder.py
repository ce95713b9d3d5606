"""Turns a sentence-transformers cross-encoder into a reader: it scores the question with the passage and each sentence.

Such a model gives one score for each pair and none for «not here»; the score, a logit with most models, is taken as
log-odds. Calibration finds out how much such scores mean: `alpie eval --fit` fits one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from alpie.index.arrays import Floats
from alpie.index.encoder import without_surrogates
from alpie.index.encoder.torch_runtime import loading_errors
from alpie.index.errors import EncoderError
from alpie.index.messages import message
from alpie.index.reader import NOT_READ, ReaderInput, Reading
from alpie.index.system.environment import keep_hub_offline

_BATCH = 16  # pairs; larger batches only add padding on a processor


class CrossEncoderReader:
    """A cross-encoder of sentence-transformers; see `alpie.index.reader.Reader`."""

    reads_each_alone = True

    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self.name = name

    @classmethod
    def open(cls, model: str) -> CrossEncoderReader:
        """The reader `model`, see `open_reader`; raises `EncoderError` where the model is missing or no cross-encoder."""
        keep_hub_offline()
        try:
            from sentence_transformers import CrossEncoder
            from torch import nn

            # the logit as it is, not its sigmoid
            return cls(CrossEncoder(model, local_files_only=True, activation_fn=nn.Identity()), model)
        except loading_errors() as error:
            raise EncoderError(message("reader.unopenable", model=model, error=error)) from error

    def read(self, question: str, passages: Sequence[ReaderInput]) -> list[Reading]:
        headed = (
            passage.opening + text for passage in passages for text in (passage.text, *passage.sentences)
        )
        pairs = [(without_surrogates(question), without_surrogates(text)) for text in headed]
        scores = self._scores(pairs)
        readings: list[Reading] = []
        at = 0
        for passage in passages:
            own = scores[at + 1 : at + 1 + len(passage.sentences)]
            answers = max(float(scores[at]), float(own.max(initial=NOT_READ)))
            readings.append(Reading(answers, own, (None,) * len(own)))
            at += 1 + len(own)
        return readings

    def _scores(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        if not pairs:
            return np.zeros(0, np.float32)
        scores = self._model.predict(list(pairs), batch_size=_BATCH, show_progress_bar=False)
        found = np.asarray(scores, np.float32)
        if found.ndim != 1:
            raise EncoderError(message("reader.numbers", model=self.name, count=found.shape[-1]))
        return found
