"""What a PDF says about itself: its information dictionary, its XMP packet, and the language of its catalogue."""

from __future__ import annotations

import re
from typing import Any

from lxml.etree import XMLSyntaxError

from alpie.index.formats.extraction import Metadata, clean_text
from alpie.index.formats.packed import parse_xml
from alpie.index.records import collapse
from alpie.index.spanish.dates import iso_date

_LANGUAGE = re.compile(rb"/Lang\s*\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\)")
_PACKET = re.compile(rb"<x:xmpmeta.{0,100000}?</x:xmpmeta>", re.DOTALL)
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_ITEM = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"
# what programs put where a title should stand: the name of a file, or nothing
_NO_TITLE = re.compile(
    r"(?i).*\.(?:docx?|pdf|indd|odt|qxp|tex|rtf)$|(?:microsoft word|untitled|sin título|document\d*$|\(anonymous\)).*"
)


def pdf_metadata(document: Any, data: bytes, title: str) -> Metadata:
    """What a PDF says of itself; `document` is pypdfium2's, `title` the largest heading of the first page."""
    told = document.get_metadata_dict(skip_empty=True)
    info = {key: collapse(clean_text(value)) for key, value in told.items()}
    packet = _xmp_fields(data)
    titles = (packet.get("title", ""), info.get("Title", ""))
    own_title = next((name for name in titles if name and not _NO_TITLE.match(name)), "")
    language = _LANGUAGE.search(data)
    published = iso_date(packet.get("date", ""))
    return Metadata(
        title=own_title or title,
        publisher=packet.get("publisher", ""),
        author=packet.get("creator", "") or info.get("Author", ""),
        date=published or iso_date(info.get("CreationDate", "")) or iso_date(info.get("ModDate", "")),
        language=language[1].decode("ascii") if language else packet.get("language", ""),
        rights=packet.get("rights", ""),
        guessed=("date",) * (not published) + ("title",) * (not own_title),
    )


def _xmp_fields(data: bytes) -> dict[str, str]:
    """The Dublin Core fields of the file's XMP packet; those of the last, which counts."""
    try:
        root = parse_xml(_PACKET.findall(data)[-1])
    except (IndexError, XMLSyntaxError, ValueError):  # no packet, or a damaged one
        return {}
    fields: dict[str, str] = {}
    for element in root.iter(f"{_DUBLIN_CORE}*"):
        items = [item.text or "" for item in element.iter(_ITEM)] or [element.text or ""]
        name = str(element.tag).removeprefix(_DUBLIN_CORE)
        said = items[0] if name in ("title", "rights", "date") else ", ".join(items)
        fields[name] = collapse(clean_text(said))
    return fields
