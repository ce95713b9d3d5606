"""Several collections of documents, each with a name, an address of its own and its own index, under one folder."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from alpie.index.errors import SourceError

__all__ = ["COLLECTION", "Collection", "Collections"]

# Where a named collection is served: what comes after is an address like those of the others.
COLLECTION = re.compile(r"^/c/(?P<slug>[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)(?=/|$)")
_MOST = 50
_LONGEST_NAME = 60  # characters
_LONGEST_SLUG = 40
_NAME_FILE = "name.txt"


@dataclass(frozen=True)
class Collection:
    """A folder of documents with its index beside it."""

    slug: str
    name: str
    folder: Path

    @property
    def docs(self) -> Path:
        return self.folder / "documents"

    @property
    def data(self) -> Path:
        return self.folder / "index"

    @property
    def address(self) -> str:
        """Where it is served, below the path of the site."""
        return f"/c/{self.slug}/"


class Collections:
    """Those in `folder`, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> tuple[Collection, ...]:
        """In the order of their names."""
        found = [self.get(path.parent.name) for path in self._folder.glob(f"*/{_NAME_FILE}")]
        return tuple(sorted((one for one in found if one), key=lambda one: one.name.casefold()))

    def get(self, slug: str) -> Collection | None:
        """The collection with this slug, as it stands in an address."""
        if not COLLECTION.fullmatch(f"/c/{slug}"):
            return None
        folder = self._folder / slug
        try:
            name = (folder / _NAME_FILE).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return Collection(slug, name or slug, folder)

    def create(self, name: str) -> Collection:
        """An empty collection. Raises SourceError for a name that does not do, or is taken."""
        shown = " ".join(name.split())
        if not shown or len(shown) > _LONGEST_NAME or not shown.isprintable():
            raise SourceError(
                f"Dé a la colección un nombre de una línea y como mucho {_LONGEST_NAME} caracteres."
            )
        existing = self.all()
        if any(one.name.casefold() == shown.casefold() for one in existing):
            raise SourceError(f"Ya hay una colección «{shown}».")
        if len(existing) >= _MOST:
            raise SourceError(f"Hay ya {_MOST} colecciones, que son las que caben.")
        plain = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", plain)[: _LONGEST_SLUG - 3].strip("-") or "coleccion"
        for number in range(1, _MOST + 2):
            made = Collection(slug if number == 1 else f"{slug}-{number}", shown, Path())
            folder = self._folder / made.slug
            try:
                folder.mkdir(parents=True)
                (folder / "documents").mkdir()
                (folder / _NAME_FILE).write_text(shown, encoding="utf-8")
            except FileExistsError:
                continue
            except OSError as error:
                raise SourceError("La colección no se ha podido crear en el disco.") from error
            return Collection(made.slug, shown, folder)
        raise SourceError(f"Hay ya demasiadas colecciones con un nombre como «{shown}».")
