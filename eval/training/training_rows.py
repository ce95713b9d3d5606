"""A row that the reader learns from, and the files of rows."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ReaderRow:
    """A question, a passage, and where the passage answers it."""

    question: str
    passage: str
    answers: bool
    spans: tuple[tuple[int, int], ...] = ()  # characters; none where only the passage is known to answer
    loose: bool = False  # the spans are whole sentences, of which only a part answers
    kind: str = ""  # how it was asked, or the set: for figures by kind


def read_rows(path: Path) -> list[ReaderRow]:
    """Rows as `write_rows` wrote them."""
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [ReaderRow(**{**row, "spans": tuple(tuple(span) for span in row["spans"])}) for row in rows]


def write_rows(path: Path, rows: Iterable[ReaderRow]) -> None:
    """Write rows, one JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a gzipped JSON Lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
