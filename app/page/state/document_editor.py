"""What visitors may change about the documents of a folder: their metadata, and whether they are in it.

Metadata is written to `sources.toml`, whose comments and other tables stay as they are. A document that is removed
goes to a hidden folder, which indexing skips, together with its table: it can be put back until it is erased.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from alpie.app.errors import ChangeRefused
from alpie.app.translations import message
from alpie.index.records import Document
from alpie.index.sources.document_folder import SOURCES_FILE
from alpie.index.sources.source_table import entry_from_table
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.dates import iso_date, parse_date
from alpie.index.system.files import atomic_write

REMOVED = ".removed"  # folder of what was removed and can be put back, each in its own folder
TOKEN = re.compile(r"[0-9a-f]{16}")  # the name of such a folder
FIELDS = ("title", "publisher", "date", "kind", "language", "url")  # that a visitor may change
_ABOUT = "about.json"
_MAX_FIELD = 500  # characters of a field
_MAX_REMOVED = 100  # documents kept to be put back: they take up the disk until somebody erases them
_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Removed:
    """A document that was removed and can be put back."""

    token: str
    title: str
    file: str
    table: Mapping[str, Any]  # of `sources.toml`; empty: it had none


class DocumentEditor:
    """Changes the documents in `folder` for visitors; after each change `refresh` has the folder indexed again."""

    def __init__(self, folder: Path, refresh: Callable[[], None]) -> None:
        self._folder, self._refresh = folder, refresh
        self._changing = threading.Lock()

    def edit(self, document: Document, given: Mapping[str, str]) -> None:
        """Write the values `given` for some of `FIELDS` into the entry of `document` in `sources.toml`.

        Raises `ChangeRefused` for a value that a field cannot have, and `SourceError` for an entry that is wrong as a whole.
        """
        values = {name: " ".join(given[name].split()) for name in FIELDS if name in given}
        if (written := values.get("date", "")) and not (parse_date(written) or written[:4].isdigit()):
            values["date"] = iso_date(written) or written  # as people write it
        if any(len(value) > _MAX_FIELD for value in values.values()):
            raise ChangeRefused(message("refused.long", most=_MAX_FIELD))
        if values.get("title") == "":
            raise ChangeRefused(message("refused.title"))
        if values.get("date") and not parse_date(values["date"]):
            raise ChangeRefused(message("refused.date", date=values["date"]))
        if values.get("url") and not _ADDRESS.fullmatch(values["url"]):
            raise ChangeRefused(message("refused.url"))
        with self._changing:
            table_file, tables = self._tables()
            table = _table_of(tables, document)
            if table is None:
                table = tomlkit.table()
                for name in ("id", "file", *FIELDS[:5]):
                    table[name] = getattr(document, name)
                if document.editorial:
                    table["editorial"] = list(document.editorial)
                tables.append(table)
            for name, value in values.items():
                if name == "url" and not value:
                    table.pop("url", None)
                elif value != getattr(document, name):
                    table[name] = value
                    _mark_editorial(table, name, value, document)
            entry_from_table(table.unwrap(), f"«{document.title}»", self._folder / SOURCES_FILE)
            self._write(table_file)
        self._refresh()

    def remove(self, document: Document, documents: Iterable[Document]) -> None:
        """Remove `document`. Raises ChangeRefused for the last of `documents`: then there would be nothing to ask."""
        about = {"title": document.title, "file": document.file, "table": {}}
        with self._changing:
            path = self._inside(document.file)
            if not any(self.has(other) for other in documents if other.id != document.id):
                raise ChangeRefused(message("documents.last"))
            if len(self.removed()) >= _MAX_REMOVED:
                raise ChangeRefused(message("refused.removed_full"))
            table_file, tables = self._tables()
            if (table := _table_of(tables, document)) is not None:
                about["table"] = table.unwrap()
                tables.remove(table)
            place = self._folder / REMOVED / secrets.token_hex(8)
            place.mkdir(parents=True)
            try:
                text = json.dumps(about, ensure_ascii=False, default=str)
                (place / _ABOUT).write_text(text, encoding="utf-8")
                with _moved_file(path, place / path.name):
                    if about["table"]:
                        self._write(table_file)
            except BaseException:
                if not (place / path.name).exists():  # else it could not even be moved back
                    shutil.rmtree(place, ignore_errors=True)
                raise
        self._refresh()

    def has(self, document: Document) -> bool:
        """Whether `document` is still there; the index may not know yet that it was removed."""
        return (self._folder / document.file).is_file()

    def restore(self, token: str) -> None:
        """Put back the document removed as `token`. Raises `ChangeRefused` for an unknown token or a name taken by now."""
        with self._changing:
            removed, place = self._find_removed(token)
            target = self._inside(removed.file, must_exist=False)
            if target.exists():
                raise ChangeRefused(message("refused.file_taken", file=removed.file))
            target.parent.mkdir(parents=True, exist_ok=True)
            with _moved_file(place / target.name, target):
                if removed.table:
                    table_file, tables = self._tables()
                    table = tomlkit.table()
                    table.update(removed.table)
                    tables.append(table)
                    self._write(table_file)
            shutil.rmtree(place)
        self._refresh()

    def erase(self, token: str) -> None:
        """Delete the document removed as `token` for good."""
        with self._changing:
            shutil.rmtree(self._find_removed(token)[1])

    def removed(self) -> tuple[Removed, ...]:
        """The documents that were removed, the latest first."""
        places = sorted((self._folder / REMOVED).glob(f"*/{_ABOUT}"), key=os.path.getmtime, reverse=True)
        return tuple(removed for place in places if (removed := _read_removed(place.parent)))

    def _find_removed(self, token: str) -> tuple[Removed, Path]:
        place = self._folder / REMOVED / token
        if TOKEN.fullmatch(token) and (removed := _read_removed(place)):
            return removed, place
        raise ChangeRefused(message("refused.removed_gone"))

    def _inside(self, file: str, must_exist: bool = True) -> Path:
        """The path of a file of the folder, which no name can leave."""
        path = self._folder / file
        if not path.resolve().is_relative_to(self._folder.resolve()) or (must_exist and not path.is_file()):
            raise ChangeRefused(message("refused.file_gone", file=file))
        return path

    def _tables(self) -> tuple[tomlkit.TOMLDocument, Any]:
        """`sources.toml` and its tables of documents."""
        path = self._folder / SOURCES_FILE
        try:
            text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
            table_file = tomlkit.parse(text)
        except (OSError, UnicodeDecodeError, TOMLKitError) as error:
            raise ChangeRefused(message("refused.unreadable", file=SOURCES_FILE, error=error)) from error
        if "document" not in table_file:
            table_file["document"] = tomlkit.aot()
        return table_file, table_file["document"]

    def _write(self, whole: tomlkit.TOMLDocument) -> None:
        try:
            with atomic_write(self._folder / SOURCES_FILE) as new:
                new.write_text(tomlkit.dumps(whole), encoding="utf-8")
        except OSError as error:
            raise ChangeRefused(message("refused.unwritable", file=SOURCES_FILE)) from error


def _read_removed(place: Path) -> Removed | None:
    """What the folder of a removed document says about it; None if that is unreadable."""
    try:
        about = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
        removed = Removed(place.name, about["title"], about["file"], about["table"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    known = (
        TOKEN.fullmatch(removed.token)
        and isinstance(removed.file, str)
        and isinstance(removed.table, Mapping)
    )
    return removed if known else None


@contextmanager
def _moved_file(file: Path, target: Path) -> Iterator[None]:
    """Move `file` to `target`, and back if what the block does fails."""
    file.rename(target)
    try:
        yield
    except BaseException:
        target.rename(file)
        raise


def _table_of(tables: Any, document: Document) -> Any:
    return next(
        (table for table in tables if table.get("id") == document.id or table.get("file") == document.file),
        None,
    )


def _mark_editorial(table: Any, name: str, value: str, document: Document) -> None:
    """Name the field in `editorial` if its value is a visitor's and does not stand in the text."""
    named = [field for field in table.get("editorial", []) if field != name]
    if not value or fold(value) not in fold(document.text):
        named.append(name)
    table["editorial"] = named
