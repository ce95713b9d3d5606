"""EPUB and PPTX: the pages of a book in their order, the slides of a presentation, and what of them is not read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from formats.packed import zipped
from formats.reading import Reading

from alpie.index.errors import SourceError
from alpie.index.formats import extract
from alpie.index.notices import Notice, NoticeKind
from alpie.index.records import BlockKind

TEXT = ("El horno del pueblo abre los martes.", "La leña la ponen los vecinos por turnos.")
_XHTML = '<?xml version="1.0"?><html><head><title/><script src="x"/></head><body>{}</body></html>'
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CORE = (
    '<c:coreProperties xmlns:c="c" xmlns:d="http://purl.org/dc/elements/1.1/"><d:title>El horno</d:title>'
    '<t:created xmlns:t="http://purl.org/dc/terms/">2021-05-06T00:00:00Z</t:created></c:coreProperties>'
)


def epub(pages: dict[str, str], order: str, **files: str) -> bytes:
    """A book of the bodies of its pages; `order` names those that are read, one after the other."""
    items = "".join(
        f'<item id="{name}" href="{name}%20.xhtml" media-type="application/xhtml+xml" properties="{name}"/>'
        for name in pages
    )
    spine = "".join(f'<itemref idref="{name}"/>' for name in order.split())
    return zipped(
        {
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="O/c.opf"/></rootfiles></container>',
            "O/c.opf": '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            "<dc:title>Bando</dc:title><dc:creator>Villar</dc:creator><dc:date>2020-03-04T01:00</dc:date></metadata>"
            f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
            **{f"O/{name} .xhtml": _XHTML.format(body) for name, body in pages.items()},
            **{name.replace("__", "/"): text for name, text in files.items()},
        }
    )


def pptx(*slides: str, attributes: str = "") -> bytes:
    """A presentation of the shapes of its slides."""
    ids = "".join(f'<p:sldId id="{n}" r:id="r{n}"/>' for n in reversed(range(len(slides))))
    relations = "".join(f'<R Id="r{n}" Target="slides/s{n}.xml"/>' for n in range(len(slides)))
    spaces = f'xmlns:p="{_P}" xmlns:a="{_A}" xmlns:r="{_R}"'
    return zipped(
        {
            "ppt/presentation.xml": f"<p:presentation {spaces}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": f"<Rs>{relations}</Rs>",
            **{
                f"ppt/slides/s{n}.xml": f"<p:sld {spaces} {attributes if n else ''}><p:cSld><p:spTree>{shapes}"
                "</p:spTree></p:cSld></p:sld>"
                for n, shapes in enumerate(slides)
            },
            "ppt/slides/_rels/s0.xml.rels": '<Rs><R Id="r7" Target="/ppt/diagrams/d.xml"/></Rs>',
            "ppt/diagrams/d.xml": f'<d xmlns:a="{_A}">{_paragraph("Del dibujo")}</d>',
            "docProps/core.xml": _CORE,
        }
    )


def shape(*texts: str, role: str = "") -> str:
    place = f'<p:ph type="{role}"/>' if role else ""
    body = "".join(map(_paragraph, texts))
    return f"<p:sp><p:nvSpPr><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:txBody>{body}</p:txBody></p:sp>"


def _paragraph(text: str) -> str:
    return f"<a:p><a:r><a:t>{text.replace('|', '</a:t></a:r><a:br/><a:r><a:t>')}</a:t></a:r></a:p>"


def test_a_book_is_read_page_after_page_without_its_table_of_contents() -> None:
    pages = {
        "b": f"<p>{TEXT[1]}</p>",
        "nav": "<p>Índice</p>",
        "a": f"<h1>Hornos<a id='p'/></h1><p>{TEXT[0]}</p>",
    }
    found = Reading("a.epub", epub(pages, "nav a b"))
    assert found.texts == ["Hornos", *TEXT]
    assert found.blocks[0][0] is BlockKind.HEADING
    said = found.extraction.metadata
    assert (said.title, said.publisher, said.date) == ("Bando", "Villar", "2020-03-04")
    assert re.fullmatch(r"selectolax [\d.]+, html \d, epub 1", found.extraction.parser)


def test_hidden_words_of_a_book_are_named() -> None:
    found = Reading("a.epub", epub({"a": f"<p>{TEXT[0]}</p><p hidden=''>no se lee</p>"}, "a"))
    assert found.texts == [TEXT[0]]
    assert found.extraction.notices == (Notice(NoticeKind.HIDDEN_TEXT, 3),)


def test_a_slide_is_a_page_its_title_a_heading() -> None:
    cells = "".join(f"<a:tc><a:txBody>{_paragraph(text)}</a:txBody></a:tc>" for text in ("Hora", "Diez"))
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


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.epub", epub({"a": ""}, "a"), "no contiene texto"),
        ("a.pptx", pptx(""), "no contiene texto"),
        ("a.epub", zipped({"META-INF/container.xml": "<c/>"}), "sin índice"),
        ("a.epub", zipped({"x": ""}), "falta «META-INF/container.xml»"),
        ("a.pptx", zipped({"ppt/presentation.xml": "<p"}), "dañado"),
        (
            "a.epub",
            epub({"a": "<p>Uno.</p>"}, "a", **{"META-INF__encryption.xml": '<e><CipherReference URI="O/a%20.xhtml"/></e>'}),
            "protegido",
        ),
    ],
    ids=lambda one: one if isinstance(one, str) else "file",  # a zip holds the time it was made
)  # fmt: skip
def test_what_cannot_be_read_says_why(name: str, data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        extract(data, Path(name))
