"""Opens an encoder: the bundled model under onnxruntime where that agrees with the reference, else PyTorch."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from alpie.index.encoder import BUNDLED, Encoder
from alpie.index.errors import EncoderError
from alpie.index.model_cache import default_cache

if TYPE_CHECKING:
    from alpie.index.encoder.onnx_runtime import OnnxEncoder

__all__ = ["open_encoder"]

RUNTIMES = ("auto", "onnx", "torch")

_logger = logging.getLogger(__name__)


def open_encoder(model: str = BUNDLED, cache: Path | None = None, runtime: str = "auto") -> Encoder:
    """The encoder `model`, without ever using the network.

    `model` is ``bundled``, a sentence-transformers folder, or the name of a model that is already in the
    local Hugging Face cache. `cache` is where the bundled model's files are kept (see `default_cache`);
    they are written at the first call, which takes about half a minute. `runtime` is ``onnx``, ``torch``
    or ``auto``: onnx for the bundled model, if its 8-bit graph passed the comparison with the reference.

    Raises `EncoderError` when the model is missing or cannot be used.
    """
    if runtime not in RUNTIMES:
        raise EncoderError(f"Unknown encoder runtime «{runtime}»; allowed: {', '.join(RUNTIMES)}.")
    if model == BUNDLED:
        return _open_bundled(cache or default_cache(), runtime)
    if runtime == "onnx":
        raise EncoderError(
            f"Only the bundled model runs under onnx; open «{model}» with runtime torch or auto."
        )
    from alpie.index.encoder.torch_runtime import SentenceTransformersEncoder, find_model_folder

    return SentenceTransformersEncoder.from_folder(find_model_folder(model), name=model)


def _open_bundled(cache: Path, runtime: str) -> Encoder:
    from alpie.index.encoder.bundled_weights import MODEL_NAME, bundled_folder

    folder = bundled_folder(cache)
    if runtime != "torch":
        encoder = _open_onnx(folder)
        if encoder is not None:
            return encoder
        if runtime == "onnx":
            raise EncoderError(
                f"The 8-bit graph of {MODEL_NAME} does not agree well enough with the reference on this "
                f"machine (figures in {folder.parent}). Use the runtime torch or auto."
            )
        _logger.warning("The 8-bit encoder failed its check on this machine; using PyTorch, which is slower.")
    from alpie.index.encoder.torch_runtime import SentenceTransformersEncoder

    return SentenceTransformersEncoder.from_folder(folder, name=MODEL_NAME)


def _open_onnx(folder: Path) -> OnnxEncoder | None:
    """The fast encoder, or None when no 8-bit graph of `folder` passes its check here."""
    from alpie.index.encoder.onnx_export import agrees_with_reference, onnx_folder
    from alpie.index.encoder.onnx_runtime import OnnxEncoder

    # A cache may come from another machine (a container image, a shared home folder), whose processor
    # multiplied 8-bit numbers without overflow where this one does not: then make the graph anew, here.
    for distrust in (False, True):
        graph = onnx_folder(folder, distrust)
        if graph is None:
            return None
        encoder = OnnxEncoder.from_folders(folder, graph)
        if agrees_with_reference(encoder, graph):
            return encoder
    return None
