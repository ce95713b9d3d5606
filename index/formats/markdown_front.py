"""Front matter of a Markdown file: what it says of itself in YAML before the text begins."""

from __future__ import annotations

import re
from typing import Any

from alpie.index.formats.extraction import Metadata
from alpie.index.formats.file_dates import iso_date
from alpie.index.readable import collapse

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
_FIELDS = {
    "title": ("title", "título", "titulo"),
    "publisher": ("publisher", "organismo", "author", "autor", "institution"),
    "date": ("date", "fecha"),
    "language": ("lang", "language", "idioma"),
    "kind": ("kind", "tipo"),
    "url": ("url",),
    "rights": ("rights", "license", "licencia"),
}


def front_matter(text: str) -> tuple[int, Metadata]:
    """Where the text begins, and what stands before; nothing where that is no YAML mapping."""
    found = _FRONT_MATTER.match(text)
    return (found.end(), _metadata(found[1])) if found else (0, Metadata())


def _metadata(front: str) -> Metadata:
    import yaml

    try:
        table: Any = yaml.safe_load(front)
    except (yaml.YAMLError, RecursionError, ValueError):
        return Metadata()
    if not isinstance(table, dict):
        return Metadata()
    lowered = {str(key).lower(): value for key, value in table.items()}
    values: dict[str, Any] = {}
    for name, keys in _FIELDS.items():
        value = next((lowered[key] for key in keys if lowered.get(key)), "")
        if isinstance(value, list):
            value = ", ".join(str(one) for one in value)
        values[name] = "" if isinstance(value, dict) else collapse(str(value))
    values["date"] = iso_date(values["date"])
    return Metadata(**values)
