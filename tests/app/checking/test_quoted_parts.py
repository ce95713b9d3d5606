"""What stands between the outermost quotation marks of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpie.app.checking.attribution import outside, quoted_parts


def quoted(text: str) -> list[str]:
    return [text[part.start : part.end] for part in quoted_parts(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Según el informe, «uno dos».", ["uno dos"]),
        ("“uno” y “dos”", ["uno", "dos"]),
        ('dice "uno dos", y "tres"', ["uno dos", "tres"]),
        ("«uno «dos» tres» fin", ["uno «dos» tres"]),  # the outermost
        ("«uno “dos” tres» fin", ["uno “dos” tres"]),
        ('"uno "dos" tres" fin', ['uno "dos" tres']),
        ("«uno», dijo dos» (Autor)", ["uno», dijo dos"]),  # the source's closing mark is part of it
        ("««uno dos»\nAutor. «Título».", ["«uno dos"]),  # and its opening one
        ("““uno dos.” (Autor, 2021).\n\n“tres” (Autor, 2021).", ["“uno dos.", "tres"]),
        ("uno» dos", []),
        ("uno « dos", []),
        ("«…» y «»", []),  # no word
        ("sin comillas", []),
    ],
)
def test_the_outermost_stretches(text: str, parts: list[str]) -> None:
    assert quoted(text) == parts


@given(st.text(alphabet="«»“”\"' ab\n(.", max_size=60))
def test_parts_and_outside_are_the_text(text: str) -> None:
    parts = quoted_parts(text)
    gaps = outside(text, parts)
    pieces = [gaps[0], *(one for pair in zip(parts, gaps[1:], strict=True) for one in pair)]
    assert "".join(text[piece.start : piece.end] for piece in pieces) == text
    assert all(any(map(str.isalnum, text[part.start : part.end])) for part in parts)
