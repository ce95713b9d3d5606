"""Opens the newest index while the program goes on answering from the previous one.

A thread checks the pointer (one `stat` a second), opens the new index beside the old one, and exchanges one
reference. A question in progress keeps the corpus that it began with.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from alpie.app.errors import NotReady
from alpie.app.translations import message
from alpie.index.errors import AlpieError, IndexBusy, IndexMissing
from alpie.index.storage.manifest import pointer_stamp

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus
    from alpie.app.settings import Settings
    from alpie.index.encoder import Encoder


_LOG = logging.getLogger(__name__)
_EVERY_SECONDS = 1.0  # between two looks for a newer index: a look is one `stat`
_BUSY_SECONDS = 1.0  # between two looks whether another process has built the first index
_RETRY_SECONDS = 30.0  # after a failure that no new index has answered

T = TypeVar("T")


class BackgroundLoader(Generic[T]):
    """Opens something in its own thread, and again whenever `stamp` changes.

    Without `stamp` it is opened once. If the newest cannot be opened, the one before it stays.
    """

    def __init__(
        self,
        open_newest: Callable[[], T],
        stamp: Callable[[], object] | None = None,
        every_seconds: float = _EVERY_SECONDS,
        retry_seconds: float = _RETRY_SECONDS,
    ) -> None:
        self._open_newest, self._stamp = open_newest, stamp
        self._every_seconds, self._retry_seconds = every_seconds, retry_seconds
        self._done, self._stopped = threading.Event(), threading.Event()
        self._opened: T | None = None
        self._problem = ""
        self._replaced = False

    def start(self) -> Self:
        """Begin to open the corpus, in a thread; returns at once."""
        threading.Thread(target=self._run, name="open-corpus", daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop looking for a newer index; what is open stays open."""
        self._stopped.set()

    def _run(self) -> None:
        seen = self._stamp() if self._stamp else None  # before opening: a swap meanwhile is noticed
        self._open()
        self._done.set()
        tried = time.monotonic()
        while self._stamp and not self._stopped.wait(self._every_seconds):
            now = self._stamp()
            overdue = bool(self._problem) and time.monotonic() - tried > self._retry_seconds
            if (now is not None and now != seen) or overdue:
                seen = now
                self._open()
                tried = time.monotonic()
            elif self._replaced:
                self._replaced = False
                gc.collect()  # what was replaced holds removed files open, and cycles hold it

    def _open(self) -> None:
        try:
            opened = self._open_newest()
            self._replaced = self.ready
            self._opened = opened
            self._problem = ""
        except AlpieError as error:
            self._failed(error.message)
        except Exception as error:  # noqa: BLE001 - outermost edge of a thread: nobody else would learn of it
            _LOG.debug("the corpus could not be opened", exc_info=True)
            self._failed(message("serve.unexpected", kind=type(error).__name__, error=error))

    def _failed(self, problem: str) -> None:
        if problem != self._problem:  # tried again and again, reported once
            state = "the corpus before it goes on answering" if self.ready else "there is no other"
            _LOG.error("the corpus could not be opened (%s): %s", state, problem)
        self._problem = problem

    @property
    def settled(self) -> bool:
        """Whether the first opening has ended, well or badly."""
        return self._done.is_set()

    @property
    def ready(self) -> bool:
        return self._opened is not None

    def wait(self, timeout_seconds: float = 0.0) -> T:
        """The newest corpus that is open, after at most `timeout_seconds` for the first; raises NotReady.

        Call it once for each question and keep what it returns.
        """
        self._done.wait(timeout_seconds)
        if self._opened is None:
            raise NotReady(self._problem or message("serve.opening"), failed=self._done.is_set())
        return self._opened


class CorpusOpener:
    """Opens the index in use again and again with one encoder, which takes the most memory and time."""

    def __init__(self, settings: Settings, encoder: Encoder | None = None) -> None:
        self._settings, self._encoder = settings, encoder

    def __call__(self) -> Corpus:
        from alpie.app.answering.corpus import Corpus  # late: the page listens before all of this is imported

        corpus = Corpus.open(self._settings, self._encoder)
        self._encoder = corpus.encoder
        return corpus

    def open_or_build(self) -> Corpus:
        """Open the index; one that is not there yet is built first, or waited for if another process is building it."""
        from alpie.app.answering.corpus import Corpus

        while True:
            try:
                return self()
            except IndexMissing:
                _LOG.warning("there is no index in %s yet: building it", self._settings.data)
            try:
                Corpus.build(self._settings)
            except IndexBusy:
                time.sleep(_BUSY_SECONDS)

    def stamp(self) -> object:
        """A value that changes when another index comes into use."""
        return pointer_stamp(self._settings.data)
