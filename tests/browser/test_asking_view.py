"""Asking in a browser: help before quotations, follow-ups one can undo, comparisons, chosen documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ANSWER_MS = 60_000
QUESTION = "¿Cuántas detenciones hubo en España?"

Open = Callable[..., Any]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_child_at_risk_sees_help_and_no_case_story(visit: Open, width: int) -> None:
    tab = visit(width=width)
    page = tab.open()
    answer = tab.ask("qué puedo hacer si un tío me pide fotos x insta")
    care = page.locator(".care")
    expect(care).to_contain_text("no es culpa tuya")
    for contact in ("112", "116 111", "017"):
        expect(care.get_by_role("link", name=contact, exact=True)).to_be_visible()
    expect(answer).to_be_hidden()
    expect(page.locator(".panel-empty, #panel:not(:visible)").first).to_be_attached()
    assert page.locator("#panel mark").count() == 0
    page.locator(".set-aside > summary").click()
    expect(answer).to_be_visible()
    care.locator("a.go").click()
    expect(page.locator("#view-help .lines")).to_be_visible()


def test_a_follow_up_says_what_it_follows_and_can_be_asked_anew(tab: Any) -> None:
    page = tab.page
    tab.ask(QUESTION)
    answer = tab.ask("¿Y en Barcelona?")
    expect(answer.locator(".follows")).to_contain_text(f"Siguiendo con: «{QUESTION}»")
    answer.locator(".follows a.anew").click()
    expect(page.locator(".follows")).to_have_count(0)
    expect(page.locator(".reply .answer")).to_have_count(2, timeout=ANSWER_MS)
    expect(page.locator("#chat .asked")).to_have_text([QUESTION, "¿Y en Barcelona?"])
    tab.ask(QUESTION)
    explained = tab.ask("explícamelo")
    expect(explained.locator(".part h2").first).to_have_text("Lo mismo, con las frases de alrededor")


@pytest.mark.parametrize(("width", "columns"), [(1280, 2), (390, 1)])
def test_what_is_compared_stands_side_by_side_and_an_empty_side_says_so(
    visit: Open, width: int, columns: int
) -> None:
    tab = visit(width=width)
    tab.open()
    answer = tab.ask("compara lo que dicen INTERPOL y la ONU sobre el cifrado")
    parts = answer.locator(".parts.by-side > .part")
    expect(parts.locator("h2")).to_have_text(["INTERPOL", "ONU"])
    expect(parts.nth(1)).to_contain_text("no se ha encontrado nada")
    expect(answer.locator(".tentative")).to_contain_text("ONU no está entre los documentos")
    assert len({round(part.bounding_box()["x"]) for part in parts.all()}) == columns


def test_each_document_is_asked_by_a_button_and_a_question_put_to_one_of_them(visit: Open) -> None:
    tab = visit()
    page = tab.open()
    tab.ask("¿Qué se dice del cifrado?").get_by_role("link", name="¿Qué dice cada documento?").click()
    expect(page.locator(".parts.by-document > .part")).to_have_count(4, timeout=ANSWER_MS)
    page.locator(".scope summary").click()
    page.locator('.scope-list input[value="europol-ia-2025"]').check()
    expect(page.locator(".scope-label")).not_to_have_text("todos los documentos")
    answer = tab.ask(QUESTION)
    expect(answer.locator(".searched-as").first).to_contain_text("Solo en:")
    link = answer.locator("a.permalink").get_attribute("href")
    assert "in=europol-ia-2025" in link
    shared = visit()
    shared.open("/" + link)
    expect(shared.page.locator(".searched-as").first).to_contain_text("Solo en:")
    expect(shared.page.locator(".scope.limited")).to_be_visible()


def test_small_talk_gets_one_line_and_the_answer_is_read_first(tab: Any) -> None:
    page = tab.page
    answer = tab.ask("hola, q tal? q puedes hacer")
    expect(answer).to_contain_text("Se puede preguntar")
    expect(page.locator(".quote-unit, .none")).to_have_count(0)
    answer = tab.ask("¿Cuántos dispositivos se incautaron?")
    first = answer.locator(".read-first")
    bold = answer.locator(".quote strong").first
    expect(first).to_have_text(f"Respuesta, en palabras del documento: «{bold.inner_text()}».")
    assert first.evaluate("(one, quote) => !!(one.compareDocumentPosition(quote) & 4)", bold.element_handle())


def test_an_english_question_is_answered_in_english_with_the_quotation_in_spanish(tab: Any) -> None:
    page = tab.page
    answer = tab.ask("How many arrests were there in Spain?")
    expect(answer).to_have_attribute("lang", "en")
    expect(answer).to_contain_text("The quotations are in Spanish")
    expect(answer.locator("blockquote").first).to_have_attribute("lang", "es")
    expect(
        answer.get_by_role("link", name="View in context").or_(answer.locator("a.cite.act")).first
    ).to_be_visible()
    answer.locator("a.language").click()
    page.wait_for_url("**/en/**")
