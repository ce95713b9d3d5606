"""Fixtures for several modules of tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from alpie.app.settings import Settings, load_settings
from alpie.index.encoder import Encoder
from alpie.index.encoder.factory import open_encoder

ROOT = Path(__file__).resolve().parents[1]
# Made-up cases a property is tried on, where it does not say itself; no deadline: a busy machine is no failure.
hypothesis_settings.register_profile("quick", max_examples=100, deadline=None)
hypothesis_settings.register_profile("long", max_examples=3_000, deadline=None)
hypothesis_settings.load_profile("quick")
sys.path.insert(
    0, str(Path(__file__).parent)
)  # for stand-ins such as `fake_encoder`, which several modules import


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled encoder in its usual runtime; its files are written to the user's cache at first."""
    return open_encoder()


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The four documents, indexed from nothing with the bundled encoder."""
    from alpie.app.answering.corpus import Corpus

    settings = load_settings({"data": str(tmp_path_factory.mktemp("index"))}, environment={})
    Corpus.build(settings)
    return Corpus.open(settings)


@pytest.fixture(scope="session")
def seed_settings() -> Settings:
    """Settings for the four documents, with an index that is built once and kept in `var`."""
    from alpie.app.answering.corpus import Corpus

    settings = load_settings({"data": str(ROOT / "var" / "browser-test-index")}, environment={})
    Corpus.build(settings)
    return settings


@pytest.fixture(scope="session")
def seed_corpus(seed_settings: Settings) -> Any:
    """The four documents, opened."""
    from alpie.app.answering.corpus import Corpus

    return Corpus.open(seed_settings)


@pytest.fixture(scope="session")
def openai_server() -> Iterator[Any]:
    """A server that speaks the OpenAI protocol."""
    from openai_server import OpenAIServer

    server = OpenAIServer()
    yield server
    server.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first: what takes seconds tells before what takes minutes."""
    items.sort(
        key=lambda item: bool(item.get_closest_marker("slow")) + 2 * bool(item.get_closest_marker("browser"))
    )
