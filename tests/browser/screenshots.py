"""Takes the pictures of docs/screenshots from a running page.

alpie serve --port 7860 &
python tests/browser/screenshots.py http://127.0.0.1:7860 docs/screenshots
"""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

QUESTION = "¿Cuántas detenciones hubo en España?"
SIZES = {"1280": (1280, 860), "390": (390, 844)}
COLOURS = 128  # of the palette: keeps each file well under 200 KB


def _ask(page: Any, question: str) -> None:
    before = page.locator(".reply > .answer").count()
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    page.locator(".reply > .answer").nth(before).wait_for()
    page.wait_for_timeout(700)


def _go(page: Any, view: str) -> None:
    page.locator(f'.masthead nav a[data-view="{view}"]').click()
    page.locator(f"#view-{view} h2").first.wait_for()
    page.wait_for_timeout(400)


def _welcome(page: Any) -> None:
    tried = (
        "() => fetch('/al/welcome').then(one => one.text()).then(text => !text.includes('data-incomplete'))"
    )
    page.wait_for_function(tried, polling=1000)
    page.reload()
    page.locator("#chat .examples a").first.wait_for()


def _answer(page: Any) -> None:
    _ask(page, QUESTION)


def _search(page: Any) -> None:
    _go(page, "search")
    page.locator("#search-text").fill("«cifrado de extremo a extremo»")
    page.locator("#search-text").press("Enter")
    page.locator(".result").first.wait_for()
    page.locator(".result-where").first.click()
    page.locator("#panel mark").first.wait_for()


def _check(page: Any) -> None:
    _go(page, "check")
    page.locator("#check-text").fill("La operación sigue cerrada y no se descartan muchas detenciones.")
    page.locator("#check-form button").click()
    page.locator(".verdict").wait_for()


SCENES: tuple[tuple[str, str, Callable[[Any], None]], ...] = (
    ("welcome", "1280", _welcome),
    ("answer", "1280", _answer),
    ("answer", "390", _answer),
    ("search", "1280", _search),
    ("check", "1280", _check),
    ("documents", "1280", lambda page: _go(page, "documents")),
)


def _save(picture: bytes, path: Path) -> None:
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def main(base: str, folder: Path) -> None:
    """Every scene, once all of it stands still."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for name, size, scene in SCENES:
            width, height = SIZES[size]
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme="light", locale="es-ES"
            )
            page = context.new_page()
            page.set_default_timeout(120_000)
            page.goto(base)
            page.wait_for_selector("body[data-ready]")
            scene(page)
            page.wait_for_timeout(700)
            _save(page.screenshot(), folder / f"{name}-{size}-light.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
