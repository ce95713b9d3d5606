"""How the server listens: where it is asked to and nowhere else, not for ever, and calling nobody."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from alpie.app.page.guarding.guard import Guard, GuardOptions
from alpie.app.page.serving import connections, server
from alpie.app.page.serving.connections import PatientProtocol, bound_socket, run_server, server_config
from alpie.app.page.serving.server import serve
from alpie.app.settings import load_settings
from alpie.index.errors import SettingsError
from support.places import TESTS
from support.waiting import eventually

DEADLINE_SECONDS = 30


async def told(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the visitor's address."""
    if scope["type"] == "lifespan":
        for answer in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{answer}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": scope["client"][0].encode()})


@contextmanager
def served(**options: Any) -> Iterator[str]:
    from uvicorn import Server

    listening = bound_socket("127.0.0.1", 0)
    port = listening.getsockname()[1]
    server = Server(
        server_config(Guard(told, GuardOptions(proxied=bool(options.get("trusted_proxies")))), **options)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    eventually(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(DEADLINE_SECONDS)
        listening.close()


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])


def test_only_loopback_is_listened_at() -> None:
    with bound_socket("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        listening.listen()
        socket.create_connection(("127.0.0.1", port), 5).close()
        # /proc/net/tcp: an address that listens is 0100007F for 127.0.0.1 and 00000000 for all
        rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        here = {
            row[1].partition(":")[0]
            for row in rows
            if row[3] == "0A" and int(row[1].partition(":")[2], 16) == port
        }
        assert here == {"0100007F"}


def test_a_port_in_use_is_told_in_words() -> None:
    with bound_socket("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with bound_socket("127.0.0.1", port) as second:  # both may be starting
            first.listen()
            with pytest.raises(SettingsError, match=str(port)):
                run_server(server_config(told), second)
        with pytest.raises(SettingsError, match=str(port)):
            bound_socket("127.0.0.1", port)
    with pytest.raises(SettingsError, match="no-such-host"):
        bound_socket("no-such-host.invalid", 0)


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
def test_the_address_that_is_told_is_the_one_that_answers(host: str, shown: str) -> None:
    try:
        bound = bound_socket(host, 0)
    except SettingsError:
        pytest.skip(f"this machine has no {host}")
    port = bound.getsockname()[1]
    told_addresses: list[str] = []

    def on_listening(url: str) -> None:
        told_addresses.append(url)
        raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        run_server(server_config(told), bound, on_listening)
    assert told_addresses == [f"http://{shown}:{port}/"]
    assert bound.fileno() == -1, "closed at the end"


def test_no_connection_is_taken_that_cannot_be_answered_yet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with bound_socket("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    tried: list[bool] = []

    def slow_to_make(*arguments: Any) -> Any:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 5)
        tried.append(True)
        return told

    def ran(config: Any, bound: socket.socket, on_listening: Any) -> None:
        bound.close()

    monkeypatch.setattr(server, "create_app", slow_to_make)
    monkeypatch.setattr(connections, "run_server", ran)
    serve(load_settings({"data": str(tmp_path), "port": port}, environment={}))
    assert tried


def test_a_head_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientProtocol, "head_seconds", 0.3)
    with served() as address:
        for start in (b"", b"GET /al/help HTTP/1.1\r\nHost: localhost\r\nX-Slow: "):
            with socket.create_connection(("127.0.0.1", _port(address)), 5) as slow:
                slow.settimeout(DEADLINE_SECONDS)
                slow.sendall(start)
                with suppress(ConnectionResetError):
                    assert slow.recv(100) == b"", "closed by the server"
        assert httpx.get(f"{address}/al/help").status_code == 200
        # a second request on the same connection has its own deadline, and a quick visitor notices nothing
        with httpx.Client(base_url=address) as client:
            for _ in range(3):
                assert client.get("/al/help").status_code == 200
                time.sleep(0.2)


def test_a_head_that_is_too_long_is_refused() -> None:
    with served() as address, socket.create_connection(("127.0.0.1", _port(address)), 5) as long:
        long.settimeout(DEADLINE_SECONDS)
        try:
            long.sendall(b"GET /al/help HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000 + b"\r\n\r\n")
            assert b" 200 " not in long.recv(100)
        except (ConnectionResetError, BrokenPipeError):
            pass


@pytest.mark.parametrize(
    ("trusted", "seen"), [((), "127.0.0.1"), (("10.0.0.0/8",), "127.0.0.1"), (("127.0.0.1",), "203.0.113.7")]
)
def test_only_a_trusted_proxy_says_who_the_visitor_is(trusted: tuple[str, ...], seen: str) -> None:
    with served(trusted_proxies=trusted) as address:
        for said in ("203.0.113.7", "198.51.100.1, 203.0.113.7"):
            assert httpx.get(f"{address}/al/help", headers={"x-forwarded-for": said}).text == seen


def test_a_websocket_is_refused() -> None:
    upgrade = {
        "upgrade": "websocket",
        "connection": "upgrade",
        "sec-websocket-key": "x",
        "sec-websocket-version": "13",
    }
    with served() as address:
        assert httpx.get(f"{address}/gradio_api/queue/join", headers=upgrade).status_code in (400, 403, 404)


GUARDED = """
import socket, sys
calls = []
real = socket.socket.connect
def connect(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(("127.", "::1")):
        calls.append(address)
        raise OSError("no way out")
    return real(self, address)
socket.socket.connect = connect
names = socket.getaddrinfo
def getaddrinfo(host, *rest, **options):
    if host not in ("127.0.0.1", "localhost", "::1", None):
        calls.append(host)
        raise OSError("no way out")
    return names(host, *rest, **options)
socket.getaddrinfo = getaddrinfo
sys.path.insert(0, sys.argv[1])
import httpx
from support.fake_corpus import FakeCorpus
from support.serving import serving
from alpie.app.page.serving.server import create_app
corpus = FakeCorpus()
with serving(create_app(lambda: corpus)) as address:
    for path in ("/", "/en/", "/config", "/gradio_api/info", "/al/search?text=menores", "/al/documents"):
        assert httpx.get(address + path, timeout=60).status_code == 200, path
    event = httpx.post(address + "/gradio_api/call/documents", json={"data": []}, timeout=60).json()["event_id"]
    assert "complete" in httpx.get(f"{address}/gradio_api/call/documents/{event}", timeout=60).text
import gradio
from gradio import utils, analytics, networking
print("calls", calls)
sys.exit(bool(calls))
"""


def test_serving_calls_nobody() -> None:
    """A process of its own, for what Gradio does at its import counts too."""
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, str(TESTS)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
