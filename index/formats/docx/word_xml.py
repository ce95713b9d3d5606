"""The parts of a DOCX: how its XML states values, its notes, and what the file says about itself."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from functools import cache
from typing import Any

from docx.document import Document as DocxDocument

from alpie.index.formats.extraction import Metadata
from alpie.index.formats.packed import parse_xml
from alpie.index.records import collapse

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_TEMPLATE_CREATED = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)  # in what python-docx makes files from


@cache
def _qualified_path(path: str) -> str:
    return "/".join(W + name for name in path.split("/"))


def find_below(element: Any, path: str) -> Any:
    """What stands at a path of names below an element, «pPr/numPr»; None where nothing does."""
    return element.find(_qualified_path(path))


def value_at(element: Any, path: str) -> str | None:
    """The value of the element at a path below another, "" where that element has none; None where there is no such element."""
    found = find_below(element, path)
    return None if found is None else found.get(f"{W}val") or ""


def is_set(element: Any, path: str) -> bool | None:
    """Whether the property at a path below an element is on; None where the element has no such property."""
    value = value_at(element, path)
    return None if value is None else is_on(value)


def is_on(value: str) -> bool:
    """What the value of a property says, which may stand without one."""
    return value not in ("0", "false", "off", "none")


def as_transitional(data: bytes, archive: zipfile.ZipFile) -> bytes:
    """Rename a strict OOXML file to the transitional namespaces, which alone python-docx reads; other files stay as they are."""
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
    if not any(rel.reltype.endswith("/core-properties") for rel in document.part.package.rels.values()):
        return Metadata()  # python-docx would make some up, of today
    core = document.core_properties
    date = core.created or core.modified
    from_template = core.created == _TEMPLATE_CREATED and (core.modified or core.created) == core.created
    # python-docx fills these in where a file has none, and its template has them
    author = "" if core.author == "python-docx" else collapse(core.author or "")
    title = "" if core.title == "Word Document" else collapse(core.title or "")
    return Metadata(
        title=title,
        author=author,
        date=date.date().isoformat() if date and not from_template else "",
        language=collapse(core.language or ""),
        guessed=("date",),
    )


def notes_of(document: DocxDocument, kind: str) -> dict[str | None, Any]:
    """The footnotes or endnotes of a document by their number in the file."""
    for relation in document.part.rels.values():
        if relation.reltype.endswith(f"/{kind}s") and not relation.is_external:
            notes = parse_xml(relation.target_part.blob).iter(f"{W}{kind}")
            return {note.get(f"{W}id"): note for note in notes}
    return {}
