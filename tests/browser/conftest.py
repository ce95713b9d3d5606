"""A real server on a real corpus, and Chromium that notes every request to another host.

What changes after an action is waited for (`expect`, `wait_for_function`), never looked at once: a machine
of continuous integration may take seconds over it. `BROWSER_SLOWDOWN=6` makes the tabs six times slower.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from support.serving import report_about, serving

WAIT_MS = 20_000  # for what a reader would see at once
ANSWER_MS = 60_000
_HIGHLIGHT = """wanted => {
    const box = document.querySelector('#panel .panel-content');
    const marks = [...box?.querySelectorAll('.document mark') ?? []];
    if (!marks.length) return null;
    const text = marks.map(mark => mark.innerText).join(' ').replace(/\\s+/g, ' ').trim();
    if (wanted !== null && text !== wanted) return null;
    const outer = box.getBoundingClientRect(), inner = marks[0].getBoundingClientRect();
    const head = box.querySelector('.reading-head');
    const covered = getComputedStyle(head).position === 'sticky' ? head.offsetHeight : 0;
    const inView = inner.top >= outer.top + covered - 1 && inner.top < outer.bottom
        && inner.bottom > 0 && inner.top < innerHeight;
    return inView ? text : null;
}"""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Chromium's path; without one the tests are skipped, but never in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path:
        return path
    reason = "no chromium on this machine (Debian: apt-get install chromium)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def server(chromium: str, seed_corpus: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the page on the four documents."""
    from alpie.app.page.guarding.guard import Limits
    from alpie.app.page.serving.page_options import PageOptions
    from alpie.app.page.serving.server import create_app

    about_these = report_about(seed_corpus, tmp_path_factory.mktemp("report") / "report.json")
    options = PageOptions(limits=Limits(questions=2000, readings=5000), reports=(about_these,))
    with serving(create_app(lambda: seed_corpus, options)) as address:
        yield address


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A tab on the page, and what it must not have done."""

    page: Any
    base: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Any:
        self.page.goto(self.base + path)
        return self.ready()

    def ready(self) -> Any:
        """The page, once its scripts have set it up."""
        self.page.wait_for_selector("body[data-ready]")
        return self.page

    def ask(self, question: str) -> Any:
        """Type a question, press Enter, and return the last answer.

        The panel may open for it a moment later: see `highlight_in_view`.
        """
        answers = self.page.locator(".said .answer")
        before = answers.count()
        box = self.page.locator("#question textarea")
        box.fill(question)
        box.press("Enter")
        answers.nth(before).wait_for(state="attached", timeout=ANSWER_MS)  # it may be folded away
        return answers.nth(before)

    def go(self, view: str) -> Any:
        self.page.locator(f'.masthead nav a[data-view="{view}"]').click()
        return self.page.locator(f"#view-{view}")

    def look_up(self, text: str) -> Any:
        """The Search view with what it finds for `text`."""
        section = self.go("search")
        section.locator("#search-text").fill(text)
        section.locator("#search-text").press("Enter")
        section.locator(".answers:not([aria-busy]) > *").first.wait_for()
        return section

    def check(self, text: str) -> Any:
        """The Check view, asked to check `text`."""
        section = self.go("check")
        section.locator("#check-text").fill(text)
        section.locator("button[type=submit]").click()
        return section

    def clipboard(self) -> str:
        text: str = self.page.evaluate("navigator.clipboard.readText()")
        return text

    def reload(self) -> None:
        self.page.reload()
        self.ready()

    def highlight_in_view(self, wanted: str | None = None) -> str:
        """The highlighted words, once they are those wanted and the first of them is in the visible part.

        White space is collapsed in both. Without `wanted` the words of any highlight.
        """
        words = None if wanted is None else re.sub(r"\s+", " ", wanted).strip()
        found: str = self.page.wait_for_function(_HIGHLIGHT, arg=words, timeout=WAIT_MS).json_value()
        return found


@pytest.fixture(scope="session")
def serve() -> Callable[[Any], Any]:
    """`serving`, for tests that need a server of their own."""
    return serving


@pytest.fixture
def visit(browser: Any, server: str) -> Iterator[Callable[..., Visit]]:
    """Opens tabs; at the end no tab may have called another host or thrown an error."""
    contexts: list[Any] = []
    visits: list[Visit] = []
    slowdown = float(os.environ.get("BROWSER_SLOWDOWN", "1"))

    def new(
        width: int = 1280, height: int = 860, locale: str = "es-ES", base: str = server, **options: Any
    ) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, **options)
        contexts.append(context)
        context.set_default_timeout(ANSWER_MS)
        page = context.new_page()
        if slowdown > 1:
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        one = Visit(page, base)
        own = urlsplit(base).netloc

        def note(request: Any) -> None:
            parts = urlsplit(request.url)
            if parts.scheme not in ("data", "blob") and parts.netloc != own:
                one.foreign.append(request.url)

        page.on("request", note)
        page.on("pageerror", lambda error: one.errors.append(str(error)))
        visits.append(one)
        return one

    yield new
    for context in contexts:
        context.close()
    assert not [url for one in visits for url in one.foreign], "requests to other hosts"
    assert not [error for one in visits for error in one.errors], "script errors"


@pytest.fixture
def tab(visit: Callable[..., Visit]) -> Visit:
    """A tab in which the page is open."""
    one = visit()
    one.open()
    return one
