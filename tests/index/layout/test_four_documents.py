"""The layout of the four documents: measured against what a reader finds, and free of their footnote calls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpie.index.layout import lay_out
from alpie.index.records import Block, readable_text
from alpie.index.sources.document_folder import read_sources
from alpie.index.typography.footnote_calls import find_note_calls
from support.layout_agreement import measure_layout
from support.places import ROOT

DOCUMENTS = {document.id: document for document in read_sources(ROOT / "docs_src").documents}
GOLD = {
    "weprotect-2019": "gold_weprotect.toml",
    "europol-ia-2025": "gold_europol.toml",
    "alicante-2025": "gold_alicante.toml",
    "interpol-2021": "gold_interpol.toml",
}


# What must not get worse: (recall, precision). Kinds not named must agree exactly.
FLOORS = {"headings": (0.97, 1.0), "boxes": (1.0, 0.95), "box_titles": (1.0, 0.95)}


@pytest.mark.parametrize("document_id", GOLD)
def test_layout_agrees_with_what_a_reader_finds(document_id: str) -> None:
    for kind, agreement in measure_layout(DOCUMENTS[document_id], GOLD[document_id]).items():
        recall, precision = FLOORS.get(kind, (1.0, 1.0))
        assert agreement.recall >= recall, (kind, agreement.missed)
        assert agreement.precision >= precision, (kind, agreement.invented)


@pytest.mark.parametrize("ending", ["", " ", "\r"], ids=["bare", "spaced", "CRLF"])
def test_layout_does_not_hang_on_how_the_lines_end(ending: str) -> None:
    """Without the spaces that mark wraps, widths and words alone must still tell titles from text."""
    document = DOCUMENTS["weprotect-2019"]
    text = "\n".join(
        line.rstrip() + ending if line.strip() else ending.strip(" ") for line in document.text.split("\n")
    )
    for kind, agreement in measure_layout(replace(document, text=text), GOLD["weprotect-2019"]).items():
        assert agreement.recall >= 0.9, (kind, agreement.missed)
        assert agreement.precision >= 0.9, (kind, agreement.invented)


def words_of(document_id: str) -> str:
    document = DOCUMENTS[document_id]
    return " ".join(readable_text(document.text, block.spans) for block in lay_out(document).blocks)


@pytest.mark.parametrize("sentence", [
    "que la privacidad y la seguridad en internet no se consigan a expensas",
    "en Internet (IOCTA, por sus siglas en inglés) de Europol establece",
    "Explotación Sexual de Menores Internacional (ICSE, por",
])  # fmt: skip
def test_a_sentence_is_mended_across_a_page_break_and_a_column_break(sentence: str) -> None:
    assert sentence in words_of("weprotect-2019")


CALLED = (
    "La casa es grande.1 El niño2 vino en 20183 y en 20194 también. Subió un 9 %5 el precio, «caro»,6 y "
    "usó P2P.7. Después vino otro.,8, 9 Un portal10 y la red11 fueron cerrados.12,13 "
)


def without_calls(text: str) -> str:
    kept, position = [], 0
    for span in find_note_calls(text):
        kept.append(text[position : span.start])
        position = span.end
    return "".join([*kept, text[position:]])


def test_calls_are_told_from_figures_by_their_running_numbers() -> None:
    assert without_calls(CALLED) == (
        "La casa es grande. El niño vino en 2018 y en 2019 también. Subió un 9 % el precio, «caro», y "
        "usó P2P. Después vino otro. Un portal y la red fueron cerrados. "
    )


FIGURES = (
    "En 2018 y 2019 hubo 105\u00a0047 casos, 3035 detenidos, 1500 menores, 22\u00a0484 avisos y una "
    "relación de 50:50. El convenio de 1989, las redes P2P, 4G/5G, un precio de 10-20 €, y AGN/65/RES/10 o "
    "AG-2005-RES-09. La GTA18 y el G20, la H1N1, el CO2, 16.800 archivos, 31 226 y 6,5 millones."
)


def test_real_figures_among_calls_lose_no_digit() -> None:
    assert without_calls(CALLED + FIGURES).endswith(FIGURES)


@pytest.mark.parametrize("text", [
    FIGURES, "Art.1 dice. Art.2 dice. Art.3 dice. Art.4 dice. Art.5 dice.",
    "En Q1 subió, en Q2 bajó, en Q3 subió, en Q4 bajó y en Q5 nada.",
    "1. Uno\n2. Dos\n3. Tres\n4. Cuatro\n5. Cinco",
    "Véase www.a.es/b1 www.a.es/c2 www.a.es/d3 www.a.es/e4 www.a.es/f5",
    "Págs. 1, 2, 3, 4, 5 y 6; 1.2, 2.3, 3.4, 4.5",
])  # fmt: skip
def test_running_numbers_that_are_no_calls_stay(text: str) -> None:
    assert find_note_calls(text) == ()


def test_figures_of_the_report_stay_whole() -> None:
    text = words_of("weprotect-2019")
    figures = "2018|2019|105 047|3035|1500|22 484|50:50|1989|P2P|4G y 5G|10-20 €|149 000 €|4527|18,4 millones"
    assert [figure for figure in figures.split("|") if figure not in text] == []
    assert "20183" not in text
    assert "EUROPOL7" not in text


def block_with(document_id: str, words: str) -> Block:
    document = DOCUMENTS[document_id]
    blocks = lay_out(document).blocks
    return next(block for block in blocks if words in readable_text(document.text, block.spans))


def test_the_same_figure_has_two_meanings_in_two_rows_of_the_costs() -> None:
    document = DOCUMENTS["weprotect-2019"]
    table = block_with("weprotect-2019", "TOTAL 149 000 €")
    rows = [readable_text(document.text, part) for part in table.parts]
    assert rows[0] == "Costes del delito sexual contra un menor estimados a lo largo de tres años"
    assert "Costes de terapia de la víctima a lo largo de tres años 9600 €" in rows
    assert "Costes de terapia preventiva en tres años 9600 €" in rows


def test_a_box_does_not_swallow_the_body_after_it() -> None:
    assert block_with("weprotect-2019", "Otra dificultad desafío").box is None
    assert block_with("weprotect-2019", "Hasta la fecha, han fallado").box == "Aplicaciones sin soberanía"
    assert block_with("weprotect-2019", "Algunos delincuentes arrestados").box is None
