"""Ask: the conversation. Gradio shows it; what is said is made in `answer_view`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from alpie.app.answering.answers import Answer
from alpie.app.page.state.kept_conversation import read_past
from alpie.app.page.state.library import NotReady, Opening
from alpie.app.page.state.server_metrics import Meter
from alpie.app.page.views.answer_view import render_answer
from alpie.app.page.views.check_view import LONGEST_TEXT
from alpie.app.page.views.help import HelpLines, gentle_notice
from alpie.app.page.views.markup import escape, tag
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.risk import at_risk
from alpie.index.errors import AlpieError, QuestionError

__all__ = ["Chat", "Conversation"]

_LOG = logging.getLogger(__name__)
LONGEST_QUESTION = 1000  # characters; a longer one is no question: a page that was pasted
_MAX_MESSAGES = 60
_MAX_TURNS = 6  # earlier questions a follow-up may lean on
_OPENING_SECONDS = 900
_AT_ONCE = 4  # answers computed at the same time

Message = dict[str, Any]


@dataclass
class Conversation:
    """One visitor's questions and what the page shows of them."""

    messages: list[Message] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    left: bool = False  # the visitor has begun another: nothing more of this one is shown


class Chat:
    """Answers questions of many visitors from one library.

    `finish` may take its time (a language model's summary): the quotations are shown before it.
    """

    def __init__(
        self,
        opening: Opening,
        words: Translations,
        help_lines: HelpLines,
        finish: Callable[[Answer], Answer] | None = None,
        root_path: str = "",
        meter: Meter | None = None,
    ) -> None:
        self._opening, self._words, self._help_lines = opening, words, help_lines
        self._finish, self._root_path, self._meter = finish, root_path, meter
        self._free = threading.BoundedSemaphore(_AT_ONCE)

    def ask(
        self, question: object, conversation: object, past: object = None
    ) -> Iterator[tuple[list[Message], Conversation]]:
        """Messages to show, first with a note that the search is under way, then with the answer.

        With `finish` the answer comes twice: its quotations, and then with what was added.

        `past`: the conversation as the browser has it, for one that is not known here, see `read_past`.
        Called over HTTP too, so the arguments may be anything.
        """
        talk = conversation if isinstance(conversation, Conversation) else Conversation()
        if not talk.messages:
            talk.messages, questions = read_past(past)
            talk.questions = [one[:LONGEST_QUESTION] for one in questions[-_MAX_TURNS:]]
        asked = question.strip() if isinstance(question, str) else ""
        if not asked:
            yield talk.messages, talk
            return
        shown = asked if len(asked) <= LONGEST_QUESTION else asked[:LONGEST_QUESTION] + "…"
        before = [*talk.messages, {"role": "user", "content": tag("div", escape(shown), class_="asked")}]
        yield [*before, self._said(tag("p", self._words.html(self._waiting()), class_="searching"))], talk
        replies = self._replies(asked, tuple(talk.questions[-_MAX_TURNS:]))
        said = self._said(next(replies))
        talk.messages = [*before, said][-_MAX_MESSAGES:]
        if len(asked) <= LONGEST_QUESTION:
            talk.questions = [*talk.questions, asked][-_MAX_TURNS:]
        if not talk.left:
            yield talk.messages, talk
        for reply in replies:
            said.update(self._said(reply))  # in its place: another question may have been asked meanwhile
            if not talk.left:
                yield talk.messages, talk

    def start_again(self, conversation: object) -> tuple[list[Message], Conversation]:
        """An empty conversation; answers still being made for the old one are not shown."""
        if isinstance(conversation, Conversation):
            conversation.left = True
        return [], Conversation()

    def _waiting(self) -> str:
        return "chat.searching" if self._opening.ready else "chat.opening"

    def _replies(self, asked: str, turns: tuple[str, ...]) -> Iterator[str]:
        """One reply, or with `finish` two: the later takes the place of the earlier."""
        words = self._words
        if len(asked) > LONGEST_QUESTION:
            yield _pasted(asked, words)
            return
        try:
            library = self._opening.wait(_OPENING_SECONDS)
            with self._free:
                answer = library.ask(asked, turns)
            notice = gentle_notice(words, self._help_lines) if at_risk(asked) else ""

            def shown(answer: Answer, writing: bool = False) -> str:
                started = perf_counter()
                rendered = render_answer(answer, words, library.documents, turns, writing, self._root_path)
                if self._meter:
                    self._meter.stage("render", perf_counter() - started)
                return notice + rendered

            reply = shown(answer)
            if self._finish and answer.quotes:
                yield shown(answer, writing=True)
                reply = shown(self._finished(answer))
        except NotReady as error:
            reply = _problem(words.html("chat.not_ready" if error.failed else "chat.still_opening"))
        except QuestionError:
            reply = _problem(words.html("chat.no_words"))
        except AlpieError as error:
            _LOG.info("question refused: %s", error)
            reply = _problem(words.html("chat.refused"))
        except Exception:  # noqa: BLE001 - edge of a page event: a plain sentence for people, the rest for the log
            _LOG.exception("a question could not be answered")
            reply = _problem(words.html("chat.failed"))
        yield reply

    def _finished(self, answer: Answer) -> Answer:
        """`answer` with what `finish` adds, or as it was: the quotations stand whatever happens."""
        try:
            return self._finish(answer) if self._finish else answer
        except Exception:  # noqa: BLE001 - whatever a language model does, the quotations are there
            _LOG.exception("an answer could not be finished")
            return answer

    def _said(self, content: str) -> Message:
        return {"role": "assistant", "content": tag("div", content, class_="said", lang=self._words.language)}


def _pasted(text: str, words: Translations) -> str:
    """Of a text too long for a question: to be checked as a quotation, if it is one."""
    offer = tag("a", words.html("chat.check_pasted"), class_="act check-pasted", href="#comprobar")
    parts = [
        tag("p", words.html("chat.pasted", most=LONGEST_QUESTION)),
        tag("p", offer, class_="actions"),
        tag("span", escape(text[:LONGEST_TEXT]), class_="pasted hidden"),
    ]
    return tag("div", parts, class_="pasted-offer")


def _problem(sentence: str) -> str:
    return tag("p", sentence, class_="problem")
