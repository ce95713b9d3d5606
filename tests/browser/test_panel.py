"""The source panel on a phone, where it lies over the page: a step in the browser's history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

QUESTION = "¿Cuántas detenciones hubo en España?"
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}

Open = Callable[..., Any]


@pytest.fixture
def tab(visit: Open) -> Any:
    return visit(**PHONE)


def _scrolled(page: Any) -> float:
    top: float = page.evaluate("document.querySelector('#chat .panel-wrap').scrollTop")
    return top


def test_back_closes_the_panel_and_leaves_the_conversation(tab: Any) -> None:
    page = tab.open()
    answer = tab.ask(QUESTION)
    note, panel = answer.locator("a.note").first, page.locator("#panel")
    words = answer.locator(".quote .words").first.text_content()
    expect(note).to_be_in_viewport()
    before, address = _scrolled(page), page.url
    note.tap()
    tab.highlight_in_view(words)
    places = [panel.locator(name).first.bounding_box() for name in (".neighbours a", ".find input")]
    assert len({place["x"] for place in places if place}) == 1  # both begin at the margin
    page.go_back()
    expect(panel).to_be_hidden()
    expect(note).to_be_focused()
    expect(page.locator(".reply > .answer")).to_have_count(1)
    # within what the answer's last lines may have moved it since it was measured
    page.wait_for_function(
        "top => Math.abs(document.querySelector('#chat .panel-wrap').scrollTop - top) < 12", arg=before
    )
    page.go_forward()
    tab.highlight_in_view(words)
    assert page.url == address
    page.locator(".neighbours a").last.tap()  # from passage to passage there is no further step
    expect(page.locator("#panel mark").first).not_to_contain_text(words[:40])
    page.go_back()
    expect(panel).to_be_hidden()
    expect(note).to_be_in_viewport()


@pytest.mark.parametrize("way", ["button", "escape", "twice"])
def test_closing_leaves_no_step_behind(tab: Any, way: str) -> None:
    page = tab.open()
    answer = tab.ask(QUESTION)
    for _ in range(2 if way == "twice" else 1):
        answer.locator("a.note").first.tap()
        tab.highlight_in_view()
        if way == "escape":
            page.keyboard.press("Escape")
        else:
            page.locator(".panel-close").tap()
        expect(page.locator("#panel")).to_be_hidden()
        page.wait_for_function("!history.state?.panel")
    expect(answer).to_be_visible()
    page.go_back()
    assert page.url == "about:blank", "the page before ours is one step away"


def test_what_is_opened_while_another_closes_stays_open(tab: Any) -> None:
    page = tab.open()
    answer = tab.ask(QUESTION)
    answer.locator("a.note").first.tap()
    tab.highlight_in_view()
    page.evaluate("window.alpiePanel.close(); document.querySelector('.answer a.note').click()")
    page.wait_for_function("history.state?.panel && document.body.dataset.panel === 'open'")
    tab.highlight_in_view()
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    expect(answer).to_be_visible()


def test_back_leaves_results_where_they_are(tab: Any) -> None:
    page = tab.open()
    section = tab.look_up("menores")
    last = section.locator("section .result-where").last
    last.tap()
    tab.highlight_in_view()
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    expect(last).to_be_in_viewport()
    page.go_back()
    expect(page.locator("#view-ask")).to_be_visible()


def test_a_reload_and_a_permanent_link_open_the_panel_as_it_was(tab: Any, visit: Open) -> None:
    page = tab.open()
    answer = tab.ask(QUESTION)
    words = answer.locator(".quote .words").first.text_content()
    href = answer.locator("a.note").first.get_attribute("href")
    answer.locator("a.note").first.tap()
    tab.highlight_in_view(words)
    tab.reload()
    tab.highlight_in_view(words)
    page.locator(".panel-close").tap()
    expect(page.locator("#panel")).to_be_hidden()
    page.wait_for_function("!history.state?.panel")
    tab.reload()
    expect(page.locator("#panel")).to_be_hidden()
    other = visit(**PHONE)
    other.open("/" + href)
    other.highlight_in_view(words)
    other.page.locator(".panel-close").tap()
    expect(other.page.locator("#panel")).to_be_hidden()
    expect(other.page.locator(".welcome")).to_be_visible()
    other.reload()
    other.highlight_in_view(words)


def test_on_the_desk_the_history_stays_as_it_is(visit: Open) -> None:
    tab = visit()
    page = tab.open()
    answer = tab.ask(QUESTION)
    tab.highlight_in_view()
    steps = page.evaluate("history.length")
    answer.locator("a.note").first.click()
    tab.highlight_in_view()
    assert page.evaluate("[history.length, history.state?.panel ?? null]") == [steps, None]
    page.set_viewport_size({"width": 390, "height": 844})  # a tablet is turned: now it covers the page
    page.wait_for_function("history.state?.panel")
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    expect(answer).to_be_visible()
