"""A stand-in for `alpie index` in tests of uploads through the page."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from alpie.app.page.state.index_process import RunOutcome
from alpie.app.page.state.uploads import Uploads, UploadState
from support.waiting import eventually


class Indexing:
    """Stands for `alpie index`: says what it is told to, when it is let."""

    def __init__(self, *messages: str, code: int = 0) -> None:
        self.messages, self.code, self.runs = messages, code, 0
        self.may_end = threading.Event()

    def __call__(self) -> RunOutcome:
        self.runs += 1
        assert self.may_end.wait(60)
        return RunOutcome(self.code, self.messages)


def settled(uploads: Uploads, is_so: Callable[[UploadState], bool] = lambda state: not state.indexing) -> Any:
    """The state once nothing is indexed any more, or once something else is so."""
    eventually(lambda: is_so(uploads.state), "still indexing")
    return uploads.state


def ended(*messages: str, code: int = 0) -> Indexing:
    """One that does not wait to be let."""
    indexing = Indexing(*messages, code=code)
    indexing.may_end.set()
    return indexing
