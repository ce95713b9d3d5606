"""Opens the chat model that the settings name, through LangChain, and gives its text as a stream of strings."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from alpie.app.errors import ProviderMissing
from alpie.app.settings import Settings
from alpie.app.translations import message


class ModelMessage(NamedTuple):
    """A message to a chat model; its `role` is "system" or "user"."""

    role: str
    text: str


Messages = list[ModelMessage]
Stream = Callable[[Messages], Iterator[str]]
_Pieces = queue.Queue[str | Exception | None]  # of a model's text; None: that was all


def load_prompt(module: str, name: str) -> str:
    """The instructions for a model in `prompts/<name>.txt`, beside the file of `module`."""
    return (Path(module).with_name("prompts") / f"{name}.txt").read_text("utf-8").rstrip("\n")


def open_stream(settings: Settings) -> Stream:
    """Open the chat model: returns a function that gives the model's text for some messages, piece by piece.

    Raises `ProviderMissing`. Whatever the provider itself raises comes out of the stream.
    """
    provider = settings.writer.partition(":")[0]
    options: dict[str, Any] = {"temperature": 0, "timeout": settings.writer_timeout_seconds, "max_retries": 0}
    if settings.writer_url:
        options["base_url"] = settings.writer_url
        if provider == "openai" and not os.environ.get("OPENAI_API_KEY"):
            options["api_key"] = "none"  # a server of one's own asks for no key, its client does
    if provider == "ollama":  # knows neither by these names
        options.pop("max_retries")
        options["client_kwargs"] = {"timeout": options.pop("timeout")}
    try:
        from langchain.chat_models import init_chat_model

        model = init_chat_model(settings.writer, **options)
    except (ImportError, ValueError) as error:
        unknown = message("writer.no_provider", model=settings.writer, error=error)
        raise ProviderMissing(unknown) from error

    return lambda messages: (str(chunk.text) for chunk in model.stream(messages))


class ModelTimeout(Exception):
    """The model did not finish in the time it had."""


def pieces_in_time(
    stream: Stream, messages: Messages, seconds: float, at_end: Callable[[], None] = lambda: None
) -> Iterator[str]:
    """The pieces of a model's text as they come; `at_end` is called when the model ends, which may be later.

    It runs in its own thread, because a silent server cannot be interrupted otherwise. Raises `ModelTimeout` after so many
    seconds, and whatever the provider raises.
    """
    pieces: _Pieces = queue.Queue(maxsize=1_000)
    unheard = threading.Event()
    ends = time.monotonic() + seconds
    feeding = (stream, messages, pieces, unheard, at_end)
    threading.Thread(target=_feed, args=feeding, name="chat-model", daemon=True).start()
    try:
        while (left := ends - time.monotonic()) > 0:
            try:
                piece = pieces.get(timeout=left)
            except queue.Empty:
                break
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise piece
            yield piece
        raise ModelTimeout
    finally:
        unheard.set()


def _feed(
    stream: Stream, messages: Messages, pieces: _Pieces, unheard: threading.Event, at_end: Callable[[], None]
) -> None:
    def put(piece: str | Exception | None) -> bool:
        while not unheard.is_set():
            with suppress(queue.Full):
                pieces.put(piece, timeout=0.2)
                return True
        return False

    try:
        if all(map(put, stream(messages))):
            put(None)
    except Exception as error:  # noqa: BLE001 - edge of a thread: handed to the one who waits
        put(error)
    finally:
        at_end()
