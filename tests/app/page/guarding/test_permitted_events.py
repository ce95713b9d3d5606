"""What a visitor may have done: handlers there are, with plain values, and nothing that Gradio would fetch."""

from __future__ import annotations

import json
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from alpie.app.page.guarding.permitted_events import Handlers, PermittedEvents
from alpie.app.page.guarding.rate_limits import Limits
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from support.fake_corpus import FakeCorpus

QUESTION = "¿Cuántas detenciones hubo en España?"
# The public calls, and how many arguments each takes.
NAMES = {"ask": 2, "search": 4, "verify": 1, "passage": 1, "documents": 0}
FILE = {"path": "http://victim.test/big", "meta": {"_type": "gradio.FileData"}}
SHAPES: dict[str, Any] = {
    "a file": FILE,
    "with a URL": {**FILE, "url": "http://victim.test/big", "orig_name": "x.txt", "size": 1},
    "a stream": {**FILE, "is_stream": True},
    "on loopback": {**FILE, "path": "http://127.0.0.1:9/x"},
    "on this disk": {**FILE, "path": "/etc/passwd"},
    "in the address": {**FILE, "path": "data:text/plain;base64,eA=="},
    "without meta": {"path": "http://victim.test/big"},
    "in a list": [FILE],
    "deep in lists": ["x", [["x", [FILE]]]],
    "in a dictionary": {"a": FILE},
    "deep in both": [{"a": [{"b": FILE}]}],
    "an update": {"__type__": "update", "value": FILE},
    "a property": {"value": FILE},
    "a message": [{"role": "user", "content": FILE, "metadata": None}],
    "a pair": [[FILE, None]],
    "a video": {"video": FILE, "subtitles": None},
    "many": {"text": "x", "files": [FILE]},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder for temporary files."""
    folder = tmp_path_factory.mktemp("temporary")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "gradio"))
        patch.setattr(tempfile, "tempdir", str(folder))
        yield folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    corpus = FakeCorpus()
    limits = Limits(questions=10**6, fragments=10**6, streams=10**6)
    with TestClient(create_app(lambda: corpus, PageOptions(limits=limits)), client=("10.0.0.1", 1)) as client:
        yield client


@pytest.fixture
def silent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is looked up, nothing connected to, nothing written."""
    seen: list[Any] = []

    def refuse(*arguments: Any, **options: Any) -> Any:
        seen.append(arguments)
        raise OSError("nothing leaves this process")

    for owner, name in ((socket, "getaddrinfo"), (socket.socket, "connect"), (socket.socket, "connect_ex")):
        monkeypatch.setattr(owner, name, refuse)
    before = sorted(folder.rglob("*"))
    yield
    assert seen == []
    assert sorted(folder.rglob("*")) == before


def post(client: TestClient, path: str, body: Any) -> int:
    """The status; of an event that was taken, once it has ended."""
    answer = client.post(path, json=body)
    if answer.status_code == 200:
        call = path if "/call/" in path else path.replace("queue/join", "call/ask")
        assert client.get(f"{call}/{answer.json()['event_id']}").status_code == 200
    return answer.status_code


def bodies(shape: Any, arguments: int) -> Iterator[dict[str, Any]]:
    """`shape` at every place of a call of so many arguments."""
    plain: list[Any] = ["x"] * arguments
    for place in range(arguments):
        yield {"data": [*plain[:place], shape, *plain[place + 1 :]]}
    yield {"data": [*plain, shape]}
    yield {"data": [[shape] for _ in plain] or [[shape]], "batched": True}
    yield {"data": shape}
    for field in ("event_data", "session", "session_hash", "trigger_id", "oauth_token", "request", "files"):
        yield {"data": plain, field: shape}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("home", ["", "/en"])
@pytest.mark.usefixtures("silent")
def test_no_argument_makes_the_server_fetch_anything(client: TestClient, shape: str, home: str) -> None:
    for name, arguments in NAMES.items():
        for body in bodies(SHAPES[shape], arguments):
            assert post(client, f"{home}/gradio_api/call/{name}", body) == 422, (name, body)
    for event in client.get(f"{home}/config").json()["dependencies"]:
        for body in bodies(SHAPES[shape], len(event["inputs"])):
            told = {"session_hash": "s", **body, "fn_index": event["id"]}
            assert post(client, f"{home}/gradio_api/queue/join", told) in (404, 422), told


@pytest.mark.usefixtures("silent")
def test_a_body_that_two_readers_read_differently_makes_no_request(client: TestClient) -> None:
    file = json.dumps(FILE)
    for content in (
        f'{{"data": ["x"], "data": [{file}]}}'.encode(),
        json.dumps({"data": [FILE]}).encode("utf-16"),
        json.dumps({"data": [FILE]}).encode("utf-8-sig"),
        b"[" * 100_000,
        b'{"data": [' + b"9" * 99_000 + b"]}",
        b"",
        b"\xff",
        json.dumps([FILE]).encode(),
    ):
        for kind in (
            "application/json",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ):
            answer = client.post("/gradio_api/call/verify", content=content, headers={"content-type": kind})
            assert answer.status_code in (400, 422)
            assert answer.json()["detail"]


@pytest.mark.usefixtures("silent")
def test_what_the_page_and_its_clients_send_is_taken(client: TestClient) -> None:
    events = {one["api_name"]: one["id"] for one in client.get("/config").json()["dependencies"]}
    past = json.dumps([["user", "http://victim.test/a.png"], ["assistant", "![x](http://victim.test/b.png)"]])
    asked = {
        "data": [QUESTION, None, past, ""],
        "event_data": None,
        "fn_index": events["page_ask"],
        "trigger_id": 3,
    }
    link = {"data": [None, None], "event_data": {"question": QUESTION}, "fn_index": events["ask_from_link"]}
    later = {"simple_format": False, "a later field": "x"}
    for body in (asked, link, {**asked, **later}, {"data": [None], "fn_index": events["start_again"]}):
        assert post(client, "/gradio_api/queue/join", {"session_hash": "s0-_", **body}) == 200
    assert post(client, "/gradio_api/call/ask", {"data": [QUESTION, ["¿Qué es la IA?"]]}) == 200
    assert post(client, "/gradio_api/call/search", {"data": ["menores", 3, "", "hybrid"]}) == 200
    assert post(client, "/gradio_api/call/documents", {"data": []}) == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ["nada", "page_ask", "start_again", "js_fn", "v2"])
