"""What fuzzing starts from: small whole inputs of each target, and the findings of earlier runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from support.formats.packed import docx_of, odt_of, odt_xml, p, word_xml
from support.formats.pages import pdf_of

FINDINGS = Path(__file__).resolve().parent / "findings"

_MARKDOWN = "# Informe\n\nUno dice.¹ Otro:\n\n- cosa\n- otra\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> cita\n"
_HTML = (
    "<!doctype html><html lang=es><head><title>Informe</title><meta name=date content=2019-05-01></head><body>"
    "<nav>Menú</nav><h1>Uno</h1><p>El <b>texto</b> dice.<br>Sigue.</p><ul><li>cosa<li>otra</ul>"
    "<table><tr><th>a<th>b<tr><td>1<td>2</table><script>alert(1)</script><p hidden>no</p></body></html>"
)
DOCX = word_xml(p("Informe", properties='<w:pStyle w:val="Heading1"/>') + p("El texto dice algo."))
ODT = odt_xml('<text:h text:outline-level="1">Informe</text:h><text:p>El texto dice algo.</text:p>')


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
