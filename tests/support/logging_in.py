"""A page that asks who comes to log in, and its visitors."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
from fastapi.testclient import TestClient

from alpie.app.operation.users import Users
from alpie.app.page.guarding.guard import Guard, GuardOptions
from alpie.app.page.guarding.login import Login

PASSWORD = "una contraseña larga ñ"
NAME = "maría"
HOMES = {"es": "/", "en": "/en/"}
QUICK = 2**4  # the same hash at a small cost: tests make dozens


async def inner(scope: Any, receive: Any, send: Any) -> None:
    """The application behind the log-in: says `inside`."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"inside"})


def visitor(
    kept: Users, clock: Callable[[], float] = time.time, address: str = "10.0.0.1", scheme: str = "http"
) -> TestClient:
    """Who comes from `address` to the page that asks these users to log in."""
    guard = Guard(inner, GuardOptions(access_check=Login(kept, HOMES, "es", clock=clock)))
    return TestClient(guard, client=(address, 1), base_url=f"{scheme}://localhost", follow_redirects=False)


def log_in(client: TestClient, name: str = NAME, password: str = PASSWORD) -> httpx.Response:
    """The answer to the form."""
    return client.post("/al/login", data={"name": name, "password": password})
