"""The fast encoder: an 8-bit graph under onnxruntime, one text a thread, no padding.

A text goes alone through the graph, so that no time is spent on padding and its vector is the same
whatever is encoded beside it. The graph starts at word vectors: the table of words, four fifths of the
model, stays in the model folder's file, of which only the rows in use are ever read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from alpie.index.encoder import OnProgress, encodable, unit_rows
from alpie.index.encoder.bundled_weights import (
    MODEL_NAME,
    PROMPTS,
    WEIGHTS_FILE,
    bundled_fingerprint,
)
from alpie.index.encoder.word_pieces import TokenizerLike
from alpie.index.encoder.word_table import WordTable
from alpie.index.errors import EncoderError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["GRAPH_FILE", "GRAPH_INPUT", "GRAPH_OUTPUT", "OnnxEncoder"]

GRAPH_FILE = "model.onnx"
GRAPH_INPUT = "word_vectors"
GRAPH_OUTPUT = "last_hidden_state"

# 512 tokens never need more (a piece has at most 16 characters), unless the text is mostly white space;
# without it, a text of many megabytes would be tokenised whole to keep its first page.
MAXIMUM_CHARACTERS = 32_768

_Vector = NDArray[np.float32]


class OnnxEncoder:
    """The bundled model under onnxruntime; see `alpie.index.encoder.Encoder` for the methods."""

    name = MODEL_NAME
    runtime = "onnx-int8"

    def __init__(
        self,
        tokenizer: TokenizerLike,
        session: InferenceSession,
        word_table: WordTable,
        fingerprint: str,
    ) -> None:
        self._tokenizer = tokenizer
        self._session = session
        self._word_table = word_table
        self.fingerprint = fingerprint
        self.dimension = word_table.dimension
        self.threads = _usable_processors()  # of a call with several texts

    @classmethod
    def from_folders(cls, model_folder: Path, graph_folder: Path) -> OnnxEncoder:
        """The encoder with tokenizer and word table of one folder and the graph of another."""
        from onnxruntime import InferenceSession, SessionOptions

        from alpie.index.encoder.tokenizer import open_tokenizer

        options = SessionOptions()
        # One thread a text: several on a text of this size gain little and wait for each other busily,
        # which is what the other texts, or other questions, would have used.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            tokenizer = open_tokenizer(model_folder)
            session = InferenceSession(
                str(graph_folder / GRAPH_FILE), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # both libraries raise bare or private classes
            raise EncoderError(
                f"The encoder's files in {model_folder.parent} cannot be opened: {error}. "
                "Delete that folder; they are written again."
            ) from error
        table = WordTable.open(model_folder / WEIGHTS_FILE)
        return cls(tokenizer, session, table, bundled_fingerprint(model_folder))

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._stack(self._each(texts, lambda text: self._pooled(PROMPTS["query"], text), None))

    def encode_passages(
        self, texts: Sequence[str], on_progress: OnProgress | None = None
    ) -> NDArray[np.float32]:
        return self._stack(
            self._each(texts, lambda text: self._pooled(PROMPTS["document"], text), on_progress)
        )

    def _pooled(self, prompt: str, text: str) -> NDArray[np.float32]:
        encoding = self._tokenizer.encode(prompt + encodable(text[:MAXIMUM_CHARACTERS]))
        word_vectors = self._word_table.rows(encoding.ids).astype(np.float32)[np.newaxis]
        (output,) = self._session.run([GRAPH_OUTPUT], {GRAPH_INPUT: word_vectors})
        hidden: NDArray[np.float32] = output[0]
        # The mean is over all tokens, prompt and special ones too, as the model was trained.
        return unit_rows(hidden.mean(axis=0))

    def _each(
        self, texts: Sequence[str], work: Callable[[str], _Vector], on_progress: OnProgress | None
    ) -> list[_Vector]:
        """``work(text)`` of each text on a few threads, results in the order of `texts`."""
        if len(texts) == 1 and on_progress is None:
            return [work(texts[0])]
        # Longest first: otherwise a long text that comes last keeps one thread busy and the others idle.
        order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
        with ThreadPoolExecutor(self.threads, thread_name_prefix="alpie-encoder") as pool:
            futures = {pool.submit(work, texts[index]): index for index in order}
            results: dict[int, _Vector] = {}
            try:
                for future in as_completed(futures):
                    results[futures[future]] = future.result()
                    if on_progress is not None:
                        on_progress(len(results), len(texts))
            finally:
                # An error or Ctrl-C must not wait for thousands of texts still in the queue.
                pool.shutdown(wait=False, cancel_futures=True)
        return [results[index] for index in range(len(texts))]

    def _stack(self, vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        return np.stack(vectors) if vectors else np.empty((0, self.dimension), np.float32)


def _usable_processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
