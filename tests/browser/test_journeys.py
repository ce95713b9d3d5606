"""Both readers' journeys through the page, in Chromium: the student's and the memo-writer's."""

from __future__ import annotations

import json
import re
import statistics
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import util
from pathlib import Path
from typing import Any

import pytest

from alpie.app.page.choices import Choices
from alpie.app.page.guard import Limits
from alpie.app.page.server import create_app
from alpie.app.records import Answer, WrittenSentence

pytestmark = pytest.mark.browser

QUESTION = "¿Cuántas detenciones hubo en España?"
UNANSWERABLE = "¿Cuál es la capital de Mongolia?"
SENTENCE = "La operación sigue abierta y no se descartan nuevas detenciones."
VIEWS = ("search", "check", "documents", "evaluation", "help")

Open = Callable[..., Any]


def load_fake_corpus() -> Any:
    """The corpus of `fake_corpus.py`, which opens at once."""
    path = Path(__file__).with_name("fake_corpus.py")
    spec = util.spec_from_file_location("alpie_fake_corpus", path)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules["alpie_fake_corpus"] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module.FakeCorpus()


def _collapsed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


# --- the student -----------------------------------------------------------------------------------


def test_ask_click_highlight(visit: Open) -> None:
    tab = visit()
    page = tab.open()
    answer = tab.ask(QUESTION)
    quote = answer.locator(".quote .words").first.text_content()
    assert "dos se han producido en territorio español" in quote
    assert answer.locator(".source-line .source").first.inner_text().startswith("Policía Nacional")
    page.evaluate("window.alpiePanel.reset()")
    answer.locator("a.note").first.click()
    assert _collapsed(tab.highlight_in_view()) == _collapsed(quote)
    assert page.locator("#panel .document").get_attribute("lang") == "es"
    assert page.url.rstrip("/") == tab.base, "opening a note must not leave the page"


def test_every_note_opens_its_own_words(visit: Open) -> None:
    tab = visit()
    tab.open()
    answer = tab.ask("¿Qué factores hacen más vulnerables a los menores?")
    notes = answer.locator("a.note")
    assert notes.count() >= 1
    for number in range(notes.count()):
        quote = answer.locator(".quote .words").nth(number).text_content()
        with tab.page.expect_response(lambda response: "/al/reader" in response.url):
            notes.nth(number).click()
        tab.page.wait_for_function(
            "n => document.querySelectorAll('.said .quote-unit')[n].classList.contains('open')", arg=number
        )
        tab.page.wait_for_timeout(150)
        assert _collapsed(tab.highlight_in_view()) == _collapsed(quote)


def test_by_keyboard_alone(visit: Open) -> None:
    tab = visit()
    page = tab.open()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.classList.contains('skip')")
    page.locator("#question textarea").focus()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".said > .answer a.note").first.wait_for(timeout=60_000)
    page.wait_for_timeout(400)
    for _ in range(40):  # backwards from the question box into the answer
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('a.note')"):
            break
    assert page.evaluate("document.activeElement.matches('a.note')"), "a note is reached by Tab"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "the focus is visible"
    page.keyboard.press("Enter")
    tab.highlight_in_view()
    assert page.evaluate("document.activeElement.closest('#panel') !== null"), (
        "the focus follows into the panel"
    )
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('a.note')"), "Escape gives the focus back"


def test_a_refusal_is_an_answer(visit: Open) -> None:
    tab = visit()
    page = tab.open()
    answer = tab.ask(UNANSWERABLE)
    assert answer.locator(".none-title").inner_text() == "No está en los documentos"
    assert re.search(r"4 documentos \(\d+ pasajes\)", answer.locator(".none-statement").inner_text())
    assert answer.locator("a.note").count() == 0, "what is near is not numbered as if it were an answer"
    if answer.locator(".nearest").count():
        assert "no es una respuesta" in answer.locator(".nearest-title").inner_text()
    assert page.locator("#panel .panel-empty").is_visible()


def test_examples_are_answered(visit: Open) -> None:
    tab = visit()
    page = tab.open()
    for number in range(page.locator(".examples a.ask").count()):
        page.reload()
        page.wait_for_selector("body[data-ready]")
        page.locator(".examples a.ask").nth(number).click()
        page.locator(".said > .answer a.note").first.wait_for(timeout=60_000)


def test_a_follow_up_and_a_new_start(visit: Open) -> None:
    tab = visit()
    page = tab.open()
    tab.ask(QUESTION)
    answer = tab.ask("¿Y cuántos registros?")
    assert answer.locator(".quote, .none").first.is_visible()
    page.locator("#again").click()
    page.locator(".welcome").wait_for()
    assert page.locator(".said").count() == 0


