"""How much of the processor the encoder uses: its arithmetic against the fastest matrix products here."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from alpie.app.settings import Settings
from alpie.eval.bench.timing import Timing
from alpie.index.encoder import BUNDLED
from alpie.index.encoder.bundled_weights import MAXIMUM_TOKENS, PROMPTS

__all__ = ["ModelShape", "measure_peak"]

_SECONDS = 0.5  # of each product


@dataclass(frozen=True)
class ModelShape:
    """The sizes of a BERT model that its arithmetic follows from."""

    layers: int
    hidden: int
    intermediate: int

    def operations(self, tokens: int) -> float:
        """Floating-point operations of one text: matrix products only, a multiply-add is two."""
        weights = 4 * self.hidden**2 + 2 * self.hidden * self.intermediate
        attention = 2 * tokens * self.hidden
        return 2.0 * self.layers * tokens * (weights + attention)


class _VectorMaker(Protocol):
    def encode_passages(self, texts: Sequence[str]) -> Any: ...


def _model_folder(settings: Settings) -> Path:
    if settings.encoder == BUNDLED:
        from alpie.index.encoder.bundled_weights import bundled_folder

        return bundled_folder(Path(settings.cache))
    from alpie.index.encoder.torch_runtime import find_model_folder

    return find_model_folder(settings.encoder)


def _model_shape(folder: Path) -> ModelShape:
    content = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return ModelShape(content["num_hidden_layers"], content["hidden_size"], content["intermediate_size"])


def _token_counts(folder: Path, passages: Sequence[str]) -> list[int]:
    """Tokens that the encoder reads of each passage, its prompt and the special ones among them."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAXIMUM_TOKENS)
    return [len(one.ids) for one in tokenizer.encode_batch([PROMPTS["document"] + text for text in passages])]


def measure_peak(encoder: _VectorMaker, passages: Sequence[str], settings: Settings) -> dict[str, Any]:
    """Billions of operations a CPU second: of the encoder that `settings` name, and of bare matrix products."""
    folder = _model_folder(settings)
    shape, tokens = _model_shape(folder), _token_counts(folder, passages)
    operations = sum(shape.operations(one) for one in tokens)
    found = Timing.of(lambda: encoder.encode_passages(passages))
    return {
        "encoder": operations / found.cpu_ms / 1e6,
        "float32": _float32_peak(),
        "int8": _int8_peak(),
        "tokens": float(np.mean(tokens)),
    }


def _rate(work: Any, operations: float) -> float:
    """Billions of operations a CPU second of `work`, repeated for a while."""
    work()
    repeats, started = 0, time.process_time()
    while time.process_time() - started < _SECONDS:
        work()
        repeats += 1
    return repeats * operations / (time.process_time() - started) / 1e9


def _float32_peak(size: int = 1024) -> float:
    matrix = np.random.default_rng(0).standard_normal((size, size), dtype=np.float32)
    return _rate(lambda: matrix @ matrix, 2.0 * size**3)


def _int8_peak(size: int = 1024) -> float | None:
    """Of the product onnxruntime uses for 8-bit weights; None without the package that writes graphs."""
    try:
        from onnx import TensorProto, helper
        from onnxruntime import InferenceSession, SessionOptions
    except ImportError:
        return None
    left = helper.make_tensor_value_info("left", TensorProto.UINT8, [size, size])
    result = helper.make_tensor_value_info("result", TensorProto.INT32, [size, size])
    chance = np.random.default_rng(0)
    weights = chance.integers(-64, 64, (size, size), dtype=np.int8)
    constant = helper.make_tensor("right", TensorProto.INT8, [size, size], weights.tobytes(), raw=True)
    node = helper.make_node("MatMulInteger", ["left", "right"], ["result"])
    graph = helper.make_graph([node], "peak", [left], [result], [constant])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    given = {"left": chance.integers(0, 255, (size, size), dtype=np.uint8)}
    return _rate(lambda: session.run(None, given), 2.0 * size**3)
