"""What the page needs of a corpus, and how it is opened behind a page that already answers.

Opening loads the encoder and takes seconds, on a cold machine minutes. The server listens at once;
whoever asks before the corpus is there waits and sees that they wait.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from alpie.app.service.following import Following, NotReady
from alpie.index.errors import IndexMissing

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus  # noqa: F401 - in quotes below: importing it takes seconds

__all__ = ["NotReady", "Opening"]


class Opening(Following["Corpus"]):
    """Opens the corpus, and each newer one; that a collection without documents has no corpus is not logged as a fault."""

    empty = False  # there is nothing to open

    def _failed(self, problem: str) -> None:
        self.empty = isinstance(sys.exception(), IndexMissing)
        if self.empty:
            self._problem = problem
        else:
            super()._failed(problem)

    def waiting_key(self, error: NotReady) -> str:
        """The key of the sentence for visitors who ask while there is no corpus."""
        if not error.failed:
            return "chat.still_opening"
        return "documents.none" if self.empty else "chat.not_ready"
