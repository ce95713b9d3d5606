"""Opens the reader of a name: the bundled one, or a cross-encoder on this machine."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from alpie.index.reader import Reader

BUNDLED = "bundled"


@lru_cache(maxsize=4)
def open_reader(model: str, cache: Path) -> Reader:
    """The reader `model`, without ever using the network; opened once in a process.

    `model` is ``bundled``, the folder of a sentence-transformers cross-encoder, or the name of one in the local
    Hugging Face cache; `cache` holds the bundled encoder's files. Raises `EncoderError` when the model is missing or cannot
    be used.
    """
    if model == BUNDLED:
        from alpie.index.reader.bundled import BundledReader

        return BundledReader(cache)
    from alpie.index.reader.cross_encoder import CrossEncoderReader

    return CrossEncoderReader.open(model)
