"""The texts with which a runtime of the encoder is compared with the reference."""

from __future__ import annotations

import json
from pathlib import Path

_FILE = Path(__file__).with_name("encoder_samples.json")


def sample_texts() -> tuple[list[str], list[str]]:
    """The fixed questions and passages of the comparison, Spanish but for a few in English."""
    text = _FILE.read_text(encoding="utf-8")
    content: dict[str, list[str]] = json.loads(text)
    return content["questions"], content["passages"]
