"""Downloads: the citations of one place or of the saved passages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote as percent_encode

from fastapi.responses import HTMLResponse, Response

from alpie.app.citation import cite, sentences_in
from alpie.app.export import FORMATS, Excerpt
from alpie.app.export import export as write_export
from alpie.app.page.catalogue import Words
from alpie.app.page.html import tag
from alpie.app.page.library import Library
from alpie.app.page.places import words_at
from alpie.index.errors import AddressError

__all__ = ["MOST_PLACES", "export", "places"]

MOST_PLACES = 100


def places(parameters: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """(address, spans) from `p=…&s=…&p=…`: an `s` belongs to the `p` before it."""
    found: list[tuple[str, str]] = []
    for name, value in parameters:
        if name == "p":
            found.append((value, ""))
        elif name == "s" and found:
            found[-1] = (found[-1][0], value)
    return tuple(found[:MOST_PLACES])


def export(
    library: Library, form: str, chosen: Sequence[tuple[str, str]], words: Words, base_url: str = ""
) -> Response:
    """A file in one of the export formats; places that are no longer there are counted in a header."""
    if form not in FORMATS:
        return HTMLResponse(tag("p", words.html("export.unknown"), class_="problem"), status_code=404)
    excerpts: list[Excerpt] = []
    vanished = 0
    for address, spans in chosen:
        try:
            excerpts.append(_excerpt(library, address, spans))
        except AddressError:
            vanished += 1
    if not excerpts:
        return HTMLResponse(tag("p", words.html("export.nothing"), class_="problem"), status_code=404)
    kind = FORMATS[form]
    text = write_export(excerpts, form, words.language, base_url=base_url, accessed=datetime.now(UTC).date())
    name = percent_encode(f"al-pie-{form}.{kind.extension}" if form != kind.extension else f"al-pie.{form}")
    headers = {"content-disposition": f'attachment; filename="{name}"', "x-alpie-vanished": str(vanished)}
    return Response(
        text.encode(kind.encoding), media_type=f"{kind.media_type}; charset=utf-8", headers=headers
    )


def _excerpt(library: Library, address: str, spans: str) -> Excerpt:
    passage = library.passage(address)
    document = library.documents[passage.document_id]
    chosen, text = words_at(spans, passage, document, library)
    if not chosen:
        return Excerpt.from_passage(document, passage)
    citation = cite(document, passage, sentences_in(passage, chosen))
    return Excerpt(text, citation, chosen[0].start, chosen[-1].end)
