"""What is seen before Gradio is: our own page, styled and in its language, in the first response.

Gradio's page is empty until a megabyte of scripts has arrived: on a slow line, ten seconds of «Loading…» in
English. So what it will draw first stands in the HTML itself, with its styles; a question can be typed, and
sent as soon as the page can answer (`page.js` takes it over). Gradio's own style sheets move behind it, where they
no longer keep the browser from drawing, and its advertisements for other sites go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["FirstPaint", "with_first_paint"]

_SHEETS = re.compile(r"<link rel=\"stylesheet\"[^>]*>")
_ADVERTISED = re.compile(r"<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>\s*", re.DOTALL)
_BODY = re.compile(r"<body[^>]*>")


class FirstPaint:
    """Middleware around the pages. `made`: of a page's path, what makes (language, title, styles, body) of it."""

    def __init__(self, app: ASGIApp, made: Mapping[str, Callable[[], tuple[str, str, str, str]]]) -> None:
        self._app, self._made = app, made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", "")) or "/"
        make = self._made.get(path)
        if scope["type"] != "http" or make is None or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()

        async def hold(message: Message) -> None:
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
            if start["status"] == 200:
                shown = with_first_paint(shown.decode(), *make()).encode()
            length = (b"content-length", str(len(shown)).encode())
            headers = [(key, value) for key, value in start["headers"] if key.lower() != b"content-length"]
            await send({**start, "headers": [*headers, length]})
            await send({"type": "http.response.body", "body": shown})

        await self._app(scope, receive, hold)


def with_first_paint(html: str, language: str, title: str, styles: str, body: str) -> str:
    """Gradio's page `html` with ours before it; all but `title` is markup."""
    html = _ADVERTISED.sub("", html).replace('lang="en"', f'lang="{language}"', 1)
    sheets = "".join(_SHEETS.findall(html))
    head, _, rest = _SHEETS.sub("", html).partition("</head>")
    opened = _BODY.search(rest)
    place = opened.end() if opened else 0
    return f"{head}<title>{title}</title><style>{styles}</style></head>{rest[:place]}{body}{sheets}{rest[place:]}"
