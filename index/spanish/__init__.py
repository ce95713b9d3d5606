"""Spanish: stems, spelling, acronyms, and what questions ask: citations, comparisons, follow-ups, chat writing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def read_tables(module: str) -> dict[str, Any]:
    """What the TOML file beside `module` (its `__file__`) holds: the words that its code goes by."""
    return tomllib.loads(Path(module).with_suffix(".toml").read_text("utf-8"))


def word_sets(module: str) -> dict[str, frozenset[str]]:
    """The sets of words in the TOML file beside `module` (its `__file__`), by name; there blanks divide the words."""
    return {name: frozenset(words.split()) for name, words in read_tables(module).items()}


def alternatives(words: Iterable[str]) -> str:
    """The part of a regular expression that matches any of `words`, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))
