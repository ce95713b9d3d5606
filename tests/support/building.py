"""Indexing in a separate process with the small encoder, for tests that disturb it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.places import TESTS

_PROGRAM = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
sys.path.insert(0, {tests!r})
from pathlib import Path
from alpie.index.system.environment import compute_in_one_thread
compute_in_one_thread()
from support.fake_encoder import FakeEncoder
from alpie.index.build import build_index
from alpie.index.errors import AlpieError
{before}
print("ready", flush=True)
sys.stdin.readline()
try:
    {body}
except AlpieError as error:
    print(f"{{type(error).__name__}}: {{error}}", file=sys.stderr)
    raise SystemExit(1)
"""
_BUILD = "report = build_index(Path({docs!r}), Path({data!r}), FakeEncoder())"


def start_builder(
    docs: Path, data: Path, *, before: str = "", body: str = "", **options: Any
) -> subprocess.Popen[str]:
    """A process that has imported everything and builds once it is given a line.

    `before` is code to run first, `body` what to do instead of one build; both see `build_index`.
    """
    program = _PROGRAM.format(
        tests=str(TESTS), before=before, body=body or _BUILD.format(docs=str(docs), data=str(data))
    )
    environment: Mapping[str, str] = options.pop("env", {})
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
        **options,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def go(process: subprocess.Popen[str]) -> None:
    """Let it begin."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def ended(process: subprocess.Popen[str], seconds: float = 120.0) -> tuple[int, str]:
    """Exit code and what it wrote to standard error."""
    _, errors = process.communicate(timeout=seconds)
    return process.returncode, errors
