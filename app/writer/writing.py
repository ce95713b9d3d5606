"""One run of the writer: the model runs in its own thread, its sentences are checked as they arrive, and time is limited.

Whatever the model does (silence, an endless stream, nonsense, an exception), iterating ends in time and raises nothing:
what happened is in `report`. Quotes and question travel as JSON strings: they are data, and cannot end early.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from alpie.app.answering.answer_types import Answer, WriterFailure, WriterReport, WrittenSentence
from alpie.app.chat_model import (
    Messages,
    ModelMessage,
    ModelTimeout,
    Stream,
    load_prompt,
    open_stream,
    pieces_in_time,
)
from alpie.app.errors import ProviderMissing
from alpie.app.settings import Settings
from alpie.app.translations import LANGUAGES
from alpie.app.writer.drafts import Draft, parse_drafts
from alpie.app.writer.support import SupportCheck
from alpie.index.spanish.query import MAX_TYPED_CHARACTERS

_RULES = {language: load_prompt(__file__, f"write_{language}") for language in LANGUAGES}
_MAX_QUOTE = 4_000  # characters; a whole list may be long


def messages_for(question: str, quotes: Sequence[str], language: str) -> Messages:
    """The messages to the chat model; `language`: of the question, "en" or else Spanish."""
    data = {
        "pregunta" if language != "en" else "question": question[:MAX_TYPED_CHARACTERS],
        "citas" if language != "en" else "quotes": [
            {"n": number, "texto" if language != "en" else "text": text[:_MAX_QUOTE]}
            for number, text in enumerate(quotes, start=1)
        ],
    }
    rules = _RULES["en" if language == "en" else "es"]
    return [
        ModelMessage("system", rules),
        ModelMessage("user", json.dumps(data, ensure_ascii=False, indent=1)),
    ]


_LOG = logging.getLogger(__name__)
_MAX_SENTENCES = 8  # shown: more are not a summary of a few quotations
_MAX_DRAFTS = 60  # sentences read, shown or not: a model that goes on is stopped
_MAX_CHARACTERS = 12_000  # read, thoughts included
_WRITER_SLOTS = threading.BoundedSemaphore(8)  # threads may outlive their writing while a server hangs


class Writing(Iterator[WrittenSentence]):
    """Sentences about the quotations of `answer` that passed the check, as the model of the settings writes them.

    `report` is complete after the last one; nothing is raised. `stream` stands in for the model.
    """

    def __init__(self, answer: Answer, settings: Settings, stream: Stream | None = None) -> None:
        self._answer, self._settings = answer, settings
        self._stream = stream
        self._dropped: Counter[str] = Counter()
        self._shown = 0
        self._failure: WriterFailure | None = None
        self._sentences = self._run()

    def __next__(self) -> WrittenSentence:
        return next(self._sentences)

    @property
    def report(self) -> WriterReport:
        return WriterReport(self._settings.writer, dict(self._dropped), self._failure)

    def _run(self) -> Iterator[WrittenSentence]:
        if not self._answer.quotes:  # nothing to write about, nothing is sent
            return
        try:
            # before the clock starts: importing the provider takes seconds and is not the model's fault
            stream = self._stream or open_stream(self._settings)
            yield from self._check_drafts(parse_drafts(self._pieces(stream)))
        except ModelTimeout:
            self._failure = WriterFailure.TIMEOUT
        except ProviderMissing as error:
            _LOG.warning("the writer cannot be used: %s", error)
            self._failure = WriterFailure.MISSING
        except Exception as error:  # noqa: BLE001 - edge: providers raise what they like, the quotes stand
            _LOG.warning("the writer failed: %s: %s", type(error).__name__, error)
            self._failure = WriterFailure.UNREACHABLE
        if not self._shown and not self._failure:
            self._failure = WriterFailure.NOTHING

    def _check_drafts(self, sentences: Iterator[Draft]) -> Iterator[WrittenSentence]:
        answer = self._answer
        found = " \n ".join(hit.passage.text for hit in answer.hits)
        support = SupportCheck([quote.text for quote in answer.quotes], answer.question, found)
        sentences_shown: set[str] = set()
        for read, draft in enumerate(sentences, start=1):
            reason = support.reason_against(draft)
            if reason is not None:
                self._dropped[reason.value] += 1
                _LOG.info("sentence dropped (%s): %s", reason.value, draft.text)
            elif draft.text not in sentences_shown:
                sentences_shown.add(draft.text)
                self._shown += 1
                yield WrittenSentence(draft.text, draft.quotes)
            if self._shown == _MAX_SENTENCES or read == _MAX_DRAFTS:
                self._failure = WriterFailure.CUT
                return

    def _pieces(self, stream: Stream) -> Iterator[str]:
        """The model's text until it ends, the time is over, or it is more than anybody asked for."""
        answer = self._answer
        messages = messages_for(answer.question, [quote.text for quote in answer.quotes], answer.language)
        if not _WRITER_SLOTS.acquire(blocking=False):
            self._failure = WriterFailure.BUSY
            return
        characters = 0
        seconds = self._settings.writer_timeout_seconds
        for piece in pieces_in_time(stream, messages, seconds, at_end=_WRITER_SLOTS.release):
            yield piece
            characters += max(1, len(piece))  # empty pieces without end are endless too
            if characters >= _MAX_CHARACTERS:
                self._failure = WriterFailure.CUT
                return


def write(answer: Answer, settings: Settings, stream: Stream | None = None) -> Writing:
    """Have the model in `settings.writer` write about the quotations of `answer`: see `Writing`."""
    return Writing(answer, settings, stream)


def add_writing(answer: Answer, settings: Settings) -> Answer:
    """Put sentences of the model and the report on them into `answer`; everything else stays."""
    writing = write(answer, settings)
    sentences = tuple(writing)
    return replace(answer, writer=sentences, writer_report=writing.report)
