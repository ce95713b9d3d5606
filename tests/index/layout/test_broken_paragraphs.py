"""Paragraphs that a file cut at the end of every printed line."""

from __future__ import annotations

from support.formats.reading import Reading
from support.promise import assert_promise

PARAGRAPHS = [
    "Esta ley tiene por objeto la protección integral de los derechos de los vecinos que se encuentren en el "
    "territorio del valle, para garantizar el ejercicio y disfrute pleno y permanente de los que el fuero reconoce.",
    "La omisión en la observancia de los deberes que corresponden a los órganos del concejo habilita a todo vecino "
    "a interponer las acciones que sean precisas para restaurar el goce de tales derechos.",
    "La Junta de Regantes, que reúne a las acequias del Norte y a las del Sur, dictará las ordenanzas en el plazo de "
    "seis meses, contados desde el día de su publicación en el boletín.",
]
ITEMS = ["a) Ser vecino del valle;", "b) Haber cumplido treinta años de edad."]


def double_spaced(paragraph: str, width: int = 50) -> str:
    """The paragraph in lines of at most `width` characters, a blank line between two."""
    lines = [""]
    for word in paragraph.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n\n".join(lines)


def test_the_lines_of_a_paragraph_are_one_again() -> None:
    found = Reading("ley.md", "\n\n".join([*map(double_spaced, PARAGRAPHS), *ITEMS]).encode())
    assert found.texts == [*PARAGRAPHS, " ".join(ITEMS)]
    assert_promise(found.document)


def test_where_few_paragraphs_break_off_they_stay_as_they_are() -> None:
    whole = [f"El concejo se reúne {number} veces al año." for number in range(30)]
    texts = [*whole, "y además, cuando haga falta", "lo convoca el alcalde."]
    assert Reading("ley.md", "\n\n".join(texts).encode()).texts == texts


def test_headings_and_articles_are_joined_to_nothing() -> None:
    broken = double_spaced(PARAGRAPHS[0])
    parts = [
        *(double_spaced(one) for one in PARAGRAPHS),
        "## Capítulo II",
        broken.rpartition(" ")[0],
        "Artículo 2. El resto.",
    ]
    texts = Reading("ley.md", "\n\n".join(parts).encode()).texts
    assert texts[-1] == "Artículo 2. El resto."
    assert "Capítulo II" in texts
