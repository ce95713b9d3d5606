"""Our own routes of the page, without Gradio's, which takes seconds to make."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from alpie.app.page.guarding.guard import Guard, GuardOptions
from alpie.app.page.serving.change_routes import upload_bodies
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.routes import PageRoutes
from alpie.app.page.state.corpus_loader import CorpusLoader


def page_routes(options: PageOptions, corpus: Any) -> TestClient:
    """A client on this machine of the guarded routes about `corpus`."""
    app = FastAPI()
    PageRoutes(CorpusLoader(lambda: corpus).start(), options).add_to(app)
    app.add_middleware(Guard, GuardOptions(bodies=upload_bodies(options)))
    return TestClient(app, base_url="http://127.0.0.1")
