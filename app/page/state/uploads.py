"""Documents that visitors upload, if the operator allows it: taken whole or not at all, then indexed.

The file is written in its folder under a hidden name, which indexing skips, and gets its own name when it is
complete. A document that cannot be read, or not to its end, is removed again, and its sender sees why: left in the
folder, it would stop every later run.
"""

from __future__ import annotations

import contextlib
import filecmp
import logging
import os
import re
import secrets
import shutil
import subprocess
import threading
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, NamedTuple

from alpie.app.errors import ChangeRefused
from alpie.app.page.state.index_process import IndexRun, RunOutcome
from alpie.app.translations import message
from alpie.index.formats import SUFFIXES, check_signature, format_of
from alpie.index.messages import Message
from alpie.index.sources.document_folder import NOT_DOCUMENTS, RECOGNITION_FILE

_LOG = logging.getLogger(__name__)
_MAX_NAME = 100  # characters
_CHUNK = 1 << 18  # bytes read and written at a time: no upload is held in memory whole
_MIN_FREE_BYTES = 500_000_000  # left on the disk
_MAX_WAITING = 20  # documents taken and not yet indexed
_ENDED_BY_FORCE = -9  # as a process says that was ended by a signal: it crashed, or took all the memory


class RefusedFile(NamedTuple):
    """A document that was uploaded but not accepted, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class UploadState:
    """What became of the documents that were uploaded."""

    indexing: tuple[str, ...] = ()  # names of files
    done: tuple[str, ...] = ()
    refused: tuple[RefusedFile, ...] = ()
    failure: str = ""  # of the indexing itself
    busy: bool = False  # also while something else than a new file is indexed
    scans: tuple[str, ...] = ()  # names of those refused that optical recognition could read


class Uploads:
    """Takes files into `folder` and has them indexed by `run`, which gives its exit code and messages."""

    def __init__(
        self, folder: Path, most_bytes: int, run: IndexRun, can_recognise: Callable[[], bool] = lambda: False
    ) -> None:
        self.folder, self.most_bytes, self._run = folder, most_bytes, run
        self._can_recognise = can_recognise
        self._lock = threading.Lock()
        self._waiting: list[str] = []
        self._running = self._again = False
        self._state = UploadState()

    @property
    def state(self) -> UploadState:
        with self._lock:
            return replace(
                self._state,
                indexing=(*self._waiting, *self._state.indexing),
                busy=self._running,
                scans=tuple(sorted(path.name for path in self._scans.glob("*.pdf"))),
            )

    @property
    def _scans(self) -> Path:
        return self.folder / ".scans"

    @property
    def can_recognise(self) -> bool:
        """Whether the text of scanned pages can be recognised here, and is not already."""
        return not (self.folder / RECOGNITION_FILE).exists() and self._can_recognise()

    def recognise(self) -> None:
        """Have the text of scanned pages recognised from now on; refused scans are taken after all."""
        (self.folder / RECOGNITION_FILE).touch()
        for path in self._scans.glob("*.pdf"):
            name = _rename_free(path, self.folder / path.name)
            path.unlink(missing_ok=True)
            with self._lock:
                self._waiting.append(name)
        with self._lock:
            self._state = replace(self._state, refused=())
        self.refresh()

    def refresh(self) -> None:
        """Index the folder again, for something of it has changed."""
        with self._lock:
            self._again = True
        self._start()

    def add(self, name: str, file: IO[bytes]) -> str:
        """Write `file` into the folder and begin indexing; returns the name it got.

        Raises `SourceError` for a kind, size or name that is not taken.
        """
        file_name = safe_name(name)
        with self._lock:
            if len(self._waiting) >= _MAX_WAITING:
                raise ChangeRefused(message("refused.waiting"))
        unfinished = self.folder / f".{secrets.token_hex(8)}.unfinished"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(self.folder).free < self.most_bytes + _MIN_FREE_BYTES:
                raise ChangeRefused(message("refused.full"))
            self._write(unfinished, file, file_name)
            if same := _same_file(unfinished, self.folder):
                raise ChangeRefused(message("refused.same", file=file_name, other=same))
            taken = _rename_free(unfinished, self.folder / file_name)
        except OSError as error:
            _LOG.error("a document could not be taken: %s", error)
            raise ChangeRefused(message("refused.unsaved")) from error
        finally:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
        self._start(taken)
        return taken

    def _write(self, path: Path, file: IO[bytes], name: str) -> None:
        size = 0
        with path.open("xb") as target:
            while chunk := file.read(_CHUNK):
                if not size:
                    check_signature(chunk, Path(name))
                size += len(chunk)
                if size > self.most_bytes:
                    raise ChangeRefused(
                        message("refused.large", file=name, megabytes=self.most_bytes // 1_000_000)
                    )
                target.write(chunk)
            if not size:
                raise ChangeRefused(message("refused.empty", file=name))
            target.flush()
            os.fsync(target.fileno())

    def _start(self, *names: str) -> None:
        with self._lock:
            self._waiting += names
            if self._running:
                return
            self._running = True
        threading.Thread(target=self._work, name="index-uploads", daemon=True).start()

    def _work(self) -> None:
        """Index until nothing waits."""
        while True:
            with self._lock:
                if not (self._waiting or self._again):
                    self._running = False
                    return
                names, self._waiting, self._again = tuple(self._waiting), [], False
                self._state = replace(self._state, indexing=names, failure="")
            try:
                self._index(names)
            except Exception as error:  # noqa: BLE001 - outermost edge of a thread: it would be busy for ever
                failure = _unforeseen_message(error)
                with self._lock:
                    self._state = replace(self._state, indexing=(), failure=failure)

    def _index(self, names: Sequence[str], later: Sequence[str] | None = None) -> None:
        """Index and say how it went. `later`: those that are kept out of its way, None if there are none."""
        try:
            outcome = self._run()
        except OSError as error:
            outcome = RunOutcome(1, [str(error)])
        except subprocess.TimeoutExpired:
            outcome = RunOutcome(_ENDED_BY_FORCE, [])
        except Exception as error:  # noqa: BLE001 - of several that are indexed one by one, the others go on
            outcome = RunOutcome(1, [_unforeseen_message(error)])
        code, messages = outcome
        with self._lock:
            crowd = later is None and (len(names) > 1 or bool(self._waiting))
        if code < 0 and crowd:
            self._index_one_by_one(names)
            return
        reasons = ((name, _reason(self.folder / name, messages)) for name in names)
        refused = [RefusedFile(name, reason) for name, reason in reasons if reason]
        if code < 0 and names:
            refused = [RefusedFile(names[0], message("refused.unending"))]
        for name, reason in refused:
            with contextlib.suppress(OSError):
                self._take_out(self.folder / name, reason)
        done = [name for name in names if code == 0 and name not in dict(refused)]
        with self._lock:
            self._state = replace(
                self._state,
                indexing=tuple(later or ()),
                done=(*self._state.done, *done)[-_MAX_WAITING:],
                refused=(*self._state.refused, *refused)[-_MAX_WAITING:],
                failure=(messages or ["?"])[-1] if code and not refused else "",
            )

    def _take_out(self, path: Path, reason: str) -> None:
        """Take a refused file out: a scan that could be recognised is kept aside, any other deleted."""
        if getattr(reason, "key", "") == "pdf.scan" and self.can_recognise and path.suffix == ".pdf":
            self._scans.mkdir(exist_ok=True)
            path.replace(self._scans / path.name)
        else:
            path.unlink()

    def _index_one_by_one(self, names: Sequence[str]) -> None:
        """One of `names` or of those that came since keeps indexing from ending: the others are put aside to find it."""
        new, aside = list(names), list[tuple[str, Path]]()
        while True:
            with self._lock:
                new, self._waiting = new + self._waiting, []
            for name in new:
                hidden = self.folder / f".{secrets.token_hex(8)}.unfinished"
                with contextlib.suppress(OSError):  # the operator has taken it away
                    (self.folder / name).rename(hidden)
                    aside.append((name, hidden))
            if not aside:
                break
            new, (name, hidden) = [], aside.pop(0)
            back = _rename_free(hidden, self.folder / name)
            hidden.unlink(missing_ok=True)
            self._index((back,), [original for original, _ in aside])
        with self._lock:
            self._state = replace(self._state, indexing=())


def _unforeseen_message(error: Exception) -> Message:
    _LOG.error("the documents could not be indexed", exc_info=error)
    return message("serve.unexpected", kind=type(error).__name__, error=error)


def _reason(path: Path, messages: Iterable[object]) -> Message | None:
    """What messages, or those within them, say of a file; None for nothing."""
    for said in messages:
        if isinstance(said, Message):
            if said.facts.get("where") == str(path):
                reason: Message = said.facts["reason"]
                return reason
            said = said.facts.values()
        if isinstance(said, Iterable) and not isinstance(said, str) and (found := _reason(path, said)):
            return found
    return None


def _same_file(path: Path, folder: Path) -> str:
    """Name of a document of the same bytes; "" for none."""
    documents = (path for path in sorted(folder.iterdir()) if format_of(path) and path.is_file())
    return next((document.name for document in documents if filecmp.cmp(path, document, shallow=False)), "")


def safe_name(name: str) -> str:
    """A plain file name made of what a browser sends. Raises `SourceError` for a kind that is not read."""
    bare = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    bare = re.sub(r"[^\w .,()\-]+", "_", bare, flags=re.UNICODE).strip(" ._")
    stem, _, suffix = bare.rpartition(".")
    most = _MAX_NAME - len(suffix) - 1
    stem = stem.strip(" ._")[:most].strip(" ._")
    if not stem or format_of(f"x.{suffix}") is None:
        raise ChangeRefused(message("refused.format", file=name[:80], formats=", ".join(SUFFIXES)))
    if passed_over := NOT_DOCUMENTS.fullmatch(f"{stem}.{suffix}"):
        first = passed_over[1]
        stem = f"{first}-documento{stem.removeprefix(first)}"[:most].strip(" ._")
    return f"{stem}.{suffix.lower()}"


def _rename_free(unfinished: Path, target: Path) -> str:
    """Give a complete file its name, or the next free one like it; nothing is ever written over."""
    for number in range(1, 1_000):
        name = target if number == 1 else target.with_stem(f"{target.stem} ({number})")
        try:
            os.link(unfinished, name)
        except FileExistsError:
            continue
        except OSError:  # a file system without hard links
            if name.exists():
                continue
            unfinished.rename(name)
        return name.name
    raise ChangeRefused(message("refused.names", file=target.name))
