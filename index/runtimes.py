"""What an encoder can run on, apart from the encoder itself: who only reads settings does not import numpy."""

from __future__ import annotations

from typing import Literal, get_args

Runtime = Literal["auto", "onnx", "torch", "torch-bf16"]
RUNTIMES: tuple[Runtime, ...] = get_args(Runtime)
