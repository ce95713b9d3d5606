"""The typed endpoints over HTTP: `POST /gradio_api/call/ask` and so on, without anything on the page.

They go through the queue and the limits like every question, and return the rows of `docs/schema.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr
from gradio.events import api

from alpie.app.answering.answers import Answer
from alpie.app.page.state.library import Opening
from alpie.app.service.endpoints import Endpoints
from alpie.index.errors import AlpieError

__all__ = ["add_api"]

T = TypeVar("T")

_OPENING_SECONDS = 60.0


def add_api(
    page: gr.Blocks, opening: Opening, language: str = "es", finish: Callable[[Answer], Answer] | None = None
) -> None:
    """Add the endpoints to `page`; answers and citations are in `language`, see `Endpoints` for `finish`."""
    endpoints = Endpoints(lambda: opening.wait(_OPENING_SECONDS), language, finish)

    # Names, types and docstrings below are what the client's `view_api` shows.
    def ask(question: str, turns: list[str] | None = None) -> dict[str, Any]:
        """Answer a question with verbatim quotations. `turns`: earlier questions, oldest first."""
        return _plain_errors(lambda: endpoints.ask(question, turns or []))

    def search(
        words: str, limit: int = 10, document: str = "", retriever: str = "fused"
    ) -> list[dict[str, Any]]:
        """The best passages, best first. `document`: an id; `retriever`: fused, dense or lexical."""
        return _plain_errors(lambda: endpoints.search(words, limit, document, retriever))

    def verify(text: str) -> dict[str, Any]:
        """Whether a quotation stands in the documents word for word."""
        return _plain_errors(lambda: endpoints.verify(text))

    def passage(address: str) -> dict[str, Any]:
        """The passage with this permanent address."""
        return _plain_errors(lambda: endpoints.passage(address))

    def documents() -> list[dict[str, Any]]:
        """The documents that are searched."""
        return _plain_errors(endpoints.documents)

    endpoints_by_name = {one.__name__: one for one in (ask, search, verify, passage, documents)}
    for event in page.fns.values():  # a handler of the page called `ask` would make ours `ask_2`
        if event.api_name in endpoints_by_name:
            event.api_name = f"page_{event.api_name}"
    with page:
        for name, endpoint in endpoints_by_name.items():
            api(endpoint, api_name=name)


def _plain_errors(answer: Callable[[], T]) -> T:
    try:
        return answer()
    except AlpieError as error:
        raise gr.Error(str(error), print_exception=False) from error
