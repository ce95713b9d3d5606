"""Guessing passwords: few tries a sender and a user, however they are sent, and nobody else is kept waiting."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from typing import Any

import httpx
import pytest

from alpie.app.operation.users import Users
from alpie.app.page.guarding.guard import Guard, GuardOptions
from alpie.app.page.guarding.login import Login
from support.logging_in import HOMES, NAME, PASSWORD, QUICK, inner, log_in, visitor


def test_guessing_is_slowed_down(kept: Users) -> None:
    now = 1000.0
    client = visitor(kept, lambda: now)
    codes = [log_in(client, password=f"wrong password {n}").status_code for n in range(12)]
    assert codes == [401] * 10 + [429] * 2
    assert log_in(client).status_code == 429, "not even the right one now"
    assert log_in(visitor(kept, lambda: now, "10.0.0.2")).status_code == 303, (
        "another address is another count"
    )
    now += 601
    assert log_in(client).status_code == 303


class Hashing(Users):
    """Users whose slow hash notes what was hashed and takes as long as the test lets it."""

    def __init__(self, kept: Users, held: bool = False) -> None:
        super().__init__(kept.path, QUICK)
        self.passwords: list[str] = []
        self.free = threading.Event()
        if not held:
            self.free.set()

    def accepts(self, name: str, password: str) -> bool:
        self.passwords.append(password)
        assert self.free.wait(60)
        return super().accepts(name, password)


def at_once(login: Login, attempts: list[tuple[str, str, str]], then: Any = None) -> list[httpx.Response]:
    """Answers to log-ins sent at the same time, each (address, name, password); `then` runs while they wait."""

    async def one(address: str, name: str, password: str) -> httpx.Response:
        transport = httpx.ASGITransport(Guard(inner, GuardOptions(access_check=login)), client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post("/al/login", data={"name": name, "password": password})

    async def all_of_them() -> list[httpx.Response]:
        sent = [asyncio.create_task(one(*attempt)) for attempt in attempts]
        if then:
            await then(one, sent)
        return await asyncio.gather(*sent)

    return asyncio.run(all_of_them())


@pytest.mark.parametrize(
    ("address", "password"),
    [("10.0.0.1", "wrong password"), ("10.0.0.1", "wrong password {}"), ("10.0.0.{}", "wrong password {}")],
    ids=["the same", "one place", "many places"],
)
def test_guesses_sent_together_are_counted_like_guesses_in_a_row(
    kept: Users, address: str, password: str
) -> None:
    hashing = Hashing(kept)
    guesses = [(address.format(n), NAME, password.format(n)) for n in range(40)]
    login = Login(hashing, HOMES, "es", clock=lambda: 1000.0)
    answers = at_once(login, guesses)
    assert Counter(answer.status_code for answer in answers) == {401: 10, 429: 30}
    assert all(int(answer.headers["retry-after"]) for answer in answers if answer.status_code == 429)
    assert len(hashing.passwords) == 10
    (right,) = at_once(login, [("10.0.1.2", NAME, PASSWORD)])
    alone = "{}" not in address
    assert (right.status_code == 303) == alone, "one sender alone does not lock a user out"


def test_a_crowd_of_guesses_keeps_nobody_else_waiting(kept: Users) -> None:
    hashing = Hashing(kept, held=True)

    async def another(one: Any, crowd: list[Any]) -> None:
        while len(done := [task for task in crowd if task.done()]) < 30:
            await asyncio.sleep(0.01)
        assert {task.result().status_code for task in done} == {429}, "at once, before any hash is made"
        asking = asyncio.create_task(one("10.0.0.2", NAME, PASSWORD))
        while len(hashing.passwords) < 2:
            await asyncio.sleep(0.01)
        assert hashing.passwords[1] == PASSWORD, "its turn comes while nine of the crowd still wait"
        hashing.free.set()
        assert (await asking).status_code == 303

    crowd = [("10.0.0.1", NAME, f"wrong password {n}") for n in range(40)]
    at_once(Login(hashing, HOMES, "es"), crowd, another)


def test_few_wait_to_be_hashed_and_the_others_are_told_at_once(kept: Users) -> None:
    hashing = Hashing(kept, held=True)

    async def told(one: Any, crowd: list[Any]) -> None:
        while len(done := [task for task in crowd if task.done()]) < 36:
            await asyncio.sleep(0.01)
        assert {(task.result().status_code, task.result().headers["retry-after"]) for task in done} == {
            (429, "5")
        }
        assert len(hashing.passwords) == 2
        hashing.free.set()

    crowd = [(f"10.0.{n}.1", f"name{n}", "wrong password") for n in range(100)]
    answers = at_once(Login(hashing, HOMES, "es"), crowd, told)
    assert Counter(answer.status_code for answer in answers) == {401: 64, 429: 36}


def test_a_program_that_begins_with_many_requests_is_let_in(kept: Users) -> None:
    hashing = Hashing(kept)
    login = Login(hashing, HOMES, "es")
    answers = at_once(login, [("10.0.0.1", NAME, PASSWORD)] * 10)
    assert {answer.status_code for answer in answers} == {303}
    assert len(hashing.passwords) == 1
    for _ in range(30):  # none of them counts as a failure
        assert at_once(login, [("10.0.0.1", NAME, PASSWORD)])[0].status_code == 303
