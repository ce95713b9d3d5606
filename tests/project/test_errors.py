"""The error tree: the drawing at the head of `index/errors.py` is the tree."""

from __future__ import annotations

import ast
import re

from places import ROOT

from alpie.index import errors


def _drawn(text: str) -> set[tuple[str, str]]:
    """Pairs of a class and its base, by how far each line of the tree is indented."""
    pairs: set[tuple[str, str]] = set()
    above: list[tuple[int, str]] = []
    for match in re.finditer(r"^ {4}(?P<lines>[ │├└─]*)(?P<name>[A-Z]\w+)", text, re.MULTILINE):
        depth = len(match["lines"])
        above = [one for one in above if one[0] < depth]
        if above:
            pairs.add((match["name"], above[-1][1]))
        above.append((depth, match["name"]))
    return pairs


def _defined() -> set[tuple[str, str]]:
    files = (path for top in ("index", "app", "eval") for path in (ROOT / top).rglob("*.py"))
    classes = [
        node
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    pairs = {(node.name, base.id) for node in classes for base in node.bases if isinstance(base, ast.Name)}
    family = {"AlpieError"}
    while more := {name for name, base in pairs if base in family} - family:
        family |= more
    return {(name, base) for name, base in pairs if base in family}


def test_the_tree_is_drawn_whole() -> None:
    assert errors.__doc__
    assert _drawn(errors.__doc__) == _defined()
