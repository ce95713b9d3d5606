"""The services by which visitors change documents, as far as they may use them."""

from __future__ import annotations

from dataclasses import dataclass

from alpie.app.page.state.document_editor import DocumentEditor
from alpie.app.page.state.named_collections import Collections
from alpie.app.page.state.uploads import Uploads


@dataclass(frozen=True)
class DocumentServices:
    """The services by which visitors change documents; one that they may not use is None."""

    uploads: Uploads | None = None  # takes visitors' documents; None: nothing is taken
    editor: DocumentEditor | None = None  # lets visitors correct and take out documents; None: they cannot
    collections: Collections | None = None  # more documents, each with a name; None: there are no others
