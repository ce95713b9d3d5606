"""Opens the bundled model's tokenizer: its tables are built once, compared with the library's, and memory-mapped."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from alpie.index.encoder.bundled_weights import MAX_TOKENS, PROMPTS, bundled_fingerprint
from alpie.index.encoder.mapped_tokenizer import MappedTokenizer, write_tables
from alpie.index.encoder.packed_weights import ScoredPiece
from alpie.index.errors import FileError
from alpie.index.system.files import build_once, is_intact, read_fingerprint, write_fingerprint

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from alpie.index.encoder.mapped_tokenizer import AnyTokenizer

_FILE = Path(__file__).with_name("encoder_samples.json")


class SampleTexts(NamedTuple):
    """The fixed texts of the comparison, Spanish but for a few in English."""

    questions: list[str]
    passages: list[str]


def sample_texts() -> SampleTexts:
    """The texts that encoders and tokenizers are compared on."""
    text = _FILE.read_text(encoding="utf-8")
    content: dict[str, list[str]] = json.loads(text)
    return SampleTexts(content["questions"], content["passages"])


FORMAT_VERSION = 1  # raise it when the tables or their check change
# What sample texts do not hold: composed characters, wide ones, other scripts, names of special tokens.
_TRICKY = (
    "", " ", "\n\t", "e\u0301l an\u0303o", "ﬁn de ½ ㎏ №5", "＜s＞ <s>x</s> <mask>", "▁a▁▁b ▁", "😀😀日本語 한국어",
    "https://www.example.org/a-b_c?d=1&e=%20", "\u0600\U0001f023\ue000\ue001x", "A" * 300, "«¿Qué?» — ¡No!…",
)  # fmt: skip

_LOG = logging.getLogger(__name__)


def open_tokenizer(model_folder: Path) -> AnyTokenizer:
    """The tokenizer of the bundled `model_folder`, cutting at the model's limit; the library's, where that is not possible."""
    facts = {"format_version": FORMAT_VERSION, "model": bundled_fingerprint(model_folder)}
    folder = model_folder.with_name(f"{model_folder.name}-pieces")
    try:
        build_once(folder, partial(is_intact, facts=facts), partial(_build_tables, model_folder, facts=facts))
    except FileError as error:  # a cache that cannot be written, made by an earlier version
        _LOG.info("no tables of word pieces: %s", error)
        return library_tokenizer(model_folder)
    if not (read_fingerprint(folder) or {}).get("accepted"):
        _LOG.warning("The tables of word pieces do not give the library's tokens; using the library.")
        return library_tokenizer(model_folder)
    return MappedTokenizer(folder)


def same_tokens(tokenizer: AnyTokenizer, other: AnyTokenizer, texts: Iterable[str]) -> bool:
    """Whether both give the same ids, tokens, offsets and special tokens for every text."""
    return all(_encoding_fields(tokenizer, text) == _encoding_fields(other, text) for text in texts)


def _encoding_fields(tokenizer: AnyTokenizer, text: str) -> tuple[object, ...]:
    found = tokenizer.encode(text)
    return found.ids, found.tokens, found.offsets, found.special_tokens_mask


def _build_tables(model_folder: Path, folder: Path, facts: Mapping[str, Any]) -> None:
    library = library_tokenizer(model_folder)
    content = json.loads((model_folder / "tokenizer.json").read_text(encoding="utf-8"))
    write_tables(folder, library, [ScoredPiece(*piece) for piece in content["model"]["vocab"]])
    questions, passages = sample_texts()
    texts = [
        *(PROMPTS["query"] + text for text in questions),
        *(PROMPTS["document"] + text for text in passages),
        " ".join(passages),  # beyond the model's limit
        *_TRICKY,
    ]
    accepted = same_tokens(library, MappedTokenizer(folder), texts)
    write_fingerprint(folder, {**facts, "accepted": accepted})


def library_tokenizer(folder: Path, max_tokens: int = MAX_TOKENS) -> Tokenizer:
    """The library's tokenizer in a folder, cutting at a limit, without padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens)
    tokenizer.no_padding()
    return tokenizer
