"""Text files: decoded once, never altered."""

from __future__ import annotations

from pathlib import Path

from alpie.index.errors import SourceError
from alpie.index.formats.extraction import Extraction


def extract_text(data: bytes, path: Path) -> Extraction:
    """The text as it is; its layout is read off its lines."""
    return Extraction(canonical_text(data, path))


def canonical_text(data: bytes, path: Path) -> str:
    """The text of a file's bytes: UTF-8, a byte order mark tolerated and not counted.

    Raises `SourceError` for other encodings, NUL bytes and files without text.
    """
    nul = data.find(b"\0")
    if nul >= 0:
        raise SourceError(
            f"{path}: tiene un byte nulo en la posición {nul}, así que no es texto UTF-8 "
            "(será UTF-16, o no es texto). Guárdelo como texto UTF-8.",
            path,
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # the byte order mark is decoded apart, and positions then count without it
        skipped = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        position = error.start + (skipped if len(error.object) < len(data) else 0)
        raise SourceError(
            f"{path}: no es UTF-8 en el byte {position} (0x{data[position]:02x}). Conviértalo, "
            f"por ejemplo: iconv -f WINDOWS-1252 -t UTF-8 '{path.name}' > utf8.txt",
            path,
        ) from error
    if not text.strip():
        raise SourceError(f"{path}: no contiene texto. Retire el archivo o complételo.", path)
    return text
