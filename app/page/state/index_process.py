"""`alpie index` as a process of its own: what a hostile file may do to a parser is not done to the server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from alpie.index.errors import RecognitionMissing
from alpie.index.formats.recognition import Recogniser

__all__ = ["Run", "can_recognise", "index_command"]

_LONGEST_RUN_SECONDS = 3_600.0

Run = Callable[[], tuple[int, str]]  # gives exit code and messages


@lru_cache(maxsize=1)
def can_recognise() -> bool:
    """Whether this machine has what reads the text of scanned pages."""
    try:
        Recogniser.of_system()
    except (RecognitionMissing, OSError, subprocess.SubprocessError):
        return False
    return True


def index_command(docs: Path, data: Path) -> Run:
    """Runs `alpie index` as a process of its own."""
    command = [sys.executable, "-m", "alpie.app", "index", "--docs", str(docs), "--data", str(data)]

    def run() -> tuple[int, str]:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LONGEST_RUN_SECONDS,
            check=False,
        )
        return done.returncode, done.stderr

    return run
