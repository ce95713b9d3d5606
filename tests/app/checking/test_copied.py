"""What a copy brings along is no alteration; what differs in signs alone is told from other words."""

from __future__ import annotations

from alpie.app.checking.copied import find_copied, same_but_for_signs
from alpie.index.records import Document, Layout, Span
from support.tables import cases

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


@cases("text, found")
def test_what_a_copy_brings_along_is_no_alteration_and_other_words_are(text: str, found: bool) -> None:
    assert (True in copied(text)) is found


def test_signs_are_told_from_a_copy() -> None:
    assert copied(CLEAN.replace("dos;", "dos,"))[:1] == [False]
    assert copied("LOS VALORES Y COMPORTAMIENTOS QUE GUIAN")[:1] == [False]
    assert copied("los finesde semana")[:1] == [False]


@cases("pasted, source, same")
def test_signs_are_no_words_letters_and_figures_are(pasted: str, source: str, same: bool) -> None:
    assert same_but_for_signs(pasted, source) is same_but_for_signs(source, pasted) is same
