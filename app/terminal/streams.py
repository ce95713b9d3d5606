"""What the command line reads and writes: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import nullcontext
from pathlib import Path

from alpie.app.translations import message
from alpie.index.errors import FileError
from alpie.index.spanish.characters import escape_steering

_MAX_INPUT_BYTES = 5_000_000  # of a text or record to check


def use_utf_8() -> None:
    """Write UTF-8 whatever the locale of a pipe or a bare container says, since quotations need «», ñ and accents."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")


def log_to_stderr(level: int) -> None:
    """Send the log, from `level` on, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(level)  # of the handler: a library may have set a chattier one for its own logger
    logging.basicConfig(level=level, handlers=[handler], format="%(levelname)s %(name)s: %(message)s")


def print_json(value: object) -> None:
    """Print `value` as JSON on one line of standard output."""
    print(escape_steering(json.dumps(value, ensure_ascii=False)))


def print_message(text: str) -> None:
    """Print a message to standard error. Messages name files, and the name of a file must not steer the terminal."""
    print(escape_steering(text), file=sys.stderr, flush=True)


def read_input(path: Path | None, max_bytes: int = _MAX_INPUT_BYTES) -> str:
    """The text of a file, of standard input for None; bounded, so that a wrong file cannot fill the memory.

    Raises `FileError` for a file that cannot be read, is too large, or is not UTF-8.
    """
    name = str(path or "-")
    try:
        with nullcontext(sys.stdin.buffer) if path is None else path.open("rb") as file:
            data = file.read(max_bytes + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise FileError(message("cli.file", path=name, error=error.strerror), path) from error
    except UnicodeDecodeError as error:
        raise FileError(message("cli.not_utf8", path=name, place=error.start), path) from error
    if len(data) > max_bytes:
        raise FileError(message("cli.too_large", path=name, most=max_bytes // 1_000_000), path)
    return text
