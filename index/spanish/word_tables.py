"""Reads the tables of words in the TOML files beside modules, and turns them into regular expressions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
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
    """A regular expression for any line of `table`, tried in their order: see `line_expressions`."""
    return f"(?:{'|'.join(line_expressions(table, between))})"


def line_expressions(
    table: str, between: str = " ", parts: Mapping[str, str] = MappingProxyType({})
) -> list[str]:
    """A regular expression for each line of `table`, with `between` between two words of a line.

    In a line «|» parts words that may stand in one place, «?» after these says that the place may be empty, «*» is any
    ending, and «…» up to two words more. «<name>» is the expression of that name in `parts`, or any text, as a group.
    """

    def expression(places: Iterable[str]) -> str:
        joined, gap = "", ""
        for place in places:
            word = re.sub(r"<(\w+)>", lambda name: parts.get(name[1], f"(?P{name[0]}.+?)"), place.rstrip("?"))
            word = word if "<" in place else word.replace("*", r"\w*")
            if place == "…":
                joined, gap = rf"{joined}{gap}(?:\w+\W+){{0,2}}", ""
            elif not place.endswith("?"):
                joined, gap = f"{joined}{gap}(?:{word})", between
            else:
                joined += f"(?:{gap}(?:{word}))?" if gap else f"(?:(?:{word}){between})?"
        return joined

    return [expression(line.split()) for line in table.strip().splitlines()]
