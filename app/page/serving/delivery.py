"""How files reach the browser: requested early, compressed, and cached if their address names a version.

Gradio compresses its own files and streams its events, which must not be held back. So only files under `/al/` are
compressed here. Gradio adds the head of the page by script, after drawing the page; a `Link` header lets the browser
fetch our styles and scripts in the meantime.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alpie.app.page.guarding.content_policy import page_policy

_MIN_BYTES = 1000  # what fits into one packet anyway stays as it is
_LEVEL = 4  # of gzip: 6 takes three times as long for 7 % less, measured on 157 kB of a document
_OWN = re.compile(r"/al/(?:assets/.|script$)")
_VERSION = re.compile(rb"(?:^|&)v=.")
_GRADIOS = re.compile(r"/assets/[\w.]+-[\w-]{8}\.(?:css|js|woff2?)$")  # a hash of the content in the name
_KEPT = ("cache-control", "public, max-age=31536000, immutable")


class Delivery:
    """Middleware around the whole application, inside `Guard`. `links` gives the `Link` header by the path of a page."""

    def __init__(self, app: ASGIApp, links: Mapping[str, str] | None = None) -> None:
        self._app = app
        self._links = dict(links or {})
        self._compressing = GZipMiddleware(app, _MIN_BYTES, _LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if _names_version(path, scope.get("query_string", b"")):
            send = _with_header(send, _KEPT)
        elif path in self._links:
            send = _with_header(send, ("link", self._links[path]))
        await (self._compressing if path.startswith("/al/") else self._app)(scope, receive, send)


def _names_version(path: str, query: bytes) -> bool:
    return bool(_OWN.match(path) and _VERSION.search(query)) or bool(_GRADIOS.search(path))


def _with_header(send: Send, header: tuple[str, str]) -> Send:
    """Puts `header` on a good answer."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            MutableHeaders(scope=message)[header[0]] = header[1]
        await send(message)

    return sending


_SHEETS = re.compile(r"<link rel=\"stylesheet\"[^>]*>")
_ADVERTISED = re.compile(r"<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>\s*", re.DOTALL)
_BODY = re.compile(r"<body[^>]*>")


@dataclass(frozen=True)
class FirstPaintParts:
    """What is seen of a page before Gradio has drawn it; all but `title` is markup."""

    language: str
    title: str
    styles: str
    body: str


class FirstPaint:
    """Middleware around the pages: our own page, styled and in its language, in the first response.

    Gradio's page is empty until a megabyte of scripts has arrived: on a slow line, ten seconds of «Loading…» in
    English. So what it will draw first is in the HTML itself, with its styles; a question can be typed, and is sent
    as soon as the page can answer (`page.js` takes it over). Gradio's own style sheets move behind it, where they no
    longer keep the browser from drawing, and its advertisements for other sites go. Its policy allows the scripts in
    its HTML, so the page is held back until it is whole. `made` gives by the path of a page the function that makes
    its parts.
    """

    def __init__(self, app: ASGIApp, made: Mapping[str, Callable[[], FirstPaintParts]]) -> None:
        self._app, self._made = app, made
        self._compressing = GZipMiddleware(self._add_first_paint, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and _page_path(scope) in self._made
        await (self._compressing if is_page else self._app)(scope, receive, send)

    async def _add_first_paint(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold the page back until it is whole, and put in what the browser can draw before Gradio runs."""
        make = self._made[_page_path(scope)]
        start: Message = {}
        body = bytearray()

        async def hold(message: Message) -> None:
            """Collect the parts of the answer; only the whole can be changed and measured."""
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            shown = bytes(body)
            headers = MutableHeaders(scope=start)
            if start["status"] == 200:
                shown = with_first_paint(shown.decode(), make()).encode()
                headers["content-security-policy"] = page_policy(shown)
                headers["cache-control"] = "no-cache"
            headers["content-length"] = str(len(shown))
            await send(start)
            await send({"type": "http.response.body", "body": shown})

        # read here, so not to be compressed before
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self._app({**scope, "headers": plain}, receive, hold)


def _page_path(scope: Scope) -> str:
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path or "/"


def with_first_paint(html: str, paint: FirstPaintParts) -> str:
    """Put what is seen first into Gradio's page `html`."""
    html = _ADVERTISED.sub("", html).replace('lang="en"', f'lang="{paint.language}"', 1)
    sheets = "".join(_SHEETS.findall(html))
    head, _, rest = _SHEETS.sub("", html).partition("</head>")
    opened = _BODY.search(rest)
    place = opened.end() if opened else 0
    head = f"{head}<title>{paint.title}</title><style>{paint.styles}</style></head>"
    return f"{head}{rest[:place]}{paint.body}{sheets}{rest[place:]}"
