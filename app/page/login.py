"""The door with a lock, where the operator has named users: a form for people, HTTP Basic for programs.

A session is a cookie `name|end|signature` that holds nothing else. It is signed with a key made of the
secret beside the file of users and of the user's stored hash: it ends after twelve hours, with a new
password and with the user; no process has to remember it.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from alpie.app.page.catalogue import LANGUAGES, language_of, words_for
from alpie.app.page.html import escape, tag
from alpie.app.page.rates import Limits, Window, client_of
from alpie.app.users import Users

__all__ = ["COOKIE", "Login", "read_session", "sign_session"]

COOKIE = "alpie_session"
_SESSION_SECONDS = 12 * 3600
_FAILURES = Limits(window_seconds=300.0)
_MOST_FAILURES = 10  # in five minutes, of one client and on one name
_MOST_SEEN = 256
_AT_ONCE = 2  # passwords hashed at the same time: each takes 32 MB
_STYLE = "assets/login.css"


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
        self._failures = Window(_MOST_FAILURES, _FAILURES, clock)
        self._hashing = asyncio.Semaphore(_AT_ONCE)
        self._process_key = secrets.token_bytes(32)
        self._seen: OrderedDict[bytes, None] = OrderedDict()  # digests of what was found good

    async def __call__(self, scope: Scope, receive: Receive, send: Send, path: str) -> bool:
        """Whether the request may go on; if not, it has been answered."""
        headers = {key: value.decode("latin-1") for key, value in scope["headers"]}
        language = _wanted_language(scope) or language_of(path, self._default)
        if path == "/al/login":
            answer = await self._login(scope, receive, language)
        elif path == "/al/logout":
            answer = self._logout(scope, language)
        elif path.startswith("/al/assets/") or self._has_session(headers):
            return True
        elif headers.get(b"authorization", "").lower().startswith("basic "):
            name, password = _basic(headers[b"authorization"])
            good = await self._good(scope, name, password)
            if good:
                return True
            answer = self._unknown(language) if good is False else self._too_often(language)
        elif path.rstrip("/") in ("", *(f"/{one}" for one in LANGUAGES)) and scope["method"] in (
            "GET",
            "HEAD",
        ):
            answer = RedirectResponse(self._own(f"/al/login?lang={language}"), status_code=303)
        else:
            answer = self._unknown(language)
        answer.headers["cache-control"] = "no-store"
        await answer(scope, receive, send)
        return False

    def _has_session(self, headers: Mapping[bytes, str]) -> bool:
        return read_session(self._users, _cookie(headers.get(b"cookie", "")), self._clock()) is not None

    async def _login(self, scope: Scope, receive: Receive, language: str) -> Response:
        if scope["method"] != "POST":
            return self._form(language)
        body = (await receive()).get("body", b"")
        told = _fields(body)
        name, password = (told.get(key, [""])[0] for key in ("name", "password"))
        good = await self._good(scope, name, password)
        if good is None:
            return self._too_often(language)
        if not good:
            return self._form(language, "login.wrong", status=401)
        answer = RedirectResponse(self._homes[language], status_code=303)
        session = sign_session(self._users, name, self._clock() + _SESSION_SECONDS)
        self._set_cookie(answer, scope, session, _SESSION_SECONDS)
        return answer

    def _logout(self, scope: Scope, language: str) -> Response:
        answer = RedirectResponse(self._own(f"/al/login?lang={language}"), status_code=303)
        if scope["method"] == "POST":  # a link on another page must not log anybody out
            self._set_cookie(answer, scope, "", 0)
        return answer

    async def _good(self, scope: Scope, name: str, password: str) -> bool | None:
        """Whether name and password belong together; None when there were too many attempts that failed."""
        counted = (f"client {client_of(scope)}", f"name {name[:64]}")
        if not all(self._failures.would_admit(one) for one in counted):
            return None
        # A program sends its password with every request; the slow hash is for the first of them.
        stored = self._users.hashes().get(name, "")
        seen = hmac.digest(
            self._process_key, f"{stored}\0{name}\0{password}".encode("utf-8", "replace"), "sha256"
        )
        if seen in self._seen:
            return True
        async with self._hashing:
            good = await asyncio.to_thread(self._users.knows, name, password)
        if good:
            self._seen[seen] = None
            while len(self._seen) > _MOST_SEEN:
                self._seen.popitem(last=False)
        else:
            for one in counted:
                self._failures.admits(one)
        return good

    def _set_cookie(self, answer: Response, scope: Scope, value: str, seconds: int) -> None:
        answer.set_cookie(
            COOKIE,
            value,
            max_age=seconds,
            path=self._root_path or "/",
            secure=scope.get("scheme") == "https",
            httponly=True,
            samesite="lax",  # strict would ask again whoever follows a permanent link
        )

    def _form(self, language: str, problem: str = "", status: int = 200) -> Response:
        words = words_for(language)

        def field(name: str, kind: str, complete: str) -> str:
            label = tag("span", words.html(f"login.{name}"))
            box = f'<input name="{name}" type="{kind}" autocomplete="{complete}" maxlength="200" required>'
            return tag("label", label + box)

        other = next(one for one in LANGUAGES if one != language)
        parts = [
            tag("h1", "Al Pie"),
            tag("p", words.html("login.intro")),
            tag("p", words.html(problem), class_="problem", role="alert") if problem else "",
            tag(
                "form",
                field("name", "text", "username")
                + field("password", "password", "current-password")
                + tag("button", words.html("login.enter")),
                method="post",
                action=self._own(f"/al/login?lang={language}"),
            ),
            tag("p", tag("a", escape(words("page.other_language")), href=f"?lang={other}", lang=other)),
        ]
        head = (
            f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            f"{tag('title', words.html('page.title'))}"
            f'<link rel="stylesheet" href="{self._own("/al/" + _STYLE)}">'
        )
        page = tag("html", tag("head", head) + tag("body", tag("main", parts)), lang=language)
        return HTMLResponse("<!doctype html>" + page, status_code=status)

    def _unknown(self, language: str) -> Response:
        challenge = {"www-authenticate": 'Basic realm="Al Pie", charset="UTF-8"'}
        return Response(words_for(language)("login.needed"), 401, challenge, "text/plain; charset=utf-8")

    def _too_often(self, language: str) -> Response:
        return Response(
            words_for(language)("login.too_often"), 429, {"retry-after": "300"}, "text/plain; charset=utf-8"
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


def _cookie(header: str) -> str:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return str(morsel.value) if morsel else ""


def _basic(header: str) -> tuple[str, str]:
    try:
        told = base64.b64decode(header[6:].strip(), validate=True).decode()
    except (ValueError, binascii.Error):
        return "", ""
    name, _, password = told.partition(":")
    return name, password


def _wanted_language(scope: Scope) -> str:
    """The language that the address names; "" for none there is."""
    wanted = _fields(scope.get("query_string", b"")).get("lang", [""])[0]
    return wanted if wanted in LANGUAGES else ""


def _fields(form: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(form.decode("utf-8", "replace"), max_num_fields=300)
    except ValueError:  # more fields than any form of ours has
        return {}
