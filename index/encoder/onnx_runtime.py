"""The fast encoder: an 8-bit graph under onnxruntime, one text a thread, no padding.

The graph starts at word vectors: their table, four fifths of the model, stays in its file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from alpie.index.encoder import OnProgress, encodable, unit_rows, usable_processors
from alpie.index.encoder.bundled_weights import WEIGHTS_FILE
from alpie.index.encoder.model_config import ModelConfig, ModelFiles
from alpie.index.encoder.tokenizer import library_tokenizer, open_tokenizer
from alpie.index.encoder.word_pieces import TokenizerLike, WordTable
from alpie.index.errors import EncoderError
from alpie.index.messages import said

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


GRAPH_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"  # beside the graph, with the word table, of any model but the bundled one
GRAPH_INPUT = "word_vectors"
GRAPH_OUTPUT = "last_hidden_state"

# 512 tokens never need more (a piece has at most 16 characters), unless the text is mostly white space;
# without it, a text of many megabytes would be tokenised whole to keep its first page.
MAXIMUM_CHARACTERS = 32_768

_Vector = NDArray[np.float32]


class OnnxEncoder:
    """A model under onnxruntime; see `alpie.index.encoder.Encoder` for the methods."""

    runtime = "onnx-int8"

    def __init__(
        self,
        tokenizer: TokenizerLike,
        session: InferenceSession,
        word_table: WordTable,
        config: ModelConfig,
        name: str,
        fingerprint: str,
    ) -> None:
        self._tokenizer, self._session = tokenizer, session
        self._word_table, self._config = word_table, config
        self.name, self.fingerprint = name, fingerprint
        self.dimension = config.dimension or word_table.dimension
        self.threads = usable_processors()  # of a call with several texts

    @classmethod
    def open(cls, model: ModelFiles, graph_folder: Path | None = None) -> OnnxEncoder:
        """The encoder of a model whose graph has been made, in its place or in `graph_folder`."""
        from onnxruntime import InferenceSession, SessionOptions

        graph_folder = graph_folder or model.graph
        own = (graph_folder / TOKENIZER_FILE).is_file()

        options = SessionOptions()
        # One thread a text: several on a text of this size gain little and wait for each other busily,
        # which is what the other texts, or other questions, would have used.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            tokenizer = (
                library_tokenizer(graph_folder, model.config.most_tokens)
                if own
                else open_tokenizer(model.folder)
            )
            session = InferenceSession(
                str(graph_folder / GRAPH_FILE), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # both libraries raise bare or private classes
            raise EncoderError(said("encoder.unopenable", folder=graph_folder.parent, error=error)) from error
        table = WordTable.open((graph_folder if own else model.folder) / WEIGHTS_FILE)
        return cls(tokenizer, session, table, model.config, model.name, model.fingerprint)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._stack(
            self._each(texts, lambda text: self._pooled(self._config.query_prompt, text), None)
        )

    def encode_passages(
        self, texts: Sequence[str], on_progress: OnProgress | None = None
    ) -> NDArray[np.float32]:
        return self._stack(
            self._each(texts, lambda text: self._pooled(self._config.passage_prompt, text), on_progress)
        )

    def _pooled(self, prompt: str, text: str) -> NDArray[np.float32]:
        encoding = self._tokenizer.encode(prompt + encodable(text[:MAXIMUM_CHARACTERS]))
        word_vectors = self._word_table.rows(encoding.ids).astype(np.float32)[np.newaxis]
        (output,) = self._session.run([GRAPH_OUTPUT], {GRAPH_INPUT: word_vectors})
        hidden: NDArray[np.float32] = output[0]
        # The mean is over all tokens, prompt and special ones too, as the model was trained.
        pooled = hidden[0] if self._config.pooling == "cls" else hidden.mean(axis=0)
        return unit_rows(pooled[: self.dimension])

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
