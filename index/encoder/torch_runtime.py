"""The reference encoder: sentence-transformers on PyTorch, for the bundled model and for any other."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from alpie.index.encoder import OnProgress, encodable, stay_offline, unit_rows
from alpie.index.encoder.bundled_weights import MODEL_NAME, bundled_fingerprint
from alpie.index.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["SentenceTransformersEncoder", "find_model_folder", "load_sentence_transformer"]

BATCH_TEXTS = 8  # with texts sorted by length, larger batches only add padding on a processor
PORTION_TEXTS = 64  # texts between two calls of on_progress
SAMPLED_BYTES = 1 << 20

# The E5 models were trained with these prompts, but their published folders do not state them.
_E5_NAME = re.compile(r"\be5-(small|base|large)\b(?!.*instruct)", re.IGNORECASE)
_E5_PROMPTS = {"query": "query: ", "document": "passage: "}


class SentenceTransformersEncoder:
    """A sentence-transformers model; see `alpie.index.encoder.Encoder` for the methods.

    Questions take the model's prompt ``query``, passages ``document`` or ``passage``; none where the model
    names none.
    """

    runtime = "torch"

    def __init__(self, model: SentenceTransformer, name: str, fingerprint: str) -> None:
        self._model = model
        self.name = name
        self.fingerprint = fingerprint
        prompts = _prompts(model.prompts, name)
        self._query_prompt, self._passage_prompt = prompts["query"], prompts["document"]
        self.dimension = int(model.get_embedding_dimension() or 0)

    @classmethod
    def from_folder(cls, folder: Path, name: str) -> SentenceTransformersEncoder:
        """The model in `folder`, called `name`; raises `EncoderError` if it cannot be loaded."""
        fingerprint = bundled_fingerprint(folder) if name == MODEL_NAME else _folder_fingerprint(folder)
        return cls(load_sentence_transformer(folder), name, fingerprint)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encode(texts, self._query_prompt, None)

    def encode_passages(
        self, texts: Sequence[str], on_progress: OnProgress | None = None
    ) -> NDArray[np.float32]:
        return self._encode(texts, self._passage_prompt, on_progress)

    def _encode(
        self, texts: Sequence[str], prompt: str, on_progress: OnProgress | None
    ) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
        for start in range(0, len(order), PORTION_TEXTS):
            portion = order[start : start + PORTION_TEXTS]
            vectors[portion] = self._model.encode(
                [encodable(texts[index]) for index in portion],
                prompt=prompt,
                batch_size=BATCH_TEXTS,
                show_progress_bar=False,
            )
            if on_progress is not None:
                on_progress(start + len(portion), len(texts))
        return unit_rows(vectors)


def load_sentence_transformer(folder: Path, **model_options: Any) -> SentenceTransformer:
    """The model in `folder`, on the processor, in float32 and evaluation mode; never from the network."""
    stay_offline()
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"dtype": "float32", **model_options},
        ).eval()
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        raise EncoderError(f"The encoder in {folder} cannot be loaded: {error}") from error


def find_model_folder(model: str) -> Path:
    """The folder of `model`: a path, or the name of a model in the local Hugging Face cache."""
    path = Path(model).expanduser()
    if path.is_dir():
        return path
    stay_offline()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for name in (model, f"sentence-transformers/{model}"):
        try:
            return Path(snapshot_download(name, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError):
            continue
    raise EncoderError(
        f"There is no encoder «{model}»: neither a folder {path.absolute()} nor a model of that name in the "
        "local Hugging Face cache. Al Pie downloads nothing by itself: fetch the model first, give the path "
        "of its folder, or leave the setting at «bundled»."
    )


def _prompts(stated: Mapping[str, str | None], name: str) -> dict[str, str]:
    query = stated.get("query") or ""
    document = stated.get("document") or stated.get("passage") or ""
    if not query and not document and _E5_NAME.search(name):
        return _E5_PROMPTS
    return {"query": query, "document": document}


def _folder_fingerprint(folder: Path) -> str:
    """Of names, sizes and contents of a model folder; of a large file, only its ends are read.

    Training changes all tensors, so two different models differ at the ends of the file too.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix.lower() in {".md", ".lock"}:
            continue
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(SAMPLED_BYTES))
            file.seek(max(0, size - SAMPLED_BYTES))
            digest.update(file.read(SAMPLED_BYTES))
    return f"sha256:{digest.hexdigest()[:32]}"
