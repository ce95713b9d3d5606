"""Fixtures for several modules of tests."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings as hypothesis_settings

from alpie.app.settings import Settings, load_settings
from alpie.index.encoder import BUNDLED, Encoder
from alpie.index.encoder.factory import open_encoder

ROOT = Path(__file__).resolve().parents[1]
# Made-up cases a property is tried on, where it does not say itself; no deadline: a busy machine is no failure.
hypothesis_settings.register_profile("quick", max_examples=50, deadline=None)
hypothesis_settings.register_profile("long", max_examples=3_000, deadline=None)
hypothesis_settings.load_profile("quick")
# for stand-ins such as `fake_encoder`, and what one module of tests takes from another
_TESTS = Path(__file__).parent
sys.path[:0] = [
    str(_TESTS),
    *sorted({str(path.parent) for path in _TESTS.rglob("test_*.py")} - {str(_TESTS)}),
]


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled encoder in its usual runtime; its files are written to the user's cache at first."""
    return open_encoder(BUNDLED, load_settings().cache)


@pytest.fixture(scope="session")
def seed_settings(encoder: Encoder) -> Settings:
    """Settings for the four documents, with an index that is built once and kept in `var`."""
    from alpie.app.answering.corpus import Corpus

    settings = load_settings({"data": str(ROOT / "var" / "browser-test-index")}, environment={})
    with FileLock(ROOT / "var" / "browser-test-index.lock"):  # tests may run in several processes
        Corpus.build(settings, encoder=encoder)
    return settings


@pytest.fixture(scope="session")
def seed_corpus(seed_settings: Settings, encoder: Encoder) -> Any:
    """The four documents, opened."""
    from alpie.app.answering.corpus import Corpus

    return Corpus.open(seed_settings, encoder)


@pytest.fixture(scope="session")
def seed_server(seed_corpus: Any) -> Iterator[str]:
    """Address of a real server with the page and its endpoints."""
    from serving import serving, wait_until_ready

    from alpie.app.page.serving.server import create_app

    with serving(create_app(lambda: seed_corpus), log_level="critical") as address:
        wait_until_ready(address)
        yield address


@pytest.fixture(scope="session")
def openai_server() -> Iterator[Any]:
    """A server that speaks the OpenAI protocol."""
    from openai_server import OpenAIServer

    server = OpenAIServer()
    yield server
    server.close()


_HEAVY = {"encoder", "seed_settings", "openai_server", "seed_server"}  # fixtures: who uses one is heavy


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--fast`: what takes a minute in all, for while one works."""
    parser.addoption("--fast", action="store_true", help="without encoder, browser, servers and slow modules")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Tests of the page and in the browser, which a fast run does not even import: Gradio takes seconds."""
    return True if config.getoption("--fast") and collection_path.name in ("browser", "page") else None


def _is_fast(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("slow") or item.get_closest_marker("heavy")
    return not (marked or _HEAVY & {*getattr(item, "fixturenames", ())})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Fast tests first: what takes seconds tells before what takes minutes."""
    if config.getoption("--fast"):
        items[:] = filter(_is_fast, items)
    items.sort(
        key=lambda item: bool(item.get_closest_marker("slow")) + 2 * bool(item.get_closest_marker("browser"))
    )


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Only this machine is reached: no test, and nothing that is tested, may need anything else."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise OSError(f"a test wants to reach {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        if "MILVUS_URI" not in os.environ:
            patch.setattr(socket.socket, "connect", only_here)
        yield