def test_a_phone_never_scrolls_sideways(visit: Open) -> None:
    tab = visit(width=390, height=844, has_touch=True, is_mobile=True)
    page = tab.open()

    def fits() -> bool:
        return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

    assert fits()
    answer = tab.ask(QUESTION)
    assert fits()
    box = answer.locator(".quote").first.bounding_box()
    assert box["y"] < 844, "the answer is on the screen"
    answer.locator("a.note").first.tap()
    tab.highlight_in_view()
    assert fits()
    page.locator(".panel-close").tap()
    assert answer.locator("a.note").first.is_visible()
    for view in VIEWS:
        section = tab.go(view)
        section.locator("h2").first.wait_for()
        assert fits(), view


def test_a_question_waits_for_the_documents(visit: Open, serve: Callable[[Any], Any]) -> None:
    """The page is there before the corpus; who asks early sees that they wait, and is answered."""
    ready = threading.Event()

    def open_slowly() -> Any:
        ready.wait(60)
        return load_fake_corpus()

    with serve(create_app(open_slowly)) as address:
        tab = visit(base=address)
        page = tab.open()
        page.locator("#question textarea").fill(QUESTION)
        page.locator("#question textarea").press("Enter")
        page.locator(".said .searching").wait_for()
        assert "su pregunta espera" in page.locator(".said .searching").inner_text()
        ready.set()
        page.locator(".said > .answer a.note").first.wait_for(timeout=20_000)


def test_a_refused_question_stays_in_its_box(visit: Open, serve: Callable[[Any], Any]) -> None:
    choices = Choices(limits=Limits(questions=1))
    with serve(create_app(load_fake_corpus, choices)) as address:
        tab = visit(base=address)
        page = tab.open()
        tab.ask(QUESTION)
        page.locator("#question textarea").fill("¿Y en Argentina?")
        page.locator("#question textarea").press("Enter")
        page.locator(".toast").wait_for()
        assert "espere" in page.locator(".toast").inner_text()
        assert page.locator("#question textarea").input_value() == "¿Y en Argentina?"
        assert page.locator("#question textarea").is_enabled()


def test_quotations_do_not_wait_for_the_writer(visit: Open, serve: Callable[[Any], Any]) -> None:
    """They can be read while a language model is still at it; its summary comes under them."""
    written = threading.Event()

    def finish(answer: Answer) -> Answer:
        written.wait(60)
        return replace(answer, writer=(WrittenSentence("Hubo dos detenciones.", (1,)),))

    with serve(create_app(load_fake_corpus, Choices(finish=finish))) as address:
        tab = visit(base=address)
        page = tab.open()
        tab.ask(QUESTION)
        assert page.locator(".quote-unit a.note").first.is_visible()
        assert page.locator(".answer .searching").is_visible()
        written.set()
        page.locator(".generated").wait_for()
        assert not page.locator(".answer .searching").count()
        summary, quote = page.locator(".generated"), page.locator(".quote-unit").last
        assert summary.bounding_box()["y"] > quote.bounding_box()["y"]
        summary.locator("a.note").click()
        assert tab.highlight_in_view()


def test_under_a_sub_path_nothing_is_asked_of_the_root(visit: Open, serve: Callable[[Any], Any]) -> None:
    inner = create_app(load_fake_corpus, Choices(root_path="/alpie"))

    async def behind_a_proxy(scope: Any, receive: Any, send: Any) -> None:
        # the scope that uvicorn makes of ALPIE_ROOT_PATH and a proxy that takes the prefix off
        await inner({**scope, "root_path": "/alpie"} if scope["type"] == "http" else scope, receive, send)

    with serve(behind_a_proxy) as address:
        tab = visit(base=address)
        asked: list[str] = []
        tab.page.on("request", lambda request: asked.append(request.url))
        page = tab.open("/alpie/")
        tab.ask(QUESTION)
        assert tab.highlight_in_view()
        for view in VIEWS:
            tab.go(view).locator("h2").first.wait_for()
        page.locator("a.language").click()
        page.wait_for_url("**/alpie/en/**")
        page.wait_for_selector("body[data-ready]")
        tab.go("ask")
        answer = tab.ask(QUESTION)
        page.goto(address + answer.locator("a.record").get_attribute("href"))
        assert page.locator("blockquote").first.is_visible()
        assert "/alpie/al/record?" in page.url
        outside = {
            url for url in asked if url.startswith(address) and not url.startswith(f"{address}/alpie/")
        }
        assert outside <= {f"{address}/favicon.ico"}


def test_a_person_at_risk_sees_help_and_the_answer(visit: Open) -> None:
    tab = visit()
    page = tab.open()
    tab.ask("Me están chantajeando con fotos mías, ¿qué es la extorsión sexual?")
    care = page.locator(".care")
    assert "116 111" in care.inner_text()
    assert "017" in care.inner_text()
    care.locator("a.go").click()
    assert page.locator("#view-help .lines").is_visible()


