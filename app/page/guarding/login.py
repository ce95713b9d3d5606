"""The door with a lock, where the operator has named users: a form for people, HTTP Basic for programs.

A session is a cookie `name|end|signature` that holds nothing else. It is signed with a key made of the
secret beside the file of users and of the user's stored hash: it ends after twelve hours, with a new
password and with the user; no process has to remember it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from alpie.app.page.guarding.attempts import Attempts, TooMany
from alpie.app.page.guarding.rates import client_of
from alpie.app.page.guarding.users import Users
from alpie.app.page.views.page_words import LANGUAGES, language_of, translations_for
from alpie.app.page.views.templates import render

__all__ = ["COOKIE", "Login", "read_session", "sign_session"]

COOKIE = "alpie_session"
_SESSION_SECONDS = 12 * 3600


class Login:
    """A `Gate`: lets through who has a session or sends a name and password.

    `homes`: the address of the page in each language, `root_path` included; `language`: of the page at "/".
    """

    def __init__(
        self,
        users: Users,
        homes: Mapping[str, str],
        language: str,
        root_path: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._users, self._root_path, self._clock = users, root_path, clock
        self._homes, self._default = homes, language
        self._attempts = Attempts(users, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send, path: str) -> bool:
        """Whether the request may go on; if not, it has been answered."""
        request = Request(scope, receive)
        wanted = request.query_params.get("lang", "")
        language = wanted if wanted in LANGUAGES else language_of(path, self._default)
        try:
            answer = await self._answer(request, path, language)
        except TooMany as many:
            sentence = translations_for(language)("guard.busy" if many.busy else "login.too_often")
            headers = {"retry-after": str(many.seconds)}
            answer = Response(sentence, 429, headers, "text/plain; charset=utf-8")
        if answer is None:
            return True
        answer.headers["cache-control"] = "no-store"
        await answer(scope, receive, send)
        return False

    async def _answer(self, request: Request, path: str, language: str) -> Response | None:
        """None for a request that may go on."""
        told = request.headers.get("authorization", "")
        if path == "/al/login":
            return await self._login(request, language)
        if path == "/al/logout":
            return self._logout(request, language)
        if path.startswith("/al/assets/") or self._has_session(request):
            return None
        if told.lower().startswith("basic "):
            good = await self._attempts.good(client_of(request.scope), *_basic(told))
            return None if good else self._unknown(language)
        homes = ("", *(f"/{one}" for one in LANGUAGES))
        if path.rstrip("/") in homes and request.method in ("GET", "HEAD"):
            return RedirectResponse(self._own(f"/al/login?lang={language}"), status_code=303)
        return self._unknown(language)

    def _has_session(self, request: Request) -> bool:
        return read_session(self._users, request.cookies.get(COOKIE, ""), self._clock()) is not None

    async def _login(self, request: Request, language: str) -> Response:
        if request.method != "POST":
            return self._form(language)
        told = _fields(await request.body())
        name, password = (told.get(key, [""])[0] for key in ("name", "password"))
        if not await self._attempts.good(client_of(request.scope), name, password):
            return self._form(language, "login.wrong", status=401)
        answer = RedirectResponse(self._homes[language], status_code=303)
        session = sign_session(self._users, name, self._clock() + _SESSION_SECONDS)
        self._set_cookie(answer, request, session, _SESSION_SECONDS)
        return answer

    def _logout(self, request: Request, language: str) -> Response:
        answer = RedirectResponse(self._own(f"/al/login?lang={language}"), status_code=303)
        if request.method == "POST":  # a link on another page must not log anybody out
            self._set_cookie(answer, request, "", 0)
        return answer

    def _set_cookie(self, answer: Response, request: Request, value: str, seconds: int) -> None:
        answer.set_cookie(
            COOKIE,
            value,
            max_age=seconds,
            path=self._root_path or "/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",  # strict would ask again whoever follows a permanent link
        )

    def _form(self, language: str, problem: str = "", status: int = 200) -> Response:
        other = next(one for one in LANGUAGES if one != language)
        page = render("login", translations_for(language), root=self._root_path, problem=problem, other=other)
        return HTMLResponse(page, status_code=status)

    def _unknown(self, language: str) -> Response:
        challenge = {"www-authenticate": 'Basic realm="Al Pie", charset="UTF-8"'}
        return Response(
            translations_for(language)("login.needed"), 401, challenge, "text/plain; charset=utf-8"
        )

    def _own(self, path: str) -> str:
        return self._root_path + path


def sign_session(users: Users, name: str, end: float) -> str:
    """The cookie of a session of `name` until `end` (seconds since 1970)."""
    key = users.key_of(name)
    if key is None:
        raise ValueError(f"no user {name!r}")
    told = f"{base64.urlsafe_b64encode(name.encode()).decode()}|{int(end)}"
    return f"{told}|{hmac.new(key, told.encode(), 'sha256').hexdigest()}"


def read_session(users: Users, cookie: str, now: float) -> str | None:
    """Whose session a cookie is; None for one that is over, forged or none."""
    try:
        told, _, signature = cookie.rpartition("|")
        encoded, _, end = told.partition("|")
        name = base64.b64decode(encoded, altchars=b"-_", validate=True).decode()
        key = users.key_of(name)
        if key is None or not end.isascii() or not end.isdecimal():
            return None
        expected = hmac.new(key, told.encode(), "sha256").hexdigest()
        good = hmac.compare_digest(expected.encode(), signature.encode()) and now < int(end)
    except (ValueError, binascii.Error):
        return None
    return name if good else None


def _basic(header: str) -> tuple[str, str]:
    try:
        told = base64.b64decode(header[6:].strip(), validate=True).decode()
    except (ValueError, binascii.Error):
        return "", ""
    name, _, password = told.partition(":")
    return name, password


def _fields(form: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(form.decode("utf-8", "replace"), max_num_fields=300)
    except ValueError:  # more fields than any form of ours has
        return {}
