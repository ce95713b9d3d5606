"""Fixtures for several modules of tests."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings as hypothesis_settings

from alpie.app.settings import Settings, load_settings
from alpie.index.encoder import BUNDLED_ENCODER, Encoder
from alpie.index.encoder.factory import open_encoder
from support.places import ROOT

# Made-up cases a property is tried on, where it does not say itself; no deadline: a busy machine is no failure.
for _name, _examples in {"quick": 10, "usual": 50, "long": 3_000}.items():
    hypothesis_settings.register_profile(_name, max_examples=_examples, deadline=None)
hypothesis_settings.load_profile("usual")


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled encoder in its usual runtime; its files are written to the user's cache at first."""
    return open_encoder(BUNDLED_ENCODER, load_settings().cache)


@pytest.fixture(scope="session")
def seed_settings(encoder: Encoder) -> Settings:
    """Settings for the four documents, with an index that is built once and kept in `var`, for later runs too."""
    from alpie.app.answering.corpus import Corpus

    settings = load_settings({"data": str(ROOT / "var" / "test-index")}, environment={})
    with FileLock(
        ROOT / "var" / "test-index.lock"
    ):  # of several processes and runs one builds, the others wait
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
    from alpie.app.page.serving.server import create_app
    from support.serving import serving, wait_until_ready

    with serving(create_app(lambda: seed_corpus), log_level="critical") as address:
        wait_until_ready(address)
        yield address


@pytest.fixture(scope="session")
def openai_server() -> Iterator[Any]:
    """A server that speaks the OpenAI protocol."""
    from support.openai_server import OpenAIServer

    server = OpenAIServer()
    yield server
    server.close()


_ALL_HEAVY = re.compile(r"^pytestmark = \[?\s*pytest\.mark\.heavy", re.MULTILINE)
_HEAVY = {"encoder", "seed_settings", "openai_server", "seed_server"}  # fixtures: who uses one is heavy


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--fast`: what takes under a minute in all, for while one works."""
    parser.addoption("--fast", action="store_true", help="without encoder, browser, servers and slow modules")


def pytest_configure(config: pytest.Config) -> None:
    """A fast run makes up fewer cases; `--hypothesis-profile` has its way all the same."""
    if config.getoption("--fast"):
        hypothesis_settings.load_profile("quick")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What a fast run does not even import: the browser, the page, and modules that are heavy as a whole."""
    if not config.getoption("--fast"):
        return None
    if collection_path.name in ("browser", "page"):  # Gradio takes seconds
        return True
    is_module = collection_path.suffix == ".py"
    return True if is_module and _ALL_HEAVY.search(collection_path.read_text("utf-8")) else None


def _is_fast(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("slow") or item.get_closest_marker("heavy")
    return not (marked or _HEAVY & {*getattr(item, "fixturenames", ())})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The promise first, then fast tests: what takes seconds tells before what takes minutes."""
    if config.getoption("--fast"):
        items[:] = filter(_is_fast, items)
    items.sort(key=_place_in_the_run)


def _place_in_the_run(item: pytest.Item) -> int:
    if item.path.name == "test_promise.py":
        return -1
    return bool(item.get_closest_marker("slow")) + 2 * bool(item.get_closest_marker("browser"))


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
