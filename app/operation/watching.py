"""`alpie index --watch`: indexes again whenever the documents have changed and no longer keep changing.

Names, sizes and time stamps are compared once a second: that takes milliseconds, needs no library, and works on
network folders and in containers, where the system's own notifications do not.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

from alpie.app.operation.document_report import build_warnings, report_values
from alpie.app.settings import Settings
from alpie.app.translations import Translations
from alpie.index.build import BuildReport
from alpie.index.errors import AlpieError, IndexBusy
from alpie.index.system.files import FileStamp

# between two looks at the folder: a change is reported once two of them saw the same
_EVERY_SECONDS = 1.0
_MAX_REST_SECONDS = 30.0  # a file that is written to without end must not hold up the others

Snapshot = dict[str, FileStamp]  # by path


def snapshot(folder: Path, apart_from: Path | None = None) -> Snapshot:
    """The files of `folder` and below, hidden ones and the folder `apart_from` left out; empty when it is not there."""
    found: Snapshot = {}
    for parent, folders, files in os.walk(folder):
        folders[:] = [
            name for name in folders if not name.startswith((".", "__")) and Path(parent, name) != apart_from
        ]
        for name in files:
            if name.startswith("."):
                continue
            path = os.path.join(parent, name)  # noqa: PTH118 - ten thousand of them a second
            try:
                status = os.stat(path)  # noqa: PTH116
            except OSError:
                continue  # gone again, or a link to nowhere
            found[path] = FileStamp.of(status)
    return found


def folder_changes(
    look: Callable[[], Snapshot],
    *,
    max_rest_seconds: float = _MAX_REST_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[bool]:
    """Whether the folder has changed since the last report, after each interval; once two looks saw the same."""
    first = look()  # at the call, so that nothing that changes while the consumer works is missed

    def look_again() -> Iterator[bool]:
        seen = settled = first
        since: float | None = None  # when the first change that was not reported yet was seen
        while True:
            sleep(_EVERY_SECONDS)
            now = look()
            if now != settled and since is None:
                since = clock()
            rests = now == seen or (since is not None and clock() - since >= max_rest_seconds)
            seen = now
            has_changed = now != settled and rests
            if has_changed:
                settled, since = now, None
            yield has_changed

    return look_again()


_RETRY_ROUNDS = 30  # intervals until a round that failed is tried again: the disk may have room by then

Build = Callable[[], BuildReport]


def watch(
    settings: Settings,
    translations: Translations,
    build: Build,
    report_line: Callable[[str], None],
    changed: Iterator[bool] | None = None,
) -> None:
    """Index now and after every change, until interrupted by Ctrl-C or SIGTERM; `report_line` gets the outcome of each round.

    A round that fails is tried again at the next change or after a while, or at once if another process held the lock.
    """
    inside = settings.data if settings.data.is_relative_to(settings.docs) else None
    look = partial(snapshot, settings.docs, inside)
    with _ended_by_signals():
        try:
            changed = folder_changes(look) if changed is None else changed
            problem = _round(translations, build, report_line, "")
            waited = 0
            report_line(translations("watch.waiting", docs=settings.docs))
            for has_changed in changed:
                waited += 1
                if has_changed or (problem and waited >= problem.rounds):
                    reported_before = problem.sentence if problem and not has_changed else ""
                    problem = _round(translations, build, report_line, reported_before)
                    waited = 0
        except KeyboardInterrupt:
            report_line(translations("watch.ended"))


@dataclass(frozen=True)
class _Problem:
    """Why the last round failed, and how many intervals later it is tried again."""

    sentence: str
    rounds: int


def _round(
    translations: Translations, build: Build, report_line: Callable[[str], None], reported_before: str
) -> _Problem | None:
    try:
        report = build()
    except (AlpieError, OSError) as error:  # OSError: a file that vanished while it was read
        if str(error) != reported_before:  # said once, not at every new try
            report_line(translations("watch.failed", message=error))
        return _Problem(str(error), 1 if isinstance(error, IndexBusy) else _RETRY_ROUNDS)
    for warning in build_warnings(report, translations):
        report_line(warning)
    report_line(
        translations(
            "watch.done" if report.changed else "watch.unchanged", **report_values(report, translations)
        )
    )
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
