"""The conversation of the page: questions in, messages out. Gradio shows them; `answer_view` makes the answers.

Each process remembers its own conversations. After a restart, or when a proxy sends a visitor to another process, the
browser brings its conversation along, so that a follow-up is still understood and nothing vanishes from the screen.
What it brings is a stranger's text, which is only ever shown to that same browser.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, TypedDict

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alpie.app.answering.answer_types import Answer
from alpie.app.answering.understanding.conversation import MAX_TURNS
from alpie.app.page.state.corpus_loader import CorpusLoader
from alpie.app.page.state.question_options import USUAL_OPTIONS, QuestionOptions, TypedTexts
from alpie.app.page.state.server_metrics import Meter
from alpie.app.page.views.answer_view import render_answer
from alpie.app.page.views.check_view import MAX_PASTED_CHARACTERS
from alpie.app.page.views.page_translations import PageTranslations, page_translations_for
from alpie.app.page.views.templates import Markup, escape_line_ends, render
from alpie.app.service.people_at_risk import Risk, help_lines, risk_of_asker
from alpie.index.spanish.query import MAX_TYPED_CHARACTERS

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

_LOG = logging.getLogger(__name__)
# kept on the page: thirty questions with their answers, each of them HTML that the browser holds
_MAX_MESSAGES = 60
# for the index: at the first start the encoder is prepared and the index built, which takes minutes
_ANSWER_WAIT_SECONDS = 900
_CONCURRENT_ANSWERS = 4  # answers computed at the same time
_INDENT = re.compile(r"\n\s*")  # of a template; no quotation holds a line end

MAX_REMEMBERED = 20  # messages; the script of the page sends no more
_MAX_MESSAGE_CHARACTERS = 100_000  # bounds what a forged conversation makes the server read
_MessageRow = tuple[
    Literal["user", "assistant"],
    Annotated[str, Field(max_length=_MAX_MESSAGE_CHARACTERS, pattern=r"^[^\n]*$")],
]


class ChatMessage(TypedDict):
    """A message as Gradio's chat takes it."""

    role: Literal["user", "assistant"]
    content: str


@dataclass
class Conversation:
    """One visitor's questions and what the page shows of them."""

    messages: list[ChatMessage] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    is_over: bool = False  # the visitor has begun another: nothing more of this one is shown


class ChatUpdate(NamedTuple):
    """What the chat is to show next, and the state Gradio keeps for this visitor."""

    messages: list[ChatMessage]
    conversation: Conversation


class _Past(BaseModel):
    """A conversation as the browser has it: what it shows, and the questions as they were typed."""

    model_config = ConfigDict(extra="forbid", strict=True)
    rows: list[_MessageRow] = []
    questions: TypedTexts = []


