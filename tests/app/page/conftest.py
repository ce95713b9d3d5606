"""The page about a made-up corpus, for several modules of tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from alpie.app.page.guarding.guard import Limits
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from alpie.app.page.state.corpus_loader import CorpusLoader
from support.fake_corpus import FakeCorpus


@pytest.fixture(scope="module")
def corpus() -> Any:
    return FakeCorpus()


@pytest.fixture(scope="module")
def client(corpus: Any) -> Iterator[TestClient]:
    app = create_app(lambda: corpus, PageOptions(limits=Limits(questions=5, fragments=400)))
    with TestClient(app, client=("10.0.0.1", 1)) as client:
        yield client


@pytest.fixture(scope="module")
def loader(corpus: Any) -> CorpusLoader:
    loader = CorpusLoader(lambda: corpus).start()
    loader.wait(10)
    return loader
