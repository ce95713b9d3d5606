"""What Gradio leaves open unless told otherwise, each tried on the application as it is served."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from fastapi.testclient import TestClient

from alpie.app.page.guarding.rate_limits import Limits
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from alpie.app.page.state.corpus_loader import CorpusLoader
from alpie.app.page.views.chat import Chat, Conversation
from alpie.app.page.views.page_translations import page_translations_for
from alpie.app.service.endpoints import ROWS
from alpie.index.errors import BackendUnavailable
from alpie.index.messages import message
from support.fake_corpus import FakeCorpus

WORDS = page_translations_for("es")


@pytest.fixture(scope="module")
def app() -> Any:
    corpus = FakeCorpus()
    return create_app(
        lambda: corpus, PageOptions(limits=Limits(questions=500, fragments=2000), max_waiting_questions=7)
    )


@pytest.fixture(scope="module")
def client(app: Any) -> Iterator[TestClient]:
    with TestClient(app, client=("10.0.0.1", 1)) as client:
        yield client


@pytest.fixture(scope="module")
def pages(app: Any) -> list[Any]:
    """Gradio's own objects, one a language."""
    found = [route.app.blocks for route in app.routes if hasattr(getattr(route, "app", None), "blocks")]
    assert len(found) == 2
    return found


@pytest.fixture(scope="module")
def config(client: TestClient) -> Any:
    return client.get("/config").json()


OPENINGS = (
    "share analytics_enabled enable_monitoring run_history show_error allowed_paths footer_links mcp_server ssr_mode"
).split()


def test_no_share_no_analytics_no_monitoring_no_history(pages: list[Any]) -> None:
    for page in pages:
        assert [name for name in OPENINGS if getattr(page, name)] == []
        assert page.max_file_size == 1  # byte: a second limit behind the closed entry


def test_gradio_and_its_client_are_told_to_call_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    # anything else but "True" would do for the first; "True" of the second is Gradio's own
    told = {
        "GRADIO_ANALYTICS_ENABLED": ("False",),
        "HF_HUB_DISABLE_TELEMETRY": ("1", "True"),
        "HF_HUB_OFFLINE": ("1",),
    }
    for name in told:
        monkeypatch.delenv(name, raising=False)
    create_app(FakeCorpus)
    assert [name for name, values in told.items() if os.environ[name] not in values] == []


def test_the_queue_has_a_length_and_answers_several_at_once(pages: list[Any]) -> None:
    for page in pages:
        assert page._queue.max_size == 7
        assert page._queue.default_concurrency_limit == 4
        asking = [one for one in page.fns.values() if one.fn and one.api_visibility == "private"]
        assert asking
        assert all(one.concurrency_limit == 8 for one in asking)


def test_every_handler_goes_through_the_queue(pages: list[Any]) -> None:
    for page in pages:
        assert all(one.queue for one in page.fns.values() if one.fn)
        assert page.api_open is False


def test_conversations_are_not_remembered_without_end(pages: list[Any], app: Any) -> None:
    holders = [
        route.app.state_holder for route in app.routes if hasattr(getattr(route, "app", None), "state_holder")
    ]
    assert [holder.capacity for holder in holders] == [100, 100]
    import gradio as gr

    for page in pages:
        (conversation,) = (block for block in page.blocks.values() if isinstance(block, gr.State))
        assert conversation.time_to_live == 3600


def test_handlers_that_are_only_hidden_bear_anything(client: TestClient, config: Any) -> None:
    """`api_visibility="private"` hides and does not close: each can be called by number."""
    private = [
        one for one in config["dependencies"] if one["api_visibility"] == "private" and one["backend_fn"]
    ]
    assert len(private) == 5
    file = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    for event, data in product(private, ([], [None] * 9, [file] * 3, ["x" * 90_000] * 3)):
        body = {"data": data, "fn_index": event["id"], "session_hash": "s"}
        assert client.post("/gradio_api/queue/join", json=body).status_code in (200, 422)
    assert client.get("/healthz").json() == {"status": "ready"}


CHAT = {
    "sanitize_html": True, "allow_tags": False, "latex_delimiters": [], "buttons": [], "line_breaks": False,
    "reasoning_tags": [], "group_consecutive_messages": False,
}  # fmt: skip


def test_the_chat_shows_no_tags_no_formulas_no_share_button(config: Any) -> None:
    chat = next(one["props"] for one in config["components"] if one["type"] == "chatbot")
    assert {name: chat[name] for name in CHAT} == CHAT
    assert not chat.get("feedback_options")


def test_every_public_endpoint_has_a_name_of_ours(config: Any) -> None:
    names = {one["api_name"] for one in config["dependencies"] if one["api_visibility"] == "public"}
    assert names == set(ROWS)
    assert not [one for one in config["dependencies"] if "lambda" in str(one["api_name"])]


def test_nothing_in_the_page_comes_from_elsewhere(client: TestClient) -> None:
    page = client.get("/").text
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)\s*=\s*[\"']([^\"']+)", page)
    assert loaded
    assert not [one for one in loaded if re.match(r"(?:https?:)?//", one)]
    assert "fonts.googleapis" not in json.dumps(client.get("/config").json())


