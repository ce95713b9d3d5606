"""DOCX and ODT are ZIP archives of XML files: opened within bounds, whatever they promise to hold."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from alpie.index.errors import SourceError

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["open_packed", "read_xml"]

_MOST_FILES = 10_000
_MAX_BYTES = 200_000_000  # unpacked, in all
_MOST_XML_BYTES = 50_000_000  # of one XML file: in memory it takes some twenty times that


def open_packed(data: bytes, path: Path, needed: str) -> zipfile.ZipFile:
    """The archive. Raises `SourceError` for a damaged one, one too large, and one without file `needed`."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        files = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as error:
        raise SourceError(
            f"{path}: el archivo está dañado ({error}). Ábralo y guárdelo de nuevo, o cópielo otra vez.", path
        ) from error
    if any(file.flag_bits & 0x1 for file in files):
        raise SourceError(f"{path}: está cifrado con contraseña. Guárdelo sin ella.", path)
    unpacked = sum(file.file_size for file in files)
    largest = max((file.file_size for file in files if file.filename.endswith(".xml")), default=0)
    if len(files) > _MOST_FILES or unpacked > _MAX_BYTES or largest > _MOST_XML_BYTES:
        raise SourceError(
            f"{path}: desempaquetado ocuparía {unpacked // 1_000_000} MB en {len(files)} archivos; se admiten "
            f"{_MAX_BYTES // 1_000_000} MB ({_MOST_XML_BYTES // 1_000_000} de texto). Divida el documento.",
            path,
        )
    if needed not in archive.namelist():
        raise SourceError(
            f"{path}: no es un documento {path.suffix[1:].upper()}: falta «{needed}» en él. "
            "Guárdelo de nuevo desde el programa que lo hizo.",
            path,
        )
    return archive


def read_xml(archive: zipfile.ZipFile, name: str, path: Path) -> etree._Element | None:
    """The root of an XML file of the archive; None if it has none of that name. No entity is expanded."""
    from lxml import etree

    if name not in archive.namelist():
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(archive.read(name), parser)
    except (etree.XMLSyntaxError, zipfile.BadZipFile, ValueError, EOFError, OSError) as error:
        raise SourceError(
            f"{path}: su archivo «{name}» está dañado ({error}). Ábralo y guárdelo de nuevo.", path
        ) from error
    except (NotImplementedError, RuntimeError) as error:  # a compression nobody uses; a password
        raise SourceError(f"{path}: no se puede desempaquetar ({error}).", path) from error
