"""Ask: the conversation. Gradio shows it; what is said is made in `answer_view`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from alpie.app.page.answer_view import render_answer
from alpie.app.page.catalogue import Words
from alpie.app.page.help import HelpLines, gentle_notice
from alpie.app.page.html import escape, tag
from alpie.app.page.library import Library, NotReady, Opening
from alpie.app.page.risk import at_risk
from alpie.index.errors import AlpieError

__all__ = ["Chat", "Conversation"]

_LOG = logging.getLogger(__name__)
LONGEST_QUESTION = 1000  # characters; a longer one is no question
_MOST_MESSAGES = 60
_MOST_TURNS = 6  # earlier questions a follow-up may lean on
_OPENING_SECONDS = 900
_AT_ONCE = 4  # answers computed at the same time

Message = dict[str, Any]


@dataclass
class Conversation:
    """One visitor's questions and what the page shows of them."""

    messages: list[Message] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


class Chat:
    """Answers questions of many visitors from one library."""

    def __init__(self, opening: Opening, words: Words, help_lines: HelpLines) -> None:
        self._opening, self._words, self._help_lines = opening, words, help_lines
        self._free = threading.BoundedSemaphore(_AT_ONCE)

    def ask(self, question: object, conversation: object) -> Iterator[tuple[list[Message], Conversation]]:
        """Messages to show, first with a note that the search is under way, then with the answer.

        Called over HTTP too, so `question` and `conversation` may be anything.
        """
        talk = conversation if isinstance(conversation, Conversation) else Conversation()
        asked = question.strip() if isinstance(question, str) else ""
        if not asked:
            yield talk.messages, talk
            return
        shown = asked if len(asked) <= LONGEST_QUESTION else asked[:LONGEST_QUESTION] + "…"
        before = [*talk.messages, {"role": "user", "content": tag("div", escape(shown), class_="asked")}]
        yield [*before, self._said(tag("p", self._words.html(self._waiting()), class_="searching"))], talk
        reply = self._reply(asked, tuple(talk.questions[-_MOST_TURNS:]))
        talk.messages = [*before, self._said(reply)][-_MOST_MESSAGES:]
        talk.questions = [*talk.questions, asked[:LONGEST_QUESTION]][-_MOST_TURNS:]
        yield talk.messages, talk

    def _waiting(self) -> str:
        return "chat.searching" if self._opening.ready else "chat.opening"

    def _reply(self, asked: str, turns: tuple[str, ...]) -> str:
        words = self._words
        if len(asked) > LONGEST_QUESTION:
            return _problem(words.html("chat.too_long", most=LONGEST_QUESTION))
        try:
            library = self._opening.wait(_OPENING_SECONDS)
            with self._free:
                answer = self._answer(library, asked, turns)
        except NotReady as error:
            return _problem(words.html("chat.not_ready" if error.failed else "chat.still_opening"))
        except AlpieError as error:
            _LOG.info("question refused: %s", error)
            return _problem(words.html("chat.refused"))
        except Exception:  # noqa: BLE001 - edge of a page event: a plain sentence for people, the rest for the log
            _LOG.exception("a question could not be answered")
            return _problem(words.html("chat.failed"))
        return answer

    def _answer(self, library: Library, asked: str, turns: tuple[str, ...]) -> str:
        answer = library.ask(asked, turns)
        notice = gentle_notice(self._words, self._help_lines) if at_risk(asked) else ""
        return notice + render_answer(answer, self._words, library.documents, turns)

    def _said(self, content: str) -> Message:
        return {"role": "assistant", "content": tag("div", content, class_="said", lang=self._words.language)}


def _problem(sentence: str) -> str:
    return tag("p", sentence, class_="problem")
