"""Text files, decoded once and never altered, and the front matter of Markdown."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from alpie.index.errors import SourceError
from alpie.index.formats.extraction import Metadata
from alpie.index.records import collapse
from alpie.index.spanish.dates import iso_date
from alpie.index.spanish.word_tables import read_tables


def canonical_text(data: bytes, path: Path) -> str:
    """The text of a file's bytes: UTF-8, a byte order mark tolerated and not counted.

    Raises `SourceError` for other encodings, NUL bytes and files without text.
    """
    nul = data.find(b"\0")
    if nul >= 0:
        raise SourceError.at(path, "plain.null_byte", place=nul)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # the byte order mark is decoded apart, and positions then count without it
        skipped = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        position = error.start + (skipped if len(error.object) < len(data) else 0)
        command = f"iconv -f WINDOWS-1252 -t UTF-8 '{path.name}' > utf8.txt"
        byte = f"0x{data[position]:02x}"
        raise SourceError.at(path, "plain.not_utf8", place=position, byte=byte, command=command) from error
    if not text.strip():
        raise SourceError.at(path, "format.no_text")
    return text


_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
# field of `Metadata` → keys that state it
_FIELDS = {name: keys.split() for name, keys in read_tables(__file__).items()}


class FrontMatter(NamedTuple):
    """Metadata at the head of a file, and where the text begins."""

    end: int = 0
    metadata: Metadata = Metadata()


def front_matter(text: str) -> FrontMatter:
    """What comes before the text; nothing if that is not a YAML mapping."""
    front = _FRONT_MATTER.match(text)
    table = _mapping(front[1]) if front else None
    return FrontMatter() if front is None or table is None else FrontMatter(front.end(), _metadata(table))


def _mapping(front: str) -> dict[Any, Any] | None:
    """The mapping that `front` is; an empty one where it says nothing, None for any other text."""
    try:
        table: Any = yaml.safe_load(front)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return {} if table is None else table if isinstance(table, dict) else None


def _metadata(table: dict[Any, Any]) -> Metadata:
    lowered = {str(key).lower(): value for key, value in table.items()}
    values: dict[str, Any] = {}
    for name, keys in _FIELDS.items():
        value = next((lowered[key] for key in keys if lowered.get(key)), "")
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        # «N&ordm; 3», from a page
        values[name] = "" if isinstance(value, dict) else collapse(unescape(str(value)))
    values["date"] = iso_date(values["date"])
    return Metadata(**values)
