"""DOCX, ODT, EPUB and PPTX files assembled from their XML, with what no library writes."""

from __future__ import annotations

import io
import zipfile

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = f"{_OFFICE}/relationships"
_M = f"{_OFFICE}/math"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
ODF = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style",
        "fo": "xsl-fo-compatible", "svg": "svg-compatible",
    }.items()
)  # fmt: skip


def zipped(files: dict[str, str | bytes]) -> bytes:
    """An archive of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


# --- DOCX ---------------------------------------------------------------------------------------------


def word_xml(body: str) -> str:
    """The XML of a DOCX of this body."""
    return f'<w:document xmlns:w="{_W}" xmlns:r="{_R}" xmlns:m="{_M}"><w:body>{body}</w:body></w:document>'


def docx_of(document: str | bytes, relationships: str = _R, /, **parts: str) -> bytes:
    """A DOCX of its whole XML, sound or not, and of that of its parts."""
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_TYPE.format(sort)}"/>'
        for name, sort in {"document": "document.main", **{name: name for name in parts}}.items()
    )
    relations = "".join(
        f'<Relationship Id="{name}" Type="{relationships}/{name}" Target="{name}.xml"/>' for name in parts
    )
    return zipped({
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r" '
        f'Type="{relationships}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
        "word/document.xml": document, **{f"word/{name}.xml": text for name, text in parts.items()},
    })  # fmt: skip


def docx(body: str, *, strict: bool = False, **parts: str) -> bytes:
    """A DOCX of the XML of its body; `parts` are the contents of its footnotes, endnotes, numbering, styles."""
    xml = {name: f'<w:{name} xmlns:w="{_W}">{text}</w:{name}>' for name, text in parts.items()}
    if not strict:
        return docx_of(word_xml(body), **xml)
    return docx_of(
        _strict(word_xml(body)), _strict(_R), **{name: _strict(text) for name, text in xml.items()}
    )


def _strict(xml: str) -> str:
    """The same in the names of the strict standard."""
    return xml.replace("schemas.openxmlformats.org", "purl.oclc.org/ooxml").replace("/2006/", "/")


def p(*runs: str, properties: str = "") -> str:
    """A paragraph of a DOCX; what is no XML is a run of text."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(map(run, runs))}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A run of a DOCX."""
    if text.startswith(("<w:r>", "<w:ins", "<w:del", "<m:", "<w:hyperlink")):
        return text
    if text.startswith("<"):
        return f"<w:r>{text}</w:r>"
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def table(*rows: tuple[str, ...]) -> str:
    """A table of a DOCX."""
    return "<w:tbl>" + "".join(map(tr, rows)) + "</w:tbl>"


def tr(cells: tuple[str, ...]) -> str:
    """A row of a DOCX; a cell is the XML of its paragraphs or a text."""
    return "<w:tr>" + "".join(f"<w:tc>{c if c.startswith('<') else p(c)}</w:tc>" for c in cells) + "</w:tr>"


# --- ODT ----------------------------------------------------------------------------------------------


def odt_of(content: str | bytes, styles: str = "") -> bytes:
    """An ODT of the whole XML of its content, sound or not."""
    files: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": content,
    }
    return zipped(files | ({"styles.xml": styles} if styles else {}))


def odt_xml(body: str, styles: str = "") -> str:
    """The XML of the content of an ODT of this text."""
    return (
        f"<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )


def odt(body: str, styles: str = "", common: str = "") -> bytes:
    """An ODT of the XML of its text, its automatic and its common styles."""
    shared = f"<office:document-styles {ODF}><office:styles>{common}</office:styles></office:document-styles>"
    return odt_of(odt_xml(body, styles), shared)


# --- EPUB and PPTX --------------------------------------------------------------------------------------

_XHTML = '<?xml version="1.0"?><html><head><title/><script src="x"/></head><body>{}</body></html>'
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
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
            "ppt/slides/_rels/s0.xml.rels": '<Rs><R Id="r7" Target="/ppt/diagrams/d.xml"/>'
            '<R Id="r8" Target="../slideLayouts/l.xml"/></Rs>',
            "ppt/slideLayouts/l.xml": f"<p:sldLayout {spaces}>{shape(role='body', at=(0, 0))}</p:sldLayout>",
            "ppt/diagrams/d.xml": f'<d xmlns:a="{_A}">{slide_paragraph("Del dibujo")}</d>',
            "docProps/core.xml": _CORE,
        }
    )


def shape(*texts: str, role: str = "", at: tuple[int, int] | None = None) -> str:
    place = f'<p:ph type="{role}"/>' if role else ""
    body = "".join(map(slide_paragraph, texts))
    frame = f"<p:spPr>{slide_place(*at)}</p:spPr>" if at else ""
    return f"<p:sp><p:nvSpPr><p:nvPr>{place}</p:nvPr></p:nvSpPr>{frame}<p:txBody>{body}</p:txBody></p:sp>"


def slide_place(x: int, y: int) -> str:
    return f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="10" cy="10"/></a:xfrm>'


def slide_paragraph(text: str) -> str:
    return f"<a:p><a:r><a:t>{text.replace('|', '</a:t></a:r><a:br/><a:r><a:t>')}</a:t></a:r></a:p>"
