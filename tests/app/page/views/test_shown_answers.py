"""Answers as the page shows them: escaped, word for word, and what is written apart from what is quoted."""

from __future__ import annotations

import html as html_library
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from markupsafe import escape

from alpie.app.answering.answer_types import Answer, WriterFailure, WriterReport, WrittenSentence
from alpie.app.answering.understanding.conversation import MAX_TURNS
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from alpie.app.page.state.corpus_loader import CorpusLoader
from alpie.app.page.views.answer_view import render_answer, render_quote
from alpie.app.page.views.chat import Chat, Conversation
from alpie.app.page.views.page_translations import page_translations_for
from alpie.app.page.views.templates import Markup, escape_line_ends, mark_ranges
from alpie.app.settings import load_settings
from alpie.index.records import Sentence, SentenceRole, Span
from alpie.index.spanish.query import MAX_TYPED_CHARACTERS
from support.hostile_folder import PAYLOAD

WORDS = page_translations_for("es")


def test_text_is_escaped_and_kept_on_one_line() -> None:
    shown = escape_line_ends(escape(PAYLOAD))
    assert "<" not in shown
    assert "\n" not in shown
    assert html_library.unescape(shown) == PAYLOAD
    assert escape_line_ends(Markup("<b>\n&amp;</b>")) == "<b>&#10;&amp;</b>"


def test_marks_do_not_change_the_words() -> None:
    text = "Uno & <dos> tres"
    shown = mark_ranges(text, [Span(0, 3), Span(6, 11), Span(2, 5), Span(90, 99)])
    assert html_library.unescape(re.sub(r"</?mark>", "", shown)) == text
    assert shown.count("<mark>") == 2


def test_a_question_cannot_become_markup(loader: CorpusLoader) -> None:
    chat = Chat(loader, WORDS)
    for messages, _ in chat.ask(PAYLOAD, Conversation()):
        for message in messages:
            assert "<script" not in message["content"]
            assert "<img" not in message["content"]
            assert "\n" not in message["content"], "a line end would hand the rest to the Markdown reader"


def _words_of(quote: Any) -> str:
    """The words of a quotation as they are shown, with their markup."""
    shown = re.search(
        r'<span class="words">(.*)</span>(?:<a [^>]*>[^<]*</a>)?</blockquote>', render_quote(quote, WORDS, {})
    )
    assert shown
    return shown[1]


def test_quotes_stand_in_the_answer_exactly(corpus: Any) -> None:
    answer = corpus.ask("¿Cuántas detenciones hubo en España?")
    assert answer.quotes
    shown = render_answer(answer, WORDS, corpus.documents)
    for quote in answer.quotes:
        words = html_library.unescape(re.sub(r"<[^>]+>", "", _words_of(quote)))
        assert words == quote.text
        assert _words_of(quote) in shown


def test_words_are_bold_where_they_answer_and_not_where_they_are_only_near(corpus: Any) -> None:
    quote = replace(corpus.ask("¿Cuántas detenciones hubo en España?").quotes[0], emphasis=(Span(0, 3),))
    assert "<strong>" in render_quote(quote, WORDS, corpus.documents, number=1)
    assert "<strong>" not in render_quote(quote, WORDS, corpus.documents, number=1, nearest=True)


def test_a_question_that_was_put_right_is_shown_as_understood(corpus: Any) -> None:
    asked = corpus.ask("¿Cuántas detenciones hubo en España?")
    assert "searched-as" not in render_answer(asked, WORDS, corpus.documents)
    put_right = replace(asked, question="q detenciones <b>", searched="que detenciones <b>")
    shown = render_answer(put_right, WORDS, corpus.documents)
    assert "Entendido como: «que detenciones &lt;b&gt;»" in shown


@pytest.mark.parametrize(
    ("roles", "shown"),
    [
        (("sentence", "sentence"), "Uno & dos: • Tres <4>."),
        (("lead_in", "item"), '<span class="run">Uno & dos: </span><span class="item">• Tres <4>.</span>'),
        (
            ("header", "row"),
            '<span class="row header">Uno & dos: </span><span class="row">• Tres <4>.</span>',
        ),
    ],
)
def test_a_list_or_a_table_is_quoted_line_by_line(corpus: Any, roles: tuple[str, str], shown: str) -> None:
    """No white space is left between two lines: in a quotation it would be shown, as an empty line."""
    quote = corpus.ask("¿Cuántas detenciones hubo en España?").quotes[0]
    texts = ("Uno & dos:", "• Tres <4>.")
    sentences = tuple(
        Sentence(text, (Span(0, 1),), SentenceRole(role)) for text, role in zip(texts, roles, strict=True)
    )
    listed = replace(
        quote, text=" ".join(texts), emphasis=(), passage=replace(quote.passage, sentences=sentences)
    )
    escaped = shown.replace("&", "&amp;").replace("<4>", "&lt;4&gt;")
    assert _words_of(listed) == escaped


