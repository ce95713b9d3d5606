"""The table of words is read row by row and does not fill the process."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from alpie.index.encoder.bundled_weights import WORD_VECTORS
from alpie.index.encoder.word_vectors import WordVectors
from alpie.index.errors import EncoderError

pytestmark = pytest.mark.heavy

ROWS, DIMENSION = 100_000, 384


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 77 MB whose word vectors begin with the number of their row."""
    table = np.zeros((ROWS, DIMENSION), dtype=np.float16)
    table[:, 0] = np.arange(ROWS) % 1000
    table[:, 1] = np.arange(ROWS) // 1000
    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    save_file({"before": np.ones(7, np.float16), WORD_VECTORS: table}, path)
    return path


def resident_megabytes(path: Path) -> float:
    """Of the file `path` in this process."""
    kilobytes, inside = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):  # of a mapping: where, rights, …, the file
            inside = line.endswith(str(path))
        elif inside and line.startswith("Rss:"):
            kilobytes += int(line.split()[1])
    return kilobytes / 1024


def test_the_word_table_gives_the_rows_asked_for(weights: Path) -> None:
    table = WordVectors.open(weights)
    assert table.dimension == DIMENSION
    wanted = [0, 99_999, 1, 1, 54_321]
    rows = table.rows(wanted)
    assert rows.shape == (5, DIMENSION)
    assert (rows[:, 0] + 1000 * rows[:, 1].astype(np.float32)).astype(int).tolist() == wanted
    assert table.rows([]).shape == (0, DIMENSION)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/self/smaps")
def test_the_word_table_does_not_fill_the_process(weights: Path) -> None:
    assert weights.read_bytes()  # cached by the system, as after other processes: neighbourhoods come at once
    table = WordVectors.open(weights)
    chance = np.random.default_rng(1)
    largest = 0.0
    for _ in range(15):
        table.rows(chance.integers(0, ROWS, 200).tolist())
        largest = max(largest, resident_megabytes(weights))
    assert largest < 10, "of 77 MB"


@pytest.mark.parametrize("damage", ["short", "text", "empty", "float32", "nameless"])
def test_a_damaged_word_table_is_named(damage: str, weights: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    if damage == "float32":
        save_file({WORD_VECTORS: np.zeros((2, 4), np.float32)}, path)
    elif damage == "nameless":
        save_file({"other": np.zeros((2, 4), np.float16)}, path)
    else:
        good = weights.read_bytes()
        path.write_bytes({"short": good[:100_000], "text": b"no weights at all", "empty": b""}[damage])
    with pytest.raises(EncoderError, match=r"model\.safetensors está dañado"):
        WordVectors.open(path)