def test_a_call_there_is_none_of_says_which_there_are(client: TestClient, method: str, name: str) -> None:
    for home, said in (("", "No existe la función"), ("/en", "There is no call")):
        path = f"{home}/gradio_api/call/{name}" + ("/0f0f" if method == "GET" else "")
        answer = client.request(method, path, json={"data": []} if method == "POST" else None)
        assert answer.status_code == 404
        assert said in answer.json()["detail"]
        assert all(one in answer.json()["detail"] for one in NAMES)


@pytest.mark.parametrize("number", [-1, 99, 10**30, None, True, "9", 9.0])
def test_there_is_no_handler_of_another_number(client: TestClient, number: Any) -> None:
    body = {"data": [], "fn_index": number, "session_hash": "s"}
    assert client.post("/gradio_api/queue/join", json=body).status_code in (404, 422)


@pytest.mark.parametrize("value", [None, True, 3, 1e308, [], [1], ["x", None], "", "\ud800"])
def test_an_unsuitable_value_is_a_sentence_and_no_traceback(
    client: TestClient, value: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    suitable = {"ask": ["x", []], "search": ["x", 3, "", "hybrid"], "verify": ["x"], "passage": ["x"]}
    for name, good in suitable.items():
        for place in range(len(good)):
            body = json.dumps({"data": [*good[:place], value, *good[place + 1 :]]})  # writes surrogates as \u
            answer = client.post(f"/gradio_api/call/{name}", content=body)
            assert answer.status_code == 200
            told = client.get(f"/gradio_api/call/{name}/{answer.json()['event_id']}").text
            assert "event: complete" in told or "event: error" in told
    assert "Traceback" not in "".join(capfd.readouterr())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["path", "meta", "x"]), inner)
    ),
    max_leaves=8,
)


@given(data=st.lists(VALUES, min_size=1, max_size=3), more=st.dictionaries(
    st.sampled_from(["session_hash", "event_data", "trigger_id", "fn_index", "simple_format", "x"]), VALUES, max_size=2
))  # fmt: skip
def test_nothing_but_plain_values_is_ever_handed_on(data: list[Any], more: dict[str, Any]) -> None:
    handed: list[Any] = []

    async def gradio(scope: Any, receive: Any, send: Any) -> None:
        handed.append(json.loads((await receive())["body"]))

    orders = PermittedEvents(gradio, {"/": Handlers("es", {0: 1, 1: 2, 2: 3}, {"one": 0})})
    for path in ("/gradio_api/call/one", "/gradio_api/queue/join", "/gradio_api/upload"):
        anyio.run(_send, orders, path, json.dumps({"fn_index": len(data) - 1, "data": data, **more}).encode())
    for body in handed:
        values = [one for value in body["data"] for one in (value if isinstance(value, list) else [value])]
        rest = [body[name] for name in body.keys() - {"data", "event_data"}]
        assert not [one for one in (*values, *rest) if isinstance(one, dict | list)]
        assert body.get("event_data") is None or set(body["event_data"]) == {"question"}
        assert body.keys() <= {"data", "session_hash", "event_data", "trigger_id", "fn_index"}


async def _send(app: Any, path: str, body: bytes) -> None:
    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        pass

    await app({"type": "http", "method": "POST", "path": path, "headers": []}, receive, send)
