"""The reference encoder: sentence-transformers on PyTorch, for the bundled model and for any other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from alpie.index.arrays import Floats
from alpie.index.encoder import OnProgress, normalise_rows, without_surrogates
from alpie.index.encoder.bundled_weights import MODEL_NAME, bundled_fingerprint
from alpie.index.encoder.model_config import ModelConfig, PromptingEncoder, folder_fingerprint
from alpie.index.errors import EncoderError
from alpie.index.messages import message
from alpie.index.system.environment import keep_hub_offline

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


BATCH_TEXTS = 8  # with texts sorted by length, larger batches only add padding on a processor
PORTION_TEXTS = 64  # texts between two calls of on_progress


class SentenceTransformersEncoder(PromptingEncoder):
    """A sentence-transformers model; see `alpie.index.encoder.Encoder` for the methods."""

    def __init__(self, folder: Path, name: str, half: bool = False) -> None:
        """The model in `folder`, in bfloat16 if `half`. Raises `EncoderError` if it cannot be loaded."""
        self.name, self.runtime = name, "torch-bf16" if half else "torch"
        self.fingerprint = bundled_fingerprint(folder) if name == MODEL_NAME else folder_fingerprint(folder)
        self._model = load_sentence_transformer(folder, dtype="bfloat16" if half else "float32")
        self._config = ModelConfig.read(folder, name)
        self.dimension = self._config.dimension or int(self._model.get_embedding_dimension() or 0)

    def _encode(self, texts: Sequence[str], prompt: str, on_progress: OnProgress | None) -> Floats:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
        for start in range(0, len(order), PORTION_TEXTS):
            portion = order[start : start + PORTION_TEXTS]
            vectors[portion] = self._model.encode(
                [without_surrogates(texts[index]) for index in portion],
                prompt=prompt,
                batch_size=BATCH_TEXTS,
                show_progress_bar=False,
            )[:, : self.dimension]
            if on_progress is not None:
                on_progress(start + len(portion), len(texts))
        return normalise_rows(vectors)


def load_sentence_transformer(folder: Path, **model_options: Any) -> SentenceTransformer:
    """The model in `folder`, on the processor, in float32 by default; never from the network."""
    keep_hub_offline()
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"dtype": "float32", **model_options},
        ).eval()
    except loading_errors() as error:
        raise EncoderError(message("encoder.unloadable", folder=folder, error=error)) from error


def loading_errors() -> tuple[type[Exception], ...]:
    """What the libraries raise for a model that is missing, damaged or of another kind; two have classes of their own."""
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    usual = (OSError, ValueError, LookupError, TypeError, AttributeError, ImportError, RuntimeError)
    return (*usual, SafetensorError, StrictDataclassError)


def find_model_folder(model: str) -> Path:
    """The folder of the model of this name in the local Hugging Face cache."""
    path = Path(model).expanduser()
    keep_hub_offline()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for name in (model, f"sentence-transformers/{model}"):
        try:
            return Path(snapshot_download(name, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError):
            continue
    raise EncoderError(message("encoder.none", model=model, folder=path.absolute()))
