"""What is not lost and what is found again: conversations, searches, lists, paper, places in a document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

QUESTION = "¿Cuántas detenciones hubo en España?"
AT_RISK = "Me están chantajeando con fotos mías, ¿qué es la extorsión sexual?"

Open = Callable[..., Any]


def _printed(page: Any, path: Path) -> str:
    page.pdf(path=str(path))
    with pypdfium2.PdfDocument(path) as document:
        assert all(sheet.get_textpage().count_chars() for sheet in document), "no sheet is blank"
        text = "".join(sheet.get_textpage().get_text_range() for sheet in document)
    return " ".join(text.split())


def test_a_conversation_is_still_there_and_an_earlier_one_is_opened_again(tab: Any) -> None:
    page = tab.page
    words = tab.ask(QUESTION).locator(".quote .words").first.text_content()
    answers, quoted = page.locator(".said > .answer"), page.locator(".said .quote .words").first
    for leave in (
        tab.reload,
        page.locator("a.language").click,
        lambda: (page.goto(tab.base + "/al/help"), page.go_back()),
    ):
        leave()
        tab.ready()
        expect(answers).to_have_count(1)
        expect(quoted).to_have_text(words)
    note = page.locator(".asked-in")
    expect(note, "its notes are in the other language").to_contain_text("on the Spanish page")
    assert "q=" in note.locator("a.ask").get_attribute("href")
    expect(tab.ask("¿Y en Argentina?").locator(".follows"), "it is gone on with").to_contain_text(
        "detenciones"
    )
    page.locator("#again").click()
    expect(page.locator(".welcome")).to_be_visible()
    tab.reload()
    expect(page.locator(".welcome"), "what was left stays left").to_be_visible()
    talks = page.locator("details.talks")
    talks.locator("summary").click()
    talks.get_by_role("button", name=QUESTION, exact=True).click()
    expect(answers).to_have_count(2)
    expect(quoted).to_have_text(words)
    tab.ask("¿Qué es la extorsión sexual?")
    expect(page.locator(".asked")).to_have_count(3)
    page.locator("#again").click()
    talks.locator("summary").click()
    page.locator(".talks-clear").click()
    expect(talks).to_be_hidden()
    assert page.evaluate("localStorage.getItem('alpie.talks')") is None


def test_who_was_offered_help_leaves_no_trace_beyond_the_tab(tab: Any) -> None:
    page = tab.page
    tab.ask(AT_RISK)
    tab.reload()
    expect(page.locator(".care")).to_be_visible()
    assert page.evaluate("localStorage.getItem('alpie.talks')") is None


def test_a_question_of_the_address_is_asked_once(visit: Open) -> None:
    tab = visit()
    page = tab.open("/?q=%C2%BFCu%C3%A1ntas%20detenciones%20hubo%20en%20Espa%C3%B1a%3F")
    page.locator(".said > .answer a.note").first.wait_for()
    tab.reload()
    expect(page.locator(".asked")).to_have_text([QUESTION])


def test_a_search_is_in_the_address(visit: Open) -> None:
    tab = visit(permissions=["clipboard-read", "clipboard-write"])
    page = tab.open()
    section = tab.look_up("cifrado O encriptación")
    count = section.locator(".answers .count")
    said = count.text_content()
    section.get_by_label("Orden").select_option("oldest")
    page.wait_for_function("location.search.includes('sort=oldest')")
    tab.look_up("«extremo a extremo»")
    page.go_back()
    expect(section.locator("#search-text")).to_have_value("cifrado O encriptación")
    expect(section.get_by_label("Orden")).to_have_value("oldest")
    page.go_back()
    expect(section.get_by_label("Orden")).to_have_value("relevance")
    expect(count).to_have_text(said)
    section.locator(".answers .permalink").click()
    expect(page.locator(".toast")).to_have_text("Enlace copiado")
    other = visit()
    other.open(tab.clipboard().removeprefix(tab.base))
    expect(other.page.locator("#view-search .answers .count")).to_have_text(said)
    tab.go("ask")
    tab.go("search")
    expect(count).to_have_text(said)
    assert "text=cifrado" in page.url


def test_all_are_counted_and_all_can_be_seen(tab: Any) -> None:
    section = tab.look_up("menores")
    results = section.locator(".answers section .result")
    every = int(section.locator(".answers .count").text_content().split()[0])
    expect(results).to_have_count(40)
    while section.locator("a.more").count():
        shown = results.count()
        section.locator("a.more").click()
        expect(results.nth(shown)).to_be_visible()
    expect(results).to_have_count(every)
    expect(section.locator(".answers .count")).not_to_contain_text("Se muestran")
    section.locator("details.related > summary").click()
    expect(section.locator("details.related .result").first).to_be_visible()


def test_words_are_found_in_the_open_document(visit: Open) -> None:
    tab = visit()
    page = tab.open("/?d=weprotect-2019")
    panel = page.locator("#panel")
    panel.locator(".find input").fill("VÍCTIMAS")
    panel.locator(".find input").press("Enter")
    output = panel.locator("output")
    expect(output).to_contain_text("1 de ")
    every = page.evaluate(
        "document.querySelector('#panel .document').textContent.match(/v[ií]ctimas/gi).length"
    )
    expect(output).to_have_text(f"1 de {every}")
    panel.locator(".find-previous").click()
    expect(output).to_have_text(f"{every} de {every}")
    panel.locator(".find-next").click()
    expect(output).to_have_text(f"1 de {every}")
    in_view = """() => {
        const [range] = CSS.highlights.get('found-now'), place = range.getBoundingClientRect();
        const head = document.querySelector('.reading-head').getBoundingClientRect();
        return /víctimas/i.test(range.toString()) && place.top > head.bottom && place.bottom < innerHeight;
    }"""
    page.wait_for_function(in_view)
    panel.locator(".find input").fill("xyzzy")
    panel.locator(".find input").press("Enter")
    expect(output).to_have_text("nada")
    panel.locator("details.contents summary").click()
    last = panel.locator(".contents li button").last
    heading = panel.locator(".document :is(h3, h4, h5)").last
    expect(last).to_have_text(heading.text_content())
    last.click()
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()


@pytest.mark.parametrize("height", [740, 860])
def test_the_head_of_a_source_leaves_room_for_it(visit: Open, height: int) -> None:
    tab = visit(height=height)
    tab.open()
    tab.ask(QUESTION)
    tab.highlight_in_view()
    assert tab.page.evaluate("document.querySelector('.reading-head').offsetHeight") <= 120


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper_there_is_the_answer_with_its_references(visit: Open, tmp_path: Path, scheme: str) -> None:
    tab = visit(color_scheme=scheme)
    page = tab.open()
    answer = tab.ask(QUESTION)
    tab.highlight_in_view()
    answer.locator("details.reference summary").first.click()
    answer.get_by_role("button", name="ISO 690").first.click()
    page.emulate_media(media="print")
    note = answer.locator("a.note").first.evaluate("one => getComputedStyle(one).backgroundColor")
    assert note == "rgba(0, 0, 0, 0)", "the open one is legible on paper too"
    page.emulate_media(media="null")  # as it was
    paper = _printed(page, tmp_path / "answer.pdf")
    for text in (
        QUESTION,
        answer.locator(".quote .words").first.text_content(),
        "POLICÍA NACIONAL (ESPAÑA), ",
    ):
        assert text in paper
    assert "Policía Nacional (España). (" not in paper, "in the chosen style only"
    today = page.evaluate(
        "new Date().toLocaleDateString('es', {day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC'})"
    )
    assert today in paper
    assert not [text for text in ("Copiar", "Preguntar", "SHA", "umbral", "Índice") if text in paper]
    page.goto(tab.base + answer.locator("a.record").get_attribute("href"))
    paper = _printed(page, tmp_path / "record.pdf")
    for text in (QUESTION, "POLICÍA NACIONAL (ESPAÑA), ", today):
        assert text in paper
    assert "SHA-256" not in paper
    page.locator("details.proof summary").click()
    assert "SHA-256" in _printed(page, tmp_path / "asked-for.pdf")


def test_lists_have_names_and_what_was_emptied_comes_back(tab: Any) -> None:
    page = tab.page
    section = tab.look_up("«cifrado de extremo a extremo»")
    for number in (0, 1):
        section.locator(".result button.keep").nth(number).click()
    page.locator(".basket-open").click()
    items, count = page.locator(".basket-items li"), page.locator(".basket-open .count")
    page.get_by_label("Nombre de la lista").fill("Informe de mayo")
    page.get_by_label("Nombre de la lista").press("Enter")
    with page.expect_download() as waiting:
        page.locator('.basket a.export[data-form="ris"]').click()
    assert waiting.value.suggested_filename == "Informe-de-mayo.ris"
    saved = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert saved.count("ER  - ") == saved.count("TY  - ") >= 1
    words = items.locator(".kept-words").all_text_contents()
    page.locator(".basket-clear").click()
    expect(count).to_have_text("0")
    page.locator(".basket-undo").click()
    expect(count).to_have_text("2")
    assert items.locator(".kept-words").all_text_contents() == words
    page.locator(".basket-new").click()
    expect(count).to_have_text("0")
    tab.reload()
    page.locator(".basket-open").click()
    page.get_by_label("Listas").select_option(label="Informe de mayo (2)")
    expect(items).to_have_count(2)
