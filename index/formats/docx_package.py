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
