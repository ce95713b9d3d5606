"""Reads the words in the picture of a page with Tesseract, if it is installed.

Tesseract is called as a program on the drawn page, so that no package is needed and none of its code runs in this
process. What it finds is cached by the picture's hash, since a page takes seconds and `alpie index` reads every file
each time.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from alpie.index.errors import RecognitionMissing
from alpie.index.messages import message
from alpie.index.system.files import atomic_write

_LANGUAGE = "spa"
_SECONDS = 120  # for a page, which takes seconds as a rule
_LEAST_CONFIDENCE = 10  # per cent: below, Tesseract saw a stain


class ReadWord(NamedTuple):
    """A word, and how sure the program is of it, in per cent."""

    text: str
    confidence: int


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """A line of a picture; pixels from its upper left corner."""

    words: tuple[ReadWord, ...]
    left: int
    top: int
    right: int
    bottom: int


class Recogniser:
    """Tesseract with Spanish data; `cache` is where what it found is kept."""

    def __init__(self, program: str, cache: Path | None = None) -> None:
        self._program = program
        self._cache = cache / "recognised" if cache else None

    @classmethod
    def of_system(cls, cache: Path | None = None) -> Recogniser:
        """Raises `RecognitionMissing`, which says what to install."""
        program = shutil.which("tesseract")
        if program is None:
            raise RecognitionMissing(message("recognition.missing"))
        listed = _run_program([program, "--list-langs"], b"").decode("utf-8", "replace")
        if _LANGUAGE not in listed.split():
            raise RecognitionMissing(message("recognition.no_spanish"))
        return cls(program, cache)

    @cached_property
    def version(self) -> str:
        """Name, version and language of the program that recognises."""
        first = _run_program([self._program, "--version"], b"").decode("utf-8", "replace").split("\n", 1)[0]
        return f"{first.strip()} {_LANGUAGE}"

    def lines(self, picture: bytes) -> list[RecognisedLine]:
        """The lines of `picture`, a PNG; none where the program fails or takes too long."""
        kept = self._cache_file(picture)
        if kept is not None and kept.is_file():
            return list(_read_table(kept.read_text("utf-8")))
        try:
            table_bytes = _run_program([self._program, "-", "-", "-l", _LANGUAGE, "tsv"], picture)
        except (OSError, subprocess.SubprocessError):
            return []
        table = table_bytes.decode("utf-8", "replace")
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(kept) as new:
                new.write_text(table, "utf-8")
        return list(_read_table(table))

    def _cache_file(self, picture: bytes) -> Path | None:
        made_of = hashlib.sha256(picture + self.version.encode()).hexdigest()
        return self._cache / f"{made_of}.tsv" if self._cache else None


def _run_program(command: list[str], given: bytes) -> bytes:
    env = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # more makes it slower
    done = subprocess.run(command, input=given, capture_output=True, check=True, timeout=_SECONDS, env=env)
    return done.stdout


def _read_table(table: str) -> Iterator[RecognisedLine]:
    """The lines of Tesseract's table, a row for each block, paragraph, line and word."""
    words: dict[tuple[str, ...], list[ReadWord]] = {}
    boxes: dict[tuple[str, ...], tuple[int, int, int, int]] = {}
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        line = tuple(row[key] for key in ("block_num", "par_num", "line_num"))
        left, top = int(row["left"]), int(row["top"])
        if row["level"] == "4":
            boxes[line] = left, top, left + int(row["width"]), top + int(row["height"])
        elif row["level"] == "5" and (text := (row["text"] or "").strip()):
            confidence = round(float(row["conf"]))
            if confidence >= _LEAST_CONFIDENCE:
                words.setdefault(line, []).append(ReadWord(text, confidence))
    for line, of_line in words.items():
        yield RecognisedLine(tuple(of_line), *boxes[line])
