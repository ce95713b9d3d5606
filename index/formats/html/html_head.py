"""What comes before the text of an HTML page: how its bytes are decoded, and what the page says about itself."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from alpie.index.formats.extraction import Metadata
from alpie.index.records import collapse
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.dates import iso_date

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
    b"<\0": "utf-16-le", b"\0<": "utf-16-be",  # a tag that tells it
}  # fmt: skip
_CHARSET = re.compile(rb"(?i)<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})")
_SITE_SIGN = re.compile(r" (?:[|–—·»:]+|-+) ")
_META = {
    "title": ("og:title", "dc.title", "dcterms.title", "citation_title"),
    "publisher": ("dc.publisher", "dcterms.publisher", "citation_publisher", "og:site_name"),
    "author": ("author", "dc.creator", "dcterms.creator", "citation_author"),
    "date": (
        "dcterms.issued", "dc.date", "dcterms.date", "article:published_time", "citation_publication_date", "date",
    ),
    "language": ("dc.language", "dcterms.language"),
    "url": ("og:url",),
    "rights": ("dcterms.rights", "dc.rights", "copyright"),
}  # fmt: skip


def decode_page(data: bytes) -> str:
    """Decode a page as browsers do: by its byte order mark, else what it declares, else UTF-8, else Windows-1252."""
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    declared = _CHARSET.search(data[:2048])
    name = declared[1].decode("ascii", "replace").lower() if declared else "utf-8"
    if name in ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"):
        name = "windows-1252"  # what every browser takes them for
    for tried in (name, "utf-8", "windows-1252"):
        try:
            return data.decode(tried)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", errors="replace")


def _without_site(title: str, heading: str, site: Sequence[str]) -> str:
    """The title of a page without the name of its site: «Orden de patios | Gobierno de Navaluenga».

    What a sign sets apart is that name where the page says so, or where the rest is the first heading, or begins it.
    """
    parts = _SITE_SIGN.split(title)
    kept = [part for part in parts if fold(part) not in map(fold, site)]
    for of_page in (kept, kept[:-1], kept[1:]):
        if of_page and len(of_page) < len(parts) and fold(heading).startswith(fold(of_page[0])):
            return heading
    return title if len(kept) in (0, len(parts)) else " - ".join(kept)


def page_metadata(tree: LexborHTMLParser) -> Metadata:
    """Read the metadata of a page from its `meta` elements, title, first heading and language."""
    metas: dict[str, str] = {}
    for meta in tree.css("meta"):
        name = (meta.attributes.get("name") or meta.attributes.get("property") or "").strip().lower()
        content = collapse(meta.attributes.get("content") or "")
        if name and content:
            metas.setdefault(name, content)
    values: dict[str, Any] = {
        name: next((metas[key] for key in keys if key in metas), "") for name, keys in _META.items()
    }
    found = (tree.css_first(name) for name in ("title", "h1"))
    title, heading = (collapse(element.text()) if element else "" for element in found)
    root = tree.css_first("html")
    site = (metas.get("og:site_name", ""), metas.get("application-name", ""), values["publisher"])
    values["title"] = _without_site(values["title"] or title or heading, heading, site)
    values["language"] = (root.attributes.get("lang") if root else "") or values["language"]
    values["date"] = iso_date(values["date"])
    return Metadata(**values)
