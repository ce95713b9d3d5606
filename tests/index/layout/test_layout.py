"""The layout of documents, rule by rule on small texts."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from alpie.index.chunking.word_coverage import measure_coverage
from alpie.index.layout import lay_out
from alpie.index.records import BlockKind, Element, PageStart, Structure, readable_text
from support.fake_encoder import document_of
from support.formats.reading import Reading
from support.tables import cases


def blocks_of(text: str) -> list[tuple[str, str]]:
    """Kind and readable text of each block."""
    layout = lay_out(document_of(text))
    return [(block.kind.value, readable_text(text, block.spans)) for block in layout.blocks]


# --- pages -----------------------------------------------------------------------------------------


def test_a_running_footer_is_left_out_and_numbers_its_page() -> None:
    pages = [
        f"Texto de la página, que tiene\nvarias líneas {word}.\n\nInforme de la Alianza Global 2019{n}\n\n\n"
        for n, word in ((7, "una"), (8, "dos"), (9, "tres"))
    ]
    layout = lay_out(document_of("".join(pages)))
    assert [block.page for block in layout.blocks] == [7, 8, 9]
    assert len(layout.footers) == 3


def test_what_stands_by_the_numbers_of_pages_is_no_heading_of_the_text_between() -> None:
    opening = "Artículo {n}. Horario.\nEl horno abre a las {n} y cierra\ncuando se acaba el pan.\n"
    running = "BOLETÍN DEL VALLE\nTEXTO VIGENTE\nPágina {n}\n"
    pages = [(opening + running).format(n=n) for n in (1, 2, 3)]
    layout = lay_out(document_of("".join(pages)))
    assert len(layout.footers) == 9
    assert [(block.path, block.page) for block in layout.blocks if block.kind is BlockKind.PARAGRAPH] == [
        ((f"Artículo {n}. Horario.",), n) for n in (1, 2, 3)
    ]


def test_numbered_articles_are_no_footers() -> None:
    text = "".join(f"Artículo {n}\n\nEl texto del artículo es este.\n\n" for n in range(1, 9))
    layout = lay_out(document_of(text))
    assert not layout.footers
    assert [block.label for block in layout.blocks if block.kind is BlockKind.PARAGRAPH][-1] == "artículo 8"


def test_page_numbers_and_running_heads_at_form_feeds_are_left_out() -> None:
    pages = [
        f"Ministerio del Interior\n\nEl párrafo {word} es propio.\n\n{n}\n"
        for n, word in ((1, "uno"), (2, "dos"), (3, "tres"))
    ]
    paragraphs = [text for kind, text in blocks_of("\f".join(pages)) if kind == "paragraph"]
    assert paragraphs == [f"El párrafo {word} es propio." for word in ("uno", "dos", "tres")]


# --- headings, lists, tables, boxes ----------------------------------------------------------------


def test_plain_text_comes_out_as_its_paragraphs() -> None:
    text = (
        "Este es un texto cualquiera sin títulos ni nada, que está cortado\na mano en líneas de unas setenta "
        "letras.\n\nOtro párrafo empieza ahora. En 2018, Juan 3 fue\na casa.\n"
    )
    assert [kind for kind, _ in blocks_of(text)] == ["paragraph", "paragraph"]


def test_headings_lists_and_tables_of_markdown_are_told_apart() -> None:
    text = (
        "# Informe\n\nTexto de entrada.\n\n## Métodos\n\n- uno\n- dos, que\n  sigue\n- tres\n\n"
        "| País | Casos |\n|---|---|\n| España | 12 |\n"
    )
    layout = lay_out(document_of(text))
    table = next(block for block in layout.blocks if block.kind is BlockKind.TABLE)
    listed = next(block for block in layout.blocks if block.kind is BlockKind.LIST)
    assert table.path == ("Informe", "Métodos")
    assert (len(table.parts), table.header_parts) == (2, 1)
    assert [readable_text(text, part) for part in listed.parts] == ["- uno", "- dos, que sigue", "- tres"]


LAW = """TÍTULO I
Disposiciones generales

CAPÍTULO II. Del ámbito

Artículo 22. Corrupción de menores.

1. La ley tiene por objeto garantizar los derechos de los niños, y en particular:

a) el maltrato físico;

b) el descuido.

2. La pena se agravará.

Artículo 23.

Proposiciones a menores

Será castigado el que proponga.

Disposición final primera. Entrada en vigor.

