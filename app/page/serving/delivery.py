"""How files reach the browser: asked for early, compressed, kept there when their address names their version.

Gradio compresses its own files and streams its events, which must not be held back: compressed here is only
what lies under `/al/`. Gradio puts the head of the page into it by script, when it has drawn the page; a `Link`
header lets the browser fetch our styles and scripts meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Delivery", "preloads"]

_SMALLEST_BYTES = 1000  # what fits into one packet anyway stays as it is
_LEVEL = 4  # of gzip: 6 takes three times as long for 7 % less, measured on 157 kB of a document
_OWN = re.compile(r"/al/(?:assets/.|script$)")
_VERSION = re.compile(rb"(?:^|&)v=.")
_GRADIOS = re.compile(r"/assets/[\w.]+-[\w-]{8}\.(?:css|js|woff2?)$")  # a hash of the content in the name
_STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
_SCRIPT = re.compile(r'<script defer src="([^"]+)"')
_KEPT = (b"cache-control", b"public, max-age=31536000, immutable")


class Delivery:
    """Middleware around the whole application, inside `Guard`. `links`: of a page's path, its `Link` header."""

    def __init__(self, app: ASGIApp, links: Mapping[str, str] | None = None) -> None:
        self._app = app
        self._links = dict(links or {})
        self._compressing = GZipMiddleware(app, _SMALLEST_BYTES, _LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if _names_version(path, scope.get("query_string", b"")):
            send = _with_header(send, _KEPT)
        elif path in self._links:
            send = _with_header(send, (b"link", self._links[path].encode()))
        await (self._compressing if path.startswith("/al/") else self._app)(scope, receive, send)


def preloads(head: str) -> str:
    """A `Link` header that names the styles and scripts of a document head."""
    files = [(address, "style") for address in _STYLE.findall(head)]
    files += [(address, "script") for address in _SCRIPT.findall(head)]
    return ", ".join(f"<{address}>; rel=preload; as={kind}" for address, kind in files)


def _names_version(path: str, query: bytes) -> bool:
    return bool(_OWN.match(path) and _VERSION.search(query)) or bool(_GRADIOS.search(path))


def _with_header(send: Send, header: tuple[bytes, bytes]) -> Send:
    """Puts `header` on a good answer."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            kept = [(key, value) for key, value in message.get("headers", []) if key.lower() != header[0]]
            message = {**message, "headers": [*kept, header]}
        await send(message)

    return sending
