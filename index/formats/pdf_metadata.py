"""What a PDF says of itself: its XMP packet first, then its information dictionary, then its first page."""

from __future__ import annotations

import re
from typing import Any

from alpie.index.formats.extraction import Metadata, clean, iso_date
from alpie.index.readable import collapse

_LANGUAGE = re.compile(rb"/Lang\s*\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\)")
_PACKET = re.compile(rb"<x:xmpmeta.{0,100000}?</x:xmpmeta>", re.DOTALL)
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_ITEM = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"
# what programs put where a title should stand: the name of a file, or nothing
_NO_TITLE = re.compile(
    r".*\.(?:docx?|pdf|indd|odt|qxp|tex|rtf)$|(?:microsoft word|untitled|sin título|document\d*$|\(anonymous\)).*",
    re.IGNORECASE,
)
_NO_AUTHOR = frozenset({"anonymous", "(anonymous)", "unknown", "user", "usuario", "autor", "author"})


def pdf_metadata(document: Any, data: bytes, title: str, notes: tuple[str, ...]) -> Metadata:
    """`document` is pypdfium2's, `title` the largest heading of the first page."""
    said = {key: collapse(clean(value)) for key, value in document.get_metadata_dict(skip_empty=True).items()}
    packet = _packet(data)
    named = next(
        (one for one in (packet.get("title", ""), said.get("Title", "")) if one and not _NO_TITLE.match(one)),
        title,
    )
    authors = (packet.get("publisher", ""), packet.get("creator", ""), said.get("Author", ""))
    language = _LANGUAGE.search(data)
    published = iso_date(packet.get("date", ""))
    return Metadata(
        title=named,
        publisher=next((one for one in authors if one and one.lower() not in _NO_AUTHOR), ""),
        date=published or iso_date(said.get("CreationDate", "")) or iso_date(said.get("ModDate", "")),
        language=language[1].decode("ascii") if language else packet.get("language", ""),
        rights=packet.get("rights", ""),
        notes=notes,
        guessed=() if published else ("date",),
    )


def _packet(data: bytes) -> dict[str, str]:
    """The Dublin Core fields of the file's XMP packet; those of the last, which counts."""
    from lxml import etree

    found = _PACKET.findall(data)
    if not found:
        return {}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(found[-1], parser)
    except (etree.XMLSyntaxError, ValueError):
        return {}
    fields: dict[str, str] = {}
    for element in root.iter(f"{_DUBLIN_CORE}*"):
        items = [item.text or "" for item in element.iter(_ITEM)] or [element.text or ""]
        name = str(element.tag).removeprefix(_DUBLIN_CORE)
        fields[name] = collapse(clean(items[0] if name in ("title", "rights", "date") else ", ".join(items)))
    return fields
