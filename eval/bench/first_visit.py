"""`alpie eval --first-visit`: what the page costs a browser that has never been here, from the real server.

1. `alpie serve` runs as a process of its own; one visit beforehand, not counted, warms it.
2. Each visit is a Chromium of its own with an empty profile: the page is loaded, one of its examples is asked, and
   the page is opened again in a new tab, which shows what the browser's cache saves. Once as it is, once over a
   connection as slow as a phone's.
3. Requests and bytes come from the DevTools protocol, times from the page's own clock: a script put into the
   page before everything else notes when something is there to see. Figures are medians.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from alpie.app.settings import Settings
from alpie.eval.bench.speed_processes import ready_server
from alpie.eval.bench.timing import Machine
from alpie.eval.tables import markdown_table
from alpie.index.errors import SettingsError

__all__ = ["Transfer", "Visit", "measure_first_visit", "render_visits", "traffic"]

_KINDS = {"Document": "page", "Stylesheet": "styles", "Script": "scripts", "Font": "fonts", "Image": "images"}
_TIMES = {  # name in the page: what it says
    "paint": "first contentful paint",
    "interactive": "question box ready",
    "noticed": "Enter → «searching»",
    "words": "Enter → first words of the answer",
    "complete": "Enter → answer complete",
}
_NETWORKS: Mapping[str, Mapping[str, float] | None] = {  # throughput in bytes a second
    "this machine": None,
    "slow network": {"latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000},
}
_WAIT_MS = 120_000
_QUIET_SECONDS = 1.0  # without a request: the page is loaded
# Runs before the page's own scripts. Times are milliseconds since navigation began.
_WATCH = """(() => {
    const at = window.visitTimes = {};
    const note = name => { at[name] ??= performance.now(); };
    const see = (name, there) => { if (!(name in at) && there) note(name); };
    const look = () => {
        const box = document.querySelector('#question textarea');
        see('interactive', document.body?.dataset.ready && box && !box.disabled);
        if (!('enter' in at)) return;
        see('noticed', document.querySelector('.said'));
        see('words', document.querySelector('.said > .answer'));
        see('complete', document.body.dataset.talk);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true,
        attributeFilter: ['data-ready', 'data-talk', 'disabled'] });
    addEventListener('keydown', event => { if (event.key === 'Enter') note('enter'); }, true);
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) if (entry.name === 'first-contentful-paint') at.paint = entry.startTime;
    }).observe({ type: 'paint', buffered: true });
})();"""


@dataclass
class Transfer:
    """One request of a page; bytes on the wire with headers, and of the body when unpacked."""

    path: str
    kind: str
    transferred: int = 0
    decoded: int = 0


@dataclass(frozen=True)
class Visit:
    """One load of the page, and one question where it was asked."""

    network: str
    again: bool  # the second load, with what the browser has kept
    transfers: Sequence[Transfer]
    times: Mapping[str, float] = field(default_factory=dict)  # milliseconds, by the names of `_TIMES`


def measure_first_visit(
    settings: Settings,
    folder: Path | None = None,
    runs: int = 7,
    out: TextIO = sys.stdout,
    progress: TextIO = sys.stderr,
) -> int:
    """Measure, print tables to `out`, write ``first_visit.json`` into `folder`, return the exit code 0.

    The index of `settings` must be there. Raises SettingsError without Playwright or Chromium.
    """
    from alpie.app.page.views.page_words import translations_for

    words = translations_for("es")
    questions = [words(name) for name in words.entries if name.startswith("example.")]
    visits: list[Visit] = []
    with _chromium() as launch, ready_server(settings) as address:
        machine = Machine.here()
        for number in range(-1, runs):  # the first is not counted
            progress.write(f"visit {number + 1} of {runs} …\n" if number >= 0 else "warming …\n")
            progress.flush()
            for network in list(_NETWORKS)[: 1 if number < 0 else None]:
                browser = launch()
                try:
                    found = _visit(browser, address, questions[number % len(questions)], network)
                finally:
                    browser.close()
                visits += found if number >= 0 else ()
    out.write(render_visits(visits, machine, Machine.here().load))
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        told = {"machine": machine.as_row(), "visits": [asdict(visit) for visit in visits]}
        text = json.dumps(told, ensure_ascii=False, indent=1)
        (folder / "first_visit.json").write_text(text + "\n", encoding="utf-8")
        progress.write(f"first_visit.json: {folder}\n")
    return 0


@contextmanager
def _chromium() -> Iterator[Callable[[], Any]]:
    """Starts browsers with empty profiles."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise SettingsError(
            'Falta el paquete playwright. Instálelo con «pip install "alpie[dev]"».'
        ) from error
    path = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
    if path is None:
        raise SettingsError("No hay ningún Chromium. Instálelo; en Debian, «apt-get install chromium».")
    with sync_playwright() as playwright:
        yield lambda: playwright.chromium.launch(executable_path=path)


