"""What fuzzing starts from: small whole inputs of each target, and the findings of earlier runs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

FINDINGS = Path(__file__).resolve().parent / "findings"

_MARKDOWN = "# Informe\n\nUno dice.¹ Otro:\n\n- cosa\n- otra\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> cita\n"
_HTML = (
    "<!doctype html><html lang=es><head><title>Informe</title><meta name=date content=2019-05-01></head><body>"
    "<nav>Menú</nav><h1>Uno</h1><p>El <b>texto</b> dice.<br>Sigue.</p><ul><li>cosa<li>otra</ul>"
    "<table><tr><th>a<th>b<tr><td>1<td>2</table><script>alert(1)</script><p hidden>no</p></body></html>"
)
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DOCX = (
    f'<?xml version="1.0"?><w:document xmlns:w="{_WORD}"><w:body><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>'
    "<w:r><w:t>Informe</w:t></w:r></w:p><w:p><w:r><w:t>El texto dice algo.</w:t></w:r></w:p></w:body></w:document>"
)
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_ODT = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
    '<text:h text:outline-level="1">Informe</text:h><text:p>El texto dice algo.</text:p>'
    "</office:text></office:body></office:document-content>"
)


def packed(files: dict[str, str | bytes]) -> bytes:
    """A ZIP archive of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def docx_of(document_xml: str | bytes = _DOCX) -> bytes:
    """A Word document of this text."""
    return packed(
        {"[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONS, "word/document.xml": document_xml}
    )


def odt_of(content_xml: str | bytes = _ODT) -> bytes:
    """An OpenDocument text of this text."""
    return packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content_xml})


def pdf_of(*pages: str) -> bytes:
    """A PDF with a line of text on each page, written by hand."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(count))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {count}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents {5 + 2 * number} 0 R>>"
        )
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
    made = b"%PDF-1.4\n"
    places: list[int] = []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj{content}endobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(made)}\n%%EOF"
    return made + trailer.encode()


def seeds_of(target: str) -> Iterator[bytes]:
    """Seeds of a target, past findings last."""
    text = 'El informe dice: «hay 25 casos».7 ¿Y en España? palabra AGN/65/RES/10 "de la casa"'
    whole = {
        "txt": [text.encode()],
        "md": [_MARKDOWN.encode()],
        "html": [_HTML.encode(), b"\xff\xfe" + _HTML.encode("utf-16-le")],
        "pdf": [pdf_of("El informe dice que hay 25 casos en total.", "La segunda hoja dice otra cosa.")],
        "docx": [docx_of()],
        "odt": [odt_of()],
        "docx-xml": [_DOCX.encode()],
        "odt-xml": [_ODT.encode()],
    }
    yield from whole.get(
        target, [b"\x00" + text.encode(), b"\x01" + text.encode("utf-16-le"), b"\x02" + bytes(range(256)) * 3]
    )
    folder = FINDINGS / target
    if folder.is_dir():
        yield from (path.read_bytes() for path in sorted(folder.iterdir()))
