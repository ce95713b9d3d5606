"""The chat model that the settings name, through LangChain; its text as a stream of strings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from alpie.app.settings import Settings
from alpie.app.translations import said
from alpie.index.errors import SettingsError

Messages = list[tuple[str, str]]
Stream = Callable[[Messages], Iterator[str]]


class MissingProvider(SettingsError):
    """The package of the provider that the setting `writer` names is not installed, or nobody knows the provider."""


def _missing(settings: Settings, error: Exception) -> MissingProvider:
    return MissingProvider(said("writer.no_provider", model=settings.writer, error=error))


def stream_of(settings: Settings) -> Stream:
    """A function from messages to the model's text, piece by piece.

    Raises `MissingProvider`. Whatever the provider itself raises comes out of the stream.
    """
    try:
        from langchain.chat_models import init_chat_model
    except ImportError as error:
        raise _missing(settings, error) from error
    provider = settings.writer.partition(":")[0]
    options: dict[str, Any] = {
        "temperature": 0,
        "timeout": settings.writer_timeout_seconds,
        "max_retries": 0,
    }
    if settings.writer_url:
        options["base_url"] = settings.writer_url
        if provider == "openai" and not os.environ.get("OPENAI_API_KEY"):
            options["api_key"] = "none"  # a server of one's own asks for no key, its client does
    if provider == "ollama":  # knows neither by these names
        options.pop("max_retries")
        options["client_kwargs"] = {"timeout": options.pop("timeout")}

    try:
        model = init_chat_model(settings.writer, **options)
    except (ImportError, ValueError) as error:
        raise _missing(settings, error) from error

    def stream(messages: Messages) -> Iterator[str]:
        for chunk in model.stream(messages):
            yield str(chunk.text)

    return stream
