"""Middleware around everything: which addresses are open, to whom, how often, and for how much.

It is plain ASGI, so that streams pass through it.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alpie.app.page.guarding.content_policy import FRAGMENT_POLICY, with_own_headers
from alpie.app.page.guarding.origins import Hosts, is_cross_site
from alpie.app.page.guarding.rate_limits import ConnectionLimiter, Limits, RateLimiter, client_of
from alpie.app.page.guarding.route_allow_list import MAX_QUERY, AllowedRoute, allowed_route
from alpie.app.page.state.named_collections import COLLECTION
from alpie.app.page.views.page_translations import LANGUAGES, language_of_path, page_translations_for

_FORWARDED = frozenset(
    (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip")
)
_MAX_HEADERS = 100  # some four times what a browser and the proxies before it send
# a random cookie by which a proxy sends one visitor to one process; holds nothing else
_AFFINITY_COOKIE = "alpie_affinity"
_RETRY_SECONDS = {429: 60, 503: 5}


AccessCheck = Callable[[Scope, Receive, Send, str], Awaitable[bool]]
"""Tells whether a request that is open to visitors may go on, from the request and its path; if not, it answers itself."""


@dataclass(frozen=True)
class GuardOptions:
    """What a `Guard` lets through."""

    limits: Limits = field(default_factory=Limits)
    hosts: Hosts | None = None  # the names the page answers to; None: to any
    # a proxy is believed about the visitor, whose address uvicorn has then put into the scope
    proxied: bool = False
    access_check: AccessCheck | None = None  # asks for a password
    # bytes, by route: those that take larger bodies than a form, which are not held in memory here
    bodies: Mapping[str, int] = field(default_factory=dict)
    collections: bool = False  # there are addresses under `/c/`
    on_refusal: Callable[[int], None] = lambda status: None  # is told the status of every refusal


class Guard:
    """Middleware around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        options: GuardOptions | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app, self._options = app, options or GuardOptions()
        limits = self._options.limits
        most = {"question": limits.questions, "file": limits.files}
        self._windows = {
            kind: RateLimiter(most.get(kind, limits.fragments), limits, clock)
            for kind in ("question", "file", "fragment")
        }
        self._streams = ConnectionLimiter(limits.streams)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:  # nothing here speaks over a websocket
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request step by step, and pass it on or refuse it."""
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        if self._options.collections:
            path = COLLECTION.sub("", path, count=1) or "/"
        client = client_of(scope)
        try:
            route = self._allowed_route(scope, path, client)
            if not self._options.proxied:
                # Gradio believes them of anyone when it writes the address of the page into it
                scope["headers"] = [(k, v) for k, v in scope["headers"] if k not in _FORWARDED]
            receive = await self._limit_body(scope, receive, route, path)
            shown = self._with_headers(scope, receive, send, route, path)
            if (
                self._options.access_check
                and route.kind != "health"
                and not await self._options.access_check(scope, receive, shown, path)
            ):
                return
            if route.kind != "stream":
                await self.app(scope, receive, shown)
            elif self._streams.open(client):
                try:
                    await self.app(scope, receive, shown)
                finally:
                    self._streams.close(client)
            else:
                raise Refused(429, "js.too_many")
        except Refused as refused:
            await self._refuse(scope, receive, send, path, refused)

    def _allowed_route(self, scope: Scope, path: str, client: str) -> AllowedRoute:
        """The route of a request that may go on. Raises Refused."""
        headers, route = Headers(scope=scope), allowed_route(scope["method"], path)
        hosts = self._named_hosts(headers)
        if self._options.hosts and not all(map(self._options.hosts.includes, hosts)):
            raise Refused(421, "guard.host")
        if route is None:
            raise (Refused(403, "guard.closed") if "/gradio_api/" in path else Refused(404, "guard.none"))
        if len(scope["query_string"]) > MAX_QUERY or len(headers) > _MAX_HEADERS:
            raise Refused(414, "guard.too_long")
        claimed = headers.get("origin"), headers.get("sec-fetch-site")
        if scope["method"] == "POST" and all(is_cross_site(host, *claimed) for host in hosts):
            raise Refused(403, "guard.elsewhere")
        kind = "fragment" if route.kind in ("page", "stream") else route.kind
        if kind in self._windows and not self._windows[kind].admits(client):
            raise Refused(429, "js.too_many")
        return route

    def _named_hosts(self, headers: Headers) -> list[str]:
        """The hosts a request names; an empty one when it names none."""
        names = headers.getlist("host") or [""]
        if self._options.proxied and (forwarded := headers.get("x-forwarded-host")):
            names += [address.strip() for address in forwarded.split(",")]
        return names

    async def _limit_body(self, scope: Scope, receive: Receive, route: AllowedRoute, path: str) -> Receive:
        """A `receive` that hands on a body within its limit; raises Refused."""
        most = self._options.bodies.get(path, route.body_bytes) if scope["method"] == "POST" else 0
        length = Headers(scope=scope).get("content-length")
        if length is not None and (not length.isdecimal() or int(length) > most):
            raise Refused(413, "guard.too_large")
        if path in self._options.bodies:
            return _limit_stream(receive, most)
        if scope["method"] != "POST":
            return receive
        try:
            async with asyncio.timeout(self._options.limits.body_seconds):
                body = await _read_body(receive, most)
        except TimeoutError:
            raise Refused(408, "guard.too_slow") from None
        return replay_body(body, receive)

    def _with_headers(
        self, scope: Scope, receive: Receive, send: Send, route: AllowedRoute, path: str
    ) -> Send:
        """A `send` that adds our headers; of a page, whose policy names its scripts, that policy stays.

        Where Gradio says that it is busy, and only in English, a plain sentence takes its place.
        """
        is_dropped, is_page = False, route.kind == "page"
        needs_affinity = (
            is_page
            and self._options.proxied
            and f"{_AFFINITY_COOKIE}=" not in Headers(scope=scope).get("cookie", "")
        )

        async def sending(message: Message) -> None:
            nonlocal is_dropped
            if message["type"] == "http.response.start":
                is_dropped = message["status"] == 503 and "/gradio_api/" in path
                if is_dropped:
                    await self._refuse(scope, receive, send, path, Refused(503, "guard.busy"))
                policy = Headers(raw=message.get("headers", [])).get("content-security-policy")
                message = with_own_headers(message, policy if is_page and policy else FRAGMENT_POLICY)
                if needs_affinity:
                    cookie = f"{_AFFINITY_COOKIE}={secrets.token_hex(8)}; Path=/; HttpOnly; SameSite=Lax"
                    message["headers"].append((b"set-cookie", cookie.encode()))
            if not is_dropped:
                await send(message)

        return sending

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, path: str, refused: Refused) -> None:
        self._options.on_refusal(refused.status)
        first = language_of_path(path, "es")
        languages = sorted(LANGUAGES, key=lambda language: language != first)
        answer = PlainTextResponse(
            "\n".join(page_translations_for(language)(refused.key) for language in languages), refused.status
        )
        if refused.status in _RETRY_SECONDS:
            answer.headers["retry-after"] = str(_RETRY_SECONDS[refused.status])
        if refused.status in (408, 413):  # what is still coming is not waited for
            answer.headers["connection"] = "close"

        async def sending(message: Message) -> None:
            is_start = message["type"] == "http.response.start"
            await send(with_own_headers(message, FRAGMENT_POLICY) if is_start else message)

        await answer(scope, receive, sending)


class Refused(Exception):
    """A request that is not answered; `key`: of the sentence that says why, with its `values`."""

    def __init__(self, status: int, key: str, **values: object) -> None:
        super().__init__(key)
        self.status, self.key, self.values = status, key, values


async def _read_body(receive: Receive, most: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > most:
            raise Refused(413, "guard.too_large")
        if not message.get("more_body"):
            return bytes(body)


def replay_body(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives `body` as one message, then what else comes: the end of the connection."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replaying() -> Message:
        return waiting.pop() if waiting else await receive()

    return replaying


def _limit_stream(receive: Receive, most: int) -> Receive:
    """A stream that ends when it has gone on for too long: the route finds a body cut short and refuses it."""
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if seen <= most else {"type": "http.disconnect"}

    return counting
