"""Opens what the settings name: the encoder, the reader, and the backend that proposes vectors."""

from __future__ import annotations

from alpie.app.settings import Settings
from alpie.index.encoder import Encoder
from alpie.index.encoder.factory import open_encoder
from alpie.index.reader import Reader
from alpie.index.reader.bundled import open_reader
from alpie.index.retrieval.backends.select import BackendChoice


def open_configured_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name."""
    return open_encoder(settings.encoder, settings.cache, settings.encoder_runtime)


def open_configured_reader(settings: Settings) -> Reader:
    """The reader that the settings name; where they say so, a language model chooses before the reader does."""
    reader = open_reader(settings.reader, settings.cache)
    if not (settings.writer and settings.writer_reads):
        return reader
    # late: the library of a model is loaded only where a model is configured
    from alpie.app.answering.judging.model_reader import ModelReader
    from alpie.app.chat_model import open_stream

    # opened at each question: a provider that is missing must not keep the documents from being asked
    return ModelReader(
        lambda messages: open_stream(settings)(messages),
        settings.writer,
        reader,
        settings.writer_timeout_seconds,
    )


def configured_backend(settings: Settings) -> BackendChoice | None:
    """The backend that the settings name; None: the local one."""
    if not settings.backend:
        return None
    return BackendChoice(settings.backend, settings.backend_token, settings.backend_timeout_seconds)
