"""The fast encoder: an 8-bit graph under onnxruntime, one text per thread, no padding.

The graph starts from word vectors. Their table, which makes up four fifths of the model, stays in its file.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from alpie.index.arrays import Floats
from alpie.index.encoder import OnProgress, normalise_rows, usable_processors, without_surrogates
from alpie.index.encoder.bundled_weights import WEIGHTS_FILE
from alpie.index.encoder.model_config import ModelFiles, PromptingEncoder
from alpie.index.encoder.tokenizer import library_tokenizer, open_tokenizer
from alpie.index.encoder.word_vectors import WordVectors
from alpie.index.errors import EncoderError
from alpie.index.messages import message

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

    from alpie.index.encoder.mapped_tokenizer import AnyTokenizer


GRAPH_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"  # beside the graph, with the word table, of any model but the bundled one
GRAPH_INPUT = "word_vectors"  # of the encoder's graph and of the reader's
GRAPH_OUTPUT = "last_hidden_state"

# 512 tokens never need more (a piece has at most 16 characters), unless the text is mostly white space;
# without it, a text of many megabytes would be tokenised whole to keep its first page.
MAX_CHARACTERS = 32_768


class OnnxEncoder(PromptingEncoder):
    """A model under onnxruntime; see `alpie.index.encoder.Encoder` for the methods."""

    runtime = "onnx-int8"

    def __init__(self, model: ModelFiles, graph_folder: Path | None = None) -> None:
        """The encoder of a model whose graph has been made, in its place or in `graph_folder`."""
        graph_folder = graph_folder or model.graph
        own = (graph_folder / TOKENIZER_FILE).is_file()
        self._config, self.name, self.fingerprint = model.config, model.name, model.fingerprint
        try:
            if own:
                self._tokenizer: AnyTokenizer = library_tokenizer(graph_folder, model.config.max_tokens)
            else:
                self._tokenizer = open_tokenizer(model.folder)
            self._session = open_session(graph_folder / GRAPH_FILE)
        except Exception as error:  # both libraries raise bare or private classes
            raise EncoderError(
                message("encoder.unopenable", folder=graph_folder.parent, error=error)
            ) from error
        self._word_vectors = WordVectors.open((graph_folder if own else model.folder) / WEIGHTS_FILE)
        self.dimension = model.config.dimension or self._word_vectors.dimension
        self.threads = usable_processors()  # of a call with several texts

    def _encode(self, texts: Sequence[str], prompt: str, on_progress: OnProgress | None) -> Floats:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        if len(texts) == 1 and on_progress is None:
            vectors[0] = self._embed_text(prompt, texts[0])
            return vectors
        # Longest first: otherwise a long text that comes last keeps one thread busy and the others idle.
        order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
        with ThreadPoolExecutor(self.threads, thread_name_prefix="alpie-encoder") as pool:
            futures = {pool.submit(self._embed_text, prompt, texts[index]): index for index in order}
            try:
                for done, future in enumerate(as_completed(futures), start=1):
                    vectors[futures[future]] = future.result()
                    if on_progress is not None:
                        on_progress(done, len(texts))
            finally:
                # An error or Ctrl-C must not wait for thousands of texts still in the queue.
                pool.shutdown(wait=False, cancel_futures=True)
        return vectors

    def _embed_text(self, prompt: str, text: str) -> Floats:
        encoding = self._tokenizer.encode(prompt + without_surrogates(text[:MAX_CHARACTERS]))
        word_vectors = self._word_vectors.rows(encoding.ids).astype(np.float32)[np.newaxis]
        (output,) = self._session.run([GRAPH_OUTPUT], {GRAPH_INPUT: word_vectors})
        hidden: Floats = output[0]
        # The mean is over all tokens, prompt and special ones too, as the model was trained.
        pooled = hidden[0] if self._config.pooling == "cls" else hidden.mean(axis=0)
        return normalise_rows(pooled[: self.dimension])


def open_session(graph: Path) -> InferenceSession:
    """A graph, computed in the thread that asks: texts and questions run beside each other."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    # One thread a text: several on a text of this size gain little and wait for each other busily,
    # which is what the other texts, or other questions, would have used.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
