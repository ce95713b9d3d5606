"""What `sources.toml` says about a document or, if it does not list the file, what the file's name says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path, PurePosixPath

from alpie.index.errors import SourceError
from alpie.index.formats import Extraction, Metadata, format_of
from alpie.index.formats.checked_metadata import kind_of_title
from alpie.index.messages import message
from alpie.index.records import Document, collapse
from alpie.index.spanish.analysis import slug_of
from alpie.index.spanish.characters import without_controls, without_invisible
from alpie.index.spanish.dates import parse_date

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # BCP 47 without its registry
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


@dataclass(frozen=True)
class SourceEntry:
    """What the table of sources says of a document. `editorial`: the fields that its text does not carry.

    None stands where the table says nothing: the file itself may.
    """

    id: str
    file: str
    title: str | None
    publisher: str | None
    date: str | None
    kind: str | None
    language: str | None
    place: str | None = None  # of publication
    url: str | None = None
    short: str = ""
    rights: str = ""
    notes: tuple[str, ...] = ()
    editorial: tuple[str, ...] = ()

    def document(self, extraction: Extraction, sha256: str) -> Document:
        """Make the document that the entry describes, with the text of its file."""
        return Document(
            id=self.id,
            title=self.title or self.file,
            publisher=self.publisher or "",
            date=self.date or "",
            kind=self.kind or ANY_KIND,
            language=self.language or _USUAL_LANGUAGE,
            file=self.file,
            text=extraction.text,
            parser=extraction.parser,
            structure=extraction.structure,
            notices=extraction.notices,
            coverage=extraction.coverage,
            sha256=sha256,
            place=self.place or "",
            url=self.url or "",
            rights=self.rights,
            notes=self.notes,
            editorial=self.editorial,
            short_publisher=self.short,
        )


@dataclass(frozen=True)
class CompletedEntry:
    """An entry completed from its file, and the names of the fields that nobody gave."""

    entry: SourceEntry
    missing: tuple[str, ...]
    listed: bool = False  # in `sources.toml`, where they are to be added


ANY_KIND = "documento"  # of what no one says what it is: no citation names it
_MAX_FIELD_CHARACTERS = 500  # of what a file says of itself
_MAX_ID_CHARACTERS = 60  # of an id that is made of the name of a file
_USUAL_LANGUAGE = "es"
_FIELDS = tuple(field.name for field in fields(SourceEntry))
_REQUIRED = _FIELDS[:7]
_TOLD = _FIELDS[2:7]  # what a file may say of itself
_ASKED = _FIELDS[2:9]  # what a reference is made of
_LISTS = ("notes", "editorial")


def entry_from_table(table: Mapping[str, object], where: str, path: Path) -> SourceEntry:
    """The entry of one ``[[document]]`` table; `where` and `path` are for the message of a `SourceError`."""
    if isinstance(table.get("id"), str):
        where = message("table.named", where=where, id=table["id"])

    def refuse(key: str, /, **facts: object) -> SourceError:
        return SourceError(message("at", where=where, reason=message(key, **facts)), path)

    for key in table:
        if key not in _FIELDS:
            raise refuse("table.key", key=key, keys=_FIELDS)
    # A text file says nothing of itself in a way a program could read.
    told_by_file = format_of(str(table.get("file", ""))) not in (None, "text")
    missing = [n for n in _REQUIRED if n not in table and not (told_by_file and n in _TOLD)]
    if missing:
        raise refuse("table.missing", key=missing[0], keys=_REQUIRED)
    values: dict[str, object] = dict.fromkeys(_ASKED)
    for name, value in table.items():
        values[name] = _read_lines(name, value, refuse) if name in _LISTS else _read_line(name, value, refuse)
    for name, is_good in _CHECKS.items():
        value = str(values.get(name) or "")
        always = name in table and name in ("id", "title", "language", "file")
        if (value or always) and not is_good(value):
            raise refuse("table.value", key=name, value=repr(value), allowed=message(f"table.{name}"))
    for name in values.get("editorial", ()):  # type: ignore[attr-defined]  # a tuple, see _read_lines
        if name not in _FIELDS:
            raise refuse("table.editorial", key=name, keys=_FIELDS)
    return SourceEntry(**values)  # type: ignore[arg-type]  # names and types were checked above


def entry_from_file_name(file: Path, used: Set[str]) -> SourceEntry:
    """Make the entry of a file that no table lists, with the name of the file and nothing else.

    `used` are the ids already given: a second file of the same name elsewhere gets a longer one.
    """
    identity = slug_of(file.with_suffix("").as_posix())[:_MAX_ID_CHARACTERS].strip("-") or "documento"
    if identity in used:
        identity += "-" + hashlib.sha256(file.as_posix().encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return SourceEntry(identity, file.as_posix(), None, None, None, None, None)


def complete_entry(entry: SourceEntry, metadata: Metadata, today: date) -> CompletedEntry:
    """Complete `entry` with what the file says where the table says nothing, else with what the name of the file shows.

    What neither says is named as missing. The day on which a file was made is not a date of publication, and neither
    is a day after `today` («Agenda 2030»).
    """
    values: dict[str, object] = {}
    editorial = list(entry.editorial)
    notes = [*entry.notes, *metadata.notes]
    missing: list[str] = []
    for name in _ASKED:
        own = getattr(entry, name)
        value = _one_line(getattr(metadata, name, "")) if own is None else own
        if own is None and value and not _is_citable(name, value, metadata, today):
            if name in metadata.guessed:
                notes.append(message("note.guessed_date", date=value))
            value = ""
        values[name] = value
        if own is None and not value:
            missing.append(name)
    values["rights"] = entry.rights or _one_line(metadata.rights)
    stem = PurePosixPath(entry.file).stem
    if "title" in missing:
        title = _one_line(stem.replace("_", " ")) or PurePosixPath(entry.file).name
        values["title"] = title[:1].upper() + title[1:]
        notes.append(message("note.no_title"))
    years = set(_YEAR.findall(stem))  # of several, none is known to be that of publication
    if "date" in missing and len(years) == 1 and int(min(years)) <= today.year:
        values["date"] = min(years)
        missing.remove("date")
        editorial.append("date")
    if "kind" in missing and (kind := kind_of_title(str(values["title"]))):
        values["kind"] = kind
        missing.remove("kind")
        editorial += ["kind"] if "title" in missing else []  # else the document says it
    values["kind"] = values["kind"] or (ANY_KIND if "kind" in missing else "")
    values["language"] = values["language"] or _USUAL_LANGUAGE
    editorial += [name for name in missing if values[name]]
    whole = {"notes": tuple(notes), "editorial": tuple(dict.fromkeys(editorial))}
    return CompletedEntry(replace(entry, **values, **whole), tuple(missing))  # type: ignore[arg-type]


def _is_citable(name: str, value: str, metadata: Metadata, today: date) -> bool:
    """Whether what a file says of itself can stand in a citation; it may say anything."""
    if name in _CHECKS and not _CHECKS[name](value):
        return False
    return name != "date" or (name not in metadata.guessed and value <= today.isoformat())


def render_table(completed: CompletedEntry, tell: Callable[[str], str] = str) -> str:
    """A table of `sources.toml`, or what is to be added to one, with a comment (worded by `tell`) at each gap to fill in."""
    lines = ["[[document]]"]
    for name in ("id", *completed.missing) if completed.listed else (*_REQUIRED, "place", "url"):
        value = str(getattr(completed.entry, name))
        line = f"{name} = {json.dumps(value, ensure_ascii=False)}"
        lines.append(
            f"{line}  # {tell(message(f'sources.hint.{name}'))}" if name in completed.missing else line
        )
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    """`text` without control characters, marks of writing direction and the like: it stands in citations."""
    return collapse(without_controls(without_invisible(text)))[:_MAX_FIELD_CHARACTERS]


def _read_line(name: str, value: object, refuse: Callable[..., SourceError]) -> str:
    if isinstance(value, date):  # TOML has dates of its own: date = 2021-11-23 without quotes
        return value.isoformat()[:10]
    if not isinstance(value, str):
        raise refuse("table.value", key=name, value=repr(value), allowed=message("table.quoted"))
    if re.search(r"[\x00-\x1f\x7f]", value):
        raise refuse("table.value", key=name, value=repr(value), allowed=message("table.line"))
    return value.strip()


def _read_lines(name: str, value: object, refuse: Callable[..., SourceError]) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        raise refuse("table.value", key=name, value=repr(value), allowed=message("table.texts"))
    return tuple(_read_line(name, item, refuse) for item in value)


def _is_inside(value: str) -> bool:
    path = PurePosixPath(value)
    return bool(value) and not path.is_absolute() and ".." not in path.parts and "\\" not in value


_CHECKS: Mapping[str, Callable[[str], object]] = {
    "id": _ID.fullmatch,
    "title": bool,
    "date": parse_date,
    "language": _LANGUAGE.fullmatch,
    "file": _is_inside,
    "url": re.compile(r"https?://\S+").fullmatch,
}
