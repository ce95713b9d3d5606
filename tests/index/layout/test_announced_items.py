"""Lists that only their introduction tells: what belongs to it, and what does not."""

from __future__ import annotations

import pytest

from alpie.index.records import BlockKind, SentenceRole
from support.formats.reading import Reading
from support.tables import cases


def laid_out(*paragraphs: str) -> Reading:
    return Reading("a.md", "\n\n".join(("# Norma del parque", *paragraphs)).encode())


def items_of(reading: Reading) -> list[list[str]]:
    """The items of each list; every one that has an introduction stands in its passage."""
    text = reading.document.text
    lists = [block for block in reading.layout.blocks if block.kind is BlockKind.LIST]
    return [[" ".join(text[part[0].start : part[-1].end].split()) for part in one.parts] for one in lists]


@cases("why, lead, items, after")
def test_what_is_announced_is_one_list_with_its_lead_in(
    why: str, lead: str, items: list[str], after: str
) -> None:
    reading = laid_out("Artículo 4. Órganos.", lead, *items, after)
    assert items_of(reading) == [items], why
    passage = reading.passage(items[0])
    lead_in, *members = [sentence for sentence in passage.sentences if sentence.group == 0]
    assert lead.endswith(lead_in.text)
    assert lead_in.role is SentenceRole.LEAD_IN, why
    assert [member.text for member in members] == items
    labels = {label for kind, label, text in reading.blocks if kind is BlockKind.LIST or text == lead}
    assert len(labels) == 1, why


@cases("why, paragraphs")
def test_what_is_not_announced_is_no_list(why: str, paragraphs: list[str]) -> None:
    assert items_of(laid_out("Artículo 4. Órganos.", *paragraphs)) == [], why


def test_a_list_ends_before_the_next_unit() -> None:
    lines = [
        "1. Son órganos los siguientes:",
        "El Consejo.",
        "La Junta.",
        "Artículo 5. Sede.",
        "La Casa Vieja.",
    ]
    reading = laid_out("Artículo 4. Órganos.", *lines)
    assert items_of(reading) == [["El Consejo.", "La Junta."]]
    assert reading.blocks[-1] == (BlockKind.PARAGRAPH, "artículo 5", "La Casa Vieja.")


def test_clauses_too_long_to_be_quoted_together_keep_their_labels() -> None:
    clauses = [f"{n}. La persona que riega " + "cuida de las plantas y " * 20 + "cierra." for n in (1, 2)]
    reading = laid_out("Artículo 4. Reglas.", "Se siguen estas reglas:", *clauses)
    assert [label for _, label, _ in reading.blocks][-2:] == [
        "artículo 4, apartado 1",
        "artículo 4, apartado 2",
    ]


@pytest.mark.parametrize("note", ["Fracción reformada DOF 12-11-2002", "(Modificado por el Consejo)"])
def test_a_note_of_an_amendment_divides_no_list(note: str) -> None:
    lead = "El parque tiene estos fines:"
    reading = laid_out(
        "Artículo 4. Fines.", lead, "a) Dar sombra;", note, "b) Dar paseo.", note, "Cierra de noche."
    )
    assert items_of(reading) == [["a) Dar sombra;", note, "b) Dar paseo."]]
    assert lead in reading.passage("Dar paseo").text