def _visit(browser: Any, address: str, question: str, network: str) -> tuple[Visit, Visit]:
    context = browser.new_context(locale="es-ES", viewport={"width": 1280, "height": 860})
    context.add_init_script(_WATCH)
    page, transfers = _load(context, address, network)
    box = page.locator("#question textarea")
    box.fill(question)
    box.press("Enter")
    page.wait_for_function("window.visitTimes.complete", timeout=_WAIT_MS)
    first = Visit(network, False, transfers, _times(page))
    page.close()
    page, transfers = _load(context, address, network)
    return first, Visit(network, True, transfers, _times(page))


def _load(context: Any, address: str, network: str) -> tuple[Any, list[Transfer]]:
    """A new tab with the page in it, loaded, and what was sent for that."""
    page = context.new_page()
    events: list[tuple[str, Mapping[str, Any]]] = []
    session = context.new_cdp_session(page)
    for name in ("requestWillBeSent", "responseReceived", "dataReceived", "loadingFinished"):
        session.on(f"Network.{name}", lambda event, name=name: events.append((name, event)))
    session.send("Network.enable")
    if conditions := _NETWORKS[network]:
        session.send("Network.emulateNetworkConditions", {"offline": False, **conditions})
    page.goto(address, timeout=_WAIT_MS)
    page.wait_for_function("window.visitTimes.interactive && window.visitTimes.paint", timeout=_WAIT_MS)
    seen, since = -1, time.monotonic()
    while time.monotonic() - since < _QUIET_SECONDS:
        if len(events) != seen:
            seen, since = len(events), time.monotonic()
        page.wait_for_timeout(100)
    return page, traffic(events)


def _times(page: Any) -> dict[str, float]:
    at: dict[str, float] = page.evaluate("window.visitTimes")
    began = at.get("enter", 0.0)
    return {
        name: at[name] - (began if name in ("noticed", "words", "complete") else 0.0)
        for name in _TIMES
        if name in at
    }


def traffic(events: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Transfer]:
    """Requests of the DevTools events of the Network domain, in their order; what came from a cache weighs nothing.

    Source: https://chromedevtools.github.io/devtools-protocol/tot/Network/
    """
    found: dict[str, Transfer] = {}
    cached: set[str] = set()
    for name, event in events:
        number = event["requestId"]
        if name == "requestWillBeSent":
            url = urlsplit(event["request"]["url"])
            if url.scheme in ("http", "https"):
                found[number] = Transfer(url.path, _KINDS.get(event.get("type", ""), "data"))
        elif number not in found:
            continue
        elif name == "responseReceived":
            if event["response"].get("fromDiskCache"):
                cached.add(number)
            else:
                found[number].transferred = event["response"]["encodedDataLength"]
        elif name == "dataReceived":
            found[number].decoded += event["dataLength"]
        elif number not in cached:
            found[number].transferred = event["encodedDataLength"]
    return [one for number, one in found.items() if number not in cached]


def render_visits(visits: Sequence[Visit], machine: Machine, load_after: float) -> str:
    """The figures as Markdown: medians of the visits."""
    n = len(visits) // (2 * len(_NETWORKS))
    slow = _NETWORKS["slow network"] or {}
    lines = [
        f"{machine.processor}, {machine.cores} cores, {machine.system}, Python {machine.python}; "
        f"load {machine.load:.1f} before, {load_after:.1f} after; n = {n}.\n"
    ]
    sizes = []
    for kind in (*_KINDS.values(), "data", "all"):
        new, old = (_sums([one for one in visits if one.again is again], kind) for again in (False, True))
        numbers = (f"{new[0]:.0f}", f"{new[1]:,.1f}", f"{new[2]:,.1f}", f"{old[0]:.0f}", f"{old[1]:,.1f}")
        sizes.append((kind, *numbers))
    heads = ["what", "requests", "kB transferred", "kB unpacked", "again: requests", "kB transferred"]
    lines.append(markdown_table(heads, sizes))
    columns = [(network, again) for network in _NETWORKS for again in (False, True)]
    times = []
    for name, meaning in _TIMES.items():
        cells = [
            _median([v.times[name] for v in visits if (v.network, v.again) == column and name in v.times])
            for column in columns
        ]
        times.append((meaning, *cells))
    heads = ["ms", *(f"{network}{', again' if again else ''}" for network, again in columns)]
    lines.append(markdown_table(heads, times))
    megabits = 8 * slow["downloadThroughput"] / 1e6
    lines.append(
        f"Slow network: {slow['latency']:.0f} ms a request, {megabits:.1f} Mbit/s, made by Chromium."
    )
    return "\n".join(lines) + "\n"


def _sums(visits: Sequence[Visit], kind: str) -> tuple[float, float, float]:
    """Medians of requests, kilobytes transferred and kilobytes unpacked of one kind of file."""
    rows = []
    for visit in visits:
        those = [one for one in visit.transfers if kind in ("all", one.kind)]
        rows.append((len(those), sum(t.transferred for t in those), sum(t.decoded for t in those)))
    requests, transferred, decoded = (statistics.median(column) for column in zip(*rows, strict=True))
    return requests, transferred / 1000, decoded / 1000


def _median(values: Sequence[float]) -> str:
    return f"{statistics.median(values):,.0f}" if values else ""
