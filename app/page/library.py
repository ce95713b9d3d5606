"""What the page needs of a corpus, and how it is opened behind a page that already answers.

Opening loads the encoder and takes seconds, on a cold machine minutes. The server listens at once;
whoever asks before the corpus is there waits and sees that they wait.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from alpie.app.records import Answer
from alpie.index.errors import AlpieError
from alpie.index.hits import Hit
from alpie.index.records import Document, Layout, Passage

__all__ = ["Library", "NotReady", "Opening"]

_LOG = logging.getLogger(__name__)


class Library(Protocol):
    """The part of `alpie.app.corpus.Corpus` that the page calls."""

    @property
    def documents(self) -> Mapping[str, Document]: ...
    @property
    def passages(self) -> tuple[Passage, ...]: ...
    @property
    def layouts(self) -> Mapping[str, Layout]: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def built_at(self) -> str: ...

    def ask(self, question: str, turns: tuple[str, ...] = ()) -> Answer: ...
    def search(
        self, question: str, limit: int = 10, leg: str = "fused", document: str | None = None
    ) -> tuple[Hit, ...]: ...
    def passage(self, address: str) -> Passage: ...


class NotReady(AlpieError):
    """The corpus is still being opened, or could not be; ``failed`` tells which."""

    def __init__(self, message: str, failed: bool) -> None:
        super().__init__(message)
        self.failed = failed


class Opening:
    """Opens a library in a thread of its own, once."""

    def __init__(self, open_library: Callable[[], Library]) -> None:
        self._open_library = open_library
        self._done = threading.Event()
        self._library: Library | None = None
        self._problem = ""
        self.started = time.monotonic()

    def start(self) -> Opening:
        """Begin; returns at once."""
        threading.Thread(target=self._run, name="open-corpus", daemon=True).start()
        return self

    def _run(self) -> None:
        try:
            self._library = self._open_library()
        except AlpieError as error:
            _LOG.error("the corpus could not be opened: %s", error)
            self._problem = str(error)
        except Exception:  # noqa: BLE001 - outermost edge of a thread: nobody else would hear of it
            _LOG.exception("the corpus could not be opened")
            self._problem = "unexpected error, see the log"
        finally:
            self._done.set()

    @property
    def settled(self) -> bool:
        """Whether opening has ended, well or badly."""
        return self._done.is_set()

    @property
    def ready(self) -> bool:
        return self._library is not None

    def wait(self, timeout_seconds: float = 0.0) -> Library:
        """The library, after at most `timeout_seconds`; raises NotReady."""
        self._done.wait(timeout_seconds)
        if self._library is None:
            raise NotReady(self._problem or "the corpus is still being opened", failed=self._done.is_set())
        return self._library
