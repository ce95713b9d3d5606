"""Serves the page: FastAPI around Gradio, closed where Gradio is open, on loopback unless told otherwise."""

from __future__ import annotations

import asyncio
import logging
import os
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi import FastAPI

from alpie.app.page.catalogue import LANGUAGES, words_for
from alpie.app.page.choices import Choices
from alpie.app.page.delivery import Delivery, preloads
from alpie.app.page.guard import Guard
from alpie.app.page.library import Library, Opening
from alpie.app.page.routes import add_routes
from alpie.index.errors import IndexMissing

if TYPE_CHECKING:
    from alpie.app.settings import Settings

__all__ = ["create_app", "serve"]

_LOG = logging.getLogger(__name__)
# Gradio and its client otherwise call home when they start.
_QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1"}
_MOST_WAITING = 64  # questions in the queue; the limit by client comes first


def create_app(open_library: Callable[[], Library], choices: Choices | None = None) -> FastAPI:
    """The whole application; `open_library` runs in the background, once."""
    choices = choices or Choices()
    os.environ.update(_QUIET)
    import gradio as gr  # late: half a second and 150 MB that no other command needs

    from alpie.app.page.api import add_api
    from alpie.app.page.frame import build_page, head_of

    opening = Opening(open_library).start()
    app = FastAPI(title="Al Pie", docs_url=None, redoc_url=None, openapi_url=None)
    add_routes(app, opening, choices)
    paths = {one: "/" if one == choices.language else f"/{one}/" for one in LANGUAGES}
    homes = {one: choices.root_path + path for one, path in paths.items()}
    heads = {one: head_of(words_for(one), homes[one], choices) for one in LANGUAGES}

    def mount_pages() -> None:
        # "/" last: it takes what is left.
        for one in sorted(paths, key=lambda name: paths[name], reverse=True):
            words = words_for(one)
            page = build_page(opening, words, homes, choices)
            add_api(page, opening, one, choices.finish)
            page.queue(default_concurrency_limit=4, max_size=_MOST_WAITING, api_open=False)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # SSR and deprecation talk that concerns nobody here
                gr.mount_gradio_app(
                    app,
                    page,
                    path=paths[one].rstrip("/") or "/",
                    footer_links=[],
                    run_history=False,
                    enable_monitoring=False,
                    show_error=False,
                    max_file_size=1,
                    theme=gr.themes.Base(
                        font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
                    ),
                    head=heads[one],
                    js=f"() => {{ document.documentElement.lang = '{one}'; }}",
                )

    _within_a_loop(mount_pages)
    app.add_middleware(Delivery, links={paths[one]: preloads(head) for one, head in heads.items()})
    app.add_middleware(Guard, limits=choices.limits)
    return app


def _within_a_loop(make: Callable[[], None]) -> None:
    """Runs `make` inside an event loop: outside one, Gradio makes a loop for every lock and leaves it open."""

    async def inside() -> None:
        make()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(inside())
    else:
        make()


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 7860) -> None:
    """Serve until interrupted; listens before the corpus is open."""
    import uvicorn

    def open_library() -> Library:
        from alpie.app.corpus import Corpus

        try:
            return Corpus.open(settings)
        except IndexMissing:
            _LOG.warning("there is no index in %s yet: building it", settings.data)
            Corpus.build(settings)
            return Corpus.open(settings)

    choices = Choices.from_settings(settings)
    app = create_app(open_library, choices)
    if host not in ("127.0.0.1", "localhost", "::1"):
        _LOG.warning("listening on %s: everybody who reaches this machine can ask", host)
    uvicorn.run(
        app,
        host=host,
        port=port,
        root_path=choices.root_path,
        log_level="warning",
        server_header=False,
    )
