"""Past capacity, and after a restart, in Chromium: a plain sentence, and neither question nor conversation lost."""

from __future__ import annotations

from typing import Any

import pytest

from alpie.app.page.views.page_translations import page_translations_for

pytestmark = pytest.mark.browser

QUESTION = "¿Cuántas detenciones hubo en España?"


@pytest.mark.parametrize(("status", "key"), [(503, "js.busy"), (429, "js.too_many")])
def test_a_question_turned_away_stays_in_its_box(tab: Any, status: int, key: str) -> None:
    page = tab.page
    turned_away: list[str] = []

    def refuse(route: Any) -> None:
        turned_away.append(route.request.url)
        route.fulfill(status=status, body="", headers={"retry-after": "5"})

    page.route("**/queue/join*", refuse, times=1)
    box = page.locator("#question textarea")
    box.fill(QUESTION)
    box.press("Enter")
    page.locator(".toast", has_text=page_translations_for("es")(key)).wait_for(timeout=15_000)
    assert turned_away
    assert box.input_value() == QUESTION
    assert box.is_enabled()
    box.press("Enter")
    page.locator(".reply > .answer").first.wait_for(timeout=60_000)


def test_a_conversation_survives_a_server_that_forgot_it(tab: Any) -> None:
    """As after a restart, or on another process behind a proxy: the session is one the server never saw."""
    page = tab.page
    tab.ask(QUESTION)
    joined: list[dict[str, Any]] = []

    def forget(route: Any) -> None:
        body = route.request.post_data_json
        joined.append(dict(body))
        # the state of this session stands in the second place: another session has none
        body["session_hash"] += "x"
        route.continue_(post_data=body)

    def follow(route: Any) -> None:
        address, _, session = route.request.url.partition("session_hash=")
        route.continue_(url=f"{address}session_hash={session}x")

    page.route("**/queue/join*", forget)
    page.route("**/queue/data*", follow)
    box = page.locator("#question textarea")
    box.fill("¿Y en Argentina?")
    box.press("Enter")
    page.locator(".reply > .answer").nth(1).wait_for(timeout=60_000)
    assert joined
    assert page.locator(".asked").all_inner_texts() == [QUESTION, "¿Y en Argentina?"], "nothing vanished"
    followed = page.locator(".reply").nth(1).locator(".follows").inner_text()
    assert "detenciones" in followed, "the follow-up was completed from the question before"
