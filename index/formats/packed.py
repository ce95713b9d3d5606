"""Opens the archives that DOCX, ODT, PPTX and EPUB files are, and enforces limits whatever they claim to hold."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

from lxml import etree

from alpie.index.errors import SourceError
from alpie.index.formats.extraction import Metadata
from alpie.index.records import collapse
from alpie.index.spanish.dates import iso_date

_MAX_FILES = 10_000  # of an archive: a book of many pages has some hundreds
_MAX_BYTES = 200_000_000  # unpacked, in all
_MAX_XML_BYTES = 50_000_000  # of one XML file: in memory it takes some twenty times that


def open_packed(data: bytes, path: Path, needed: str) -> zipfile.ZipFile:
    """Open an archive. Raises `SourceError` if the archive is damaged, too large, or without file `needed`."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        files = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as error:
        raise SourceError.at(path, "packed.damaged", error=error) from error
    if any(file.flag_bits & 0x1 for file in files):
        raise SourceError.at(path, "packed.password")
    unpacked = sum(file.file_size for file in files)
    largest = max((file.file_size for file in files if file.filename.endswith((".xml", "html"))), default=0)
    if len(files) > _MAX_FILES or unpacked > _MAX_BYTES or largest > _MAX_XML_BYTES:
        limits = {"most": _MAX_BYTES // 1_000_000, "text": _MAX_XML_BYTES // 1_000_000}
        raise SourceError.at(path, "packed.large", size=unpacked // 1_000_000, files=len(files), **limits)
    if needed not in archive.namelist():
        raise SourceError.at(path, "packed.incomplete", format=path.suffix[1:].upper(), file=needed)
    return archive


def read_xml(archive: zipfile.ZipFile, name: str, path: Path) -> etree._Element | None:
    """The root of an XML file of the archive; None where the archive has no file of that name."""
    if name not in archive.namelist():
        return None
    try:
        return parse_xml(read_member(archive, name, path))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceError.at(path, "packed.file_damaged", file=name, error=error) from error


def parse_xml(data: bytes) -> etree._Element:
    """The root of an XML file, its comments left out; no entity is expanded and nothing fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    return etree.fromstring(data, parser)


def read_member(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    """The bytes of a file of the archive. Raises `SourceError` where they cannot be unpacked."""
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError) as error:
        raise SourceError.at(path, "packed.file_damaged", file=name, error=error) from error
    except (NotImplementedError, RuntimeError) as error:  # a compression nobody uses; a password
        raise SourceError.at(path, "packed.not_unpacked", error=error) from error


def dublin_core(root: etree._Element | None, published: bool = False) -> Metadata:
    """Read the metadata that a part of an archive names as Dublin Core does; dates are of making, unless `published`."""

    def said(*names: str) -> str:
        texts = () if root is None else (root.findtext(f".//{{*}}{name}") for name in names)
        return next((text for told in texts if (text := collapse(told or ""))), "")

    return Metadata(
        title=said("title"),
        publisher=said("publisher"),
        author=said("initial-creator", "creator"),
        date=iso_date(said("date") if published else said("creation-date", "created", "date")),
        language=said("language"),
        rights=said("rights"),
        guessed=() if published else ("date",),
    )