# --- the memo-writer -------------------------------------------------------------------------------


def test_phrase_basket_ris(visit: Open) -> None:
    tab = visit()
    page = tab.open()
    section = tab.go("search")
    section.locator("#search-text").fill("«cifrado de extremo a extremo»")
    section.locator("#search-text").press("Enter")
    results = section.locator(".result")
    results.first.wait_for()
    for number in range(results.count()):
        assert (
            "cifrado de extremo a extremo" in results.nth(number).locator("mark").first.inner_text().lower()
        )
    results.nth(0).locator("button.keep").click()
    results.nth(1).locator("button.keep").click()
    assert page.locator(".basket-open .count").inner_text() == "2"
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.locator(".basket-open .count").inner_text() == "2", "the basket outlives a reload"
    page.locator(".basket-open").click()
    with page.expect_download() as waiting:
        page.locator('.basket a.export[data-form="ris"]').click()
    saved = waiting.value
    assert saved.suggested_filename.endswith(".ris")
    text = Path(saved.path()).read_text(encoding="utf-8")
    assert text.count("TY  - ") >= 1
    assert text.count("ER  - ") == text.count("TY  - ")
    page.keyboard.press("Escape")
    assert page.locator("#basket").is_hidden()


def test_filters_and_any_order(visit: Open) -> None:
    tab = visit()
    tab.open()
    section = tab.go("search")
    section.locator("#search-text").fill("cifrado menores")
    section.get_by_label("todas las palabras").check()
    section.locator(".form summary").click()
    section.locator('select[name="document"]').select_option("interpol-2021")
    section.locator("#search-text").press("Enter")
    section.locator(".result").first.wait_for()
    assert section.locator(".answers section").count() == 1
    assert "Resolución" in section.locator(".answers h3").inner_text()


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (SENTENCE, "exact"),
        (SENTENCE.replace("nuevas", "muchas"), "altered"),
        ("El gato duerme sobre la mesa roja del abuelo.", "absent"),
    ],
)
def test_a_quotation_is_checked(visit: Open, text: str, verdict: str) -> None:
    tab = visit()
    tab.open()
    section = tab.go("check")
    section.locator("#check-text").fill(text)
    section.locator("button[type=submit]").click()
    section.locator(f".verdict.{verdict}").wait_for()
    if verdict == "altered":
        assert "muchas" in section.locator(".compared del").inner_text()
        assert "nuevas" in section.locator(".compared ins").inner_text()
    if verdict != "absent":
        section.locator("a.cite").first.click()
        assert "nuevas detenciones" in tab.highlight_in_view()


def test_a_permanent_link_opens_the_words(visit: Open) -> None:
    tab = visit()
    page = tab.open()
    answer = tab.ask(QUESTION)
    words = _collapsed(answer.locator(".quote .words").first.text_content())
    href = answer.locator("a.note").first.get_attribute("href")
    other = visit()
    other.open("/" + href)
    assert _collapsed(other.highlight_in_view()) == words
    address = page.locator("#panel .address code").inner_text()
    third = visit()
    third.open(f"/?p={address}")
    assert words[:60] in _collapsed(third.highlight_in_view())
    gone = visit()
    gone.open(f"/?p={address[:-4]}0000")
    gone.page.locator(".vanished").wait_for()
    assert "ya no lleva al mismo texto" in gone.page.locator(".vanished h2").inner_text()


def test_a_link_to_a_question_asks_it(visit: Open) -> None:
    tab = visit()
    page = tab.open("/?q=%C2%BFCu%C3%A1ntas%20detenciones%20hubo%20en%20Espa%C3%B1a%3F")
    page.locator(".said > .answer a.note").first.wait_for(timeout=60_000)
    assert page.locator(".asked").inner_text() == QUESTION


def test_copy_gives_quote_and_citation(visit: Open) -> None:
    tab = visit(permissions=["clipboard-read", "clipboard-write"])
    page = tab.open()
    answer = tab.ask(QUESTION)
    answer.locator("button.copy").first.click()
    page.locator(".toast").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert answer.locator(".quote .words").first.text_content() in copied
    assert "Policía Nacional" in copied


def test_the_record_can_be_printed_and_saved(visit: Open) -> None:
    tab = visit()
    page = tab.open()
    answer = tab.ask(QUESTION)
    href = answer.locator("a.record").get_attribute("href")
    page.goto(tab.base + href)
    assert page.locator("h1").inner_text() == QUESTION
    assert "SHA-256" in page.locator("dl").inner_text()
    with page.expect_download() as waiting:
        page.locator("a[download]").click()
    record = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
    assert record["question"] == QUESTION
    assert record["quotes"]


# --- language, safety, access ----------------------------------------------------------------------


