"""The page's server gives memory back to the system, where the system lets it."""

from __future__ import annotations

import threading

import pytest

from alpie.app.page.serving import server


def test_memory_is_given_back_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, enough = list[int](), threading.Event()

    def trim(padding: int) -> int:
        calls.append(padding)
        if len(calls) == 3:
            enough.set()
        return 1

    monkeypatch.setattr(server, "_of_glibc", lambda name: trim if name == "malloc_trim" else None)
    end = server.give_back_memory(0.01)
    assert enough.wait(30)
    end()
    assert set(calls) == {0}


def test_without_glibc_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.sys, "platform", "win32")
    before = threading.active_count()
    server.share_memory()
    server.give_back_memory(0.01)()
    assert threading.active_count() == before
