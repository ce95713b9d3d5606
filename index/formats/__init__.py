"""The formats of documents: which ones there are, and how a file's bytes become its canonical text.

A file's name decides which parser reads it, and its first bytes must agree: a PDF named .txt, or a program named
.pdf, is refused without being parsed.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath
from typing import NamedTuple

from alpie.index.errors import SourceError
from alpie.index.formats.checked_metadata import checked_metadata
from alpie.index.formats.extraction import Extraction, Metadata
from alpie.index.formats.pdf.recognition import Recogniser
from alpie.index.messages import message

__all__ = ["Extraction", "Metadata"]  # named again here: callers of this package need no other module

MAX_BYTES = 200_000_000  # of one file
MAX_CHARACTERS = 20_000_000  # of its text: some ten thousand pages; laying it out takes fifty bytes for each
PACKAGES = ("pypdfium2", "python-docx", "lxml", "selectolax", "markdown-it-py", "PyYAML")  # that they use
_LOG = logging.getLogger(__name__)
_SIGNATURES = {  # first bytes → what such a file is
    b"%PDF-": "pdf",
    b"PK\x03\x04": "zip",
    b"\xd0\xcf\x11\xe0": "ole",  # Word 97–2003, and OOXML under a password
    b"{\\rtf": "rtf",
    b"\x7fELF": "program",
    b"MZ": "program",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
}
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)


def _read_pdf(data: bytes, path: Path, recogniser: Recogniser | None) -> Extraction:
    from alpie.index.formats.pdf.pdf_document import extract_pdf

    return extract_pdf(data, path, recogniser)


def _read_docx(data: bytes, path: Path, _: Recogniser | None) -> Extraction:
    from alpie.index.formats.docx.docx_document import extract_docx

    return extract_docx(data, path)


def _read_odt(data: bytes, path: Path, _: Recogniser | None) -> Extraction:
    from alpie.index.formats.odt.odt_document import extract_odt

    return extract_odt(data, path)


def _read_pptx(data: bytes, path: Path, _: Recogniser | None) -> Extraction:
    from alpie.index.formats.pptx import extract_pptx

    return extract_pptx(data, path)


def _read_epub(data: bytes, path: Path, _: Recogniser | None) -> Extraction:
    from alpie.index.formats.epub import extract_epub

    return extract_epub(data, path)


def _read_html(data: bytes, path: Path, _: Recogniser | None) -> Extraction:
    from alpie.index.formats.html.html_page import extract_html

    return extract_html(data, path)


def _read_markdown(data: bytes, path: Path, _: Recogniser | None) -> Extraction:
    from alpie.index.formats.markdown.markdown_document import extract_markdown

    return extract_markdown(data, path)


def _read_text(data: bytes, path: Path, _: Recogniser | None) -> Extraction:
    from alpie.index.formats.plain import canonical_text

    return Extraction(canonical_text(data, path))


class _FileFormat(NamedTuple):
    name: str
    suffixes: tuple[str, ...]
    read: Callable[[bytes, Path, Recogniser | None], Extraction]  # imports its parser when a file needs it
    signature: str | None = None  # what the first bytes have to be, of `_SIGNATURES`
    no_text: str = "format.no_text"  # the message where a file has none


_FORMATS = (
    _FileFormat("text", (".txt", ".text"), _read_text),
    _FileFormat("markdown", (".md", ".markdown"), _read_markdown),
    _FileFormat("html", (".html", ".htm", ".xhtml"), _read_html, None, "html.no_text"),
    _FileFormat("pdf", (".pdf",), _read_pdf, "pdf"),
    _FileFormat("docx", (".docx",), _read_docx, "zip"),
    _FileFormat("odt", (".odt",), _read_odt, "zip"),
    _FileFormat("pptx", (".pptx",), _read_pptx, "zip", "pptx.no_text"),
    _FileFormat("epub", (".epub",), _read_epub, "zip", "epub.no_text"),
)
_BY_SUFFIX = {suffix: kind for kind in _FORMATS for suffix in kind.suffixes}
SUFFIXES = tuple(_BY_SUFFIX)


def format_of(name: str | PurePath) -> str | None:
    """The format by the ending of a file's name: "text", "markdown", "html", "pdf" …; None for others."""
    kind = _BY_SUFFIX.get(PurePath(name).suffix.lower())
    return kind.name if kind else None


def extract(data: bytes, path: Path, recogniser: Recogniser | None = None) -> Extraction:
    """The canonical text of a file; for the scanned pages of a PDF, what `recogniser` reads there.

    Raises `SourceError` for what cannot be read, saying what to do.
    """
    kind = _BY_SUFFIX.get(path.suffix.lower())
    if kind is None:
        raise SourceError.at(path, "format.unknown", formats=SUFFIXES)
    if len(data) > MAX_BYTES:
        raise SourceError.at(path, "format.large", most=MAX_BYTES // 1_000_000)
    check_signature(data, path)
    try:
        extraction = kind.read(data, path, recogniser)
    except SourceError:
        raise
    except Exception as error:  # whatever a parser does with a stranger's bytes, the others are read
        _LOG.info("%s could not be parsed", path, exc_info=True)
        reason = f"{type(error).__name__}: {str(error)[:200]}"
        raise SourceError.at(path, "format.damaged", error=reason) from error
    if not extraction.text:
        raise SourceError.at(path, kind.no_text)
    if len(extraction.text) > MAX_CHARACTERS:
        raise SourceError.at(path, "format.long", count=len(extraction.text), most=MAX_CHARACTERS)
    return replace(extraction, metadata=checked_metadata(extraction))


def check_signature(data: bytes, path: Path) -> None:
    """Raises `SourceError` when the first bytes of a file are not what its name says."""
    kind = _BY_SUFFIX.get(path.suffix.lower())
    name, wanted = (kind.name, kind.signature) if kind else ("", None)
    if not data and name != "text":
        raise SourceError.at(path, "format.empty")
    if name == "pdf" and b"%PDF-" in data[:1024]:
        return
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n\0") if name == "pdf" else data[:8]
    actual_kind = next((sort for first, sort in _SIGNATURES.items() if head.startswith(first)), None)
    if name in ("text", "markdown") and _PAGE.match(data[:1024]):
        actual_kind = "page"
    if actual_kind == wanted or (wanted is None and actual_kind in (None, "program")):
        return  # «MZ» may begin a text too; a program has NUL bytes, which its decoding finds
    actual = message(f"format.kind.{actual_kind}") if actual_kind else ""
    raise SourceError.at(
        path, "format.other" if actual_kind else "format.not_so", ending=path.suffix.lower(), actual=actual
    )
