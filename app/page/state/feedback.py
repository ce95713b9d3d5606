"""What visitors think of an answer, kept in a local file, and only if the operator turned this on."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

_MAX_CHARACTERS = 1000  # characters of a question or address
_MAX_BYTES = 20_000_000  # then nothing more is written: a stranger must not fill the disk
_Cut = Annotated[str, AfterValidator(lambda text: text[:_MAX_CHARACTERS])]


class _Vote(BaseModel):
    model_config = ConfigDict(strict=True)
    date: str = ""
    verdict: Literal["useful", "useless", "wrong-quote"]
    question: _Cut
    address: _Cut = ""


class FeedbackFile:
    """Appends one JSON line for each verdict."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def add(self, sent: bytes) -> bool:
        """Whether the verdict, as the page sends it in JSON, was kept; anything malformed is not."""
        try:
            vote = _Vote.model_validate_json(sent)
        except ValidationError:
            return False
        vote.date = datetime.now(UTC).isoformat(timespec="seconds")
        with self._lock:
            if self.path.is_file() and self.path.stat().st_size > _MAX_BYTES:
                return False
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(vote.model_dump_json() + "\n")
        return True
