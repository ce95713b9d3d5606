"""What errors below the page say in Spanish is said in the language of the page."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from places import ROOT

from alpie.app.page.views.page_words import translations_for
from alpie.index import notices

FOLDERS = ("index/formats", "index/reading")
ERRORS = {"SourceError", "ScanWithoutText", "refuse"}


def _said(node: ast.expr) -> str | None:
    """A text of the program with a figure for each value; None for one that is put together elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(_said(one)) if isinstance(one, ast.Constant) else "7" for one in node.values)
    return None


def _messages() -> Iterator[str]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                called = (
                    isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS
                )
                if isinstance(node, ast.Call) and called and node.args and (text := _said(node.args[0])):
                    yield text.removeprefix("7: ")


@pytest.mark.parametrize("message", sorted({*_messages(), *notices._REASONS.values()}))
def test_every_reason_has_a_rendering(message: str) -> None:
    if message == "77: 7":  # put together of others
        return
    filled = message.replace("pero 7.", "pero es 7.")
    assert translations_for("en").reason(filled) != filled
    assert translations_for("es").reason(filled) == filled


def test_values_are_carried_over_and_rendered() -> None:
    english = translations_for("en")
    said = (
        "/docs/a.pdf: se llama .pdf, pero es una imagen. "
        "Guárdelo en el formato que dice su nombre, o dele la extensión que le corresponde."
    )
    assert english.reason(said).startswith("/docs/a.pdf: it is called .pdf but is a picture.")
    assert english.reason("algo que nadie tradujo") == "algo que nadie tradujo"
