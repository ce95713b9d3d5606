"""Lists the addresses that are open. Everything else is closed, whatever Gradio may add in a later version.

Gradio answers to some seventy addresses; the page and its clients need a dozen. The others accept files from
strangers, fetch addresses for them, bypass the queue, or write to the disk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from alpie.app.page.views.page_translations import LANGUAGES

RouteKind = Literal["page", "file", "fragment", "question", "stream", "health"]

_MAX_PATH = 1_000  # characters
MAX_QUERY = 32_000  # bytes; a basket of a hundred passages is an address of some 15,000
_QUESTION_BYTES = 400_000  # a question with the conversation before it, which the browser keeps
_OWN_BYTES = 100_000  # of a form of ours: a quotation to check is the largest


@dataclass(frozen=True)
class AllowedRoute:
    """An open address: what it costs us, and the largest body it takes (bytes)."""

    kind: RouteKind
    body_bytes: int = 0


_NAME = r"[A-Za-z0-9_-]{1,64}"
_FILE = r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*"
_HOME = rf"(?:/(?:{'|'.join(LANGUAGES)}))?"
_READ, _WRITE = ("GET", "HEAD"), ("POST",)

_ALLOWED: tuple[tuple[tuple[str, ...], re.Pattern[str], AllowedRoute], ...] = tuple(
    (methods, re.compile(pattern), route)
    for methods, pattern, route in (
        (_READ, rf"{_HOME}/?", AllowedRoute("page")),
        (_READ, rf"{_HOME}/(?:config|gradio_api/info|gradio_api/startup-events)", AllowedRoute("fragment")),
        (_READ, rf"{_HOME}/(?:assets|static)/{_FILE}", AllowedRoute("file")),
        (
            _READ,
            rf"{_HOME}/(?:theme\.css|gradio_api/theme\.css|favicon\.ico|robots\.txt|manifest\.json)",
            AllowedRoute("file"),
        ),
        (
            _READ,
            rf"{_HOME}/gradio_api/(?:queue/data|heartbeat/{_NAME}|call/{_NAME}/{_NAME})",
            AllowedRoute("stream"),
        ),
        (_WRITE, rf"{_HOME}/gradio_api/queue/join", AllowedRoute("question", _QUESTION_BYTES)),
        (_WRITE, rf"{_HOME}/gradio_api/call/{_NAME}", AllowedRoute("question", _OWN_BYTES)),
        (_READ, rf"/al/assets/{_FILE}", AllowedRoute("file")),
        (_READ, r"/al/[a-z0-9/_-]{1,200}", AllowedRoute("fragment")),
        (_WRITE, r"/al/[a-z0-9/_-]{1,200}", AllowedRoute("fragment", _OWN_BYTES)),
        (_READ, r"/healthz", AllowedRoute("health")),
    )
)


def allowed_route(method: str, path: str) -> AllowedRoute | None:
    """What is allowed at `path`, as decoded once and without the prefix of a proxy; None: closed."""
    if not is_plain_path(path):
        return None
    for methods, pattern, route in _ALLOWED:
        if method in methods and pattern.fullmatch(path):
            return route
    return None


def is_plain_path(path: str) -> bool:
    """Whether a path has nothing in it that could climb out of a folder or hide where it leads."""
    if len(path) > _MAX_PATH or not path.startswith("/") or not path.isascii() or not path.isprintable():
        return False
    return not (set(path) & set('\\%;"<>{}|^`')) and "//" not in path and "/." not in path
