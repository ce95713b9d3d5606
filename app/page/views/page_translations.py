"""The texts of the page: one catalogue for each language, `locale/*.json`, which extends that of the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import escape

from alpie.app import translations as common
from alpie.index.messages import MessageSource

if TYPE_CHECKING:
    from starlette.requests import Request

    from alpie.index.records import Document

__all__ = [
    "LANGUAGES",
    "PageTranslations",
    "language_of_path",
    "page_translations_for",
    "requested_translations",
]

LANGUAGES = common.LANGUAGES
_catalogues = MessageSource(*common.message.folders, Path(__file__).resolve().parents[1] / "locale")


@dataclass(frozen=True)
class PageTranslations(common.Translations):
    """Interface text of one language. ``translations("chat.send")`` is plain text, `html` the escaped one."""

    def html(self, key: str, **values: object) -> str:
        """The text under a key, placeholders filled in, escaped for HTML."""
        return str(escape(self(key, **values)))

    def share(self, value: float) -> str:
        """A share between 0 and 1 as a percentage."""
        return self.number(100 * value) + ("%" if self.language == "en" else "\u00a0%")

    def language_name(self, code: str) -> str:
        """The name of a language: «español (México)» for «es-MX»; the code itself where it has no name here."""
        base, _, region = code.partition("-")
        named = self.entries.get(f"language.{base}")
        return f"{named} ({region})" if named and region else named or code

    def facts(self, document: Document) -> str:
        """Publisher, kind and date on one line; what is not known is left out."""
        date = self.date(document.date) if document.date else ""
        return " · ".join(fact for fact in (document.publisher, document.kind, date) if fact)

    def moment(self, iso: str) -> str:
        """Day and time of an ISO 8601 moment as people write them, in this machine's time; the text itself if it is not one."""
        try:
            then = datetime.fromisoformat(iso).astimezone()
        except ValueError:
            return iso
        return self("documents.moment", date=self.date(then.date().isoformat()), time=f"{then:%H:%M}")

    @property
    def for_scripts(self) -> dict[str, str]:
        """The texts that the scripts of the page show, by their keys."""
        return {key.removeprefix("js."): text for key, text in self.entries.items() if key.startswith("js.")}


@lru_cache
def page_translations_for(language: str) -> PageTranslations:
    """The catalogue of `language`; Spanish for a language that has none."""
    base = common.translations_for(language)
    return PageTranslations(base.language, _catalogues.catalogue(base.language))


def requested_translations(request: Request) -> PageTranslations:
    """The catalogue of the language that the address of `request` names, by default Spanish."""
    return page_translations_for(request.query_params.get("lang", "es"))


def language_of_path(path: str, default: str) -> str:
    """The language of the page that `path` lies under; `default` outside the pages with a path of their own."""
    return next((language for language in LANGUAGES if path.startswith(f"/{language}/")), default)
