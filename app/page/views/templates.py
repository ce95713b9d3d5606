"""The templates of the page: `app/page/templates/*.html`, Jinja2, everything escaped unless it is markup already.

A view gathers plain values and names a template; text stays text until the template escapes it, so no view can forget
to. Nested markup is passed as `Markup`, which `render` returns.

Gradio sanitises chat messages but nothing inside `gr.HTML` or our own routes, and its chat reads Markdown. A raw HTML
block without line ends is left alone by the Markdown reader, whatever characters it holds: `escape_line_ends` makes it one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from alpie.app.translations import Translations
from alpie.index.records import Span
from alpie.index.spanish.named_documents import short_title

__all__ = ["Markup", "TextPart", "escape_line_ends", "mark_ranges", "render", "split_at_ranges"]

_LINE_ENDS = str.maketrans({"\r": "&#13;", "\n": "&#10;", "\u2028": "&#8232;", "\u2029": "&#8233;"})

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parents[1] / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)

_TEMPLATES.filters["short_title"] = short_title


def render(template: str, translations: Translations, /, **values: object) -> Markup:
    """`template` (a file name without its ending) with `values`, and the catalogue as ``translations``.

    Raises `jinja2.UndefinedError` for a value the template needs and did not get: an empty place in a page hides
    a fault.
    """
    return Markup(_TEMPLATES.get_template(f"{template}.html").render(translations=translations, **values))


def escape_line_ends(markup: str) -> str:
    """`markup` with its line ends as character references."""
    return str(markup).translate(_LINE_ENDS)


class TextPart(NamedTuple):
    """A part of a text, and whether it is one of the ranges asked for."""

    text: str
    is_inside: bool


def split_at_ranges(text: str, ranges: Iterable[Span]) -> list[TextPart]:
    """`text` parted at the character `ranges`; those out of order or bounds are ignored."""
    parts: list[TextPart] = []
    position = 0
    for span in sorted(ranges):
        if position <= span.start < span.end <= len(text):
            before, inside = text[position : span.start], text[span.start : span.end]
            parts += [TextPart(before, False), TextPart(inside, True)]
            position = span.end
    return [part for part in (*parts, TextPart(text[position:], False)) if part.text]


def mark_ranges(text: str, ranges: Iterable[Span]) -> Markup:
    """`text` escaped, the character `ranges` of it in `mark`."""
    return Markup(_TEMPLATES.get_template("marked.html").render(pieces=split_at_ranges(text, ranges)))
