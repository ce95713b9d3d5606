"""Several collections of documents under one folder, each with a name, an address and an index."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from alpie.app.errors import ChangeRefused
from alpie.app.page.state.document_editor import REMOVED, TOKEN
from alpie.app.translations import message
from alpie.index.spanish.analysis import slug_of
from alpie.index.system.files import atomic_write

# Where a named collection is served: what comes after is an address like those of the others.
COLLECTION = re.compile(r"^/c/(?P<slug>[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)(?=/|$)")
# each has a folder and an index of its own; the menu of collections stays short enough to read through
_MAX_COLLECTIONS = 50
_MAX_NAME = 60  # characters
_MAX_SLUG = 40  # characters, as many as `COLLECTION` takes
_NAME_FILE = "name.txt"


@dataclass(frozen=True)
class Collection:
    """A folder of documents with its index beside it."""

    slug: str
    name: str
    folder: Path
    named: int = 0  # time stamp of its name (ns): tells it from an earlier collection at the same address

    @property
    def docs(self) -> Path:
        return self.folder / "documents"

    @property
    def data(self) -> Path:
        return self.folder / "index"

    @property
    def address(self) -> str:
        """The path at which the collection is served, below that of the site."""
        return f"/c/{self.slug}/"


class RemovedCollection(NamedTuple):
    """A collection that was removed, and the token that `restore` and `erase` need."""

    token: str
    collection: Collection


class Collections:
    """The collections in `folder`, which need not exist yet. A change that cannot be made raises ChangeRefused."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> tuple[Collection, ...]:
        """All collections, in the order of their names."""
        found = [self.get(path.parent.name) for path in self._folder.glob(f"*/{_NAME_FILE}")]
        return tuple(
            sorted(
                (collection for collection in found if collection),
                key=lambda collection: collection.name.casefold(),
            )
        )

    def get(self, slug: str) -> Collection | None:
        """The collection with this slug, as it stands in an address."""
        return _read(self._folder / slug) if COLLECTION.fullmatch(f"/c/{slug}") else None

    def create(self, name: str) -> Collection:
        """Make an empty collection called `name`."""
        existing = self.all()
        shown = _checked_name(name, existing)
        if len(existing) >= _MAX_COLLECTIONS:
            raise ChangeRefused(message("refused.collections_full", most=_MAX_COLLECTIONS))
        with _disk_errors_refused():
            folder = self._make_free_folder(slug_of(shown)[:_MAX_SLUG].strip("-") or "coleccion")
            (folder / "documents").mkdir()
            _write_name(folder, shown)
        return self._existing(folder.name)

    def rename(self, slug: str, name: str) -> Collection:
        """Give a collection another name; its address stays, for links point to it."""
        collection = self._existing(slug)
        shown = _checked_name(name, [other for other in self.all() if other.slug != slug])
        with _disk_errors_refused():
            _write_name(collection.folder, shown)
        return self._existing(slug)

    def remove(self, slug: str) -> None:
        """Remove a collection with its documents; it can be put back until it is erased."""
        collection = self._existing(slug)
        place = self._folder / REMOVED / secrets.token_hex(8)
        with _disk_errors_refused():
            place.mkdir(parents=True)
            collection.folder.rename(place / slug)

    def removed(self) -> tuple[RemovedCollection, ...]:
        """The collections that were removed, the latest first."""
        places = [*(self._folder / REMOVED).glob("*/*/")]
        places.sort(key=lambda place: place.parent.stat().st_mtime, reverse=True)
        found = [(place.parent.name, _read(place)) for place in places]
        return tuple(
            RemovedCollection(token, taken) for token, taken in found if taken and TOKEN.fullmatch(token)
        )

    def restore(self, token: str) -> Collection:
        """Put back the collection removed as `token`, under another address if its own is taken by now."""
        taken = self._find_removed(token)
        _checked_name(taken.name, self.all())
        with _disk_errors_refused():
            folder = self._make_free_folder(taken.slug)
            folder.rmdir()
            taken.folder.rename(folder)
            taken.folder.parent.rmdir()
        return self._existing(folder.name)

    def erase(self, token: str) -> None:
        """Delete the collection removed as `token` for good."""
        with _disk_errors_refused():
            shutil.rmtree(self._find_removed(token).folder.parent)

    def _existing(self, slug: str) -> Collection:
        if collection := self.get(slug):
            return collection
        raise ChangeRefused(message("refused.collection_gone"))

    def _find_removed(self, token: str) -> Collection:
        if taken := dict(self.removed()).get(token):
            return taken
        raise ChangeRefused(message("refused.collection_gone"))

    def _make_free_folder(self, slug: str) -> Path:
        """A folder of this name, or of the next free one like it that an address can hold, made now."""
        for number in range(1, _MAX_COLLECTIONS + 2):
            ending = "" if number == 1 else f"-{number}"
            folder = self._folder / (slug[: _MAX_SLUG - len(ending)] + ending)
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                continue
            return folder
        raise ChangeRefused(message("refused.collections_full", most=_MAX_COLLECTIONS))


@contextmanager
def _disk_errors_refused() -> Iterator[None]:
    """Raise `ChangeRefused` where the disk does not do what the block asks for."""
    try:
        yield
    except OSError as error:
        raise ChangeRefused(message("refused.collection_disk")) from error


def _read(folder: Path) -> Collection | None:
    path = folder / _NAME_FILE
    try:
        name, named = path.read_text(encoding="utf-8").strip(), path.stat().st_mtime_ns
    except (OSError, UnicodeDecodeError):
        return None
    return Collection(folder.name, name or folder.name, folder, named)


def _write_name(folder: Path, name: str) -> None:
    with atomic_write(folder / _NAME_FILE) as new:
        new.write_text(name, encoding="utf-8")


def _checked_name(name: str, others: Sequence[Collection]) -> str:
    """The name on one line, if it is one and none of `others` has it."""
    shown = " ".join(name.split())
    if not shown or len(shown) > _MAX_NAME or not shown.isprintable():
        raise ChangeRefused(message("refused.name", most=_MAX_NAME))
    if any(other.name.casefold() == shown.casefold() for other in others):
        raise ChangeRefused(message("refused.name_taken", name=shown))
    return shown
