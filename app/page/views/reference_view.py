"""References to read, to copy and to print: as a style sets them, plain and rich text from the same elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from alpie.app.answering.answers import Quote
from alpie.app.exporting.export import Excerpt, styled
from alpie.app.exporting.reference_styles import STYLES
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.templates import Markup, render

__all__ = [
    "FILES",
    "printed_references",
    "render_references",
    "today",
]

FILES = ("bibtex", "ris", "csl-json", "markdown")


def render_references(
    excerpts: Sequence[Excerpt], style: str, words: Translations, files: Mapping[str, str]
) -> Markup:
    """What is shown of `excerpts` in a style, and `.copyable`, what is copied. `files`: links of downloads."""
    cited, entries = styled(excerpts, style, words, today())
    return render(
        "references",
        words,
        style=style,
        style_names=tuple(STYLES),
        cited=cited,
        entries=entries,
        files=files,
    )


def printed_references(quotes: Sequence[Quote], words: Translations) -> Markup:
    """What is on paper only: the references in every style, of which the script leaves the chosen one, and the date."""
    excerpts = [Excerpt(one.text, one.citation, one.start, one.end) for one in quotes]
    styles = {name: styled(excerpts, name, words, today())[1] for name in STYLES} if excerpts else {}
    return render("printed", words, styles=styles, made=today().isoformat())


def today() -> date:
    """In universal time, as every date the page states."""
    return datetime.now(UTC).date()
