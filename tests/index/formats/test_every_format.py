"""Documents of every format: text, headings, pages, metadata; and the promise holds for each."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from docx import Document

from alpie.index.errors import SourceError
from alpie.index.formats import extract, format_of
from alpie.index.formats.notation.list_numbers import list_number
from alpie.index.records import BlockKind
from support.formats import law, made
from support.formats.packed import odt_of, odt_xml
from support.formats.pages import Drawn
from support.formats.reading import Reading
from support.promise import assert_promise
from support.tables import cases

PARTS = law.law()
MAKERS: dict[str, Callable[[], bytes]] = {
    "ley.txt": lambda: made.law_text(PARTS),
    "ley.md": lambda: made.law_markdown(PARTS),
    "ley.html": lambda: made.law_html(PARTS),
    "latin.html": lambda: made.law_html(PARTS, "iso-8859-1"),
    "ley.docx": lambda: made.law_docx(PARTS, page_every=10),
    "ley.odt": lambda: made.law_odt(PARTS),
    "ley.pdf": lambda: made.law_pdf(PARTS),
    "columnas.pdf": lambda: made.law_pdf(PARTS, columns=2),
}


@cache
def read(name: str) -> Reading:
    return Reading(name, MAKERS[name]())


@pytest.mark.parametrize("name", MAKERS)
def test_every_quotation_is_cut_from_the_canonical_text(name: str) -> None:
    assert_promise(read(name).document)


@pytest.mark.parametrize("name", MAKERS)
def test_all_headings_of_a_law_are_found_and_no_others(name: str) -> None:
    wanted = [part.text.rstrip(".") for part in PARTS if part.sort in made.HEADINGS]
    assert [text.rstrip(".") for text in read(name).of(BlockKind.HEADING)] == wanted


@pytest.mark.parametrize("name", MAKERS)
def test_the_words_of_a_law_are_all_there_once(name: str) -> None:
    said = " ".join(" ".join(part.text.split()) for part in PARTS if part.sort in ("text", "item"))
    assert read(name).said == said


@pytest.mark.parametrize("name", MAKERS)
def test_passages_of_a_law_have_its_structural_path(name: str) -> None:
    special = read(name).passage("lotes de hasta 40 ejemplares")
    assert special.path[-3:] == (
        "TÍTULO IV. De los servicios", "CAPÍTULO II. Préstamo", "Artículo 22. Préstamo especial.",
    )  # fmt: skip
    assert special.label == "artículo 22, apartado 2"
    assert [sentence.text[:2] for sentence in special.sentences] == ["2.", "a)", "b)", "c)"]
    last = read(name).passage("veinte días de su publicación")
    assert last.label == "disposición final segunda"
    assert "TÍTULO V" not in " ".join(last.path)


@pytest.mark.parametrize("name", ["ley.pdf", "columnas.pdf"])
def test_pages_of_a_pdf_are_exact(name: str) -> None:
    import pypdfium2 as pdfium

    found = read(name)
    with pdfium.PdfDocument(MAKERS[name]()) as document:
        sheets = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    assert len(sheets) == len(found.layout.page_starts) > 2
    for passage in found.passages:
        assert passage.page is not None
        opening = "".join(passage.sentences[0].text.split())[:25]
        assert opening in sheets[passage.page - 1]
    assert set(found.left_out) == {
        "BOLETÍN OFICIAL DE VALDELUNA",
        *(f"Pág. {n}" for n in range(1, len(sheets) + 1)),
    }


def test_pages_of_a_docx_are_those_of_its_breaks() -> None:
    pages = {part.text: read("ley.docx").passage(part.text).page for part in PARTS if part.sort == "text"}
    assert pages["El cierre anual no excederá de 12 días."] == 2  # article 10, the first after a break
    assert pages["La sede tendrá acceso sin escalones y luz natural en la sala de lectura."] == 1
    assert pages["Los archivos de barrio pueden compartir sede con la biblioteca."] == 5


def test_pages_of_an_odt_are_those_of_its_breaks() -> None:
    assert read("ley.odt").passage("gratuidad, la neutralidad").page == 2  # each título begins a page
    assert read("ley.odt").passage("11 euros por habitante").page == 6


@cases("name, title, publisher, date, language")
def test_what_a_file_says_of_itself(name: str, title: str, publisher: str, date: str, language: str) -> None:
    said = read(name).extraction.metadata
    assert (said.title, said.publisher, said.date, said.language) == (title, publisher, date, language)
    assert said.guessed == ()  # its title says the day on which it was made


@cases("told, shown, title, date")
def test_a_document_is_named_as_it_names_itself(told: str, shown: str, title: str, date: str) -> None:
    page = f"<title>{told}</title>" + "".join(f"<p>{part}</p>" for part in shown.split(" / "))
    said = extract(page.encode(), Path("a.html")).metadata
    assert (said.title, said.date) == (title, date)


@pytest.mark.parametrize(("told", "site", "heading", "title"), [
    ("Becas de viaje | Ministerio", "Ministerio", "", "Becas de viaje"),
    ("Orden de patios - Gobierno del valle", "", "Orden de patios", "Orden de patios"),
    ("Gobierno del valle · Orden de patios", "", "Orden de patios y jardines", "Orden de patios y jardines"),
    ("Ruido - 2024", "", "Ordenanza del ruido", "Ruido - 2024"), ("Ministerio", "Ministerio", "", "Ministerio"),
])  # fmt: skip
def test_a_page_is_not_named_by_its_site(told: str, site: str, heading: str, title: str) -> None:
    page = f"<title>{told}</title><meta property=og:site_name content='{site}'><main><h1>{heading}</h1><p>Texto.</p></main>"
    assert extract(page.encode(), Path("a.html")).metadata.title == title


@cases("front, title, publisher, date")
def test_front_matter_is_known_by_its_usual_names(front: str, title: str, publisher: str, date: str) -> None:
    said = extract(f"---\n{front}\n---\n\nTexto.\n".encode(), Path("a.md")).metadata
    assert (said.title, said.publisher, said.date) == (title, publisher, date)


@cases("author, publisher")
def test_an_author_who_is_no_body_and_stands_nowhere_is_not_cited(author: str, publisher: str) -> None:
    page = f"<meta name=author content='{author}'><title>Acta</title><p>La firma Ana Peña, de ACADEMIA PEÑA."
    said = extract(page.encode(), Path("a.html")).metadata
    assert said.publisher == publisher
    assert bool(said.notes) == (not publisher and "usuario" not in author)


@cases("lines, title")
def test_the_title_of_a_pdf_stands_before_its_first_part(lines: list[str], title: str) -> None:
    sizes = [*range(18, 18 - 2 * len(lines), -2), 10]
    drawn = Drawn()
    for at, (line, size) in enumerate(zip([*lines, "El texto dice algo."], sizes, strict=True)):
        drawn.at(72, 720 - 60 * at, line, size=size)
    assert drawn.read().extraction.metadata.title == title


def test_the_parser_is_named_with_its_version() -> None:
    assert read("ley.txt").extraction.parser == ""
    for name in ("ley.md", "ley.html", "ley.docx", "ley.odt", "ley.pdf"):
        assert any(character.isdigit() for character in read(name).extraction.parser)


# --- what a file is ------------------------------------------------------------------------------


def test_no_entity_of_a_file_is_expanded_and_nothing_is_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secreto.txt"
    secret.write_text("SECRETO", encoding="utf-8")
    entities = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}"><!ENTITY y "yyyy">]>'
    text = extract(odt_of(entities + odt_xml("<text:p>Uno &x;&y; dos.</text:p>")), Path("a.odt")).text
    assert "SECRETO" not in text
    assert "yyyy" not in text


@pytest.mark.parametrize(("name", "kind"), [
    ("A.PDF", "pdf"), ("a.b.docx", "docx"), ("a.HTM", "html"), ("a.doc", None), ("pdf", None), (".pdf", None),
])  # fmt: skip
def test_the_format_is_told_by_the_ending(name: str, kind: str | None) -> None:
    assert format_of(name) == kind
    if kind is None:
        with pytest.raises(SourceError, match="formato desconocido"):
            extract(b"x", Path(name))


# --- HTML ----------------------------------------------------------------------------------------


def test_html_is_read_as_a_browser_shows_it() -> None:
    page = """<title>T</title><nav>Menú</nav><h1>Un <b>título</b></h1><p>Uno <i>dos</i><script>no()</script>
      tres.<br>Cuatro.</p><div style="display: none">oculto</div><ol type="a" start="2"><li>bola<li>cubo</ol>
      <ul><li>mar</ul><table><tr><th>Año<th>Casos</tr><tr><td>2019<td>7</table><blockquote>Dijo.</blockquote>"""
    found = Reading("a.html", page.encode())
    assert [(kind, text) for kind, _, text in found.blocks] == [
        (BlockKind.HEADING, "Un título"), (BlockKind.PARAGRAPH, "Uno dos tres. Cuatro."),
        (BlockKind.LIST, "b. bola c. cubo mar"), (BlockKind.TABLE, "Año Casos 2019 7"), (BlockKind.PULL_QUOTE, "Dijo."),
    ]  # fmt: skip
    assert found.layout.blocks[3].header_parts == 1
    assert_promise(found.document)


def test_broken_html_is_read_too() -> None:
    found = Reading("a.html", b"<p>uno<b>dos</p>tres</i><table><tr><td>a</div><li>cuatro")
    assert "".join("".join(found.texts).split()) == "unodostresacuatro"


# --- DOCX ----------------------------------------------------------------------------------------


def test_numbers_that_word_writes_are_in_the_text() -> None:
    from docx import Document as NewDocument

    document = NewDocument()
    document.add_paragraph("Se dice:")
    for text in ("primero", "segundo"):
        document.add_paragraph(text, style="List Number")
    document.add_paragraph("bala", style="List Bullet")
    table = document.add_table(2, 2)
    for row, cells in zip(table.rows, (("Año", "Casos"), ("2019", "7")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    bold = document.add_paragraph()
    bold.add_run("Un título en negrita").bold = True
    document.add_paragraph("Bajo el título.")
    file = io.BytesIO()
    document.save(file)
    found = Reading("a.docx", file.getvalue())
    assert found.texts == [
        "Se dice:", "1. primero 2. segundo bala", "Año Casos 2019 7", "Un título en negrita", "Bajo el título.",
    ]  # fmt: skip
    assert found.of(BlockKind.HEADING) == ["Un título en negrita"]
    assert found.passage("Bajo").path == ("Un título en negrita",)
    assert_promise(found.document)


# --- small parts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "sort", "shown"), [
    (3, "1", "3"), (3, "a", "c"), (28, "A", "AB"), (14, "i", "xiv"), (4, "I", "IV"), (0, "a", "0"),
    (-2, "i", "-2"),
])  # fmt: skip
def test_numbers_of_lists_are_written_as_they_are_shown(number: int, sort: str, shown: str) -> None:
    assert list_number(number, sort) == shown


@cases("text, title")
def test_a_text_is_named_by_the_line_at_its_head(text: str, title: str) -> None:
    assert extract(text.encode(), Path("a.txt")).metadata.title == title


@pytest.mark.parametrize(("headings", "title"), [
    ([("Estatutos del club", 1), ("Artículo 1. Fines", 2)], "Estatutos del club"),
    ([("Estatutos del club", 1), ("Artículo 1. Fines", 1)], "Estatutos del club"),
    ([("ACTA N.º 7 DEL PLENO", 2), ("Asistentes", 2)], "ACTA N.º 7 DEL PLENO"), ([("ACTA DEL PLENO", 2), ("CUENTAS", 2)], ""),
    ([("Introducción", 1), ("Conclusión", 1)], ""), ([("Preámbulo", 1), ("Artículo 1. Fines", 1)], ""),
])  # fmt: skip
def test_a_file_without_a_title_is_named_by_the_one_heading_over_all(
    headings: list[tuple[str, int]], title: str
) -> None:
    document = Document()
    document.core_properties.title = ""
    for heading, level in headings:
        document.add_heading(heading, level)
        document.add_paragraph("El club juega los martes.")
    document.save(written := io.BytesIO())
    assert extract(written.getvalue(), Path("a.docx")).metadata.title == title