Esta ley entrará en vigor mañana.
"""


def test_law_is_cited_by_title_chapter_article_and_clause() -> None:
    layout = lay_out(document_of(LAW))
    units = {readable_text(LAW, block.spans): block for block in layout.blocks}
    clause = units["2. La pena se agravará."]
    assert clause.label == "artículo 22, apartado 2"
    assert clause.path == (
        "TÍTULO I Disposiciones generales", "CAPÍTULO II. Del ámbito", "Artículo 22. Corrupción de menores.",
    )  # fmt: skip
    assert units["a) el maltrato físico; b) el descuido."].label == "artículo 22, apartado 1"
    assert units["Será castigado el que proponga."].path[-1] == "Artículo 23. Proposiciones a menores"
    assert units["Esta ley entrará en vigor mañana."].label == "disposición final primera"


@pytest.mark.parametrize(("text", "labels"), [
    ("Artículo 1. Objeto.\n1. La ley tiene por objeto garantizar los derechos de los\n"
     "niños y de las niñas en todo el territorio, y los de sus padres.\n"
     "2. La pena, según el artículo 3, se agravará cuando el autor lo\n"
     "sea también de otro delito que aquí se castigue de este modo.\n"
     "Artículo 2. Ámbito.\nLa presente ley es de aplicación a las personas menores de\nedad que estén en España.\n",
     ["artículo 1", "artículo 1, apartado 1", "artículo 1, apartado 2", "artículo 2", "artículo 2"]),
    ("".join(f"({n}) {'La protección de los menores es obligación de todos. ' * 2}\n\n" for n in (1, 2, 3)),
     ["considerando 1", "considerando 2", "considerando 3"]),
], ids=["articles with no blank line between them", "recitals"])  # fmt: skip
def test_units_are_labelled(text: str, labels: list[str]) -> None:
    assert [block.label for block in lay_out(document_of(text)).blocks] == labels


# --- rows and short lines, which are no headings ---------------------------------------------------

_AROUND = (
    "NORMAS DEL BAÑO\n\nArtículo 1. Aforo.\nEs de 30.\n\nArtículo 2. Precios.\n\n{}\n\n"
    "Artículo 3. Horario.\nDe 11 a 20 horas.\n"
)


@cases("why, lines, said")
def test_what_short_lines_of_an_article_say(why: str, lines: str, said: list[list[str]]) -> None:
    reading = Reading("a.txt", _AROUND.format(lines).encode())
    assert reading.passage("De 11 a 20").path[-1:] == ("Artículo 3. Horario.",)
    own = [
        sentence
        for passage in reading.passages
        if passage.label == "artículo 2"
        for sentence in passage.sentences
    ]
    assert [[one.role.value, one.text] for one in own] == said, why


def test_names_under_a_heading_are_a_list() -> None:
    assert blocks_of("Lista de la junta\nAna Ruiz\nEva Sanz\nLuis Mora\n\nTexto que sigue aquí.")[:2] == [
        ("heading", "Lista de la junta"), ("list", "Ana Ruiz Eva Sanz Luis Mora"),
    ]  # fmt: skip


def test_running_text_set_in_columns_is_no_table() -> None:
    text = "La plaza nueva se abre   El mercado cierra los\nen mayo con una banda   lunes por la tarde y\n"
    assert "table" not in {kind for kind, _ in blocks_of(text)}
    assert "table" not in {kind for kind, _ in blocks_of("1.  La sede\n2.  La cuota\n")}


@pytest.mark.parametrize(("name", "page"), [
    ("a.txt", "Norma\n\n{}\n\n{}\n\n{}"), ("a.md", "# Norma\n\n## {}\n\n## {}\n\n{}"),
    ("a.html", "<html><h1>Norma</h1><h2>{}</h2><h2>{}</h2><p>{}</p>"),
])  # fmt: skip
def test_a_title_that_no_text_follows_can_be_quoted(name: str, page: str) -> None:
    lines = "Cierre por obras en mayo", "Avisos del centro", "El centro abre a las diez de la mañana."
    reading = Reading(name, page.format(*lines).encode())
    assert reading.quotable == [lines[0], lines[2]]  # but not the one that heads a text


# --- accents that stand apart from their letters --------------------------------------------------------


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_decomposed_accents_change_no_more_than_the_letters(name: str) -> None:
    text = (
        "# Ordenación\n\nTÍTULO I\n\nDe los baños\n\nArtículo 1. Ámbito.\n\nRige en España, según el núm. 4. Y en Ávila.\n\n"
        "Artículo 2. Artículos útiles.\n\n- Jabón.\n- Útiles.\n\nDISPOSICIÓN ADICIONAL ÚNICA. Género.\n\nRige así.\n"
    )
    composed, apart = (Reading(name, unicodedata.normalize(form, text).encode()) for form in ("NFC", "NFD"))
    assert apart.document.text == unicodedata.normalize("NFD", text)  # the file as it is
    assert [(p.path, p.label) for p in apart.passages] == [(p.path, p.label) for p in composed.passages]
    assert [unicodedata.normalize("NFC", one) for one in apart.quotable] == composed.quotable
    assert apart.quotable[0] == unicodedata.normalize("NFD", "Rige en España, según el núm. 4.")
    measured = measure_coverage(apart.document, apart.layout, apart.passages)
    assert measured.coverage.words_kept == measured.coverage.words_found > 0


# --- robustness ------------------------------------------------------------------------------------


def test_what_has_no_width_is_left_out_of_every_format() -> None:
    text = "La directora preside las reu\u00adniones de la comi\u00adsi\u00f3n\u200b y vota en re\u00ad\nuni\u00f3n."
    element = Element(0, len(text))
    for structure in (None, Structure((element,))):
        layout = lay_out(replace(document_of(text), structure=structure))
        (block,) = layout.blocks
        clean = "La directora preside las reuniones de la comisi\u00f3n y vota en reuni\u00f3n."
        assert readable_text(text, block.spans) == clean
        assert len(layout.marks) == 4


def test_an_element_without_words_is_no_block() -> None:
    elements = (Element(0, 4), Element(5, 6), Element(7, 11))
    layout = lay_out(replace(document_of("Uno.\n \nDos."), structure=Structure(elements)))
    assert [(block.spans[0].start, block.spans[-1].end) for block in layout.blocks] == [(0, 4), (7, 11)]


def test_every_page_has_its_label() -> None:
    text = "Uno.\n\n\fDos y tres.\n\n\fCuatro."
    pages = (PageStart(0, "i"), PageStart(7, 1), PageStart(21, "A-1"))
    elements = (Element(0, 4), Element(7, 18), Element(21, 28))
    layout = lay_out(replace(document_of(text), structure=Structure(elements, pages)))
    assert layout.pages_between(8, 9) == ((8, 1),)
    assert layout.pages_between(0, 28) == ((0, "i"), (7, 1), (21, "A-1"))


def test_a_table_of_contents_with_dots_is_no_heading_and_no_table() -> None:
    entries = [f"Artículo {n}. {'.' * 20} {n + 2}" for n in range(1, 4)]
    found = blocks_of(
        "\n".join(["ÍNDICE", "", *entries, "", "Artículo 1. Objeto.", "", "Esta ley regula los parques."])
    )
    assert [kind for kind, _ in found] == ["contents"] * 4 + ["heading", "paragraph"]


def test_a_sign_of_a_symbol_font_is_a_bullet() -> None:
    text = "Es requisito:\n\uf0b7 Ser de aquí.\n\uf0b7 Tener llave.\n"
    assert blocks_of(text)[-1] == ("list", "\uf0b7 Ser de aquí. \uf0b7 Tener llave.")


def test_a_numbered_title_over_a_list_goes_on_with_the_count_of_the_others() -> None:
    text = (
        "REGLAMENTO DE LA PISCINA\n\n3. HORARIOS\n\n    Mañanas: de 7:30 a 9:30\n    Tardes: de 13:30 a 15:30\n"
        "    Noches: de 20:30 a 22:00\n\nLa puerta se cierra a la una de la madrugada. Quien llegue más tarde llama\n"
        "al vigilante y firma en el libro.\n\n4. VISITAS\n\n- Se permiten.\n- Se firma.\n\n5. FALTAS\n\nEs correr.\n"
    )
    blocks = lay_out(document_of(text)).blocks
    assert [(block.kind.value, block.path[1:], len(block.parts)) for block in blocks[1:]] == [
        ("heading", (), 0), ("list", ("3. HORARIOS",), 3), ("paragraph", ("3. HORARIOS",), 0),
        ("heading", (), 0), ("list", ("4. VISITAS",), 2), ("heading", (), 0), ("paragraph", ("5. FALTAS",), 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line", ["Hecho en Aveiro el 17 de abril de 2008", "Aprobada por el Pleno el 3 de mayo de 2020"]
)
def test_when_a_norm_was_made_heads_no_text(line: str) -> None:
    text = f"CONVENIO SOBRE LAS BICICLETAS\n\n{line}\n\nLas Partes,\n\nHan convenido en esto:\n"
    assert blocks_of(text)[1] == ("paragraph", line)


@pytest.mark.parametrize(
    "wrapped",
    ["Las plazas son de uno o de dos, como se pida.", "Las plazas son de uno o\nde dos, según se\npida."],
)
def test_a_title_over_two_lines_is_one(wrapped: str) -> None:
    text = f"REGLAMENTO DE RÉGIMEN INTERIOR\nDE LA RESIDENCIA UNIVERSITARIA «FRAY LUIS»\n\nCurso nuevo\n\n{wrapped}\n"
    assert blocks_of(text)[0] == (
        "heading",
        "REGLAMENTO DE RÉGIMEN INTERIOR DE LA RESIDENCIA UNIVERSITARIA «FRAY LUIS»",
    )
