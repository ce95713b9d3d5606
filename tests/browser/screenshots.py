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
    before = page.locator(".said > .answer").count()
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    page.locator(".said > .answer").nth(before).wait_for()
    page.wait_for_timeout(700)


def _go(page: Any, view: str) -> None:
    page.locator(f'.masthead nav a[data-view="{view}"]').click()
    page.locator(f"#view-{view} h2").first.wait_for()
    page.wait_for_timeout(400)


def _welcome(page: Any) -> None:
    page.wait_for_timeout(300)


def _answer(page: Any) -> None:
    _ask(page, QUESTION)


def _source(page: Any) -> None:
    _ask(page, "¿Qué factores hacen más vulnerables a los menores?")
    page.locator("a.note, .nearest a.cite").first.click()
    page.locator("#panel mark").first.wait_for()
    page.wait_for_timeout(400)


def _refusal(page: Any) -> None:
    _ask(page, "¿Cuál es la capital de Mongolia?")


def _search(page: Any) -> None:
    _go(page, "search")
    page.locator("#search-text").fill("«cifrado de extremo a extremo»")
    page.locator("#search-text").press("Enter")
    page.locator(".result").first.wait_for()
    if page.viewport_size["width"] > 820:
        page.locator(".result-where").first.click()
    page.wait_for_timeout(600)


def _check(page: Any) -> None:
    _go(page, "check")
    page.locator("#check-text").fill("La operación sigue cerrada y no se descartan muchas detenciones.")
    page.locator("#check-form button").click()
    page.locator(".verdict").wait_for()
    page.wait_for_timeout(300)


def _view(name: str) -> Callable[[Any], None]:
    return lambda page: _go(page, name)


SCENES: dict[str, Callable[[Any], None]] = {
    "welcome": _welcome,
    "answer": _answer,
    "source": _source,
    "refusal": _refusal,
    "search": _search,
    "check": _check,
    "documents": _view("documents"),
    "evaluation": _view("evaluation"),
    "help": _view("help"),
}


def _save(picture: bytes, path: Path) -> None:
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def main(base: str, folder: Path) -> None:
    """Every scene at both sizes in both themes."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for size, (width, height) in SIZES.items():
            for theme in ("light", "dark"):
                for name, scene in SCENES.items():
                    context = browser.new_context(
                        viewport={"width": width, "height": height}, color_scheme=theme, locale="es-ES"
                    )
                    page = context.new_page()
                    page.goto(base)
                    page.wait_for_selector("body[data-ready]")
                    scene(page)
                    _save(page.screenshot(), folder / f"{name}-{size}-{theme}.png")
                    context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
