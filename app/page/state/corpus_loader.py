"""What the page needs from a corpus, and how the corpus is opened while the page already answers.

Opening loads the encoder and takes seconds, or minutes on a cold machine. The server listens at once; visitors who
ask before the corpus is there have to wait, and are shown that they are waiting.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, NamedTuple

from alpie.app.errors import AddressError, NotReady
from alpie.app.operation.background_loader import BackgroundLoader
from alpie.index.errors import AlpieError, ArgumentError, IndexMissing, QuestionError

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus  # noqa: F401 - in quotes below: importing it takes seconds

__all__ = ["CorpusLoader", "NotReady"]

_LOG = logging.getLogger(__name__)


class Failure(NamedTuple):
    """Why a request is not answered: the key of a sentence in the catalogue, and the HTTP status."""

    key: str
    status: int


class CorpusLoader(BackgroundLoader["Corpus"]):
    """Opens the corpus, and each newer one; that a collection without documents has no corpus is not logged as a fault."""

    empty = False  # there is nothing to open

    def _failed(self, problem: str) -> None:
        self.empty = isinstance(sys.exception(), IndexMissing)
        if self.empty:
            self._problem = problem
        else:
            super()._failed(problem)

    def failure_of(self, error: Exception) -> Failure:
        """What the visitor whose request met `error` is shown; the log gets the rest."""
        if isinstance(error, NotReady):
            return Failure(self.waiting_key(error), 500 if error.failed else 503)
        if isinstance(error, QuestionError):
            return Failure("chat.no_words", 400)
        if isinstance(error, ArgumentError | AddressError):
            _LOG.info("refused: %s", error)
            return Failure("chat.refused", 400)
        if isinstance(error, AlpieError):
            # of the index, the backend or the settings: other words would not help
            _LOG.warning("a request failed: %s", error)
            return Failure("chat.unavailable", 503)
        _LOG.error("a request failed", exc_info=error)
        return Failure("chat.failed", 500)

    def waiting_key(self, error: NotReady) -> str:
        """The key of the sentence for visitors who ask while there is no corpus."""
        if not error.failed:
            return "serve.opening"
        return "documents.none" if self.empty else "chat.not_ready"
