"""Formats of documents: which there are, and from a file's bytes to its canonical text.

A file's name says which parser reads it, and its first bytes must agree: a PDF named .txt, or a program
named .pdf, is refused by name and not tried. Parsers are imported when a file needs them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path, PurePath

from alpie.index.errors import SourceError
from alpie.index.formats.checked_metadata import checked_metadata
from alpie.index.formats.extraction import Extraction, Metadata
from alpie.index.formats.pdf.recognition import Recogniser
from alpie.index.messages import message

__all__ = ["Extraction", "Metadata"]  # named again here: callers of this package need no other module

MAX_BYTES = 200_000_000  # of one file
MAX_CHARACTERS = 20_000_000  # of its text: some ten thousand pages; laying it out takes fifty bytes for each
PACKAGES = ("pypdfium2", "python-docx", "lxml", "selectolax", "markdown-it-py", "PyYAML")  # that they use
_PACKED = ("docx", "odt", "pptx", "epub")
_FORMATS = {
    **dict.fromkeys((".txt", ".text"), "text"),
    **dict.fromkeys((".md", ".markdown"), "markdown"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **{f".{name}": name for name in ("pdf", *_PACKED)},
}
SUFFIXES = tuple(_FORMATS)
_MODULES = {
    "text": "plain",
    "markdown": "markdown.markdown_document",
    "html": "html.html_page",
    "pdf": "pdf.pdf_document",
    "docx": "docx.docx_document",
    "odt": "odt.odt_document",
    "pptx": "pptx",
    "epub": "epub",
}
_LOG = logging.getLogger(__name__)
_ZIP = b"PK\x03\x04"
_SIGNATURES = {  # first bytes → what such a file is
    b"%PDF-": "pdf",
    _ZIP: "zip",
    b"\xd0\xcf\x11\xe0": "ole",  # Word 97–2003, and OOXML under a password
    b"{\\rtf": "rtf",
    b"\x7fELF": "program",
    b"MZ": "program",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
}
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)


def format_of(name: str | PurePath) -> str | None:
    """The format by the ending of a file's name: "text", "markdown", "html", "pdf" …; None for others."""
    return _FORMATS.get(PurePath(name).suffix.lower())


def extract(data: bytes, path: Path, recogniser: Recogniser | None = None) -> Extraction:
    """The canonical text of a file; of scanned pages of a PDF, what `recogniser` makes of them.

    Raises `SourceError` for what cannot be read, saying what to do.
    """
    kind = format_of(path)
    if kind is None:
        raise SourceError.at(path, "format.unknown", formats=SUFFIXES)
    if len(data) > MAX_BYTES:
        raise SourceError.at(path, "format.large", most=MAX_BYTES // 1_000_000)
    check_signature(data, path)
    try:
        module = import_module(f"alpie.index.formats.{_MODULES[kind]}")
        parser: Callable[..., Extraction] = getattr(module, f"extract_{kind}")
        extraction = parser(data, path, recogniser) if kind == "pdf" else parser(data, path)
    except SourceError:
        raise
    except Exception as error:  # whatever a parser does with a stranger's bytes, the others are read
        _LOG.info("%s could not be parsed", path, exc_info=True)
        reason = f"{type(error).__name__}: {str(error)[:200]}"
        raise SourceError.at(path, "format.damaged", error=reason) from error
    if not extraction.text:
        raise SourceError.at(
            path,
            {"html": "html.no_text", "pptx": "pptx.no_text", "epub": "epub.no_text"}.get(
                kind, "format.no_text"
            ),
        )
    if len(extraction.text) > MAX_CHARACTERS:
        raise SourceError.at(path, "format.long", count=len(extraction.text), most=MAX_CHARACTERS)
    return replace(extraction, metadata=checked_metadata(extraction))


def check_signature(data: bytes, path: Path) -> None:
    """Raises `SourceError` when the first bytes of a file are not what its name says."""
    kind = format_of(path)
    if not data and kind != "text":
        raise SourceError.at(path, "format.empty")
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n\0") if kind == "pdf" else data[:8]
    actual_kind = next((name for first, name in _SIGNATURES.items() if head.startswith(first)), None)
    if kind == "pdf" and b"%PDF-" in data[:1024]:
        return
    if kind in ("text", "markdown") and _PAGE.match(data[:1024]):
        actual_kind, kind = "page", "page"
    wanted = {"pdf": "pdf", **dict.fromkeys(_PACKED, "zip")}.get(kind or "")
    if actual_kind == wanted or (wanted is None and actual_kind in (None, "program")):
        return  # «MZ» may begin a text too; a program has NUL bytes, which its decoding finds
    actual = message(f"format.kind.{actual_kind}") if actual_kind else ""
    raise SourceError.at(
        path, "format.other" if actual_kind else "format.not_so", ending=path.suffix.lower(), actual=actual
    )
