"""Logging in, if the operator has named users: a form for people, HTTP Basic for programs.

A session is a cookie `name|end|signature` that holds nothing else. It is signed with a key made from the secret
beside the file of users and the user's stored hash. So it ends after twelve hours, when the password changes and when
the user is removed, and no process has to remember it. `hmac` signs it: with a key for each user, and the end in the
text, a signing library would add nothing to that one call.

Every attempt to log in is counted as failed before its password is hashed, and the count is taken back if it was
right. So many attempts at once reveal no more than the same attempts one after the other. Only one password is hashed
at a time for each client, so that a crowd of attempts only keeps its own sender waiting.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from weakref import WeakValueDictionary

from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from alpie.app.operation.users import Users
from alpie.app.page.guarding.rate_limits import ConnectionLimiter, Limits, RateLimiter, client_of
from alpie.app.page.views.page_translations import LANGUAGES, language_of_path, page_translations_for
from alpie.app.page.views.templates import render
from alpie.index.errors import FileError
from alpie.index.system.latest_entries import LatestEntries

_LOG = logging.getLogger(__name__)
COOKIE = "alpie_session"
_SESSION_SECONDS = 12 * 3600  # a working day: nobody has to sign in twice in one
_LIMITS = Limits(window_seconds=300.0)
_MAX_FAILURES = 10  # in five minutes, of one client and on one name
_MAX_OF_ONE = 5  # of those on a name: nobody alone locks another out
_CONCURRENT_HASHES = 2  # of passwords: each takes 32 MB
_MAX_WAITING = 64  # to be hashed, of all clients; of one, as many as may fail
# passwords found right, remembered by their digest: more than a team has; others are hashed again
_MAX_ACCEPTED = 256
# Retry-After when too many wait: a hash takes some 50 ms, so the whole queue is done by then
_BUSY_SECONDS = 5


class Login:
    """An `AccessCheck` that lets requests through which have a session or send a name and password.

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
        chosen = request.query_params.get("lang", "")
        language = chosen if chosen in LANGUAGES else language_of_path(path, self._default)
        try:
            answer = await self._answer(request, path, language)
        except FileError as error:  # nobody is let in until the operator has mended the file
            _LOG.error("%s", error)
            sentence = page_translations_for(language)("login.unreadable")
            answer = Response(sentence, 503, media_type="text/plain; charset=utf-8")
        except TooManyAttempts as many:
            sentence = page_translations_for(language)("guard.busy" if many.busy else "login.too_often")
            headers = {"retry-after": str(many.seconds)}
            answer = Response(sentence, 429, headers, "text/plain; charset=utf-8")
        if answer is None:
            return True
        answer.headers["cache-control"] = "no-store"
        await answer(scope, receive, send)
        return False

    async def _answer(self, request: Request, path: str, language: str) -> Response | None:
        """The answer of the login; None for a request that may go on."""
        authorization = request.headers.get("authorization", "")
        if path == "/al/login":
            return await self._login(request, language)
        if path == "/al/logout":
            return self._logout(request, language)
        name = read_session(self._users, request.cookies.get(COOKIE, ""), self._clock())
        if path.startswith("/al/assets/") or name is not None:
            return None
        if authorization.lower().startswith("basic "):
            good = await self._attempts.is_password_right(client_of(request.scope), *_basic(authorization))
            return None if good else self._unknown(language)
        homes = ("", *(f"/{language}" for language in LANGUAGES))
        if path.rstrip("/") in homes and request.method in ("GET", "HEAD"):
            return RedirectResponse(f"{self._root_path}/al/login?lang={language}", status_code=303)
        return self._unknown(language)

    async def _login(self, request: Request, language: str) -> Response:
        if request.method != "POST":
            return self._form(language)
        form = await request.form(max_files=0)
        name, password = (str(form.get(key, "")) for key in ("name", "password"))
        if not await self._attempts.is_password_right(client_of(request.scope), name, password):
            return self._form(language, "login.wrong", status=401)
        answer = RedirectResponse(self._homes[language], status_code=303)
        session = sign_session(self._users, name, self._clock() + _SESSION_SECONDS)
        self._set_cookie(answer, request, session, _SESSION_SECONDS)
        return answer

    def _logout(self, request: Request, language: str) -> Response:
        answer = RedirectResponse(f"{self._root_path}/al/login?lang={language}", status_code=303)
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
            samesite="lax",  # strict would make anybody who follows a permanent link log in again
        )

    def _form(self, language: str, problem: str = "", status: int = 200) -> Response:
        other = next(code for code in LANGUAGES if code != language)
        page = render(
            "login", page_translations_for(language), root=self._root_path, problem=problem, other=other
        )
        return HTMLResponse(page, status_code=status)

    def _unknown(self, language: str) -> Response:
        challenge = {"www-authenticate": 'Basic realm="Al Pie", charset="UTF-8"'}
        return Response(
            page_translations_for(language)("login.needed"), 401, challenge, "text/plain; charset=utf-8"
        )


