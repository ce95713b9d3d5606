"""The mapped tokenizer gives the library's tokens, for any text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from alpie.app.settings import load_settings
from alpie.index.encoder.bundled_weights import bundled_folder
from alpie.index.encoder.mapped_tokenizer import MappedTokenizer
from alpie.index.encoder.tokenizer import library_tokenizer, open_tokenizer, same_tokens

pytestmark = pytest.mark.heavy

_PAIR = tuple[MappedTokenizer, Tokenizer]


@pytest.fixture(scope="module")
def pair() -> _PAIR:
    folder = bundled_folder(load_settings().cache)
    return open_tokenizer(folder), library_tokenizer(folder)


@pytest.mark.parametrize("text", [
    "query: ¿Cuántas detenciones hubo en España en 2025?", "", "   ", "a<s>b</s> <mask><unk>", "＜s＞", "▁▁ ▁x",
    "e\u0301 ﬁ ½ ㎏", "日本語😀한국어", "\ue000\ue001 x", "a" * 4000, "palabra " * 700,
    "https://www.example.org/" + "x1-" * 80,
])  # fmt: skip
def test_hard_texts_have_the_tokens_of_the_library(pair: _PAIR, text: str) -> None:
    assert isinstance(pair[0], MappedTokenizer)
    assert same_tokens(*pair, [text])


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120) | st.text(st.sampled_from("aáñ ▁.,-/15<s>mk\n\u0301ﬁ"), max_size=60))
def test_any_text_has_the_tokens_of_the_library(pair: _PAIR, text: str) -> None:
    text = text.encode(errors="replace").decode()  # lone surrogates are replaced before
    assert same_tokens(*pair, [text])


def test_offsets_point_into_the_text(pair: _PAIR) -> None:
    text = "El informe cita 25 detenciones."
    found = pair[0].encode(text)
    words = [text[start:end] for start, end in found.offsets]
    assert "".join(words) == text.replace(" ", "")
    assert found.special_tokens_mask[0] == found.special_tokens_mask[-1] == 1


def test_tables_that_cannot_be_written_cost_only_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alpie.index.encoder import tokenizer
    from alpie.index.errors import FileError

    def refuse(*_: object, **__: object) -> Path:
        raise FileError("read-only")

    monkeypatch.setattr(tokenizer, "build_once", refuse)
    found = open_tokenizer(bundled_folder(load_settings().cache))
    assert not isinstance(found, MappedTokenizer)
    assert found.encode("hola").ids[0] == 0
