"""What the page keeps between two requests: the open corpus, conversations, uploads, counters."""

from __future__ import annotations

from alpie.app.translations import translations_for
from alpie.index.errors import SourceError


class ChangeRefused(SourceError):
    """An order that is not carried out; ``words(key, **values)`` says why, in any language."""

    def __init__(self, key: str, **values: object) -> None:
        self.key, self.values = f"refused.{key}", values
        super().__init__(translations_for("es")(self.key, **values))
