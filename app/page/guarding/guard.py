"""The outer wall: which addresses are open, to whom, how often, how much. Pure ASGI, so streams pass through."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alpie.app.page.guarding.origins import Hosts, comes_from_elsewhere
from alpie.app.page.guarding.rate_limits import Limits, Streams, Window, client_of
from alpie.app.page.guarding.route_allow_list import MAX_QUERY, AllowedRoute, allowed_route
from alpie.app.page.state.named_collections import COLLECTION
from alpie.app.page.views.page_words import LANGUAGES, language_of, translations_for

# Gradio's page holds four scripts of its own in its HTML, with the settings of the page in them, and one of ours. Each is
# allowed by the hash of its text, so that a script written into the page by anything later does not run. What Gradio
# cannot do without, measured with version 6.31 in Chromium: 'unsafe-eval' (event handlers given as `js=` are made with
# `new Function`; without it the page stays blank) and 'unsafe-inline' for styles (its components write them).
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_PAGE = (
    "default-src 'none'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
# of everything that is no page of Gradio's: fragments, downloads, the printable record, the log-in form
FRAGMENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",  # the button that prints a record
        "style-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "permissions-policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def page_policy(html: bytes) -> str:
    """The policy of a page of Gradio's: the scripts that stand in its HTML, by their hashes, and files of ours."""
    hashes = (
        base64.b64encode(hashlib.sha256(text).digest()).decode() for text in _INLINE_SCRIPT.findall(html)
    )
    scripts = " ".join(("script-src", "'self'", "'unsafe-eval'", *(f"'sha256-{one}'" for one in hashes)))
    return "; ".join((*_PAGE, scripts))


def security_headers(policy: str) -> list[tuple[bytes, bytes]]:
    """Headers of every answer."""
    own = {"content-security-policy": policy, **_ALWAYS}
    return [(name.encode(), value.encode()) for name, value in own.items()]


def shortened(body: bytes, accepted: Iterable[bytes]) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """`body` as the browser takes it, gzip or as it is, and the headers that say so."""
    headers = [(b"vary", b"accept-encoding")]
    if any(b"gzip" in value for value in accepted):
        return gzip.compress(body, 6, mtime=0), [*headers, (b"content-encoding", b"gzip")]
    return body, headers


_FORWARDED = frozenset(
    (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip")
)
_MAX_HEADERS = 100
# a cookie of chance by which a proxy sends one visitor to one process; holds nothing else
_SEAT = "alpie_seat"
_RETRY_SECONDS = {429: 60, 503: 5}


class Gate(Protocol):
    """Who may pass: asked for every request that the wall would let through."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send, path: str) -> bool:
        """Whether the request may go on; if not, it has been answered."""
        ...


class Guard:
    """Middleware around the whole application.

    `hosts`: the names the page answers to; None, any. `proxied`: whether what a proxy says of the visitor is
    believed; uvicorn has then put the visitor's address into the scope. `gate`: asks for a password, or None.
    `bodies`: routes that take larger bodies than a form, with their limit (bytes); their body is not held in
    memory here. `collections`: whether there are addresses under `/c/`. `on_refusal` is told the status of every
    refusal.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        hosts: Hosts | None = None,
        proxied: bool = False,
        gate: Gate | None = None,
        bodies: Mapping[str, int] | None = None,
        collections: bool = False,
        on_refusal: Callable[[int], None] = lambda status: None,
    ) -> None:
        self.app = app
        self._limits = limits or Limits()
        self._hosts, self._proxied, self._gate = hosts, proxied, gate
        self._bodies, self._on_refusal = dict(bodies or {}), on_refusal
        self._collections = collections
        most = {"question": self._limits.questions, "file": self._limits.files}
        self._windows = {
            kind: Window(most.get(kind, self._limits.readings), self._limits, clock)
            for kind in ("question", "file", "reading")
        }
        self._streams = Streams(self._limits.streams)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:  # nothing here speaks over a websocket
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        if self._collections:
            path = COLLECTION.sub("", path, count=1) or "/"
        route = allowed_route(scope["method"], path)
        client = client_of(scope)
        refusal = self._refusal(scope, path, route, client)
        if refusal:
            await self._refuse(send, path, *refusal)
            return
        assert route is not None
        if not self._proxied:
            # Gradio believes them of anyone when it writes the address of the page into it
            scope["headers"] = [(k, v) for k, v in scope["headers"] if k not in _FORWARDED]
        try:
            receive = await self._bounded(scope, receive, route, path)
        except _TooMuch as much:
            await self._refuse(send, path, much.status, much.key)
            return
        shown = (
            _PageResponse(scope, send, self._proxied)
            if route.kind == "page"
            else _FragmentResponse(send, self._shed(path, send))
        )
        if self._gate and route.kind != "health" and not await self._gate(scope, receive, shown, path):
            return
        if route.kind != "stream":
            await self.app(scope, receive, shown)
        elif self._streams.open(client):
            try:
                await self.app(scope, receive, shown)
            finally:
                self._streams.close(client)
        else:
            await self._refuse(send, path, 429, "guard.too_many")

    def _refusal(
        self, scope: Scope, path: str, route: AllowedRoute | None, client: str
    ) -> tuple[int, str] | None:
        """Status and key of the sentence, or None for a request that may go on."""
        headers = scope["headers"]
        if self._hosts and not all(self._hosts.know(host) for host in self._named(headers)):
            return 421, "guard.host"
        if route is None:
            return (403, "guard.closed") if "/gradio_api/" in path else (404, "guard.none")
        if len(scope["query_string"]) > MAX_QUERY or len(headers) > _MAX_HEADERS:
            return 414, "guard.too_long"
        if scope["method"] == "POST" and self._from_elsewhere(headers):
            return 403, "guard.elsewhere"
        kind = "reading" if route.kind in ("page", "stream") else route.kind
        if kind in self._windows and not self._windows[kind].admits(client):
            return 429, "guard.too_many"
        return None

    def _named(self, headers: list[tuple[bytes, bytes]]) -> list[str]:
        """The hosts a request names; an empty one when it names none."""
        names = [value.decode("latin-1") for key, value in headers if key == b"host"] or [""]
        if self._proxied:
            forwarded = _header(headers, b"x-forwarded-host")
            names += [one.strip() for one in forwarded.split(",")] if forwarded else []
        return names

    def _from_elsewhere(self, headers: list[tuple[bytes, bytes]]) -> bool:
        origin, site = _header(headers, b"origin"), _header(headers, b"sec-fetch-site")
        return all(comes_from_elsewhere(host, origin, site) for host in self._named(headers))

    async def _bounded(self, scope: Scope, receive: Receive, route: AllowedRoute, path: str) -> Receive:
        """A `receive` that hands on a body within its limit; raises _TooMuch."""
        most = self._bodies.get(path, route.body_bytes) if scope["method"] == "POST" else 0
        told = _header(scope["headers"], b"content-length")
        if told is not None and (not told.isdecimal() or int(told) > most):
            raise _TooMuch(413, "guard.too_large")
        if path in self._bodies:
            return _counted(receive, most)
        if scope["method"] != "POST":
            return receive
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                body = await _whole(receive, most)
        except TimeoutError:
            raise _TooMuch(408, "guard.too_slow") from None
        return replayed(body, receive)

    def _shed(self, path: str, send: Send) -> Callable[[int], Awaitable[bool]]:
        """Says busy in a plain sentence where Gradio says it in English only."""

        async def shed(status: int) -> bool:
            if status != 503 or "/gradio_api/" not in path:
                return False
            await self._refuse(send, path, 503, "guard.busy")
            return True

        return shed

    async def _refuse(self, send: Send, path: str, status: int, key: str) -> None:
        self._on_refusal(status)
        first = language_of(path, "es")
        sentences = (translations_for(one)(key) for one in sorted(LANGUAGES, key=lambda one: one != first))
        body = "\n".join(sentences).encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
        ]
        headers += security_headers(FRAGMENT_POLICY)
        if status in _RETRY_SECONDS:
            headers.append((b"retry-after", str(_RETRY_SECONDS[status]).encode()))
        if status in (408, 413):  # what is still coming is not waited for
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class _TooMuch(Exception):
    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status, self.key = status, key


