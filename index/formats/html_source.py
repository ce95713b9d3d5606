"""The source of an HTML page: how its bytes are read, and what its head says of the document."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any

from alpie.index.formats.extraction import Metadata
from alpie.index.formats.file_dates import iso_date
from alpie.index.readable import collapse

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser


_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I
)
_META = {
    "title": ("og:title", "dc.title", "dcterms.title", "citation_title"),
    "publisher": ("dc.publisher", "dcterms.publisher", "citation_publisher", "og:site_name", "author", "dc.creator"),
    "date": (
        "dcterms.issued", "dc.date", "dcterms.date", "article:published_time", "citation_publication_date", "date",
    ),
    "language": ("dc.language", "dcterms.language"),
    "url": ("og:url",),
    "rights": ("dcterms.rights", "dc.rights", "copyright"),
}  # fmt: skip


def decoded(data: bytes) -> str:
    """By byte order mark, else by the page's own word, else UTF-8, else Windows-1252, as browsers do."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    said = _CHARSET.search(data[:2048])
    name = said[1].decode("ascii", "replace").lower() if said else "utf-8"
    if name in ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"):
        name = "windows-1252"  # what every browser takes them for
    for tried in (name, "utf-8", "windows-1252"):
        try:
            return data.decode(tried)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", errors="replace")


def page_metadata(tree: LexborHTMLParser) -> Metadata:
    """What a page says of itself."""
    said: dict[str, str] = {}
    for meta in tree.css("meta"):
        name = (meta.attributes.get("name") or meta.attributes.get("property") or "").strip().lower()
        content = collapse(meta.attributes.get("content") or "")
        if name and content:
            said.setdefault(name, content)
    values: dict[str, Any] = {
        name: next((said[key] for key in keys if key in said), "") for name, keys in _META.items()
    }
    title = tree.css_first("title")
    first = tree.css_first("h1")
    values["title"] = (
        values["title"]
        or (collapse(title.text()) if title else "")
        or (collapse(first.text()) if first else "")
    )
    root = tree.css_first("html")
    language = (root.attributes.get("lang") if root else "") or values["language"]
    values["date"] = iso_date(values["date"])
    return Metadata(**{**values, "language": language})