def test_generated_prose_is_marked_and_never_quoted(corpus: Any) -> None:
    answer = corpus.ask("¿Cuántas detenciones hubo en España?")
    written = (WrittenSentence("Hubo <b>dos</b> detenciones.", (1, 99)),)
    report = WriterReport("fake:model", {"unsupported": 2})
    shown = render_answer(replace(answer, writer=written, writer_report=report), WORDS, corpus.documents)
    generated = shown[
        shown.index('class="generated"') : shown.index(
            'class="suggestions"' if 'class="suggestions"' in shown else 'class="answer-foot"'
        )
    ]
    assert shown.rindex('class="quote-unit"') < shown.index('class="generated"')
    assert "&lt;b&gt;dos" in generated
    assert generated.count("<a ") == 1, "a note that leads nowhere is not shown"
    assert WORDS.html("answer.generated") in generated
    assert escape(WORDS.count("writer.dropped", 2)) in generated
    assert "«" not in generated
    failed = replace(
        answer, writer=(), writer_report=WriterReport("fake:model", failure=WriterFailure.TIMEOUT)
    )
    shown = render_answer(failed, WORDS, corpus.documents)
    assert WORDS.html("writer.timeout", model="fake:model") in shown


def test_quotations_are_shown_before_the_summary_is_written(loader: CorpusLoader) -> None:
    seen: list[Answer] = []

    def finish(answer: Answer) -> Answer:
        seen.append(answer)
        return replace(answer, writer=(WrittenSentence("Hubo dos.", (1,)),))

    chat = Chat(loader, WORDS, finish)
    asking = chat.ask("¿Cuántas detenciones hubo en España?", Conversation())
    next(asking)
    shown = next(asking)[0][-1]["content"]
    assert 'class="quote-unit"' in shown
    assert WORDS.html("answer.generating") in shown
    assert not seen
    messages, conversation = next(asking)
    assert "Hubo dos." in messages[-1]["content"]
    assert WORDS.html("answer.generating") not in messages[-1]["content"]
    assert [len(messages), len(conversation.questions), len(seen)] == [2, 1, 1]
    assert list(asking) == []


def test_the_page_says_when_a_writer_is_sent_the_question(corpus: Any) -> None:
    with TestClient(create_app(lambda: corpus, PageOptions(finish=lambda answer: answer))) as client:
        shown = json.dumps(client.get("/config").json(), ensure_ascii=False)
        assert WORDS("foot.privacy.writer") in shown
        assert WORDS("foot.privacy") not in shown
        assert WORDS.html("help.writer") in client.get("/al/help").text


def test_a_failing_writer_leaves_the_quotations(loader: CorpusLoader) -> None:
    def finish(answer: Answer) -> Answer:
        raise ValueError("no")

    *_, last = Chat(loader, WORDS, finish).ask("detenciones en España", Conversation())
    assert 'class="quote-unit"' in last[0][-1]["content"]
    assert WORDS.html("answer.generating") not in last[0][-1]["content"]


def test_nothing_is_written_about_what_was_not_found(loader: CorpusLoader) -> None:
    def finish(answer: Answer) -> Answer:
        raise AssertionError

    *_, (messages, _) = Chat(loader, WORDS, finish).ask("capital de Mongolia", Conversation())
    assert 'class="none"' in messages[-1]["content"]


def test_a_conversation_that_was_left_shows_nothing_more(loader: CorpusLoader) -> None:
    chat, conversation = Chat(loader, WORDS, lambda answer: answer), Conversation()
    asking = chat.ask("detenciones en España", conversation)
    next(asking)
    next(asking)
    assert chat.start_again(conversation) == ([], Conversation())
    assert list(asking) == []


def test_the_writer_of_the_settings_is_taken(tmp_path: Path) -> None:
    settings = load_settings({"data": str(tmp_path / "index")}, environment={})
    assert PageOptions.from_settings(settings).finish is None
    assert PageOptions.from_settings(replace(settings, writer="openai:any")).finish is not None


@pytest.mark.parametrize("question", [None, 3, [], {"a": 1}, "", "   ", "a" * 100_000, "\x00", "?" * 900])
@pytest.mark.parametrize("state", [None, "x", {"messages": []}])
def test_any_input_of_the_handler_gets_an_answer(
    loader: CorpusLoader, question: object, state: object
) -> None:
    *_, (messages, conversation) = Chat(loader, WORDS).ask(question, state)
    assert isinstance(conversation, Conversation)
    assert all(len(message["content"]) < 100_000 for message in messages)
    assert len("".join(conversation.questions)) <= MAX_TYPED_CHARACTERS * MAX_TURNS


def test_a_follow_up_hands_on_the_questions_before(corpus: Any) -> None:
    asked: list[tuple[str, ...]] = []

    class Listening(type(corpus)):  # type: ignore[misc]
        def ask(self, question: str, turns: tuple[str, ...] = (), *_: Any) -> Any:
            asked.append(turns)
            return super().ask(question, turns)

    loader = CorpusLoader(Listening).start()
    loader.wait(10)
    chat = Chat(loader, WORDS)
    conversation = Conversation()
    for question in ("¿Cuántas detenciones hubo?", "¿Y en Argentina?"):
        *_, (_, conversation) = chat.ask(question, conversation)
    assert asked == [(), ("¿Cuántas detenciones hubo?",)]
