"""References to read and to copy: as a style sets them, plain and rich text from the same elements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from alpie.app.exporting.export import Excerpt, styled
from alpie.app.exporting.reference_styles import STYLES, Reference
from alpie.app.page.views.markup import escape, tag
from alpie.app.page.views.page_words import Translations

__all__ = ["quote_tools", "reference", "render_references", "style_buttons"]

_FILES = ("bibtex", "ris", "csl-json", "markdown")


def quote_tools(words: Translations, copied: str = "quote.copy") -> tuple[str, str]:
    """The buttons that every shown quotation has: copy, under the words of key `copied`, and keep."""
    copy = tag("button", words.html(copied), class_="act copy", title=words("quote.copy.title"))
    return copy, tag("button", words.html("quote.keep"), class_="act keep", title=words("quote.keep.title"))


def reference(words: Translations) -> str:
    """Where the reference of a quotation is shown; the script asks for it when it is opened."""
    return tag("details", tag("summary", words.html("reference.title")), class_="reference")


def style_buttons(words: Translations) -> str:
    """The choice of a style, which the browser remembers."""
    buttons = (
        tag("button", words.html(f"export.{name}"), class_="act style", data_style=name, aria_pressed="false")
        for name in STYLES
    )
    return tag("span", [words.html("reference.style") + " ", *buttons], class_="styles", role="group")


def render_references(
    excerpts: Sequence[Excerpt], style: str, words: Translations, files: str, accessed: date | None = None
) -> str:
    """What is shown of `excerpts` in a style, and `.copyable`, what is copied. `files`: the query of downloads."""
    cited, entries = styled(excerpts, style, words, accessed)
    copied: list[str] = []
    for one in cited:
        quoted = escape(one.text if one.block else words.quoted(one.text))
        paragraph = f"{quoted} {escape(one.bracket)}"
        copied.append(tag("blockquote", tag("p", paragraph)) if one.block else tag("p", f"{paragraph}."))
        if one.note:
            copied.append(tag("p", escape(words("export.note", note=one.note))))
    if len(cited) > 1:
        copied.append(tag("p", tag("b", words.html("export.references"))))
    listed = [tag("p", _entry(one), class_="entry") for one in entries]
    downloads = [
        tag("a", words.html(f"export.{form}"), class_="act", href=files.format(form=form), download="")
        for form in _FILES
    ]
    copy_entry = tag("button", words.html("reference.copy"), class_="act copy-entry")
    return tag(
        "div",
        [
            tag("p", [style_buttons(words), copy_entry], class_="actions"),
            *listed,
            tag("p", [words.html("reference.in_text"), " ", escape(cited[0].bracket)], class_="in-text"),
            tag("p", [words.html("basket.download"), " ", *downloads], class_="actions"),
            tag("div", [*copied, *listed], class_="copyable hidden"),
        ],
        class_="references",
        data_style=style,
    )


def _entry(one: Reference) -> str:
    title = tag("i", escape(one.title)) if one.title else ""
    url = tag("a", escape(one.url), href=one.url, rel="noreferrer", target="_blank") if one.url else ""
    return escape(one.before) + title + escape(one.after) + url
