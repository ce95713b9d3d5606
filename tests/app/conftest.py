"""The command line on a corpus in memory, for tests of several folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from alpie.app.answering.corpus import Corpus
from alpie.app.terminal import commands


@pytest.fixture
def commands_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Corpus], Callable[..., int]]:
    """Makes of a corpus the command line that opens it, whatever the settings name."""

    def opening(corpus: Corpus) -> Callable[..., int]:
        monkeypatch.setattr(Corpus, "open", lambda settings: corpus)
        monkeypatch.setenv("ALPIE_DATA", str(tmp_path / "no-index"))
        return lambda *arguments: commands.main([*arguments])

    return opening
