"""DOCX and ODT files put together from their XML: what no library writes."""

from __future__ import annotations

import io
import zipfile

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_PARTS = {"footnotes": "footnotes", "endnotes": "endnotes", "numbering": "numbering", "styles": "styles"}
_ODF = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style",
        "fo": "xsl-fo-compatible", "svg": "svg-compatible",
    }.items()
)  # fmt: skip


def docx(body: str, *, strict: bool = False, **parts: str) -> bytes:
    """A DOCX of the XML of its body; `parts` are the contents of its footnotes, endnotes, numbering, styles."""
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        f'wordprocessingml.{name}+xml"/>'
        for name in parts
    )
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{_R}/{name}" Target="{name}.xml"/>' for n, name in enumerate(parts)
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/'
        f'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" Type="{_R}/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">{relations}</Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_W}" xmlns:r="{_R}" xmlns:m="{_M}"><w:body>{body}</w:body></w:document>',
        **{f"word/{name}.xml": f'<w:{name} xmlns:w="{_W}">{text}</w:{name}>' for name, text in parts.items()},
    }
    if strict:
        files = {
            name: text.replace("http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/").replace(
                "/2006/", "/"
            )
            if not name.startswith("[") and "package/2006/relationships" not in name
            else text
            for name, text in files.items()
        }
        for name in ("_rels/.rels", "word/_rels/document.xml.rels"):
            files[name] = files[name].replace(
                "http://purl.oclc.org/ooxml/package/relationships", f"{package}/relationships"
            )
    return zipped(files)


def p(*runs: str, properties: str = "") -> str:
    """A paragraph of a DOCX; what is no XML is a run of text."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(map(run, runs))}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A run of a DOCX."""
    if text.startswith("<"):
        return (
            text
            if text.startswith(("<w:r>", "<w:ins", "<w:del", "<m:", "<w:hyperlink"))
            else f"<w:r>{text}</w:r>"
        )
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def table(*rows: tuple[str, ...]) -> str:
    """A table of a DOCX."""
    return "<w:tbl>" + "".join(map(tr, rows)) + "</w:tbl>"


def tr(cells: tuple[str, ...]) -> str:
    """A row of a DOCX; a cell is the XML of its paragraphs or a text."""
    return "<w:tr>" + "".join(f"<w:tc>{c if c.startswith('<') else p(c)}</w:tc>" for c in cells) + "</w:tr>"


def odt(body: str, styles: str = "", common: str = "") -> bytes:
    """An ODT of the XML of its text, its automatic and its common styles."""
    content = (
        f"<office:document-content {_ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    shared = (
        f"<office:document-styles {_ODF}><office:styles>{common}</office:styles></office:document-styles>"
    )
    return zipped(
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, "styles.xml": shared}
    )


def zipped(files: dict[str, str]) -> bytes:
    """An archive of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()
