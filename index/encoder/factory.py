"""Opens an encoder: an 8-bit graph under onnxruntime where one agrees with the reference, else PyTorch."""

from __future__ import annotations

import logging
from pathlib import Path

from alpie.index.encoder import BUNDLED_ENCODER, Encoder
from alpie.index.encoder.bundled_weights import MODEL_NAME, bundled_fingerprint, bundled_folder
from alpie.index.encoder.model_config import ModelConfig, ModelFiles
from alpie.index.encoder.onnx_export import agrees_with_reference, onnx_folder
from alpie.index.encoder.onnx_runtime import OnnxEncoder
from alpie.index.errors import EncoderError
from alpie.index.messages import message
from alpie.index.system.environment import RUNTIMES

_LOG = logging.getLogger(__name__)


def open_encoder(model: str, cache: Path, runtime: str = "auto") -> Encoder:
    """The encoder `model`, without ever using the network.

    `model` is ``bundled``, a sentence-transformers folder, or the name of a model in the local Hugging Face cache.
    `cache` is where files and 8-bit graphs are written at the first call, in half a minute or, of larger models, minutes.
    `runtime` is ``onnx``, ``torch``, ``torch-bf16`` or ``auto``: onnx where an 8-bit graph passes the comparison with
    the reference, else torch. Raises `EncoderError` when the model is missing or cannot be used.
    """
    if runtime not in RUNTIMES:
        raise EncoderError(message("encoder.runtime", runtime=runtime, known=RUNTIMES))
    files = bundled_files(cache) if model == BUNDLED_ENCODER else _files_of(model, cache)
    if runtime == "onnx" and not files.config.exportable:
        kind = files.config.model_type or message("encoder.unknown_kind")
        raise EncoderError(message("encoder.no_graph", model=model, kind=kind))
    if runtime in ("auto", "onnx") and files.config.exportable:
        encoder = _open_onnx(files)
        if encoder is not None:
            return encoder
        if runtime == "onnx":
            raise EncoderError(message("encoder.graph_differs", model=files.name, folder=files.graph))
        _LOG.warning("The 8-bit encoder failed its check on this machine; using PyTorch, which is slower.")
    from alpie.index.encoder.torch_runtime import SentenceTransformersEncoder

    return SentenceTransformersEncoder(files.folder, files.name, half=runtime == "torch-bf16")


def bundled_files(cache: Path) -> ModelFiles:
    """The bundled model's folder in `cache`, written if it is not there."""
    folder = bundled_folder(cache)
    graph = folder.with_name(f"{folder.name}-onnx")
    return ModelFiles(folder, graph, MODEL_NAME, bundled_fingerprint(folder), ModelConfig.read(folder))


def _files_of(model: str, cache: Path) -> ModelFiles:
    path = Path(model).expanduser()
    if not path.is_dir():
        from alpie.index.encoder.torch_runtime import find_model_folder

        path = find_model_folder(model)
    return ModelFiles.from_folder(path, model, cache)


def _open_onnx(model: ModelFiles) -> OnnxEncoder | None:
    """The fast encoder, or None when no 8-bit graph of `model` passes its check here."""
    # A cache may come from another machine (a container image, a shared home folder), whose processor
    # multiplied 8-bit numbers without overflow where this one does not: then make the graph anew, here.
    for rebuild in (False, True):
        graph = onnx_folder(model, rebuild)
        if graph is None:
            return None
        encoder = OnnxEncoder(model)
        if agrees_with_reference(encoder, graph):
            return encoder
    return None
