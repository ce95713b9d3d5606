"""Journeys through the page, in Chromium: the question and its answer, by keyboard and on a phone, in either language."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import expect

from alpie.app.answering.answer_types import Answer, WrittenSentence
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from support.fake_corpus import FakeCorpus

pytestmark = pytest.mark.browser

QUESTION = "¿Cuántas detenciones hubo en España?"
UNANSWERABLE = "¿Cuál es la capital de Mongolia?"
SENTENCE = "La operación sigue abierta y no se descartan nuevas detenciones."
PATIENCE = 300  # seconds a stand-in waits for the test to let it go on
VIEWS = ("search", "check", "documents", "help")

# what fades in has faded in: contrast is measured on the colours that stay
STILL = """document.getAnimations().every(
    one => one.playState !== 'running' || one.effect?.getTiming().iterations === Infinity
)"""

Open = Callable[..., Any]


# --- the student -----------------------------------------------------------------------------------


def test_a_note_opens_the_source_at_the_quoted_words(tab: Any) -> None:
    page = tab.page
    answer = tab.ask(QUESTION)
    quote = answer.locator(".quote .words").first.text_content()
    assert "dos se han producido en territorio español" in quote
    expect(answer.locator(".source-line .source").first).to_have_text(re.compile("^Policía Nacional"))
    page.evaluate("window.alpiePanel.reset()")
    answer.locator("a.note").first.click()
    tab.highlight_in_view(quote)
    expect(page.locator("#panel h2")).to_be_focused()
    page.evaluate("document.querySelector('#panel .panel-content').scrollTop = 1e6")
    answer.locator("a.note").first.click()  # the same note again leads back to its words
    tab.highlight_in_view(quote)
    expect(page.locator("#panel .document")).to_have_attribute("lang", "es")
    assert page.url.rstrip("/") == tab.base, "opening a note must not leave the page"


def test_every_note_opens_its_own_words(tab: Any) -> None:
    answer = tab.ask("¿Qué factores hacen más vulnerables a los menores?")
    notes, quotes = answer.locator("a.note"), answer.locator(".quote .words")
    expect(notes).not_to_have_count(0)
    for number in range(notes.count()):
        notes.nth(number).click()
        expect(answer.locator(".quote-unit").nth(number)).to_have_class(re.compile(r"\bopen\b"))
        tab.highlight_in_view(quotes.nth(number).text_content())


def test_an_answer_is_reached_by_keyboard_alone(tab: Any) -> None:
    page = tab.page
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    box = page.locator("#question textarea")
    box.focus()
    page.keyboard.type(QUESTION)
    expect(box).to_have_value(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".reply > .answer a.note").first.wait_for()
    tab.highlight_in_view()
    note, in_panel = page.locator("a.note:focus"), page.locator("#panel :focus")
    for _ in range(40):  # backwards from the question box into the answer
        page.keyboard.press("Shift+Tab")
        if note.count():
            break
    expect(note, "a note is reached by Tab").to_have_count(1)
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "the focus is visible"
    page.keyboard.press("Enter")
    expect(in_panel, "the focus follows into the panel").to_have_count(1)
    tab.highlight_in_view()
    page.keyboard.press("Escape")
    expect(note, "Escape gives the focus back").to_have_count(1)


def test_a_refusal_is_an_answer(tab: Any) -> None:
    page = tab.page
    answer = tab.ask(UNANSWERABLE)
    expect(answer.locator(".none-title")).to_have_text(
        "No he encontrado una respuesta segura en los documentos"
    )
    expect(answer.locator(".none-statement")).to_have_text(re.compile("4 documentos"))
    expect(answer.locator("a.note"), "what is near is not numbered as if it were an answer").to_have_count(0)
    if answer.locator(".nearest").count():
        expect(answer.locator(".nearest-title")).to_contain_text("no es una respuesta")
    expect(page.locator("#panel .panel-empty")).to_be_visible()


def test_examples_are_answered(tab: Any) -> None:
    page = tab.page
    examples = page.locator(".examples a.ask")
    expect(examples).not_to_have_count(0)
    for number in range(examples.count()):
        examples.nth(number).click()
        page.locator(".reply > .answer a.note").first.wait_for()
        page.locator("#again").click()
        expect(page.locator(".reply")).to_have_count(0)


def test_a_phone_never_scrolls_sideways(visit: Open) -> None:
    tab = visit(width=390, height=844, has_touch=True, is_mobile=True)
    page = tab.open()

    def fits() -> None:
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=20_000)

    fits()
    answer = tab.ask(QUESTION)
    expect(answer.locator(".quote").first, "the answer is on the screen").to_be_in_viewport()
    fits()
    answer.locator("a.note").first.tap()
    tab.highlight_in_view()
    fits()
    page.locator(".panel-close").tap()
    expect(page.locator("#panel .document")).to_be_hidden()
    expect(answer.locator("a.note").first).to_be_in_viewport()
    for view in VIEWS:
        tab.go(view).locator("h2").first.wait_for()
        fits()


def test_a_question_waits_for_the_documents(visit: Open, serve: Callable[[Any], Any]) -> None:
    """The page is there before the corpus; who asks early sees that they wait, and is answered."""
    ready = threading.Event()

    def open_slowly() -> Any:
        ready.wait(PATIENCE)
        return FakeCorpus()

    with serve(create_app(open_slowly)) as address:
        tab = visit(base=address)
        page = tab.open()
        page.locator("#question textarea").fill(QUESTION)
        page.locator("#question textarea").press("Enter")
        expect(page.locator(".reply .searching")).to_contain_text("su pregunta espera")
        ready.set()
        page.locator(".reply > .answer a.note").first.wait_for()


def test_quotations_do_not_wait_for_the_writer(visit: Open, serve: Callable[[Any], Any]) -> None:
    """They can be read while a language model is still at it; its summary comes under them."""
    written = threading.Event()

    def finish(answer: Answer) -> Answer:
        written.wait(PATIENCE)
        return replace(answer, writer=(WrittenSentence("Hubo dos detenciones.", (1,)),))

    with serve(create_app(FakeCorpus, PageOptions(finish=finish))) as address:
        tab = visit(base=address)
        page = tab.open()
        tab.ask(QUESTION)
        units, summary = page.locator(".quote-unit"), page.locator(".generated")
        expect(units.first.locator("a.note")).to_be_visible()
        expect(page.locator(".answer .searching")).to_be_visible()
        chosen = units.nth(1).locator(".words").text_content()
        units.nth(1).locator("a.note").click()
        tab.highlight_in_view(chosen)
        written.set()
        expect(summary).to_be_visible()
        expect(page.locator(".answer .searching")).to_have_count(0)
        page.wait_for_selector("body[data-conversation]")  # the page has heard that the answer is complete
        expect(units.nth(0)).not_to_have_class(re.compile(r"\bopen\b"))
        tab.highlight_in_view(chosen)  # what the reader opened meanwhile stays open
        assert summary.bounding_box()["y"] > units.last.bounding_box()["y"]
        summary.locator("a.note").click()
        tab.highlight_in_view(units.first.locator(".words").text_content())


def test_under_a_sub_path_nothing_is_asked_of_the_root(visit: Open, serve: Callable[[Any], Any]) -> None:
    inner = create_app(FakeCorpus, PageOptions(root_path="/alpie"))

    async def behind_a_proxy(scope: Any, receive: Any, send: Any) -> None:
        # the scope that uvicorn makes of ALPIE_ROOT_PATH and a proxy that takes the prefix off
        await inner({**scope, "root_path": "/alpie"} if scope["type"] == "http" else scope, receive, send)

    with serve(behind_a_proxy) as address:
        tab = visit(base=address)
        asked: list[str] = []
        tab.page.on("request", lambda request: asked.append(request.url))
        page = tab.open("/alpie/")
        tab.ask(QUESTION)
        tab.highlight_in_view()
        for view in VIEWS:
            tab.go(view).locator("h2").first.wait_for()
        page.locator("a.language").click()
        page.wait_for_url("**/alpie/en/**")
        tab.ready()
        tab.go("ask")
        answer = tab.ask(QUESTION)
        page.goto(address + answer.locator("a.record").get_attribute("href"))
        expect(page.locator("blockquote").first).to_be_visible()
        assert "/alpie/al/record?" in page.url
        outside = {
            url for url in asked if url.startswith(address) and not url.startswith(f"{address}/alpie/")
        }
        assert outside <= {f"{address}/favicon.ico"}


# --- language, safety, access ----------------------------------------------------------------------


def test_the_page_is_in_english_where_that_is_chosen(visit: Open) -> None:
    tab = visit(locale="en-GB")
    page = tab.open()
    expect(page.locator("html")).to_have_attribute("lang", "es")  # Gradio takes the browser's
    page.locator("a.language").click()
    page.wait_for_url("**/en/")
    tab.ready()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#send")).to_have_text("Ask")
    answer = tab.ask(QUESTION)
    expect(answer.locator(".answer-foot")).to_contain_text("passages")
    expect(answer.locator(".quote").first).to_have_attribute("lang", "es")
    answer.locator("a.note").first.click()
    tab.highlight_in_view(answer.locator(".quote .words").first.text_content())
    for view in VIEWS:
        section = tab.go(view)
        section.locator("h2").first.wait_for()
        expect(section).not_to_contain_text(re.compile(r"\b(Buscar|Documento completo|Ayuda)\b"))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_axe_finds_nothing(visit: Open, width: int, scheme: str) -> None:
    from axe_core_python.sync_playwright import Axe

    tab = visit(width=width, color_scheme=scheme)
    page = tab.open()
    found: list[str] = []

    def check(where: str) -> None:
        page.wait_for_function(STILL)
        for violation in Axe().run(page)["violations"]:
            found.extend(f"{where}: {violation['id']}: {node['html'][:150]}" for node in violation["nodes"])

    check("welcome")
    answer = tab.ask(QUESTION)
    answer.locator("details.why summary").first.click()
    check("answer")
    tab.ask("compara lo que dicen INTERPOL y la ONU sobre el cifrado")
    check("comparison")
    answer = tab.ask(QUESTION)
    answer.locator("a.note").first.click()
    tab.highlight_in_view()
    expect(page.locator("#panel h2")).to_be_focused()
    check("panel")
    page.keyboard.press("Escape")
    tab.ask(UNANSWERABLE)
    check("refusal")
    for view in VIEWS:
        section = tab.go(view)
        section.locator("h2").first.wait_for()
        if view == "search":
            tab.look_up("menores")
        if view == "check":
            tab.check(SENTENCE.replace("nuevas", "muchas")).locator(".verdict").wait_for()
        check(view)
    tab.go("documents").locator('a[href="#evaluacion"]').click()
    page.locator("#view-evaluation .figures").wait_for()
    check("evaluation")
    tab.go("ask")
    page.locator(".basket-open").click()
    check("basket")
    assert not found


def test_the_theme_is_remembered(visit: Open) -> None:
    tab = visit(color_scheme="light")
    page = tab.open()
    dark = re.compile(r"\bdark\b")
    expect(page.locator("body")).not_to_have_class(dark)
    page.locator(".tool.theme").click()
    expect(page.locator("body")).to_have_class(dark)
    tab.reload()
    expect(page.locator("body")).to_have_class(dark)