class _FragmentResponse:
    """Adds the headers of an answer that is no page of Gradio's."""

    def __init__(self, send: Send, shed: Callable[[int], Awaitable[bool]]) -> None:
        self._send, self._shed, self._dropping = send, shed, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._dropping = await self._shed(message["status"])
            message = {**message, "headers": _own_headers(message, FRAGMENT_POLICY)}
        if not self._dropping:
            await self._send(message)


class _PageResponse:
    """Holds a page of Gradio's until it is whole, for its policy names its scripts by their hashes."""

    def __init__(self, scope: Scope, send: Send, seated: bool) -> None:
        self._send = send
        cookies = _header(scope["headers"], b"cookie") or ""
        self._seat = secrets.token_hex(8) if seated and f"{_SEAT}=" not in cookies else ""
        self._accepted = [value for key, value in scope["headers"] if key == b"accept-encoding"]
        scope["headers"] = [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]
        self._start: Message = {}
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        html = bytes(self._body)
        headers = _own_headers(self._start, page_policy(html), b"content-length", b"vary")
        body, more = shortened(html, self._accepted)
        headers += [*more, (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-cache")]
        if self._seat:
            headers.append((b"set-cookie", f"{_SEAT}={self._seat}; Path=/; HttpOnly; SameSite=Lax".encode()))
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _own_headers(start: Message, policy: str, *dropped: bytes) -> list[tuple[bytes, bytes]]:
    own = security_headers(policy)
    replaced = {name for name, _ in own} | set(dropped)
    foreign = (b"access-control-", b"server")  # no other site may read an answer
    kept = [
        (k, v)
        for k, v in start.get("headers", [])
        if k.lower() not in replaced and not k.lower().startswith(foreign)
    ]
    return kept + own


def _header(headers: list[tuple[bytes, bytes]], name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in headers if key == name), None)


async def _whole(receive: Receive, most: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > most:
            raise _TooMuch(413, "guard.too_large")
        if not message.get("more_body"):
            return bytes(body)


def replayed(body: bytes, receive: Receive) -> Receive:
    """`body` as one message; then whatever else comes, which is the end of the connection."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replaying() -> Message:
        return waiting.pop() if waiting else await receive()

    return replaying


def _counted(receive: Receive, most: int) -> Receive:
    """A stream that ends when it has gone on for too long: the route finds a body cut short and refuses it."""
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if seen <= most else {"type": "http.disconnect"}

    return counting
