"""The typed endpoints over HTTP: `POST /gradio_api/call/ask` and so on, without anything on the page.

They go through the queue and the limits like every question, and return the rows of `docs/schema.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import gradio as gr
from gradio.events import api

from alpie.app.answering.answers import Answer
from alpie.app.page.state.library import Opening
from alpie.app.service.endpoints import Endpoints

__all__ = ["add_api"]

_OPENING_SECONDS = 60.0


def add_api(
    page: gr.Blocks, opening: Opening, language: str = "es", finish: Callable[[Answer], Answer] | None = None
) -> None:
    """Add the endpoints to `page`; answers and citations are in `language`, see `Endpoints` for `finish`."""
    endpoints = Endpoints(lambda: opening.wait(_OPENING_SECONDS), language, finish)

    offered = endpoints.offered(partial(gr.Error, print_exception=False))
    for event in page.fns.values():  # a handler of the page called `ask` would make ours `ask_2`
        if event.api_name in offered:
            event.api_name = f"page_{event.api_name}"
    with page:
        for name, endpoint in offered.items():
            api(endpoint, api_name=name)
