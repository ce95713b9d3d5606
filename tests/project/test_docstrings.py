"""Docstrings name what exists: a renamed class or module leaves no old name behind in the words about it."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cache

from support.places import ROOT


@cache
def _names(tree: ast.AST) -> set[str]:
    """What is bound, imported or read in a module or class, however deep."""
    fields = ("name", "asname", "id", "attr", "arg")
    return {str(getattr(node, field, "")).split(".")[-1] for node in ast.walk(tree) for field in fields}


_MODULES = {
    ".".join(("alpie", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__"): ast.parse(
        path.read_text("utf-8")
    )
    for top in ("index", "app", "eval")
    for path in sorted((ROOT / top).rglob("*.py"))
}
_CLASSES = {
    node.name: node for tree in _MODULES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
}
_KINDS = ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef
_RAISES = re.compile(r"\bRaises ((?:`?\w*[A-Z]\w*`?(?:, or |, and |, | or | and )?)+)")


def _docstrings() -> Iterator[tuple[str, str]]:
    for module, tree in _MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, _KINDS) and (text := ast.get_docstring(node)):
                yield module, text


def _exists(module: str, name: str) -> bool:
    """Whether a backticked name is one of the project's; of files and other libraries nothing is said."""
    owner, _, last = name.rpartition(".")
    if name.startswith(("alpie.index.", "alpie.app.", "alpie.eval.")):
        return name in _MODULES or (owner in _MODULES and last in _names(_MODULES[owner]))
    if owner in _CLASSES:
        return last in _names(_CLASSES[owner])
    return not re.match("_(?!_)", name) or last in _names(_MODULES[module])


def test_names_in_docstrings_exist() -> None:
    named = [
        (module, name) for module, text in _docstrings() for name in re.findall(r"(?<!`)`([\w.]+)`", text)
    ]
    assert len(named) > 500
    assert [f"{module}: {name}" for module, name in named if not _exists(module, name)] == []


def test_errors_that_docstrings_say_are_raised_exist() -> None:
    said = [
        (module, name)
        for module, text in _docstrings()
        for names in _RAISES.findall(text)
        for name in re.findall(r"\w*[A-Z]\w*", names)
    ]
    assert len(said) > 50
    unknown = [one for one in said if one[1] not in _CLASSES and not hasattr(builtins, one[1])]
    assert unknown == []
