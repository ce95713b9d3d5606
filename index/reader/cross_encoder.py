"""Any sentence-transformers cross-encoder as a reader: it scores the question with each sentence, and the passage.

Such a model gives one score a pair and knows no «not here»; its score, a logit for most of them, stands for the
log-odds. What that is worth is for the calibration to find out: fit one with `alpie eval --fit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from alpie.index.encoder import Floats, without_surrogates
from alpie.index.encoder.torch_runtime import loading_errors
from alpie.index.environment import keep_hub_offline
from alpie.index.errors import EncoderError
from alpie.index.messages import message
from alpie.index.reader import NOT_READ, ReaderInput, Reading

_BATCH = 16


class CrossEncoderReader:
    """A cross-encoder of sentence-transformers; see `alpie.index.reader.Reader`."""

    reads_each_alone = True

    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self.name = name

    @classmethod
    def open(cls, model: str) -> CrossEncoderReader:
        """The model, as `open_reader` tells. Raises `EncoderError` when it is not there or is no cross-encoder."""
        keep_hub_offline()
        try:
            from sentence_transformers import CrossEncoder

            return cls(CrossEncoder(model, local_files_only=True, activation_fn=_identity()), model)
        except loading_errors() as error:
            raise EncoderError(message("reader.unopenable", model=model, error=error)) from error

    def read(self, question: str, passages: Sequence[ReaderInput]) -> list[Reading]:
        texts = ((one.heading, text) for one in passages for text in (one.text, *one.sentences))
        headed = (f"{heading}. {text}" if heading else text for heading, text in texts)
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


def _identity() -> Any:
    from torch import nn

    return nn.Identity()  # the logit as it is, not its sigmoid
