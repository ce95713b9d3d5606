"""How quotations and fields look: nothing in a quotation that the source lacks, legible placeholders."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

TABLE = "¿Cuánto cuesta en total un delito sexual contra un menor?"
LIST = "¿Qué tipos de delitos define el Convenio de Lanzarote?"
# Signs drawn in the words, lines between which an empty one would fit, and notes away from the last words.
FLAWS = """unit => {
    const flaws = [], words = unit.querySelector('.words'), note = unit.querySelector('a.note');
    for (const part of [words, ...words.querySelectorAll('*')]) {
        if (getComputedStyle(part).display === 'list-item') flaws.push('list item');
        for (const where of ['::before', '::after']) {
            if (!['none', 'normal'].includes(getComputedStyle(part, where).content)) flaws.push(where);
        }
    }
    const height = parseFloat(getComputedStyle(words).lineHeight);
    const lines = [...words.children].filter(part => part.tagName === 'SPAN');
    lines.slice(1).forEach((line, index) => {
        const gap = line.getClientRects()[0].top - lines[index].getBoundingClientRect().bottom;
        if (gap > height / 2) flaws.push(`${Math.round(gap)} px before ${line.textContent}`);
    });
    const range = document.createRange();
    range.selectNodeContents(words);
    const last = [...range.getClientRects()].pop(), beside = note.getBoundingClientRect();
    if (beside.left < last.right - 1 || beside.top > last.bottom || beside.bottom < last.top) flaws.push('note');
    return flaws;
}"""

Open = Callable[..., Any]


@pytest.mark.parametrize("question", [TABLE, LIST], ids=["table", "list"])
def test_a_quoted_list_or_table_has_no_sign_of_ours(tab: Any, question: str) -> None:
    page = tab.page
    answer = tab.ask(question)
    unit = answer.locator(".quote-unit").filter(has=page.locator(".item, .row")).first
    lines = unit.locator(".words > *")
    assert lines.count() > 4
    for width in (1280, *range(340, 400, 3)):  # a note that can break away does so at one of them
        page.set_viewport_size({"width": width, "height": 844})
        assert unit.evaluate(FLAWS) == [], width
    whole = re.sub(r"\s+", " ", unit.locator(".words").text_content())
    assert whole == " ".join(text.strip() for text in lines.all_text_contents())


def test_the_source_does_not_mark_an_item_twice(tab: Any) -> None:
    page = tab.page
    answer = tab.ask(LIST)
    answer.locator("a.note").first.click()
    tab.highlight_in_view()
    page.wait_for_function(  # the panel may be drawn anew meanwhile
        """() => {
            const items = [...document.querySelectorAll('#panel .document li')];
            const own = items.filter(one => /^[•✓–]/.test(one.textContent.trim()));
            return own.length > 0 && own.every(one => getComputedStyle(one).listStyleType === 'none');
        }"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_placeholders_are_grey_and_legible(visit: Open, scheme: str) -> None:
    tab = visit(color_scheme=scheme)
    page = tab.open()
    tab.go("search").locator("#search-text").wait_for()
    colours = page.evaluate(
        """[...document.querySelectorAll('#question textarea, .form [placeholder]')].map(field => [
            getComputedStyle(field, '::placeholder').color, getComputedStyle(field, '::placeholder').opacity,
            getComputedStyle(field).color, getComputedStyle(field).backgroundColor])"""
    )
    assert len(colours) > 2
    for placeholder, opacity, typed, ground in colours:
        assert (placeholder, opacity) == (colours[0][0], "1")
        assert placeholder != typed
        assert _contrast(placeholder, ground) >= 4.5


def _contrast(*colours: str) -> float:
    """WCAG 2 contrast of two `rgb(r, g, b)`."""
    light = sorted(_luminance([int(n) / 255 for n in re.findall(r"\d+", colour)[:3]]) for colour in colours)
    return (light[1] + 0.05) / (light[0] + 0.05)


def _luminance(rgb: list[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
