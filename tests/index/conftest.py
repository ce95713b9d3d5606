"""Two small documents and the index made of them, for tests of what becomes of either."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.fake_encoder import build, write_texts


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A folder of documents."""
    return write_texts(tmp_path / "documentos")


@pytest.fixture
def data(docs: Path, tmp_path: Path) -> Path:
    """The index of `docs`."""
    build(docs, tmp_path / "indice")
    return tmp_path / "indice"
