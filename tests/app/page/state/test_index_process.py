"""Indexing as a process of its own: it has an end, and what it says is read with care."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from alpie.app.page.state.index_process import index_command
from alpie.app.page.state.uploads import Uploads
from alpie.index.messages import Message
from support.indexing import settled

TEXT = "Los parques abren a las siete de la mañana."


def test_a_real_run_has_an_end(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    uploads = Uploads(docs, 1000, index_command(docs, tmp_path / "data", max_seconds=0.2))
    uploads.add("a.txt", io.BytesIO(TEXT.encode()))
    assert settled(uploads).refused[0].name == "a.txt"
    assert list(docs.iterdir()) == []


@pytest.mark.parametrize(
    "printed", ["", "nada", "3", "null", "{}", '"texto"', '{"text": "a", "key": "b", "facts": {}}', '[{"text": 1}]',
                "[[]]", "[null]", '[{"text": "a", "key": "b", "facts": 3}]']
)  # fmt: skip
def test_what_is_no_list_of_messages_is_no_answer_of_indexing(printed: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(f"import sys; print({printed!r}); sys.exit('ended: out of luck')", encoding="utf-8")
    assert index_command(tmp_path, tmp_path, program=program)() == (1, ["ended: out of luck"])


@pytest.mark.parametrize("installed", [True, False])
def test_indexing_is_a_process_that_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    """Also of a checkout that is not installed."""
    before = "import sys; sys.meta_path[:] = [one for one in sys.meta_path if 'editable' not in repr(one)]"
    if not installed:
        (tmp_path / "sitecustomize.py").write_text(before, encoding="utf-8")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.chdir(tmp_path)
    code, messages = index_command(tmp_path / "nada", tmp_path / "data")()
    assert (code, type(messages[-1])) == (1, Message), messages
    assert messages[-1].facts["where"] == str(tmp_path / "nada")
