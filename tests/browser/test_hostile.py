"""A hostile document and hostile questions, in Chromium: nothing runs, nothing is fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from alpie.app.page.guarding.guard import Limits
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from support.hostile_folder import PAYLOADS, hostile_corpus
from support.serving import report_about

pytestmark = pytest.mark.browser

QUESTIONS = (
    "¿Qué dice la medida sobre los menores?",
    "¿Qué medidas protegen a los menores en la red?",
    "¿Cuál es la capital de Mongolia?",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return hostile_corpus(tmp_path_factory.mktemp("hostile") / "docs")


@pytest.fixture(scope="module")
def address(
    hostile: Any, serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    report = report_about(hostile, tmp_path_factory.mktemp("report") / "report.json")
    options = PageOptions(limits=Limits(questions=2000, readings=5000), reports=(report,))
    with serve(create_app(lambda: hostile, options)) as address:
        yield address


def unhurt(page: Any) -> None:
    """Nothing ran, nothing is in the page that could; `visit` looks at the requests."""
    assert page.evaluate("window.hurt") is None
    strange = page.evaluate(
        """() => [...document.querySelectorAll(
            '.said *, .asked *, .panel-content *, .view *, #basket *, main.record *')].filter(e =>
            ['IMG', 'SCRIPT', 'IFRAME', 'STYLE', 'LINK', 'META', 'BASE', 'OBJECT', 'EMBED', 'VIDEO', 'MATH'].includes(
                e.tagName.toUpperCase())
            || (e.tagName === 'FORM' && !['search-form', 'check-form'].includes(e.id) && new URL(e.action).host !== location.host)
            || [...e.attributes].some(a => a.name.startsWith('on') || /^\\s*javascript:/i.test(a.value))
            || (e.href && /^http/.test(e.href) && new URL(e.href).host === 'evil.example')).map(e => e.outerHTML.slice(0, 200))"""
    )
    assert strange == []


def test_a_hostile_document_is_only_text_everywhere(
    visit: Callable[..., Any], address: str, hostile: Any
) -> None:
    tab = visit(base=address)
    page = tab.open()
    for question in QUESTIONS:
        tab.ask(question)
        unhurt(page)
    said = page.locator(".said").first.inner_text()
    assert "<" in said, "the payloads are shown as they are"
    page.locator(".said a.cite").first.click()
    page.locator("#panel .document").wait_for(timeout=30_000)
    unhurt(page)
    page.locator(".said button.keep").first.click()
    page.locator(".basket-open").click()
    unhurt(page)
    page.keyboard.press("Escape")
    for view in ("documents", "evaluation", "help"):
        tab.go(view).locator("h2").first.wait_for(timeout=30_000)
        unhurt(page)
    for text in ("medida", PAYLOADS[1], '"<script>"'):
        tab.look_up(text)
        unhurt(page)
    check = tab.check(f"La medida número 2 sobre los menores dice {PAYLOADS[1]} y protege a todos.")
    check.locator(".verdict").first.wait_for(timeout=30_000)
    unhurt(page)


def test_hostile_questions_are_only_text(visit: Callable[..., Any], address: str) -> None:
    tab = visit(base=address)
    page = tab.open()
    for start in range(0, len(PAYLOADS), 10):
        tab.ask(f"¿Qué dice la medida {' '.join(PAYLOADS[start : start + 10])}?"[:1000])
        unhurt(page)
    marked = "\n\n# título\n\n<b>medida</b> $$x$$ `y` de los menores"
    tab.ask(marked)
    unhurt(page)
    expect(page.locator(".asked b, .asked h1")).to_have_count(0)
    expect(page.locator(".asked").last).to_have_text(marked, use_inner_text=True)


def test_hostile_addresses_are_only_text(visit: Callable[..., Any], address: str) -> None:
    tab = visit(base=address)
    for payload in (PAYLOADS[0], PAYLOADS[1], PAYLOADS[16], PAYLOADS[27]):
        coded = quote(payload, safe="")
        page = tab.open(f"/?p={coded}&s={coded}")
        page.locator("#panel .reading").wait_for(timeout=30_000)
        unhurt(page)
        page = tab.open(f"/en/?d={coded}#{coded}")
        page.locator("#panel .reading").wait_for(timeout=30_000)
        unhurt(page)


def test_the_record_is_only_text(visit: Callable[..., Any], address: str) -> None:
    tab = visit(base=address)
    coded = quote(f"medida de los menores {PAYLOADS[0]} {PAYLOADS[1]}", safe="")
    tab.page.goto(f"{address}/al/record?q={coded}&t={coded}")
    tab.page.locator("main").wait_for(timeout=30_000)
    assert tab.page.evaluate("window.hurt") is None
    assert tab.page.locator("main img, main script, main svg, main iframe, main form").count() == 0


def test_the_policy_stops_what_would_get_through(browser: Any, address: str) -> None:
    """The second defence, tried by writing into the page what the first should have stopped."""
    context = browser.new_context()
    page = context.new_page()
    arrived: list[str] = []
    context.route("http://evil.example/**", lambda route: (arrived.append(route.request.url), route.abort()))
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    blocked = page.evaluate(
        """() => new Promise(done => {
            const stopped = new Set();
            document.addEventListener('securitypolicyviolation', event => {
                stopped.add(event.effectiveDirective);
                if (stopped.size === 4) done([...stopped].sort());
            });
            setTimeout(() => done([...stopped].sort()), 20000);
            const box = document.createElement('div');
            box.innerHTML = '<img src=x onerror="window.hurt=1"><img src="http://evil.example/a.png">'
                + '<iframe srcdoc="<script>parent.hurt=1</script>" src="http://evil.example/"></iframe>';
            document.body.append(box);
            const script = document.createElement('script');
            script.textContent = 'window.hurt=1';
            document.body.append(script);
            fetch('http://evil.example/b').catch(() => null);
        })"""
    )
    assert page.evaluate("window.hurt") is None
    assert arrived == []
    assert {"img-src", "connect-src", "script-src-attr", "script-src-elem"} <= set(blocked)
    context.close()


def test_the_page_breaks_its_own_policy_nowhere(visit: Callable[..., Any], address: str) -> None:
    tab = visit(base=address)
    said: list[str] = []
    tab.page.on("console", lambda message: said.append(message.text))
    tab.open()
    tab.ask(QUESTIONS[0])
    for view in ("search", "check", "documents", "evaluation", "help"):
        tab.go(view).locator("h2, form").first.wait_for(timeout=30_000)
    assert not [text for text in said if "Content Security Policy" in text]
