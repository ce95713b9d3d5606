"""The package of a DOCX: strict files made usual ones, its notes, and what the file says of itself."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from alpie.index.formats.extraction import Metadata
from alpie.index.readable import collapse

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_TEMPLATE_CREATED = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)  # in what python-docx makes files from


def transitional(data: bytes, archive: zipfile.ZipFile) -> bytes:
    """A strict OOXML file under the names of the transitional kind, which are all that differs; others as they are."""
    listed = [name for name in ("[Content_Types].xml", "_rels/.rels") if name in archive.namelist()]
    if not any(_STRICT.search(archive.read(name)) for name in listed):
        return data
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as written:
        for name in archive.namelist():
            part = archive.read(name)
            if name.endswith((".xml", ".rels")):
                part = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", part)
            written.writestr(name, part)
    return made.getvalue()


def docx_metadata(document: DocxDocument) -> Metadata:
    """What the file says of itself; nothing of what python-docx fills in."""
    if not any(one.reltype.endswith("/core-properties") for one in document.part.package.rels.values()):
        return Metadata()  # python-docx would make some up, of today
    said = document.core_properties
    date = said.created or said.modified
    from_template = said.created == _TEMPLATE_CREATED and (said.modified or said.created) == said.created
    # python-docx fills these in where a file has none, and its template has them
    author = "" if said.author == "python-docx" else collapse(said.author or "")
    title = "" if said.title == "Word Document" else collapse(said.title or "")
    return Metadata(
        title=title,
        publisher=author,
        date=date.date().isoformat() if date and not from_template else "",
        language=collapse(said.language or ""),
        guessed=("date",),
    )


def notes_of(document: DocxDocument, sort: str) -> dict[str | None, Any]:
    """The footnotes or endnotes of a document by their number in the file."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    for relation in document.part.rels.values():
        if relation.reltype.endswith(f"/{sort}s") and not relation.is_external:
            root = etree.fromstring(relation.target_part.blob, parser)
            return {note.get(f"{_W}id"): note for note in root.iter(f"{_W}{sort}")}
    return {}


MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
# The font Symbol, from 0x40 and from 0xA1 on; what is not here stands there as in ASCII.
_SYMBOL = {
    **{0x40 + at: sign for at, sign in enumerate("≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼")},
    **{
        0xA1 + at: sign
        for at, sign in enumerate(
            "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑"
        )
    },
    0x22: "∀", 0x24: "∃", 0x27: "∋", 0x2A: "∗", 0x2D: "−", 0xF1: "〉", 0xF2: "∫",
}  # fmt: skip
_WINGDINGS = {
    0x6F: "□",
    0xA7: "▪",
    0xA8: "□",
    0xD8: "➢",
    0xE0: "→",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
}
_LARGEST_OF_A_FONT = 0xF0FF  # such codes mean nothing without the font


def symbol(element: Any) -> str:
    """The character of a `w:sym`; "" where no character is known."""
    try:
        code = int(element.get(f"{_W}char") or "", 16)
    except ValueError:
        return ""
    font = (element.get(f"{_W}font") or "").lower()
    own = _SYMBOL if font == "symbol" else _WINGDINGS if font.startswith("wingdings") else None
    if own is not None:
        at = code & 0xFF
        return own.get(at, chr(at) if own is _SYMBOL and 0x20 <= at < 0x40 else "")
    return "" if 0xF000 <= code <= _LARGEST_OF_A_FONT or code > 0x10FFFF else chr(code)


def formula(element: Any) -> str:
    """A formula in one line: «(a+b)/c», «x^2», «√(n)»."""
    name = element.tag.removeprefix(MATH) if isinstance(element.tag, str) else ""
    if name == "t":
        return element.text or ""
    parts = {
        one.tag.removeprefix(MATH): _grouped(formula(one)) for one in element if isinstance(one.tag, str)
    }
    if name == "f":
        return f"{parts.get('num', '')}/{parts.get('den', '')}"
    if name in ("sSup", "sSub", "sSubSup"):
        below = f"_{parts['sub']}" if "sub" in parts else ""
        return parts.get("e", "") + below + (f"^{parts['sup']}" if "sup" in parts else "")
    if name == "rad":
        return f"√{parts.get('e', '')}"
    return "".join(map(formula, element))


def _grouped(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() else f"({text})"
