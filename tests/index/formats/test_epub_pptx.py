"""EPUB and PPTX: the pages of a book in their order, the slides of a presentation, and what of them is not read."""

from __future__ import annotations

import re

from alpie.index.notices import Notice, NoticeKind
from alpie.index.records import BlockKind
from support.formats.packed import epub, pptx, shape, slide_paragraph, slide_place
from support.formats.reading import Reading

TEXT = ("El horno del pueblo abre los martes.", "La leña la ponen los vecinos por turnos.")


def test_a_book_is_read_page_after_page_without_contents_calls_of_notes_and_hidden_words() -> None:
    call = "<a epub:type='noteref' href='#n'>1</a>"
    pages = {
        "b": f"<p>{TEXT[1]}</p><p hidden=''>no se lee</p>", "nav": "<p>Índice</p>",
        "a": f"<h1>Hornos<a id='p'/></h1><p>{TEXT[0].replace('pueblo', f'pueblo{call}')}</p>",
    }  # fmt: skip
    found = Reading("a.epub", epub(pages, "nav a b"))
    assert found.texts == ["Hornos", *TEXT]
    assert found.blocks[0][0] is BlockKind.HEADING
    assert found.extraction.notices == (Notice(NoticeKind.HIDDEN_TEXT, 3),)
    said = found.extraction.metadata
    assert (said.title, said.publisher, said.date) == ("Bando", "", "2020-03-04")
    assert re.fullmatch(r"selectolax [\d.]+, html \d, epub 1", found.extraction.parser)


def test_a_slide_is_a_page_its_title_a_heading() -> None:
    cells = "".join(f"<a:tc><a:txBody>{slide_paragraph(text)}</a:txBody></a:tc>" for text in ("Hora", "Diez"))
    first = (
        shape(*TEXT, role="body") + shape("El|horno", role="title") + shape("3", role="sldNum") + shape("Al pie")
        + f'<p:graphicFrame><a:tbl><a:tr>{cells}</a:tr></a:tbl></p:graphicFrame><x:relIds xmlns:x="d" r:dm="r7"/>'
        + f'<mc:AlternateContent xmlns:mc="m"><mc:Choice>{shape("Nuevo")}</mc:Choice>'
        f'<mc:Fallback>{shape("Viejo")}</mc:Fallback></mc:AlternateContent>'
    )  # fmt: skip
    found = Reading("a.pptx", pptx(first, shape("La segunda, que va antes.")))
    assert found.texts == [
        "La segunda, que va antes.", "El horno", " ".join(TEXT), "Al pie", "Hora Diez", "Nuevo", "Del dibujo",
    ]  # fmt: skip
    kinds = [kind for kind, _, _ in found.blocks]
    assert kinds[1:5] == [BlockKind.HEADING, BlockKind.LIST, BlockKind.PARAGRAPH, BlockKind.TABLE]
    assert [block.page for block in found.layout.blocks] == [1, 2, 2, 2, 2, 2, 2]
    assert found.extraction.metadata.title == "El horno"
    assert found.extraction.metadata.date == "2021-05-06"


def test_a_hidden_slide_is_named() -> None:
    found = Reading("a.pptx", pptx(shape(TEXT[0]), shape("No se enseña."), attributes='show="0"'))
    assert found.texts[0] == TEXT[0]
    assert found.extraction.notices == (Notice(NoticeKind.HIDDEN_TEXT, 3),)


def test_boxes_are_read_by_their_place_and_groups_stay_together() -> None:
    number = '<p:txBody><a:p><a:fld type="slidenum"><a:t>7</a:t></a:fld></a:p>'
    group = f"<p:grpSpPr>{slide_place(0, 40)}</p:grpSpPr>{shape('Dos', at=(0, 9))}{shape('Uno', at=(0, -9))}"
    first = (
        shape("Abajo", at=(0, 60)) + shape("Derecha", at=(50, 19)) + shape("Izquierda", at=(0, 20))
        + f"<p:grpSp>{group}</p:grpSp>" + shape("Título", role="title") + shape("Arriba, por su modelo", role="body")
        + shape(at=(0, 80)).replace("<p:txBody>", number)
    )  # fmt: skip
    found = Reading("a.pptx", pptx(first))
    assert found.texts == ["Título", "Arriba, por su modelo", "Izquierda", "Derecha", "Uno", "Dos", "Abajo"]


def test_boxes_of_which_one_tells_no_place_stay_in_their_order() -> None:
    assert Reading("a.pptx", pptx(shape("Abajo", at=(0, 60)) + shape("Cuerpo"))).texts == ["Abajo", "Cuerpo"]
