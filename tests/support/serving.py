"""A real server for tests: the page on a free port, in a thread, for as long as a block runs."""

from __future__ import annotations

import json
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.places import ROOT
from support.waiting import eventually

_PUBLISHED = ROOT / "app" / "page" / "published" / "report.json"


@contextmanager
def serving(app: Any, log_level: str = "error") -> Iterator[str]:
    """The address of `app` on a free port, for as long as the block runs."""
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(app, log_level=log_level, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        eventually(lambda: running.started or not thread.is_alive())
        assert thread.is_alive(), "the server did not start; what it logged says why"
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(30)
        listening.close()


def wait_until_ready(address: str) -> None:
    """Return when the server at `address` has its corpus open."""

    def is_ready() -> bool:
        with urllib.request.urlopen(f"{address}/healthz", timeout=120) as answer:
            return b'"ready"' in answer.read()

    eventually(is_ready, f"{address} did not open its corpus")


def report_about(corpus: Any, path: Path) -> Path:
    """The published report as if it were about the documents of `corpus`: others' results are not shown."""
    report = json.loads(_PUBLISHED.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**report, "corpus_fingerprint": corpus.fingerprint}), encoding="utf-8")
    return path
