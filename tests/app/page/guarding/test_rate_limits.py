"""Limits of rate: counted by client, forgotten in time, and never exceeded within a stretch."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from alpie.app.page.guarding.guard import Limits
from alpie.app.page.guarding.rate_limits import ConnectionLimiter, RateLimiter, client_key


@given(st.lists(st.floats(0, 30), min_size=1, max_size=60))
def test_never_more_than_the_limit_within_a_stretch(pauses: list[float]) -> None:
    now = 0.0
    window = RateLimiter(5, Limits(window_seconds=10), lambda: now)
    admitted: list[float] = []
    for pause in pauses:
        now += pause
        if window.admits("a"):
            admitted.append(now)
    for at in itertools.count(0, 10):
        if at > now:
            break
        assert sum(at <= one < at + 10 for one in admitted) <= 5


def test_a_client_is_forgotten_when_there_are_too_many() -> None:
    window = RateLimiter(1, Limits(clients=3), lambda: 0.0)
    assert all(window.admits(str(n)) for n in range(100))
    assert len(window._counts) == 3


def test_streams_are_counted_while_they_are_open() -> None:
    streams = ConnectionLimiter(2)
    assert [streams.open("a"), streams.open("a"), streams.open("a"), streams.open("b")] == [
        True,
        True,
        False,
        True,
    ]
    streams.close("a")
    assert streams.open("a")
    assert len(streams) == 3


def test_an_ipv6_household_is_one_client() -> None:
    assert client_key("2001:db8:1:2::5") == client_key("2001:db8:1:2:ffff::9")
    assert client_key("2001:db8:1:2::5") != client_key("2001:db8:1:3::5")
    assert client_key("::ffff:10.0.0.1") == client_key("10.0.0.1") == "10.0.0.1"
    assert client_key("testclient") == "testclient"
