"""A real server for tests: the page on a free port, in a thread, for as long as a block runs."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.places import ROOT

_START_SECONDS = 120
_PUBLISHED = ROOT / "eval" / "published" / "report.json"


@contextmanager
def serving(app: Any, log_level: str = "error") -> Iterator[str]:
    """The address of `app` on a free port, for as long as the block runs."""
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(app, log_level=log_level, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not running.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the server did not start; what it logged says why")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(30)
        listening.close()


def wait_until_ready(address: str) -> None:
    """Return when the server at `address` has its corpus open; raises RuntimeError if that never happens."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{address}/healthz", timeout=_START_SECONDS) as answer:
            if b'"ready"' in answer.read():
                return
        time.sleep(0.05)
    raise RuntimeError(f"{address} did not open its corpus within {_START_SECONDS} seconds")


def report_about(corpus: Any, path: Path) -> Path:
    """The published report as if it were about the documents of `corpus`: others' results are not shown."""
    report = json.loads(_PUBLISHED.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**report, "corpus_fingerprint": corpus.fingerprint}), encoding="utf-8")
    return path
