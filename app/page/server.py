"""Serves the page: FastAPI around Gradio, closed where Gradio is open, on loopback unless told otherwise."""

from __future__ import annotations

import asyncio
import logging
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI

from alpie.app.page.catalogue import LANGUAGES, words_for
from alpie.app.page.guard import Guard, Limits
from alpie.app.page.library import Library, Opening
from alpie.app.page.routes import add_routes

if TYPE_CHECKING:
    from alpie.app.settings import Settings

__all__ = ["create_app", "serve"]

_LOG = logging.getLogger(__name__)
# Gradio and its client otherwise call home when they start.
_QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1"}
_MOST_WAITING = 64  # questions in the queue; the limit by client comes first


def create_app(
    open_library: Callable[[], Library],
    *,
    report: Path | None = None,
    limits: Limits | None = None,
    language: str = "es",
) -> FastAPI:
    """The whole application; `open_library` runs in the background, once.

    `report` is the file `alpie eval --report` wrote; `language` is the one at "/", others have a path.
    Not to be called from a running event loop.
    """
    os.environ.update(_QUIET)
    import gradio as gr  # late: half a second and 150 MB that no other command needs

    from alpie.app.page.frame import build_page, head_of

    opening = Opening(open_library).start()
    app = FastAPI(title="Al Pie", docs_url=None, redoc_url=None, openapi_url=None)
    add_routes(app, opening, report)
    homes = {one: "/" if one == language else f"/{one}/" for one in LANGUAGES}

    async def mount_pages() -> None:
        # "/" last: it takes what is left.
        for one in sorted(homes, key=lambda name: homes[name], reverse=True):
            words = words_for(one)
            page = build_page(opening, words, homes)
            page.queue(default_concurrency_limit=4, max_size=_MOST_WAITING, api_open=False)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # SSR and deprecation talk that concerns nobody here
                gr.mount_gradio_app(
                    app,
                    page,
                    path=homes[one].rstrip("/") or "/",
                    footer_links=[],
                    run_history=False,
                    enable_monitoring=False,
                    show_error=False,
                    max_file_size=1,
                    theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
                    head=head_of(words, homes[one]),
                    js=f"() => {{ document.documentElement.lang = '{one}'; }}",
                )

    # Outside a running loop Gradio makes one for every lock and leaves it open.
    asyncio.run(mount_pages())
    app.add_middleware(Guard, limits=limits)
    return app


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 7860) -> None:
    """Serve until interrupted; listens before the corpus is open."""
    import uvicorn

    def open_library() -> Library:
        from alpie.app.corpus import Corpus

        return Corpus.open(settings)

    app = create_app(open_library, language=settings.language)
    if host not in ("127.0.0.1", "localhost", "::1"):
        _LOG.warning("listening on %s: everybody who reaches this machine can ask", host)
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)
