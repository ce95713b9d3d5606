"""The outer wall: security headers, closed doors, a limit on requests. Pure ASGI, so streams pass through."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

__all__ = ["CONTENT_SECURITY_POLICY", "Guard", "Limits"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Gradio's page does not start without 'unsafe-eval'; nothing outside this server is ever fetched.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "SAMEORIGIN",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}
# Open in Gradio to anyone even when no component uses them: files from strangers, state written to disk.
_CLOSED = ("/upload", "/upload_progress", "/deep_link", "/component_server", "/monitoring", "/runs")
_COSTLY = ("/queue/join", "/call/", "/run/")


@dataclass(frozen=True)
class Limits:
    """Requests one client may make within a window. Questions cost an encoder run, readings do not."""

    questions: int = 60
    readings: int = 600
    window_seconds: float = 60.0
    clients: int = 10_000  # remembered at once, oldest forgotten


class _Window:
    """Counts requests by client in a sliding window."""

    def __init__(self, most: int, limits: Limits, clock: Callable[[], float]) -> None:
        self._most, self._limits, self._clock = most, limits, clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def admits(self, client: str) -> bool:
        now = self._clock()
        times = self._times.setdefault(client, deque())
        self._times.move_to_end(client)
        while len(self._times) > self._limits.clients:
            self._times.popitem(last=False)
        while times and now - times[0] > self._limits.window_seconds:
            times.popleft()
        if len(times) >= self._most:
            return False
        times.append(now)
        return True


class Guard:
    """Middleware around the whole application."""

    def __init__(
        self, app: App, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.app = app
        chosen = limits or Limits()
        self._questions = _Window(chosen.questions, chosen, clock)
        self._readings = _Window(chosen.readings, chosen, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        send = _with_headers(send)
        refusal = self._refusal(scope)
        if refusal:
            await _plain(send, *refusal)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        client = scope["client"][0] if scope.get("client") else "-"
        if "/gradio_api/" in path:
            inner = path.split("/gradio_api", 1)[1]
            if inner.startswith(_CLOSED):
                return 403, "Closed on this server."
            if scope["method"] == "POST" and inner.startswith(_COSTLY) and not self._questions.admits(client):
                return 429, "Too many requests; wait a minute."
        elif path.startswith("/al/") and not self._readings.admits(client):
            return 429, "Too many requests; wait a minute."
        return None


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            own = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
            kept = [(k, v) for k, v in message.get("headers", []) if k.decode().lower() not in _HEADERS]
            message = {**message, "headers": kept + own}
        await send(message)

    return sending


async def _plain(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"60")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
