"""Lets visitors call only the page's own handlers, with plain values for arguments and nothing else.

Gradio treats any dictionary that looks like one of its files as a file, and fetches it from wherever it says, before
a handler sees it. So Gradio never gets what was sent, only what was understood of it here, which has no dictionaries
in it. Documents are uploaded elsewhere, as forms (`change_routes`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from alpie.app.page.guarding.guard import Refused, replay_body
from alpie.app.page.state.question_options import QuestionLink
from alpie.app.page.views.page_translations import page_translations_for

_ADDRESS = re.compile(r"(?P<home>(?:/[a-z]{2})?)/gradio_api/(?:queue/join|call/(?P<name>[^/]+)(?:/[^/]+)?)")

Value = str | int | float | bool | None


class _EventRequest(BaseModel):
    """What browsers and the clients of Gradio send; whether a value suits is for its handler to say.

    Other fields, which a later Gradio may send, must be plain values and are not passed on.
    """

    model_config = ConfigDict(extra="allow", strict=True)
    __pydantic_extra__: dict[str, Value]
    data: list[Value | list[Value]]
    session_hash: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    fn_index: int | None = None
    trigger_id: int | None = None
    event_data: QuestionLink | None = None


_BY_NAME = {"data", "session_hash"}
_BY_NUMBER = {*_BY_NAME, "fn_index", "trigger_id", "event_data"}


@dataclass(frozen=True)
class Handlers:
    """The event handlers of a page: how many arguments each takes, by number, and the public names."""

    language: str
    arguments: Mapping[int, int]
    names: Mapping[str, int]

    @classmethod
    def from_page(cls, page: Any, language: str) -> Handlers:
        """The handlers of a page of Gradio's (`gr.Blocks`)."""
        ours = {number: handler for number, handler in page.fns.items() if handler.fn}
        return cls(
            language,
            {number: len(handler.inputs) for number, handler in ours.items()},
            {
                handler.api_name: number
                for number, handler in ours.items()
                if handler.api_visibility == "public"
            },
        )

    def rewrite_event(self, body: bytes, name: str | None) -> bytes:
        """The event in `body`, for the handler `name` or the one it numbers, rewritten. Raises Refused."""
        try:
            event = _EventRequest.model_validate(json.loads(body))
        except ValidationError as error:
            place = ".".join(str(step) for step in error.errors()[0]["loc"][:2])
            raise Refused(422, "events.value", place=place[:80]) from None
        except (ValueError, RecursionError):
            raise Refused(400, "events.json") from None
        number = self.names[name] if name else event.fn_index
        if number is None or number not in self.arguments:
            raise Refused(404, "events.none", name=number, names=", ".join(self.names))
        expected = self.arguments[number]
        # a client of an earlier version knows fewer arguments: the later ones are optional
        if name and event.data:
            event.data += [None] * (expected - len(event.data))
        if len(event.data) != expected:
            raise Refused(422, "events.count", wanted=expected, sent=len(event.data))
        return json.dumps(event.model_dump(include=_BY_NAME if name else _BY_NUMBER)).encode()


class PermittedEvents:
    """Middleware around the pages, inside `Guard`, which has limited the size. `pages` has them by path, "/" or "/en/"."""

    def __init__(self, app: ASGIApp, pages: Mapping[str, Handlers]) -> None:
        self._app = app
        self._pages = {path.rstrip("/"): page for path, page in pages.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what calls no handler, and calls of known ones with their arguments rewritten; refuse the rest."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        address = _ADDRESS.fullmatch(path)
        page = self._pages.get(address["home"]) if address else None
        try:
            if address and page:
                name = address["name"]
                if name and name not in page.names:
                    raise Refused(404, "events.none", name=name, names=", ".join(page.names))
                if scope["method"] == "POST":
                    body = page.rewrite_event(await Request(scope, receive).body(), name)
                    scope, receive = _with_body(scope, receive, body)
            elif scope.get("method") == "POST" and "/gradio_api/" in path:
                raise Refused(404, "guard.none")
        except Refused as refused:
            translations = page_translations_for(page.language if page else "es")
            answer = JSONResponse({"detail": translations(refused.key, **refused.values)}, refused.status)
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _with_body(scope: Scope, receive: Receive, body: bytes) -> tuple[Scope, Receive]:
    """A request as it came, but for its body."""
    headers = MutableHeaders(raw=list(scope["headers"]))
    headers.update({"content-length": str(len(body)), "content-type": "application/json"})
    return {**scope, "headers": headers.raw}, replay_body(body, receive)
