"""The words of the page, one catalogue a language: `locale/*.json`, on top of the command line's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from alpie.app import translations as common
from alpie.app.page.views.markup import escape

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["LANGUAGES", "Words", "language_of", "words_asked", "words_for"]

LANGUAGES = common.LANGUAGES
_FOLDER = Path(__file__).resolve().parents[1] / "locale"


@dataclass(frozen=True)
class Words(common.Words):
    """Interface text of one language. ``words("chat.send")`` is plain text, `html` the escaped one."""

    def html(self, key: str, **values: object) -> str:
        """The same, escaped for HTML."""
        return escape(self(key, **values))

    def share(self, value: float) -> str:
        """A share between 0 and 1 as a percentage."""
        return self.number(100 * value) + ("%" if self.language == "en" else "\u00a0%")

    @property
    def for_scripts(self) -> dict[str, str]:
        """What the scripts of the page say."""
        return {key.removeprefix("js."): text for key, text in self.entries.items() if key.startswith("js.")}


@lru_cache
def words_for(language: str) -> Words:
    """The catalogue of `language`; Spanish for a language there is none of."""
    base = common.words_for(language)
    own: dict[str, str] = json.loads((_FOLDER / f"{base.language}.json").read_text(encoding="utf-8"))
    return Words(base.language, {**base.entries, **own})


def words_asked(request: Request) -> Words:
    """The catalogue of the language that the address of `request` names, by default Spanish."""
    return words_for(request.query_params.get("lang", "es"))


def language_of(path: str, default: str) -> str:
    """The language of the page that `path` lies under; `default` outside the pages with a path of their own."""
    return next((one for one in LANGUAGES if path.startswith(f"/{one}/")), default)