def test_the_policy_names_no_other_host(client: TestClient) -> None:
    """Gradio's sanitiser lets `<img src="https://…">` pass, and the browser would fetch it."""
    for path in ("/", "/en/"):
        policy = client.get(path).headers["content-security-policy"]
        directives = {name: sources for name, *sources in map(str.split, policy.split(";"))}
        assert directives["default-src"] == ["'none'"]
        assert directives["img-src"] == ["'self'", "data:", "blob:"]
        assert directives["connect-src"] == directives["form-action"] == directives["base-uri"] == ["'self'"]
        assert directives["frame-ancestors"] == ["'none'"]
        everywhere = {source for sources in directives.values() for source in sources}
        assert not [one for one in everywhere if not re.fullmatch(r"'[\w+/=-]+'|data:|blob:", one)]
        own = [one for one in directives["script-src"] if not one.startswith("'sha256-")]
        assert own == ["'self'", "'unsafe-eval'"]  # without the second Gradio's page stays blank


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_page_says_its_language_whatever_the_browser_speaks(client: TestClient, language: str) -> None:
    script = client.get(f"/al/script?lang={language}").text
    assert f'window.alpieSettings = {{"lang": "{language}"' in script
    assert 'stateLanguage).observe(document.documentElement, { attributeFilter: ["lang"] })' in script


def test_the_box_is_emptied_once(pages: list[Any]) -> None:
    """What is typed while an answer is made is not erased; the question itself stays until it has arrived."""
    import gradio as gr

    for page in pages:
        asking = [one for one in page.fns.values() if one.fn and len(one.outputs) == 3]
        assert len(asking) == 2  # by key and by button
        for event in asking:
            boxes = [box for _, _, box in event.fn("¿Cuántas detenciones hubo?", None, None, "")]
            assert boxes[0] == ""
            assert len(boxes) > 1
            assert boxes[1:] == [gr.skip()] * (len(boxes) - 1)
            assert event.js == "window.alpieScope.withOptions"  # and nothing that would empty it before


class _Failing(FakeCorpus):
    def ask(self, *_: Any) -> Any:
        raise RuntimeError("/secret")


def test_an_error_of_ours_is_told_to_nobody_but_the_log(caplog: pytest.LogCaptureFixture) -> None:
    corpus = _Failing()
    with TestClient(create_app(lambda: corpus), client=("10.0.0.1", 1)) as client:
        event = client.post("/gradio_api/call/ask", json={"data": ["¿Cuántas?", []]}).json()["event_id"]
        told = client.get(f"/gradio_api/call/ask/{event}").text
        assert "event: error" in told
        assert "secret" not in told
        assert "RuntimeError" not in told
    loader = CorpusLoader(lambda: corpus).start()
    *_, (messages, _) = Chat(loader, WORDS).ask("¿Cuántas?", Conversation())
    assert WORDS.html("chat.failed") in messages[-1]["content"]
    assert "secret" not in messages[-1]["content"]
    assert "/secret" in caplog.text


def _cannot_search(*_: Any, **__: Any) -> Any:
    raise BackendUnavailable(message("retriever.unknown", value="x", known="y"))


def test_what_other_words_would_not_mend_is_not_blamed_on_the_question(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A backend that is gone: whoever asks is told so, and whoever runs the page finds the reason in the log."""
    monkeypatch.setattr(FakeCorpus, "ask", _cannot_search)
    monkeypatch.setattr(FakeCorpus, "search", _cannot_search)
    corpus = FakeCorpus()
    *_, (messages, _) = Chat(CorpusLoader(lambda: corpus).start(), WORDS).ask("¿Cuántas?", Conversation())
    assert WORDS.html("chat.unavailable") in messages[-1]["content"]
    with TestClient(create_app(lambda: corpus), client=("10.0.0.1", 1)) as client:
        looked_up = client.get("/al/search", params={"text": "cifrado"})
    assert (looked_up.status_code, WORDS("chat.unavailable") in looked_up.text) == (503, True)
    assert [record.levelname for record in caplog.records if "a request failed" in record.message] == [
        "WARNING"
    ] * 2


def test_what_a_browser_brings_along_is_only_text(client: TestClient) -> None:
    from alpie.app.answering.understanding.conversation import MAX_TURNS
    from alpie.app.page.state.question_options import QuestionOptions
    from alpie.app.page.views.chat import MAX_REMEMBERED, read_past
    from alpie.index.spanish.query import MAX_TYPED_CHARACTERS

    conversation = [
        ["user", '<div class="asked">¿Qué &lt;b&gt;?</div>'],
        ["assistant", '<div class="said">Eso.</div>'],
    ]
    messages, questions = read_past(json.dumps({"rows": conversation, "questions": ["¿Qué <b>?"]}))
    assert questions == ["¿Qué <b>?"]
    assert [one["content"] for one in messages] == [row[1] for row in conversation]
    messages, questions = read_past(
        json.dumps({"rows": conversation * 50, "questions": ["¿" + "q" * 5000] * 50})
    )
    assert (len(messages), len(questions)) == (MAX_REMEMBERED, MAX_TURNS)
    assert {len(question) for question in questions} == {MAX_TYPED_CHARACTERS}
    deep = "[" * 100_000
    rows = ('[["user"]]', '[["system", "x"]]', '[["user", {"path": "/etc"}]]',
            json.dumps([["user", "x" * 200_000]]), json.dumps([["user", "a\n# b"]]), json.dumps([["user", "a\n"]]))  # fmt: skip
    bad_rows = [f'{{"rows": {one}, "questions": ["¿Qué?"]}}' for one in rows]
    bad_questions = [f'{{"questions": {one}}}' for one in ('"¿Qué?"', "[1]", '[{"path": "/etc"}]', "null")]
    for bad in (None, 3, "", "x", "{}", "[1]", "[]", '{"other": []}', deep, *bad_rows, *bad_questions):
        assert read_past(bad) == ([], [])
        assert QuestionOptions.from_json(bad) == QuestionOptions()
    assert QuestionOptions.from_json('{"documents": ["a"]}').documents == ["a"]
    assert Conversation().messages == []
