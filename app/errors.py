"""Errors that `app` raises: the branches it adds to the tree of `alpie.index.errors`.

    AlpieError
    ├── ProviderError         the language model does not answer
    │   └── ProviderMissing       no package for the one that is set
    ├── AddressError          no passage with this address
    ├── RecordError           a file that is no answer record
    ├── NotReady              an index that is still being opened
    ├── SourceError
    │   └── ChangeRefused         a change that a visitor asked for
    └── StoreError
        └── IndexMismatch
            └── Uncalibrated          an index made with an encoder that answering has no numbers for

Base classes without a remark belong to `alpie.index.errors`, where the whole tree is drawn.
"""

from __future__ import annotations

from pathlib import Path

from alpie.index.errors import AlpieError, IndexMismatch, SourceError


class ProviderError(AlpieError):
    """The language model that the setting `writer` names does not answer."""


class ProviderMissing(ProviderError):
    """The package of the provider that the setting `writer` names is not installed, or nobody knows the provider."""


class AddressError(AlpieError):
    """No passage has this address; ``address`` is what was asked for."""

    def __init__(self, text: str, path: Path | None = None, *, address: str = "") -> None:
        super().__init__(text, path)
        self.address = address


class RecordError(AlpieError):
    """A file is no answer record, or one of a later version of Al Pie."""


class NotReady(AlpieError):
    """There is no corpus: opening it has not ended yet, or `failed`."""

    def __init__(self, text: str, path: Path | None = None, *, failed: bool = False) -> None:
        super().__init__(text, path)
        self.failed = failed


class ChangeRefused(SourceError):
    """A change that a visitor of the page asked for and that is not carried out."""


class Uncalibrated(IndexMismatch):
    """The encoder of the index has no numbers of its own to answer with."""
