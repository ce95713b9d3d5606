"""`alpie index --watch`: one indexing after another, whenever the documents change."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import FrameType

from alpie.app.service.document_report import build_warnings, report_values
from alpie.app.settings import Settings
from alpie.app.translations import Translations
from alpie.index.build import BuildReport
from alpie.index.errors import AlpieError, IndexBusy
from alpie.index.reading.folder_watch import changes, snapshot

_RETRY_ROUNDS = 30  # intervals until a round that failed is tried again: the disk may have room by then

Build = Callable[[], BuildReport]


def watch(
    settings: Settings,
    words: Translations,
    build: Build,
    tell: Callable[[str], None],
    changed: Iterator[bool] | None = None,
) -> None:
    """Index now and after every change, until interrupted by Ctrl-C or SIGTERM; `tell` hears of each round.

    A round that fails is told and tried again: at the next change, or after a while; at once when it was only
    that another process held the lock.
    """
    inside = settings.data if settings.data.is_relative_to(settings.docs) else None
    look = partial(snapshot, settings.docs, inside)
    with _ended_by_signals():
        try:
            changed = changes(look) if changed is None else changed
            problem = _round(words, build, tell, "")
            waited = 0
            tell(words("watch.waiting", docs=settings.docs))
            for has_changed in changed:
                waited += 1
                if has_changed or (problem and waited >= problem.rounds):
                    told_before = problem.told if problem and not has_changed else ""
                    problem = _round(words, build, tell, told_before)
                    waited = 0
        except KeyboardInterrupt:
            tell(words("watch.ended"))


@dataclass(frozen=True)
class _Problem:
    """Why the last round failed, and how many intervals later it is tried again."""

    told: str
    rounds: int


def _round(
    words: Translations, build: Build, tell: Callable[[str], None], told_before: str
) -> _Problem | None:
    try:
        report = build()
    except (AlpieError, OSError) as error:  # OSError: a file that vanished while it was read
        if str(error) != told_before:  # said once, not at every new try
            tell(words("watch.failed", message=error))
        return _Problem(str(error), 1 if isinstance(error, IndexBusy) else _RETRY_ROUNDS)
    for warning in build_warnings(report, words):
        tell(warning)
    tell(words("watch.done" if report.changed else "watch.unchanged", **report_values(report, words)))
    return None


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does: what is half-done is taken back."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
