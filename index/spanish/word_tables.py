"""Reads the tables of words that stand in TOML files beside modules, and makes regular expressions of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def read_tables(module: str) -> dict[str, Any]:
    """The tables of words in the TOML file beside a module, whose `__file__` is `module`."""
    return tomllib.loads(Path(module).with_suffix(".toml").read_text("utf-8"))


def word_sets(module: str) -> dict[str, frozenset[str]]:
    """The sets of words in the TOML file beside a module, by name; `module` is its `__file__`, blanks divide words."""
    return {name: frozenset(words.split()) for name, words in read_tables(module).items()}


def alternatives(words: Iterable[str]) -> str:
    """The part of a regular expression that matches any of `words`, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


def any_expression(table: str, between: str = " ") -> str:
    """A regular expression for any line of `table`, tried in their order, with `between` between two words of a line.

    In a line «|» parts words that may stand in one place, «*» is any ending, and «…» up to two words more.
    """
    marks = {"*": r"\w*", "…": r"(?:\w+\W+){0,2}"}
    lines = (between.join(f"(?:{word})" for word in line.split()) for line in table.strip().splitlines())
    expression = "|".join(lines).replace(f"(?:…){between}", "…")
    return f"(?:{re.sub('[*…]', lambda mark: marks[mark[0]], expression)})"