def test_in_english(visit: Open) -> None:
    tab = visit(locale="en-GB")
    page = tab.open()
    page.locator("a.language").click()
    page.wait_for_url("**/en/")
    page.wait_for_selector("body[data-ready]")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("#send").inner_text() == "Ask"
    answer = tab.ask(QUESTION)
    assert "passages" in answer.locator(".answer-foot").inner_text()
    assert answer.locator(".quote").first.get_attribute("lang") == "es"
    answer.locator("a.note").first.click()
    tab.highlight_in_view()
    for view in VIEWS:
        section = tab.go(view)
        section.locator("h2").first.wait_for()
        assert not re.search(r"\b(Buscar|Documento completo|Ayuda)\b", section.inner_text())


@pytest.mark.parametrize(
    "payload",
    [
        "<script>window.hurt=1</script>",
        "<img src=x onerror='window.hurt=1'>",
        "<img src='https://example.org/spy.png'>",
        "![x](https://example.org/spy.png) [y](javascript:window.hurt=1)",
        "<svg onload=window.hurt=1></svg><iframe src='https://example.org'></iframe>",
        "\n\n# título\n\n<b>detenciones</b> $$x$$ `y`",
    ],
)
def test_payloads_do_not_run(visit: Open, payload: str) -> None:
    tab = visit()
    page = tab.open()
    box = page.locator("#question textarea")
    box.fill(payload + " detenciones en España")
    box.press("Enter")
    page.locator(".said > *").first.wait_for(timeout=60_000)
    page.wait_for_function("!document.querySelector('.said .searching')")
    section = tab.go("search")
    section.locator("#search-text").fill(payload)
    section.locator("#search-text").press("Enter")
    section.locator(".answers > *").first.wait_for()
    section = tab.go("check")
    section.locator("#check-text").fill(payload + " detenciones en España")
    section.locator("button[type=submit]").click()
    section.locator(".answers > *").first.wait_for()
    page.wait_for_timeout(200)
    assert page.evaluate("window.hurt") is None
    assert page.locator(".asked img, .asked script, .asked b, .asked h1, .answers img").count() == 0
    assert page.locator(".asked").inner_text().split() == (payload + " detenciones en España").split()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_axe_finds_nothing_serious(visit: Open, width: int, scheme: str) -> None:
    from axe_core_python.sync_playwright import Axe

    tab = visit(width=width, color_scheme=scheme)
    page = tab.open()
    found: list[str] = []

    def check(where: str) -> None:
        for violation in Axe().run(page)["violations"]:
            if violation["impact"] in ("serious", "critical"):
                found.extend(
                    f"{where}: {violation['id']}: {node['html'][:150]}" for node in violation["nodes"]
                )

    check("welcome")
    answer = tab.ask(QUESTION)
    page.wait_for_timeout(500)
    answer.locator("details.why summary").first.click()
    check("answer")
    answer.locator("a.note").first.click()
    tab.highlight_in_view()
    check("panel")
    page.keyboard.press("Escape")
    tab.ask(UNANSWERABLE)
    check("refusal")
    for view in VIEWS:
        section = tab.go(view)
        section.locator("h2").first.wait_for()
        if view == "search":
            section.locator("#search-text").fill("menores")
            section.locator("#search-text").press("Enter")
            section.locator(".result").first.wait_for()
        if view == "check":
            section.locator("#check-text").fill(SENTENCE.replace("nuevas", "muchas"))
            section.locator("button[type=submit]").click()
            section.locator(".verdict").wait_for()
        check(view)
    tab.go("ask")
    page.locator(".basket-open").click()
    check("basket")
    assert not found


def test_the_theme_is_remembered(visit: Open) -> None:
    tab = visit(color_scheme="light")
    page = tab.open()
    page.locator(".tool.theme").click()
    assert page.evaluate("document.body.classList.contains('dark')")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.evaluate("document.body.classList.contains('dark')")


# --- speed -----------------------------------------------------------------------------------------


def test_speed(visit: Open, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints medians (warm) from Enter to a visible answer and from click to the highlight."""
    tab = visit()
    page = tab.open()
    tab.ask(QUESTION)
    to_answer, to_highlight = [], []
    for _ in range(10):
        started = time.perf_counter()
        answer = tab.ask(QUESTION)
        to_answer.append(1000 * (time.perf_counter() - started))
        page.wait_for_timeout(300)
        page.evaluate("window.alpiePanel.reset()")
        started = time.perf_counter()
        answer.locator("a.note").first.click()
        tab.highlight_in_view()
        to_highlight.append(1000 * (time.perf_counter() - started))
    with capsys.disabled():
        print(  # noqa: T201 - the benchmark's result
            f"\nEnter → answer: median {statistics.median(to_answer):.0f} ms; "
            f"click → highlight: median {statistics.median(to_highlight):.0f} ms (n = {len(to_answer)}, warm)"
        )
    assert len(to_answer) == len(to_highlight)  # a benchmark, not a timed test
