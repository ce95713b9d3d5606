"""EPUB: the pages of HTML of an archive, in the order in which they are read, as one document."""

from __future__ import annotations

import posixpath
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import etree

from alpie.index.errors import SourceError
from alpie.index.formats.extraction import Extraction, TextBuilder
from alpie.index.formats.html.html_page import RULES, read_page
from alpie.index.formats.packed import dublin_core, open_packed, read_member, read_xml
from alpie.index.notices import NoticeKind

_CONTAINER = "META-INF/container.xml"
_PAGES = frozenset({"application/xhtml+xml", "text/html"})


def extract_epub(data: bytes, path: Path) -> Extraction:
    """Read an EPUB. Raises `SourceError` for a damaged or protected file."""
    archive = open_packed(data, path, _CONTAINER)
    container = read_xml(archive, _CONTAINER, path)
    listed = () if container is None else container.iter("{*}rootfile")
    name = next((root.get("full-path", "") for root in listed), "")
    package = read_xml(archive, name, path)
    if package is None:
        raise SourceError.at(path, "epub.no_index")
    builder = TextBuilder()
    unread: Counter[NoticeKind] = Counter()
    found: list[str] = []
    sealed = _encrypted_files(read_xml(archive, "META-INF/encryption.xml", path))
    for page in _pages(package, posixpath.dirname(name)):
        if page in sealed:
            raise SourceError.at(path, "epub.protected")
        if page in archive.namelist():
            reading = read_page(read_member(archive, page, path), path, builder)
            unread.update(reading.unread)
            found.append(reading.found)
    parser = f"selectolax {version('selectolax')}, html {RULES}, epub 1"
    metadata = dublin_core(package.find("{*}metadata"), published=True)
    return builder.extraction(parser, metadata, unread, "" if unread else "\n".join(found))


def _pages(package: etree._Element, folder: str) -> list[str]:
    """The files that are read one after the other; the table of contents is none of them."""
    items = {item.get("id"): item for item in package.iterfind("{*}manifest/{*}item")}
    spine = [items.get(reference.get("idref")) for reference in package.iterfind("{*}spine/{*}itemref")]
    return [
        posixpath.normpath(posixpath.join(folder, unquote(urlsplit(item.get("href", "")).path)))
        for item in spine
        if item is not None
        and item.get("media-type") in _PAGES
        and "nav" not in item.get("properties", "").split()
    ]


def _encrypted_files(encryption: etree._Element | None) -> set[str]:
    references = [] if encryption is None else encryption.iter("{*}CipherReference")
    return {posixpath.normpath(unquote(reference.get("URI", ""))) for reference in references}
