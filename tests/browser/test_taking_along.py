"""What a memo-writer checks and takes along: verdicts, links, copies, references and records."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
QUESTION = "¿Cuántas detenciones hubo en España?"
SENTENCE = "La operación sigue abierta y no se descartan nuevas detenciones."
Open = Callable[..., Any]


def _collapsed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize(("text", "verdict"), [
    (SENTENCE, "exact"), (SENTENCE.replace("nuevas", "muchas"), "altered"),
    ("El gato duerme sobre la mesa roja del abuelo.", "absent"),
])  # fmt: skip
def test_a_quotation_is_checked(tab: Any, text: str, verdict: str) -> None:
    section = tab.check(text)
    section.locator(f".verdict.{verdict}").wait_for()
    if verdict == "altered":
        expect(section.locator(".compared del")).to_contain_text("muchas")
        expect(section.locator(".compared ins")).to_contain_text("nuevas")
    if verdict != "absent":
        section.locator("a.cite").first.click()
        assert "nuevas detenciones" in tab.highlight_in_view()


def test_a_page_pasted_as_a_question_is_checked_in_two_clicks(tab: Any) -> None:
    box = tab.page.locator("#question textarea")
    box.fill(" ".join([SENTENCE] * 20))
    box.press("Enter")
    tab.page.locator("#chat .check-pasted").click()
    section = tab.page.locator("#view-check")
    section.locator(".verdict").wait_for()
    assert section.locator("#check-text").input_value().startswith(SENTENCE)


def test_a_copy_pasted_back_is_exact_and_an_empty_text_clears_the_verdict(tab: Any) -> None:
    section = tab.check(SENTENCE)
    unit = section.locator(".verdict.exact .quote-unit").first
    unit.wait_for()
    unit.locator("details.reference summary").click()
    reference = unit.locator(".references > .entry").text_content()
    tab.check(f"«{SENTENCE}»\n{reference}")
    expect(section.locator(".verdict.exact .unchecked")).to_contain_text("el resto no")
    tab.check("")
    expect(section.locator(".verdict")).to_have_count(0)
    expect(section.locator(".answers .problem")).to_contain_text("No hay palabras")


def test_a_permanent_link_opens_the_words(visit: Open) -> None:
    tab = visit()
    page = tab.open()
    answer = tab.ask(QUESTION)
    words = answer.locator(".quote .words").first.text_content()
    href = answer.locator("a.note").first.get_attribute("href")
    answer.locator("a.note").first.click()
    tab.highlight_in_view(words)
    other = visit()
    other.open("/" + href)
    other.highlight_in_view(words)
    address = page.locator("#panel .address code").text_content()
    third = visit()
    third.open(f"/?p={address}")
    assert _collapsed(words)[:60] in third.highlight_in_view()
    gone = visit()
    gone.open(f"/?p={address[:-4]}0000")
    expect(gone.page.locator(".vanished h2")).to_contain_text("ya no lleva al mismo texto")


def test_copy_gives_quote_and_citation(visit: Open) -> None:
    tab = visit(permissions=["clipboard-read", "clipboard-write"])
    page = tab.open()
    answer = tab.ask(QUESTION)
    answer.locator("button.copy").first.click()
    expect(page.locator(".toast")).to_have_text("Copiado")
    copied = tab.clipboard()
    quoted = answer.locator(".quote .words").first.text_content()
    assert quoted in copied
    assert "Policía Nacional (España). (" in copied
    rich = page.evaluate(
        "navigator.clipboard.read().then(all => all[0].getType('text/html')).then(blob => blob.text())"
    )
    assert "<i>Operación internacional" in rich


def test_the_style_of_references_is_remembered(visit: Open) -> None:
    tab = visit(permissions=["clipboard-read", "clipboard-write"])
    page = tab.open()
    answer = tab.ask(QUESTION)
    shown = answer.locator("details.reference").first
    shown.locator("summary").click()
    expect(shown.locator(".entry").first).to_contain_text("Policía Nacional (España). (")
    shown.get_by_role("button", name="ISO 690").click()
    expect(shown.locator(".entry").first).to_contain_text("POLICÍA NACIONAL (ESPAÑA), ")
    tab.reload()
    answer = tab.ask(QUESTION)
    shown = answer.locator("details.reference").first
    shown.locator("summary").click()
    expect(shown.get_by_role("button", name="ISO 690")).to_have_attribute("aria-pressed", "true")
    shown.get_by_role("button", name="Copiar la referencia").click()
    expect(page.locator(".toast")).to_have_text("Copiado")
    assert tab.clipboard().startswith("POLICÍA NACIONAL (ESPAÑA), ")


def test_the_record_can_be_printed_and_saved(tab: Any) -> None:
    page = tab.page
    answer = tab.ask(QUESTION)
    href = answer.locator("a.record").get_attribute("href")
    page.goto(tab.base + href)
    expect(page.locator("h1")).to_have_text(QUESTION)
    expect(page.locator("dl")).to_contain_text("SHA-256")
    page.evaluate("window.print = () => { window.printed = true }")
    page.locator("button.print").click()
    page.wait_for_function("window.printed")
    with page.expect_download() as waiting:
        page.locator("a[download]").click()
    record = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
    assert record["question"] == QUESTION
    assert record["quotes"]
