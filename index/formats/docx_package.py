"""The package of a DOCX: strict files made usual ones, and what the file says of itself."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from alpie.index.formats.extraction import Metadata
from alpie.index.readable import collapse

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument

__all__ = ["docx_metadata", "transitional"]

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
