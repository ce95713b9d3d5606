"""Saving passages: what the buttons say of it, where the message appears, where the focus goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

QUESTION = "¿Cuántas detenciones hubo en España?"
# The controls that lie under the message, which is taken away to look.
COVERED = """() => {
    const toast = document.querySelector('.toast');
    const { left, right, top, bottom } = toast.getBoundingClientRect();
    toast.style.visibility = 'hidden';
    const found = new Set();
    for (let x = left; x <= right; x += 4) for (let y = top; y <= Math.min(bottom, innerHeight - 1); y += 4) {
        const control = document.elementFromPoint(x, y)?.closest('a, button, input, textarea, select, summary');
        if (control) found.add(control.outerHTML.slice(0, 80));
    }
    toast.style.visibility = '';
    return { found: [...found], inside: right <= innerWidth && bottom <= innerHeight && right > left + 40 };
}"""

Open = Callable[..., Any]


def test_what_is_saved_says_so(tab: Any) -> None:
    page = tab.page
    answer = tab.ask(QUESTION)
    tab.highlight_in_view()
    here, source = answer.locator("button.keep").first, page.locator("#panel button.keep")
    count, toast = page.locator(".basket-open .count"), page.locator(".toast")
    expect(here).to_have_text("Guardar")
    here.click()
    expect(here).to_have_text("Guardado")
    expect(source, "the same words in the source").to_have_text("Guardado")
    expect(toast).to_have_text("Guardado")
    tab.reload()
    answer = tab.ask(QUESTION)
    here = answer.locator("button.keep").first
    expect(here, "known again after a reload").to_have_text("Guardado")
    expect(here).to_have_attribute("title", "Quitar de los fragmentos guardados")
    here.click()
    expect(here).to_have_text("Guardar")
    expect(count).to_have_text("0")
    expect(toast).to_have_text("Quitado de los guardados")
    source.click()
    expect(here).to_have_text("Guardado")
    page.locator(".basket-open").click()
    page.locator(".basket-items button").click()
    expect(here, "taken out in the list").to_have_text("Guardar")


def test_all_is_copied_in_the_order_and_with_the_notes_of_the_list(visit: Open) -> None:
    tab = visit(permissions=["clipboard-read", "clipboard-write"])
    page = tab.open()
    section = tab.look_up("«cifrado de extremo a extremo»")
    for number in (0, 1):
        section.locator(".result button.keep").nth(number).click()
    page.locator(".basket-open").click()
    items = page.locator(".basket-items li")
    first, second = (items.nth(n).locator(".kept-words").text_content() for n in (0, 1))
    items.nth(0).get_by_label("Nota").fill("Para el capítulo 3")
    items.nth(0).get_by_role("button", name="Bajar").click()
    expect(items.nth(1).locator(".kept-note")).to_have_value("Para el capítulo 3")
    page.locator(".basket-copy").click()
    expect(page.locator(".toast")).to_have_text("Copiado")
    copied = tab.clipboard()
    places = [copied.index(text) for text in (second, first, "Nota: Para el capítulo 3", "Referencias")]
    assert places == sorted(places)


def test_a_full_basket_says_so(tab: Any) -> None:
    page = tab.page
    page.evaluate(
        "localStorage.setItem('alpie.basket', JSON.stringify([...Array(100).keys()].map(n => ({place: `?p=${n}`}))))"
    )
    tab.reload()
    answer = tab.ask(QUESTION)
    answer.locator("button.keep").first.click()
    expect(page.locator(".toast")).to_contain_text("No caben más")
    expect(answer.locator("button.keep").first).to_have_text("Guardar")
    expect(page.locator(".basket-open .count")).to_have_text("100")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_message_covers_no_control(visit: Open, width: int) -> None:
    tab = visit(width=width)
    page = tab.open()
    answer = tab.ask(QUESTION)
    toast = page.locator(".toast")

    def check() -> None:
        expect(toast).not_to_be_empty()
        expect(toast).to_be_in_viewport()
        assert page.evaluate(COVERED) == {"found": [], "inside": True}

    answer.locator("button.keep").first.click()
    check()
    page.evaluate("window.alpie.say(window.alpieTranslations.busy)")  # the longest
    check()
    tops = "[...document.querySelectorAll('#composer, .colophon')].map(one => one.getBoundingClientRect())"
    composer, foot = page.evaluate(tops)
    assert composer["bottom"] <= foot["top"] + 1
    assert foot["bottom"] <= page.viewport_size["height"] + 1
    answer.locator("a.note").first.click()
    tab.highlight_in_view()
    page.locator("#panel button.keep").click()
    check()


def test_escape_closes_the_basket_and_goes_back_to_its_button(tab: Any) -> None:
    page = tab.page
    answer = tab.ask(QUESTION)
    answer.locator("a.note").first.click()
    tab.highlight_in_view()
    page.locator(".basket-open").click()
    page.keyboard.press("Escape")
    expect(page.locator("#basket")).to_be_hidden()
    expect(page.locator(".basket-open")).to_be_focused()
    page.keyboard.press("Escape")  # and then the source, as before
    expect(answer.locator("a.note").first).to_be_focused()
