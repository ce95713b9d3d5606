"""What a copy brings along is no alteration; what differs in signs alone is told from other words."""

from __future__ import annotations

import pytest

from alpie.app.checking.copied import find_copied, same_but_for_signs
from alpie.index.records import Document, Layout, Span

SOURCE = (
    "Reglamento de régimen interior\n"
    "1. Los valores y compor-\ntamientos que guían a los bibliotecarios.12 La oﬁcina abre\n"
    "Boletín de la villa 7\n"
    "de nueve a dos; cierra los fines de semana y los festivos\n"
    "del calendario franco-español."
)
LEFT_OUT = {"marks": ["-\nt"], "note_calls": ["12"], "footers": ["Boletín de la villa 7\n"]}


def _span(words: str) -> Span:
    start = SOURCE.index(words)
    return Span(start, start + len(words) - words.endswith("\nt"))


LAYOUT = Layout(
    "d", (), page_starts=(), **{kind: tuple(map(_span, words)) for kind, words in LEFT_OUT.items()}
)
DOCUMENT = Document("d", "D", "", "2024", "norma", "es", "d.pdf", SOURCE)


def copied(text: str) -> list[bool]:
    return [one.is_exact for one in find_copied(text, DOCUMENT, LAYOUT, 0, len(SOURCE))]


CLEAN = "Los valores y comportamientos que guían a los bibliotecarios. La oficina abre de nueve a dos; cierra"


@pytest.mark.parametrize(("text", "found"), [
    # what a copy brings along is no alteration
    *((text, True) for text in (
        CLEAN, CLEAN.replace("comportamientos", "compor-\ntamientos"), CLEAN.replace("comportamientos", "compor- tamientos"),
        CLEAN.replace("comportamientos", "compor\u00adtamientos"), CLEAN.replace("bibliotecarios.", "bibliotecarios.12"),
        CLEAN.replace("bibliotecarios.", "bibliotecarios.¹²"), CLEAN.replace("bibliotecarios.", "bibliotecarios.[12]"),
        CLEAN.replace("oficina", "oﬁcina"), CLEAN.replace("guían", "gui\u0301an"),
        CLEAN.replace("abre de", "abre\nBoletín de la villa 7\nde"),  # the foot of its page
        CLEAN.replace("abre de", "abre\nBoletín de la villa 31\n8\nde"),  # of another
        CLEAN.replace("bibliotecarios.", "bibliotecarios.12").replace("compor", "compor-\n"),
        "5 Los valores y compor-\ntamientos que guían a los 10 bibliotecarios. La oficina abre",
        "1 Los valores y comportamientos\n2 que guían a los bibliotecarios.\n3 La oficina abre",
        "del calendario franco-\nespañol.",
    )),
    # other words are not found
    *((text, False) for text in (
        CLEAN.replace("bibliotecarios", "bibliotecarias"), CLEAN.replace("a dos", "a 2 dos"),
        CLEAN.replace("que guían", "que 5 guían"),  # one number counts nothing
        CLEAN.removeprefix("Los valores y comp"),  # half a word
        "cierra los fines de semana y festivos",
    )),
])  # fmt: skip
def test_what_a_copy_brings_along_is_no_alteration_and_other_words_are(text: str, found: bool) -> None:
    assert (True in copied(text)) is found


def test_signs_are_told_from_a_copy() -> None:
    assert copied(CLEAN.replace("dos;", "dos,"))[:1] == [False]
    assert copied("LOS VALORES Y COMPORTAMIENTOS QUE GUIAN")[:1] == [False]
    assert copied("los finesde semana")[:1] == [False]


@pytest.mark.parametrize(("pasted", "source", "same"), [
    # signs are no words
    ("la operacion sigue abierta", "La operación sigue abierta.", True), ("nin\u0303os", "niños", True),
    ("EL 92,7% DE LOS DELINCUENTES", "el 92,7 % de los delincuentes", True), ("pingüino", "pinguino", True),
    ("Alto 90", "| Alto | | | 90 |", True), ("Alto 90", "Alto – 90", True),
    ("«dijo», que sí: (siempre)", "dijo que si siempre", True), ("sin embargo", "sinembargo", True),
    # letters and figures are
    ("el ano pasado", "el año pasado", False), ("el 927 %", "el 92,7 %", False), ("el 92.7 %", "el 92,7 %", False),
    ("el 92,7", "el 92,8", False), ("subió 5 %", "subió 5", False), ("baja a -5 grados", "baja a 5 grados", False),
    ("no hubo", "hubo", False),
])  # fmt: skip
def test_signs_are_no_words_letters_and_figures_are(pasted: str, source: str, same: bool) -> None:
    assert same_but_for_signs(pasted, source) is same_but_for_signs(source, pasted) is same
