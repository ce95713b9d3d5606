"""What `sources.toml`, or failing it a file's name, says of one document."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path, PurePosixPath

from alpie.index.errors import SourceError
from alpie.index.records import Document

__all__ = ["SourceEntry", "entry_from_file_name", "entry_from_table"]

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # BCP 47 without its registry
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


@dataclass(frozen=True)
class SourceEntry:
    """A document without its text. `editorial` names the fields that the text itself does not carry."""

    id: str
    file: str
    title: str
    publisher: str
    date: str
    kind: str
    language: str
    short: str = ""
    url: str = ""
    rights: str = ""
    notes: tuple[str, ...] = ()
    editorial: tuple[str, ...] = ()

    def document(self, text: str, sha256: str) -> Document:
        """The document with its text."""
        return Document(
            id=self.id,
            title=self.title,
            publisher=self.publisher,
            date=self.date,
            kind=self.kind,
            language=self.language,
            file=self.file,
            text=text,
            sha256=sha256,
            url=self.url,
            rights=self.rights,
            notes=self.notes,
            editorial=self.editorial,
            short_publisher=self.short,
        )


_FIELDS = tuple(field.name for field in fields(SourceEntry))
_REQUIRED = _FIELDS[:7]
_LISTS = ("notes", "editorial")


def entry_from_table(table: Mapping[str, object], where: str, path: Path) -> SourceEntry:
    """The entry of one ``[[document]]`` table; `where` and `path` are for the message of a `SourceError`."""
    identity = f" («{table['id']}»)" if isinstance(table.get("id"), str) else ""

    def refuse(message: str) -> SourceError:
        return SourceError(f"{where}{identity}: {message}", path)

    for key in table:
        if key not in _FIELDS:
            raise refuse(f"clave desconocida «{key}»; se admiten: {', '.join(_FIELDS)}.")
    missing = [name for name in _REQUIRED if name not in table]
    if missing:
        raise refuse(f"falta «{missing[0]}»; son obligatorias: {', '.join(_REQUIRED)}.")
    values: dict[str, object] = {}
    for name, value in table.items():
        values[name] = _texts(name, value, refuse) if name in _LISTS else _line(name, value, refuse)
    for name, (is_good, allowed) in _CHECKS.items():
        value = str(values.get(name, ""))
        if (value or name in ("id", "title", "language", "file")) and not is_good(value):
            raise refuse(f"«{name}» es {value!r}; se admite {allowed}.")
    for name in values.get("editorial", ()):  # type: ignore[attr-defined]  # a tuple, see _texts
        if name not in _FIELDS:
            raise refuse(f"«editorial» nombra «{name}»; se admiten: {', '.join(_FIELDS)}.")
    return SourceEntry(**values)  # type: ignore[arg-type]  # names and types were checked above


def entry_from_file_name(file: Path, used: Set[str]) -> SourceEntry:
    """What a file's name tells of a document nobody described; all of it is editorial.

    `used` are the ids already given: a second file of the same name elsewhere gets a longer one.
    """
    identity = _slug(file.with_suffix("").as_posix()) or "documento"
    if identity in used:
        identity += "-" + hashlib.sha256(file.as_posix().encode()).hexdigest()[:8]
    title = re.sub(r"[\s_]+", " ", file.stem).strip() or file.name
    year = _YEAR.search(file.stem)
    return SourceEntry(
        id=identity,
        file=file.as_posix(),
        title=title[:1].upper() + title[1:],
        publisher="",
        date=year.group() if year else "",
        kind="documento",
        language="es",
        notes=("Sin ficha en sources.toml: el título sale del nombre del archivo.",),
        editorial=("title", "date", "kind", "language"),
    )


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def _line(name: str, value: object, refuse: Callable[[str], SourceError]) -> str:
    if isinstance(value, date):  # TOML has dates of its own: date = 2021-11-23 without quotes
        return value.isoformat()[:10]
    if not isinstance(value, str):
        raise refuse(f"«{name}» es {value!r}; se admite un texto entre comillas.")
    if re.search(r"[\x00-\x1f\x7f]", value):
        raise refuse(f"«{name}» es {value!r}; se admite una línea sin caracteres de control.")
    return value.strip()


def _texts(name: str, value: object, refuse: Callable[[str], SourceError]) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        raise refuse(f"«{name}» es {value!r}; se admite una lista de textos.")
    return tuple(_line(name, item, refuse) for item in value)


def _is_date(value: str) -> bool:
    """YYYY, YYYY-MM, YYYY-MM-DD, or two of them with a slash between, the earlier first."""
    parts = value.split("/")
    if len(parts) > 2:
        return False
    for part in parts:
        match = _DATE.fullmatch(part)
        if not match:
            return False
        try:
            date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        except ValueError:
            return False
    return parts == sorted(parts)


def _is_inside(value: str) -> bool:
    path = PurePosixPath(value)
    return bool(value) and not path.is_absolute() and ".." not in path.parts and "\\" not in value


_CHECKS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "id": (_ID.fullmatch, "minúsculas sin tilde, cifras y guiones sueltos, como «informe-2019»"),
    "title": (bool, "un texto no vacío"),
    "date": (_is_date, "AAAA, AAAA-MM, AAAA-MM-DD o dos de ellas con «/» en medio; vacía si no se conoce"),
    "language": (_LANGUAGE.fullmatch, "un código BCP 47 como «es» o «es-MX»"),
    "file": (_is_inside, "una ruta dentro de la carpeta de documentos, con «/»"),
    "url": (re.compile(r"https?://\S+").fullmatch, "una dirección http o https; omítela si no se conoce"),
}
