"""What the page keeps between two requests: the open corpus, conversations, uploads, counters."""

from __future__ import annotations

from alpie.index.errors import SourceError


class ChangeRefused(SourceError):
    """An order of a reader of the page that is not carried out."""
