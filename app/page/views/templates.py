"""The templates of the page: `app/page/templates/*.html`, Jinja2, everything escaped unless it is markup already.

A view gathers plain values and names a template; what is a text stays a text until the template escapes it, so no
call of a view can forget to. Nested markup is passed as `Markup`, which `render` returns.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from alpie.app.page.views.page_words import PageTranslations

__all__ = ["Markup", "render"]

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parents[1] / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def render(template: str, words: PageTranslations, /, **values: object) -> Markup:
    """`template` (a file name without its ending) with `values`, and the catalogue as ``words``.

    Raises `jinja2.UndefinedError` for a value the template needs and did not get: an empty place in a page hides
    a fault.
    """
    return Markup(_TEMPLATES.get_template(f"{template}.html").render(words=words, **values))
