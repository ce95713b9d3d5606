"""The guard before all routes: which addresses are open, to whom, from where, how often and how large."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import anyio
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from alpie.app.page.guarding.content_policy import page_policy
from alpie.app.page.guarding.guard import Guard, GuardOptions, Limits
from alpie.app.page.guarding.origins import Hosts, is_cross_site, is_loopback
from alpie.app.page.guarding.route_allow_list import allowed_route, is_plain_path
from alpie.app.page.serving.delivery import FirstPaint, FirstPaintParts
from alpie.app.settings import load_settings
from alpie.index.errors import SettingsError
from support.tables import cases


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers 200 with the body it was sent, a page at "/"; the address of the visitor in a header."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            break
    kind = b"text/html" if scope["path"] == "/" else b"text/plain"
    told = ",".join(sorted(key.decode() for key, _ in scope["headers"])).encode()
    headers = [(b"content-type", kind), (b"x-told", told), (b"access-control-allow-origin", b"*")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send(
        {"type": "http.response.body", "body": body or b"<script>let a</script><script src='x'></script>"}
    )


def visitor(
    address: str = "10.0.0.1", clock: Callable[[], float] = time.monotonic, **options: Any
) -> TestClient:
    guard = Guard(echo, GuardOptions(**options), clock)
    return TestClient(guard, client=(address, 1), base_url="http://localhost")


# --- routes -----------------------------------------------------------------------------------------


@cases("method, path")
def test_what_the_page_needs_is_open(method: str, path: str) -> None:
    assert allowed_route(method, path) is not None


@pytest.mark.parametrize("home", ["", "/en"])
@cases("method, path")
def test_everything_else_is_closed(method: str, path: str, home: str) -> None:
    assert allowed_route(method, home + path) is None


@given(st.text(max_size=60), st.sampled_from(["GET", "POST"]))
def test_no_path_by_which_one_climbs_is_open(text: str, method: str) -> None:
    for path in (f"/assets/{text}", f"/al/assets/{text}", f"/static/{text}", f"/al/{text}"):
        if allowed_route(method, path):
            assert is_plain_path(path)
            assert "/.." not in path
            assert not re.search(r"[^A-Za-z0-9_./-]", path)


CLIMBS = ["../../etc/passwd", "..%2f..%2fetc/passwd", "%2e%2e/%2e%2e/etc/passwd", "..%252f..%252fetc/passwd",
          "....//....//etc/passwd", "..\\..\\etc\\passwd", "..%5c..%5cetc", "%c0%ae%c0%ae/etc/passwd", "/etc/passwd",
          "page.js%00.css", "page.js/../../page.py", ".git/config", "~root/x"]  # fmt: skip


@pytest.mark.parametrize("climb", CLIMBS)
@pytest.mark.parametrize(
    "folder", ["/assets/", "/static/", "/al/assets/", "/gradio_api/file=", "/al/export/"]
)
def test_encoded_climbs_are_closed(climb: str, folder: str) -> None:
    assert visitor().get(folder + climb).status_code in (403, 404)
    assert visitor().get(folder + quote(climb, safe="")).status_code in (403, 404)


# --- hosts and origins -------------------------------------------------------------------------------


@cases("listens_at, known, names")
def test_only_names_of_this_machine_and_its_own_are_answered(
    listens_at: str, known: bool, names: list[str]
) -> None:
    hosts = Hosts.listening_at(listens_at, ("alpie.example.org",))
    assert [name for name in names if hosts.includes(name) is not known] == []


def test_a_rebound_name_gets_nothing() -> None:
    client = visitor(hosts=Hosts.listening_at("127.0.0.1"))
    assert client.get("/al/help").status_code == 200
    answer = client.get("/al/help", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert "allowed_hosts" in answer.text
    proxied = visitor(hosts=Hosts.listening_at("127.0.0.1"), proxied=True)
    assert proxied.get("/al/help", headers={"x-forwarded-host": "evil.example"}).status_code == 421
    assert proxied.get("/al/help", headers={"x-forwarded-host": "localhost"}).status_code == 200


@pytest.mark.parametrize(("origin", "site", "elsewhere"), [
    (None, None, False), ("http://here:1", None, False), ("http://here:2", None, True), ("null", None, True),
    ("https://evil.example", None, True), ("http://[", None, True), (None, "cross-site", True),
    (None, "same-site", True), ("http://here:1", "same-origin", False), (None, "none", False),
])  # fmt: skip
def test_orders_come_from_our_own_pages(origin: str | None, site: str | None, elsewhere: bool) -> None:
    assert is_cross_site("here:1", origin, site) is elsewhere


@pytest.mark.parametrize(
    "path", ["/gradio_api/queue/join", "/gradio_api/call/ask", "/al/check", "/al/feedback"]
)
def test_another_page_cannot_make_a_browser_ask(path: str) -> None:
    client = visitor()
    assert client.post(path, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post(path, headers={"origin": "http://localhost"}).status_code == 200


def test_no_other_page_may_read_an_answer() -> None:
    headers = visitor().get("/al/help", headers={"origin": "http://localhost:1"}).headers
    assert not [name for name in headers if name.startswith("access-control")]
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_what_a_stranger_says_of_the_visitor_is_dropped() -> None:
    said = {"x-forwarded-for": "1.2.3.4", "x-forwarded-host": "localhost", "x-forwarded-proto": "https"}
    assert "forwarded" not in visitor().get("/al/help", headers=said).headers["x-told"]
    assert "forwarded" in visitor(proxied=True).get("/al/help", headers=said).headers["x-told"]


# --- sizes and rates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "most"), [("/gradio_api/queue/join", 400_000), ("/gradio_api/call/ask", 100_000),
                                            ("/al/check", 100_000), ("/al/feedback", 100_000)])  # fmt: skip
def test_every_body_has_a_limit(path: str, most: int) -> None:
    client = visitor()
    assert len(client.post(path, content=b"x" * most).content) == most
    assert client.post(path, content=b"x" * (most + 1)).status_code == 413
    pieces = (b"x" * 10_000 for _ in range(most // 10_000 + 1))
    assert client.post(path, content=pieces).status_code == 413, "without a length told beforehand"
    assert client.request("GET", "/al/help", content=b"x").status_code == 413


def test_a_route_may_take_a_larger_body_piece_by_piece() -> None:
    client = visitor(bodies={"/al/upload": 300_000})
    assert len(client.post("/al/upload", content=b"x" * 300_000).content) == 300_000
    assert client.post("/al/upload", content=b"x" * 300_001).status_code == 413
    sent = client.post("/al/upload", content=(b"x" * 100_000 for _ in range(5)))
    assert len(sent.content) <= 300_000, "the rest is not handed on"


def test_addresses_and_headers_have_a_limit() -> None:
    client = visitor()
    assert client.get("/al/search?text=" + "x" * 33_000).status_code == 414
    assert client.get("/al/help", headers={f"x-{n}": "1" for n in range(120)}).status_code == 414
    assert client.get("/al/" + "a" * 2000).status_code == 404


def test_a_body_that_does_not_arrive_is_not_waited_for() -> None:
    guard = Guard(echo, GuardOptions(Limits(body_seconds=0.05)))
    sent: list[Any] = []

    async def never() -> Any:
        await anyio.sleep(60)

    async def keep(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/al/check", "query_string": b"",
             "headers": [(b"host", b"localhost"), (b"content-length", b"9")], "client": ("10.0.0.1", 1)}  # fmt: skip
    anyio.run(guard, scope, never, keep)
    assert sent[0]["status"] == 408


@cases("method, path")
def test_every_open_address_has_a_rate(method: str, path: str) -> None:
    limits = Limits(questions=3, fragments=3, files=3, window_seconds=100)
    refused: list[int] = []
    client = visitor(limits=limits, clock=lambda: 1000.0, on_refusal=refused.append)
    codes = [client.request(method, path).status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    assert refused == [429, 429]
    assert client.request(method, path).headers["retry-after"] == "60"
    assert client.get("/healthz").status_code == 200, "the monitor is never refused"


# --- headers and sentences -----------------------------------------------------------------------------


def test_the_policy_of_a_page_names_its_scripts_and_no_other() -> None:
    page = FirstPaint(echo, {"/": lambda: FirstPaintParts("es", "Al Pie", "", "<script>let b</script>")})
    answer = TestClient(Guard(page), base_url="http://localhost").get("/")
    policy = answer.headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in scripts
    assert scripts.count("'sha256-") == 2
    assert scripts in page_policy(answer.content)
    for path in ("/al/help", "/"):  # a page of which nobody told the scripts runs none
        assert "script-src 'self';" in visitor().get(path).headers["content-security-policy"]


def test_every_answer_carries_the_headers() -> None:
    client = visitor()
    for path in ("/", "/al/help", "/nothing", "/gradio_api/upload"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert "camera=()" in headers["permissions-policy"]


def test_refusals_are_plain_sentences_in_both_languages() -> None:
    spanish, english = visitor().get("/gradio_api/upload").text.splitlines()
    assert "cerrada" in spanish
    assert "closed" in english
    assert visitor().get("/en/gradio_api/upload").text.splitlines() == [english, spanish]


def test_a_full_queue_is_a_plain_sentence_with_a_time_to_come_back() -> None:
    async def full(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b'{"detail":"Queue is full."}'})

    answer = TestClient(Guard(full)).post("/gradio_api/call/ask", json={"data": []})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "ocupado" in answer.text
    assert "Queue" not in answer.text


def test_a_websocket_is_turned_away() -> None:
    sent: list[Any] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    anyio.run(Guard(echo), {"type": "websocket", "path": "/"}, keep, keep)
    assert sent == [{"type": "websocket.close", "code": 1008}]


# --- settings ------------------------------------------------------------------------------------------


def test_lists_of_names_are_read_from_every_source(tmp_path: Any) -> None:
    (tmp_path / "alpie.toml").write_text('trusted_proxies = ["10.0.0.0/8", "::1"]', encoding="utf-8")
    settings = load_settings(
        environment={"ALPIE_ALLOWED_HOSTS": "a.example, b.example,"}, working_folder=tmp_path
    )
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1")
    assert settings.allowed_hosts == ("a.example", "b.example")
    with pytest.raises(SettingsError, match=r"proxy\.example"):
        load_settings(environment={"ALPIE_TRUSTED_PROXIES": "proxy.example"}, working_folder=tmp_path)
    assert load_settings(environment={}, working_folder=tmp_path).users is None


@pytest.mark.parametrize(("host", "loopback"), [("127.0.0.1", True), ("127.0.0.9", True), ("localhost", True),
                                                ("::1", True), ("0.0.0.0", False), ("::", False), ("alpie", False)])  # fmt: skip
def test_loopback_is_told_from_the_network(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
