"""What readers think of an answer, kept in a local file, and only if the operator turned that on."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

VERDICTS = ("useful", "useless", "wrong-quote")
_LONGEST = 1000  # characters of a question or address
_MAX_BYTES = 20_000_000  # then nothing more is written: a stranger must not fill the disk


class FeedbackFile:
    """Appends one JSON line a verdict."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def add(self, verdict: object, question: object, address: object = "") -> bool:
        """Whether the verdict was kept; anything malformed is not."""
        if verdict not in VERDICTS or not isinstance(question, str) or not isinstance(address, str):
            return False
        row: Mapping[str, object] = {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "verdict": verdict,
            "question": question[:_LONGEST],
            "address": address[:_LONGEST],
        }
        with self._lock:
            if self.path.is_file() and self.path.stat().st_size > _MAX_BYTES:
                return False
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        return True
