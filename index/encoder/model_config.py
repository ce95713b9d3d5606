"""What a sentence-transformers folder says about its model: prompts, limits and pooling, read without PyTorch."""

from __future__ import annotations

import hashlib
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alpie.index.arrays import Floats
from alpie.index.encoder import OnProgress
from alpie.index.errors import EncoderError
from alpie.index.messages import message

# What models call the prompts of questions and of passages, the surest name first; case, «-», «_» and spaces aside.
_QUERY_NAMES = ("query", "retrieval query", "search query", "web search query", "question")
_PASSAGE_NAMES = (
    "document", "passage", "retrieval document", "retrieval passage", "search document", "corpus", "text",
)  # fmt: skip
# The E5 models were trained with these prompts, but their published folders do not state them.
_E5_NAME = re.compile(r"\be5-(small|base|large)\b(?!.*instruct)", re.IGNORECASE)
_E5_PROMPTS = {"query": "query: ", "passage": "passage: "}

_EXPORTED_TYPES = {"bert", "camembert", "mpnet", "roberta", "xlm-roberta"}
_EXPORTED_MODULES = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
_UNLIMITED = 1_000_000  # transformers writes 1e30 where a tokenizer has no limit
_USUAL_LIMIT = 512  # tokens, of BERT and its kin
_SAMPLED_BYTES = 1 << 20  # of each end: two reads, however large the model is


@dataclass(frozen=True)
class ModelConfig:
    """What is needed to use a model's transformer as its makers meant it."""

    query_prompt: str = ""
    passage_prompt: str = ""
    max_tokens: int = _USUAL_LIMIT
    dimension: int | None = None  # vectors are cut to this length; None: they are used whole
    pooling: str = ""  # "mean" or "cls"; "" for any other
    model_type: str = ""
    plain: bool = False  # nothing but a transformer, pooling and normalisation

    @classmethod
    def read(cls, folder: Path, name: str = "") -> ModelConfig:
        """How a model is used, from the files of `folder`; models without stated prompts are recognised by `name`."""
        stated = _json(folder / "config_sentence_transformers.json")
        places = {
            str(module.get("type", "")).rpartition(".")[2]: folder / str(module.get("path", ""))
            for module in _json(folder / "modules.json", [])
        }
        transformer = places.get("Transformer", folder)
        limits = _json(transformer / "sentence_bert_config.json")
        pooling = _json(places.get("Pooling", folder / "1_Pooling") / "config.json")
        prompts = stated.get("prompts") or (_E5_PROMPTS if _E5_NAME.search(name) else {})
        return cls(
            query_prompt=_prompt(prompts, _QUERY_NAMES),
            passage_prompt=_prompt(prompts, _PASSAGE_NAMES),
            max_tokens=_limit(limits.get("max_seq_length"), _json(transformer / "tokenizer_config.json")),
            dimension=stated.get("truncate_dim"),
            pooling=_pooling(pooling),
            model_type=str(_json(transformer / "config.json").get("model_type", "")),
            plain=list(places) in _EXPORTED_MODULES and not limits.get("do_lower_case"),
        )

    @property
    def exportable(self) -> bool:
        """Whether `onnx_export` can make an 8-bit graph of it."""
        return self.plain and bool(self.pooling) and self.model_type in _EXPORTED_TYPES


@dataclass(frozen=True)
class ModelFiles:
    """A model's folder, and that of its 8-bit graph, made or yet to be made."""

    folder: Path
    graph: Path
    name: str
    fingerprint: str
    config: ModelConfig

    @classmethod
    def from_folder(cls, folder: Path, name: str, cache: Path) -> ModelFiles:
        """The files of any model in `folder`; its graph is kept in `cache`."""
        fingerprint = folder_fingerprint(folder)
        graph = cache / f"encoder-{fingerprint.removeprefix('sha256:')[:16]}-onnx"
        return cls(folder, graph, name, fingerprint, ModelConfig.read(folder, name))


class PromptingEncoder(ABC):
    """An encoder that puts before a text what its model was trained with: another word for questions than for passages."""

    _config: ModelConfig

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """Vectors of questions, (texts, dimension)."""
        return self._encode(texts, self._config.query_prompt, None)

    def encode_passages(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Floats:
        """Vectors of passages or sentences, (texts, dimension)."""
        return self._encode(texts, self._config.passage_prompt, on_progress)

    @abstractmethod
    def _encode(self, texts: Sequence[str], prompt: str, on_progress: OnProgress | None) -> Floats: ...


def _prompt(prompts: Mapping[str, str | None], names: tuple[str, ...]) -> str:
    """The first prompt with one of these names that is not empty, which sentence-transformers adds unasked."""
    by_name = {re.sub(r"[-_\s]+", " ", name).casefold(): prompt for name, prompt in prompts.items()}
    return next((found for name in names if (found := by_name.get(name))), "")


def _limit(stated: object, tokenizer: Mapping[str, Any]) -> int:
    found = stated or tokenizer.get("model_max_length")
    return int(found) if isinstance(found, int | float) and 0 < found < _UNLIMITED else _USUAL_LIMIT


def _pooling(config: Mapping[str, Any]) -> str:
    """The mode, "mean" or "cls", over all tokens, prompts included, which is what a graph's output is pooled by."""
    if not config.get("include_prompt", True):
        return ""
    older = [name for name, on in config.items() if name.startswith("pooling_mode_") and on]
    modes = [config["pooling_mode"]] if "pooling_mode" in config else older
    names = {
        "mean": "mean",
        "pooling_mode_mean_tokens": "mean",
        "cls": "cls",
        "pooling_mode_cls_token": "cls",
    }
    return names.get(str(modes[0]), "") if len(modes) == 1 else ""


def _json(path: Path, missing: Any = None) -> Any:
    """The content of a file; `missing`, or an empty table, where there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {} if missing is None else missing
    except (OSError, ValueError) as error:
        reason = f"{path.name}: {error}"
        raise EncoderError(message("encoder.unloadable", folder=path.parent, error=reason)) from error


def folder_fingerprint(folder: Path) -> str:
    """A digest of a model folder; of a large file only its ends, in which training changes tensors as anywhere."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix.lower() in {".md", ".lock"}:
            continue
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLED_BYTES))
            file.seek(max(0, size - _SAMPLED_BYTES))
            digest.update(file.read(_SAMPLED_BYTES))
    return f"sha256:{digest.hexdigest()[:32]}"
