"""Spanish: stems, spelling, acronyms, and what questions ask: citations, comparisons, follow-ups, chat writing."""

from __future__ import annotations

import tomllib
from pathlib import Path


def word_sets(module: str) -> dict[str, frozenset[str]]:
    """The sets of words in the TOML file beside `module` (its `__file__`), by name; there blanks divide the words."""
    tables = tomllib.loads(Path(module).with_suffix(".toml").read_text("utf-8"))
    return {name: frozenset(words.split()) for name, words in tables.items()}
