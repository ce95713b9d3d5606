"""A sentence is known by the enumerator that it begins with, in each of its readings."""

from __future__ import annotations

import pytest

from alpie.index.retrieval.enumerators import Enumerator, EnumeratorStyle, enumerators_of

DIGIT, LETTER, ROMAN, WORD = EnumeratorStyle


@pytest.mark.parametrize(("text", "found"), [
    ("1. El fin.", [(DIGIT, "1")]), ("3.º Dar sombra", [(DIGIT, "3")]), ("(12) Que así sea", [(DIGIT, "12")]),
    ("a) Dar sombra", [(LETTER, "a")]), ("B) Dar paseo", [(LETTER, "b")]), ("aa) Más", [(LETTER, "aa")]),
    ("i) De uno", [(LETTER, "i"), (ROMAN, "1")]), ("IV. De cuatro", [(ROMAN, "4")]), ("ii) De dos", [(ROMAN, "2")]),
    ("Primero.- Aprobar", [(WORD, "1")]), ("DÉCIMO TERCERO: Publicar", [(WORD, "13")]),
    ("Artículo: es una palabra", []), ("El parque", []), ("2025 fue bueno", []), ("a la sombra", []), ("", []),
])  # fmt: skip
def test_a_sentence_begins_with_one_in_each_of_its_readings(
    text: str, found: list[tuple[EnumeratorStyle, str]]
) -> None:
    assert enumerators_of(text) == tuple(Enumerator(*one) for one in found)