class Chat:
    """Answers questions of many visitors from one corpus.

    `finish` may take its time (a language model's summary): the quotations are shown before it.
    """

    def __init__(
        self,
        loader: CorpusLoader,
        translations: PageTranslations,
        finish: Callable[[Answer], Answer] | None = None,
        root_path: str = "",
        meter: Meter | None = None,
    ) -> None:
        self._loader, self._translations = loader, translations
        self._finish, self._root_path, self._meter = finish, root_path, meter
        self._free = threading.BoundedSemaphore(_CONCURRENT_ANSWERS)

    def ask(
        self,
        question: object,
        conversation: object,
        past: object = None,
        options: QuestionOptions = USUAL_OPTIONS,
    ) -> Iterator[ChatUpdate]:
        """Messages to show, first with a note that the search is under way, then with the answer.

        With `finish` the answer comes twice: its quotations, and then with what was added. `past`: the conversation as the
        browser has it, for one that is not known here, see `read_past`. Called over HTTP too, so the arguments may be anything.
        """
        current = conversation if isinstance(conversation, Conversation) else Conversation()
        if not current.messages:
            current.messages, current.questions = read_past(past)
        typed = question.strip() if isinstance(question, str) else ""
        if not typed:
            yield ChatUpdate(current.messages, current)
            return
        if options.anew:
            current.messages, current.questions = current.messages[:-2], []
        before = [*current.messages, self._user_message(typed)]
        waiting = self._paragraph("searching", "chat.searching" if self._loader.ready else "chat.opening")
        yield ChatUpdate([*before, self._assistant_message(waiting)], current)
        replies = self._replies(typed, tuple((options.turns or current.questions)[-MAX_TURNS:]), options)
        shown_reply = self._assistant_message(next(replies))
        current.messages = [*before, shown_reply][-_MAX_MESSAGES:]
        if len(typed) <= MAX_TYPED_CHARACTERS:
            current.questions = [*current.questions, typed][-MAX_TURNS:]
        if not current.is_over:
            yield ChatUpdate(current.messages, current)
        for reply in replies:
            # in its place: another may have been asked meanwhile
            shown_reply.update(self._assistant_message(reply))
            if not current.is_over:
                yield ChatUpdate(current.messages, current)

    def start_again(self, conversation: object) -> ChatUpdate:
        """An empty conversation; answers still being made for the old one are not shown."""
        if isinstance(conversation, Conversation):
            conversation.is_over = True
        return ChatUpdate([], Conversation())

    def _replies(self, typed: str, turns: tuple[str, ...], options: QuestionOptions) -> Iterator[Markup]:
        """One reply, or with `finish` two: the later takes the place of the earlier."""
        translations = self._translations
        if len(typed) > MAX_TYPED_CHARACTERS:
            yield render(
                "pasted", translations, most=MAX_TYPED_CHARACTERS, text=typed[:MAX_PASTED_CHARACTERS]
            )
            return
        try:
            yield from self._answers(typed, turns, options)
        except Exception as error:  # noqa: BLE001 - edge of a page event: a plain sentence for people, the rest for the log
            yield self._paragraph("problem", self._loader.failure_of(error).key)

    def _answers(self, typed: str, turns: tuple[str, ...], options: QuestionOptions) -> Iterator[Markup]:
        """The answer as HTML; with `finish` first while it is still being finished, then finished."""
        corpus = self._loader.wait(_ANSWER_WAIT_SECONDS)
        ask = self._meter.count_answers(corpus.ask) if self._meter else corpus.ask
        with self._free:
            answer = ask(typed, turns, options.documents, options.each)
        risk = risk_of_asker(answer, corpus.encoder)
        if self._finish and answer.quotes:
            yield self._render(answer, corpus, turns, risk, writing=True)
            answer = self._finish_answer(answer)
        yield self._render(answer, corpus, turns, risk)

    def _render(
        self, answer: Answer, corpus: Corpus, turns: tuple[str, ...], risk: Risk | None, writing: bool = False
    ) -> Markup:
        """`answer` in the language it was asked in; for somebody at risk, folded away behind where to find help."""
        translations = page_translations_for("en") if answer.language == "en" else self._translations
        page, started = self._translations.language, perf_counter()
        rendered = render_answer(
            answer, translations, corpus.documents, turns, writing, self._root_path, page
        )
        if self._meter:
            self._meter.stage("render", perf_counter() - started)
        if not risk:
            return rendered
        key = f"help.notice.{risk}"
        return render("care", translations, key=key, lines=help_lines().lines, answer=rendered)

    def _finish_answer(self, answer: Answer) -> Answer:
        """`answer` with what `finish` adds, or as it was: the quotations stand whatever happens."""
        try:
            return self._finish(answer) if self._finish else answer
        except Exception:  # noqa: BLE001 - whatever a language model does, the quotations are there
            _LOG.exception("an answer could not be finished")
            return answer

    def _user_message(self, typed: str) -> ChatMessage:
        shown = typed if len(typed) <= MAX_TYPED_CHARACTERS else typed[:MAX_TYPED_CHARACTERS] + "…"
        message = render("message", self._translations, style="asked", lang="", content=shown)
        return {"role": "user", "content": escape_line_ends(message)}

    def _assistant_message(self, content: Markup) -> ChatMessage:
        message = render(
            "message", self._translations, style="reply", lang=self._translations.language, content=content
        )
        return {"role": "assistant", "content": escape_line_ends(_INDENT.sub("\n", message))}

    def _paragraph(self, style: str, key: str) -> Markup:
        return render("sentence", self._translations, style=style, text=self._translations(key))


class PastMessages(NamedTuple):
    """What a browser has kept of a conversation: its messages, and the last questions as typed."""

    messages: list[ChatMessage]
    questions: list[str]


def read_past(past: object) -> PastMessages:
    """The messages in `past`, as `window.alpie.past` writes it; none of anything that is not sound."""
    try:
        found = _Past.model_validate_json(past if isinstance(past, str) else "")
    except ValidationError:
        return PastMessages([], [])
    messages: list[ChatMessage] = [{"role": role, "content": content} for role, content in found.rows]
    return PastMessages(messages[-MAX_REMEMBERED:], found.questions[-MAX_TURNS:])
