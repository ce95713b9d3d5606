"""What the page costs a new browser: read off the DevTools events, and once with a real server and Chromium."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from alpie.app.settings import Settings
from alpie.eval.bench import first_visit
from alpie.eval.bench.first_visit import Transfer, Visit, measure_first_visit, render_visits, traffic
from alpie.eval.bench.timing import Machine
from alpie.index.errors import SettingsError


def _request(number: str, url: str, kind: str) -> tuple[str, dict[str, Any]]:
    return "requestWillBeSent", {"requestId": number, "request": {"url": url}, "type": kind}


def _response(number: str, size: int, cached: bool = False) -> tuple[str, dict[str, Any]]:
    response = {"encodedDataLength": size, "fromDiskCache": cached}
    return "responseReceived", {"requestId": number, "response": response}


def test_traffic_is_what_came_over_the_wire() -> None:
    events = [
        ("loadingFinished", {"requestId": "0", "encodedDataLength": 9}),  # began before anybody watched
        _request("1", "http://h/", "Document"),
        _response("1", 300),
        ("dataReceived", {"requestId": "1", "dataLength": 4000}),
        ("dataReceived", {"requestId": "1", "dataLength": 1000}),
        ("loadingFinished", {"requestId": "1", "encodedDataLength": 1300}),
        _request("2", "http://h/a.js?v=1", "Script"),
        _response("2", 0, cached=True),
        ("loadingFinished", {"requestId": "2", "encodedDataLength": 700}),
        _request("3", "data:image/png;base64,xx", "Image"),
        _request("4", "http://h/events", "EventSource"),  # a stream that stays open
        _response("4", 200),
        ("dataReceived", {"requestId": "4", "dataLength": 13}),
    ]
    assert traffic(events) == [
        Transfer("/", "page", 1300, 5000),
        Transfer("/events", "data", 200, 13),
    ]


def test_medians_by_kind_network_and_turn() -> None:
    visits = [
        Visit(network, again, [Transfer("/", "page", size, 10 * size)], {"interactive": size / 10})
        for size in (1000, 2000, 90_000)
        for network in ("this machine", "slow network")
        for again in (False, True)
    ]
    shown = render_visits(visits, Machine.here(), 0.5)
    assert "n = 3" in shown
    assert "| page | 1 | 2.0 | 20.0 | 1 | 2.0 |" in shown
    assert "| scripts | 0 | 0.0 | 0.0 | 0 | 0.0 |" in shown
    assert "| question box ready | 200 | 200 | 200 | 200 |" in shown


@pytest.mark.parametrize("missing", ["playwright", "chromium"])
def test_what_is_missing_is_said(
    settings_of_seeds: Settings, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    if missing == "playwright":
        monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    else:
        monkeypatch.setattr(first_visit.shutil, "which", lambda name: None)
    with pytest.raises(SettingsError, match=missing):
        measure_first_visit(settings_of_seeds, out=io.StringIO(), progress=io.StringIO())


@pytest.fixture
def settings_of_seeds() -> Settings:
    from alpie.app.settings import load_settings

    return load_settings(environment={})


@pytest.mark.browser
@pytest.mark.slow
def test_a_visit_to_the_real_server(seed_settings: Settings, tmp_path: Path) -> None:
    if not (shutil.which("chromium") or shutil.which("chromium-browser")) and os.environ.get("CI") != "true":
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    out = io.StringIO()
    # in a thread of its own: Playwright's synchronous interface leaves a loop running in this one
    with ThreadPoolExecutor(1) as thread:
        measuring = thread.submit(measure_first_visit, seed_settings, tmp_path, 1, out, io.StringIO())
        assert measuring.result() == 0
    visits = json.loads((tmp_path / "first_visit.json").read_text(encoding="utf-8"))["visits"]
    assert [(one["network"], one["again"]) for one in visits] == [
        ("this machine", False),
        ("this machine", True),
        ("slow network", False),
        ("slow network", True),
    ]
    for visit in visits:
        assert {one["kind"] for one in visit["transfers"]} >= (
            {"page"} if visit["again"] else {"page", "styles", "scripts"}
        )
        assert visit["times"]["paint"] > 0
        assert visit["times"]["interactive"] > 0
    for first, again in (visits[:2], visits[2:]):
        assert 0 < first["times"]["noticed"] <= first["times"]["words"] <= first["times"]["complete"]
        size = [sum(one["transferred"] for one in visit["transfers"]) for visit in (first, again)]
        assert 0 < size[1] < size[0], "the browser keeps what names its version"
    assert out.getvalue().count("\n| ") > 10