def sign_session(users: Users, name: str, end: float) -> str:
    """The cookie of a session of `name` until `end` (seconds since 1970)."""
    key = users.key_of(name)
    if key is None:
        raise ValueError(f"no user {name!r}: a session is signed for one who has just logged in")
    payload = f"{base64.urlsafe_b64encode(name.encode()).decode()}|{int(end)}"
    return f"{payload}|{hmac.new(key, payload.encode(), 'sha256').hexdigest()}"


def read_session(users: Users, cookie: str, now: float) -> str | None:
    """The name of the user whose session a cookie is; None for a cookie that is expired, forged or not a session."""
    try:
        payload, _, signature = cookie.rpartition("|")
        encoded, _, end = payload.partition("|")
        name = base64.b64decode(encoded, altchars=b"-_", validate=True).decode()
        key = users.key_of(name)
        if key is None or not end.isascii() or not end.isdecimal():
            return None
        expected = hmac.new(key, payload.encode(), "sha256").hexdigest()
        good = hmac.compare_digest(expected.encode(), signature.encode()) and now < int(end)
    except ValueError:
        return None
    return name if good else None


def _basic(header: str) -> tuple[str, str]:
    try:
        credentials = base64.b64decode(header[6:].strip(), validate=True).decode()
    except ValueError:
        return "", ""
    name, _, password = credentials.partition(":")
    return name, password


class TooManyAttempts(Exception):
    """Too many attempts to log in. `seconds` says when to try again; `busy`, that too many are being checked just now."""

    def __init__(self, seconds: int, busy: bool = False) -> None:
        super().__init__(seconds)
        self.seconds, self.busy = seconds, busy


class Attempts:
    """Checks names and passwords, for many visitors at a time. `clock` gives seconds."""

    def __init__(self, users: Users, clock: Callable[[], float]) -> None:
        self._users = users
        self._failures = RateLimiter(_MAX_FAILURES, _LIMITS, clock)
        self._pairs = RateLimiter(_MAX_OF_ONE, _LIMITS, clock)
        self._waiting = ConnectionLimiter(_MAX_FAILURES)
        self._hashing = asyncio.Semaphore(_CONCURRENT_HASHES)
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._process_key = secrets.token_bytes(32)
        self._accepted: LatestEntries[bytes, bool] = LatestEntries(_MAX_ACCEPTED)  # by their digests

    async def is_password_right(self, client: str, name: str, password: str) -> bool:
        """Whether `password` is that of `name`. Raises `TooManyAttempts`."""
        self._admit(client, name)
        # A program sends its password with every request; the slow hash is for the first of them.
        stored = self._users.hashes().get(name, "")
        credentials = f"{stored}\0{name}\0{password}".encode("utf-8", "replace")
        digest = hmac.digest(self._process_key, credentials, "sha256")
        if digest in self._accepted:
            return True
        if len(self._waiting) >= _MAX_WAITING or not self._waiting.open(client):
            raise TooManyAttempts(_BUSY_SECONDS, busy=True)
        try:
            async with self._queues.setdefault(client, asyncio.Lock()), self._hashing:
                return digest in self._accepted or await self._check_password(client, name, password, digest)
        finally:
            self._waiting.close(client)

    async def _check_password(self, client: str, name: str, password: str, digest: bytes) -> bool:
        self._admit(client, name)  # those before it may have failed
        pair = f"{client} {name[:64]}"
        counted = [(self._failures, client), (self._pairs, pair)]
        if self._pairs.would_admit(pair):
            counted.append((self._failures, f"name {name[:64]}"))
        for limiter, counted_as in counted:
            limiter.admits(counted_as)
        good = await asyncio.to_thread(self._users.accepts, name, password)
        if good:
            for limiter, counted_as in counted:
                limiter.take_back(counted_as)
            self._accepted[digest] = True
        return good

    def _admit(self, client: str, name: str) -> None:
        if not all(self._failures.would_admit(key) for key in (client, f"name {name[:64]}")):
            raise TooManyAttempts(int(_LIMITS.window_seconds))
