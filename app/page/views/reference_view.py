"""References for one place or for the saved passages: to read, copy, print or download."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse, Response

from alpie.app.answering.answer_types import Quote
from alpie.app.answering.quoting.citation import cite
from alpie.app.errors import AddressError
from alpie.app.exporting.export import FORMATS, format_citations
from alpie.app.exporting.export import export_excerpts as write_export
from alpie.app.exporting.reference_files import Excerpt
from alpie.app.exporting.reference_styles import STYLES
from alpie.app.page.views.link_places import words_at
from alpie.app.page.views.page_translations import PageTranslations
from alpie.app.page.views.templates import Markup, render

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

FILES = ("bibtex", "ris", "csl-json", "markdown")


def printed_references(quotes: Sequence[Quote], translations: PageTranslations) -> Markup:
    """What is only printed: the date, and the references in every style, of which a script keeps one."""
    excerpts = [Excerpt(quote.text, quote.citation, quote.start, quote.end) for quote in quotes]
    styles = (
        {name: format_citations(excerpts, name, translations, today()).references for name in STYLES}
        if excerpts
        else {}
    )
    return render("printed", translations, styles=styles, made=today().isoformat())


def today() -> date:
    """Today's date in universal time, like every date on the page."""
    return datetime.now(UTC).date()


MAX_PLACES = 100  # passages in one address: some 15,000 characters, half of what `MAX_QUERY` allows
MAX_NOTE = 300  # characters of what a visitor notes down on a passage
_MORE = {"s": "spans", "n": "note"}


@dataclass(frozen=True)
class ChosenPlace:
    """A place chosen for export: see `alpie.app.page.views.link_places`; `note` is the visitor's."""

    address: str
    spans: str = ""
    note: str = ""


def parse_places(parameters: Sequence[tuple[str, str]]) -> tuple[ChosenPlace, ...]:
    """The places of `p=…&s=…&n=…&p=…`: an `s` and an `n` belong to the `p` before them."""
    found: list[ChosenPlace] = []
    for name, value in parameters:
        if name == "p":
            found.append(ChosenPlace(value))
        elif name in _MORE and found:
            found[-1] = replace(found[-1], **{_MORE[name]: value})
    return tuple(found[:MAX_PLACES])


def export_response(
    corpus: Corpus,
    form: str,
    chosen: Sequence[ChosenPlace],
    translations: PageTranslations,
    base_url: str = "",
) -> Response:
    """A file in one of the export formats; places that are no longer there are counted in a header."""
    if form not in FORMATS:
        return _problem(translations("export.unknown"), translations)
    excerpts, headers = _find_excerpts(corpus, chosen)
    if not excerpts:
        return _problem(translations("export.nothing"), translations)
    kind = FORMATS[form]
    text = write_export(excerpts, form, translations.language, base_url=base_url, accessed=today())
    name = percent_encode(f"al-pie-{form}.{kind.extension}" if form != kind.extension else f"al-pie.{form}")
    headers["content-disposition"] = f'attachment; filename="{name}"'
    return Response(
        text.encode(kind.encoding), media_type=f"{kind.media_type}; charset=utf-8", headers=headers
    )


def references_response(
    corpus: Corpus,
    style: str,
    chosen: Sequence[ChosenPlace],
    translations: PageTranslations,
    root_path: str = "",
) -> Response:
    """References to chosen places in a style, with a part `.copyable` for the clipboard, and links to them as files."""
    excerpts, headers = _find_excerpts(corpus, chosen) if style in STYLES else ([], {})
    if not excerpts:
        return _problem(translations("export.nothing"), translations)
    query = urlencode(
        [
            (name, value)
            for excerpt in chosen
            for name, value in (("p", excerpt.address), ("s", excerpt.spans))
            if value
        ]
    )
    files = {form: f"{root_path}/al/export/{form}?{query}&lang={translations.language}" for form in FILES}
    cited, entries = format_citations(excerpts, style, translations, today())
    shown = render(
        "references",
        translations,
        style=style,
        style_names=tuple(STYLES),
        cited=cited,
        entries=entries,
        files=files,
    )
    return HTMLResponse(shown, headers=headers)


def _problem(text: str, translations: PageTranslations) -> Response:
    return HTMLResponse(render("sentence", translations, style="problem", text=text), status_code=404)


def _find_excerpts(corpus: Corpus, chosen: Sequence[ChosenPlace]) -> tuple[list[Excerpt], dict[str, str]]:
    excerpts: list[Excerpt] = []
    for place in chosen:
        with suppress(AddressError):
            excerpts.append(_excerpt(corpus, place))
    return excerpts, {"x-alpie-vanished": str(len(chosen) - len(excerpts))}


def _excerpt(corpus: Corpus, place: ChosenPlace) -> Excerpt:
    passage = corpus.passage(place.address)
    document = corpus.documents[passage.document_id]
    spans, text = words_at(place.spans, passage, document, corpus)
    note = place.note[:MAX_NOTE]
    if not spans:
        return replace(Excerpt.from_passage(document, passage), note=note)
    citation = cite(document, passage, spans)
    return Excerpt(text, citation, spans[0].start, spans[-1].end, note)
