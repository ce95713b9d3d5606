"""Indexing as a process of its own: what a hostile file may do to a parser is not done to the server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from alpie.index.errors import RecognitionMissing
from alpie.index.formats.pdf.recognition import Recogniser
from alpie.index.messages import Listed, message_from_row

# By its path: a checkout that is not installed has no module `alpie.app` to start.
_PROGRAM = Path(__file__).resolve().parents[2] / "__main__.py"
_MAX_RUN_SECONDS = 3_600.0  # a run that hangs must end some time; none that ends should take as long


class RunOutcome(NamedTuple):
    """How a run of `alpie index` ended."""

    code: int  # 0: it went well; below 0: the signal that ended it
    messages: Sequence[str]  # what it said, a failure last


IndexRun = Callable[[], RunOutcome]


def index_command(
    docs: Path, data: Path, *, program: Path = _PROGRAM, max_seconds: float = _MAX_RUN_SECONDS
) -> IndexRun:
    """Runs `alpie index` in a separate process; one that takes longer than `max_seconds` is ended."""
    own = (sys.executable, "-P", str(program))  # -P: modules are not looked for beside the program
    command = (*own, "index", "--json", "--docs", str(docs), "--data", str(data))

    def run() -> RunOutcome:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=max_seconds, check=False
        )
        # no list of rows: it was ended before it could say anything, or failed in an unforeseen way
        return RunOutcome(done.returncode, _messages(done.stdout) or done.stderr.strip().splitlines()[-1:])

    return run


def _messages(printed: str) -> Sequence[str]:
    """The messages in the list that the command printed; none where it is no such list."""
    try:
        listed = message_from_row(json.loads(printed))
    except (ValueError, TypeError, LookupError, AttributeError):
        return ()
    return [text for text in listed if isinstance(text, str)] if isinstance(listed, Listed) else ()


@lru_cache(maxsize=1)
def can_recognise() -> bool:
    """Whether this machine has what reads the text of scanned pages."""
    try:
        Recogniser.of_system()
    except (RecognitionMissing, OSError, subprocess.SubprocessError):
        return False
    return True
