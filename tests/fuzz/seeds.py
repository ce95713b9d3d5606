"""What fuzzing starts from: small whole inputs of each target, and the findings of earlier runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from formats.packed import docx_of, odt_of, odt_xml, p, word_xml

FINDINGS = Path(__file__).resolve().parent / "findings"

_MARKDOWN = "# Informe\n\nUno dice.¹ Otro:\n\n- cosa\n- otra\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> cita\n"
_HTML = (
    "<!doctype html><html lang=es><head><title>Informe</title><meta name=date content=2019-05-01></head><body>"
    "<nav>Menú</nav><h1>Uno</h1><p>El <b>texto</b> dice.<br>Sigue.</p><ul><li>cosa<li>otra</ul>"
    "<table><tr><th>a<th>b<tr><td>1<td>2</table><script>alert(1)</script><p hidden>no</p></body></html>"
)
DOCX = word_xml(p("Informe", properties='<w:pStyle w:val="Heading1"/>') + p("El texto dice algo."))
ODT = odt_xml('<text:h text:outline-level="1">Informe</text:h><text:p>El texto dice algo.</text:p>')


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
        "docx": [docx_of(DOCX)],
        "odt": [odt_of(ODT)],
        "docx-xml": [DOCX.encode()],
        "odt-xml": [ODT.encode()],
    }
    yield from whole.get(
        target, [b"\x00" + text.encode(), b"\x01" + text.encode("utf-16-le"), b"\x02" + bytes(range(256)) * 3]
    )
    folder = FINDINGS / target
    if folder.is_dir():
        yield from (path.read_bytes() for path in sorted(folder.iterdir()))
