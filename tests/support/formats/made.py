"""Documents of each format, made with the libraries that people use for it."""

from __future__ import annotations

import html
import io
from collections.abc import Sequence
from typing import Any

from PIL import Image

from support.formats.law import Part
from support.formats.pages import Drawn

HEADINGS = ("title", "division", "article", "provision")


def law_text(parts: Sequence[Part]) -> bytes:
    blocks = [part.text.rstrip(".") if part.sort == "title" else part.text for part in parts]
    return "\n\n".join(blocks).encode()


def law_markdown(parts: Sequence[Part]) -> bytes:
    head = "---\ntitle: Ley de bibliotecas de barrio\ndate: 2031-03-04\n---"
    blocks = [
        f"{'#' * (part.level + 1)} {part.text}" if part.sort in HEADINGS else part.text for part in parts
    ]
    return "\n\n".join((head, *blocks)).encode()


def law_html(parts: Sequence[Part], encoding: str = "utf-8") -> bytes:
    names = [f"h{part.level + 1}" if part.sort in HEADINGS else "p" for part in parts]
    rows = [f"<{name}>{html.escape(part.text)}</{name}>" for name, part in zip(names, parts, strict=True)]
    head = (
        f'<meta charset="{encoding}"><title>Ley de bibliotecas de barrio</title>'
        '<meta name="DC.publisher" content="Boletín de Valdeluna"><meta name="DC.date" content="2031-03-04">'
    )
    page = f'<!doctype html><html lang="es"><head>{head}<script>document.write("no")</script></head><body>'
    return (page + "<nav>Inicio</nav>" + "\n".join(rows) + "</body></html>").encode(encoding)


def law_docx(parts: Sequence[Part], page_every: int = 0) -> bytes:
    """`page_every`: a page break before every so many articles."""
    from docx import Document

    document = Document()
    document.core_properties.title = "Ley de bibliotecas de barrio"
    document.core_properties.author = "Boletín de Valdeluna"
    document.core_properties.language = "es"
    document.sections[0].footer.paragraphs[0].text = "Boletín de Valdeluna, pie corrido"
    articles = 0
    for part in parts:
        if part.sort == "article":
            articles += 1
            if page_every and articles % page_every == 0:
                document.add_page_break()
        if part.sort in HEADINGS:
            document.add_heading(part.text, level=part.level)
        else:
            document.add_paragraph(part.text)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def law_odt(parts: Sequence[Part]) -> bytes:
    from odf import dc, meta, teletype
    from odf.opendocument import OpenDocumentText
    from odf.style import ParagraphProperties, Style
    from odf.text import H, P

    document = OpenDocumentText()
    document.meta.addElement(dc.Title(text="Ley de bibliotecas de barrio"))
    document.meta.addElement(dc.Language(text="es"))
    document.meta.addElement(meta.CreationDate(text="2031-03-04T10:00:00"))
    breaking = Style(name="Salto", family="paragraph")
    breaking.addElement(ParagraphProperties(breakbefore="page"))
    document.automaticstyles.addElement(breaking)
    for part in parts:
        if part.sort in HEADINGS:
            breaks = {"stylename": breaking} if (part.sort, part.level) == ("division", 1) else {}
            element = H(outlinelevel=part.level + 1, **breaks)
        else:
            element = P()
        teletype.addTextToElement(element, part.text)
        document.text.addElement(element)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def law_pdf(parts: Sequence[Part], columns: int = 1, encrypt: str = "", markup: bool = False) -> bytes:
    """Set as an official gazette is: running head, page numbers at the foot, justified text, one size of bold
    for all headings of articles. `markup`: the texts hold reportlab's own markup."""
    from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import cm
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

    body = ParagraphStyle(
        "body", fontName="Times-Roman", fontSize=10.5, leading=13, alignment=TA_JUSTIFY, spaceAfter=5
    )
    bold = ParagraphStyle(
        "bold", parent=body, fontName="Times-Bold", spaceBefore=6, alignment=0, keepWithNext=1
    )
    division = ParagraphStyle("division", parent=bold, alignment=TA_CENTER, fontSize=12.5, leading=15)
    title = ParagraphStyle("title", parent=bold, fontSize=18, leading=22, spaceAfter=12)
    styles = {"title": title, "division": division, "article": bold, "provision": bold}
    width, height = A4
    gap = 0.8 * cm
    column = (width - 4 * cm - gap * (columns - 1)) / columns
    frames = [
        Frame(2 * cm + (column + gap) * at, 2.5 * cm, column, height - 5 * cm, 0, 0, 0, 0, id=str(at))
        for at in range(columns)
    ]

    def running(canvas: Any, document: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(2 * cm, height - 1.5 * cm, "BOLETÍN OFICIAL DE VALDELUNA")
        canvas.drawCentredString(width / 2, 1.4 * cm, f"Pág. {document.page}")

    file = io.BytesIO()
    template = BaseDocTemplate(
        file, pagesize=A4, title="Ley de bibliotecas de barrio", author="Boletín de Valdeluna", invariant=1,
        encrypt=encrypt or None,
    )  # fmt: skip
    template.addPageTemplates([PageTemplate(frames=frames, onPage=running)])
    texts = ((part.sort, part.text if markup else html.escape(part.text)) for part in parts)
    template.build([Paragraph(text, styles.get(sort, body)) for sort, text in texts])
    return file.getvalue()


def scanned_pdf(pages: int = 2) -> bytes:
    """Pages that are pictures."""
    drawn = Drawn()
    for _ in range(pages):
        drawn.picture(Image.new("RGB", (60, 80), "gray"))
        drawn.page()
    return drawn.bytes()


def png() -> bytes:
    """A picture of one pixel."""
    file = io.BytesIO()
    Image.new("L", (1, 1)).save(file, "PNG")
    return file.getvalue()
