"""Cold starts, the serving process and indexing: what whole processes take."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from alpie.app.settings import Settings
from alpie.eval.bench.timing import Case, Timing, cpu_milliseconds, resident_megabytes, run_process

__all__ = ["IMPORT_CHAIN", "cold_cases", "index_cases", "ready_server", "serve_once"]

IMPORT_CHAIN = "import sentence_transformers, transformers, gradio"
_ALPIE = "import sys; from alpie.app.terminal.commands import main; sys.exit(main(sys.argv[1:]))"
_READY_SECONDS = 600.0  # a busy machine, not a broken server
_POLL_SECONDS = 0.02
_NEW_DOCUMENT = """
[[document]]
id = "nota-breve"
file = "nota_breve.txt"
title = "Nota breve"
publisher = "Al Pie"
date = "2025"
kind = "nota"
language = "es"
"""
_NEW_TEXT = (
    "Nota breve sobre la denuncia.\n\nQuien encuentre en internet material de abuso sexual infantil puede "
    "denunciarlo sin dar su nombre. La denuncia se traslada a la policía en el mismo día. No conviene guardar "
    "ni reenviar el material, tampoco como prueba.\n"
)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", _ALPIE, *arguments]


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment of a process of ours with these settings."""
    paths = {"ALPIE_DOCS": settings.docs, "ALPIE_DATA": settings.data, "ALPIE_CACHE": settings.cache}
    return {**os.environ, **{name: str(Path(path).absolute()) for name, path in paths.items()}}


def cold_cases(settings: Settings, question: str) -> dict[str, Case]:
    """Whole processes, files in the system's cache: the import chain, and our commands.

    "serve: health" and "serve: page" end when the server gives its first health report and page.
    """
    environment = environment_of(settings)
    offline = {**environment, "HF_HUB_OFFLINE": "1", "GRADIO_ANALYTICS_ENABLED": "False"}

    def command(*arguments: str) -> Case:
        return lambda: run_process(_command(*arguments), environment)

    return {
        "import chain": lambda: run_process([sys.executable, "-c", IMPORT_CHAIN], offline),
        "alpie --help": command("--help"),
        "alpie search": command("search", question),
        "alpie ask": command("ask", question),
        "serve: health": lambda: serve_once(settings, "/healthz"),
        "serve: page": lambda: serve_once(settings, "/"),
        "serve: ready": lambda: serve_once(settings, "/healthz", '"ready"'),
    }


def serve_once(settings: Settings, path: str, wanted: str = "") -> Timing:
    """Start a server, wait until `path` answers with `wanted` in it, and stop it again."""
    with _server(settings) as (process, address):
        wall = _await_answer(process, address + path, wanted)
        return Timing(cpu_milliseconds(process.pid), 1000 * wall, resident_megabytes(process.pid))


@contextmanager
def ready_server(settings: Settings) -> Iterator[str]:
    """The address of `alpie serve` in a process of its own, with its corpus open, for as long as the block runs."""
    with _server(settings) as (process, address):
        _await_answer(process, f"{address}/healthz", '"ready"')
        yield address


def _await_answer(process: subprocess.Popen[bytes], url: str, wanted: str) -> float:
    """Seconds until `url` answers with `wanted` in it; raises RuntimeError if the server ends or is silent."""
    started = time.perf_counter()
    while time.perf_counter() - started < _READY_SECONDS:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with code {process.returncode}")
        page = _page(url)
        if page is not None and wanted in page:
            return time.perf_counter() - started
        time.sleep(_POLL_SECONDS)
    raise RuntimeError(f"the server did not answer {url} within {_READY_SECONDS:.0f} seconds")


def _page(url: str) -> str | None:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            text: str = answer.read().decode("utf-8", errors="replace")
            return text
    except OSError:
        return None


@contextmanager
def _server(settings: Settings) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        _command("serve", "--host", "127.0.0.1", "--port", str(port)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment_of(settings),
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def index_cases(settings: Settings) -> Iterator[Mapping[str, Case]]:
    """Indexing in a folder of its own: everything anew, nothing new, one short document added."""
    with tempfile.TemporaryDirectory(prefix="alpie-speed-") as name:
        folder = Path(name)
        plain, longer = folder / "docs", folder / "docs-and-one"
        for docs in (plain, longer):
            shutil.copytree(settings.docs, docs)
        with (longer / "sources.toml").open("a", encoding="utf-8") as file:
            file.write(_NEW_DOCUMENT)
        (longer / "nota_breve.txt").write_text(_NEW_TEXT, encoding="utf-8")
        data = folder / "index"
        environment = environment_of(settings)

        def index(docs: Path, *options: str) -> Timing:
            return run_process(_command("index", *options), {
                **environment, "ALPIE_DOCS": str(docs), "ALPIE_DATA": str(data)
            })  # fmt: skip

        def one_more() -> Timing:
            index(plain)
            return index(longer)

        yield {
            "rebuild": lambda: index(plain, "--rebuild"),
            "add one short document": one_more,
            "nothing new": lambda: index(plain),
        }
