"""The record of an answer, to print or to keep: question, quotations, references, date; check sums on demand.

The question is asked again: the same corpus gives the same answer, and the record states the
fingerprint of the corpus it was given from.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter

from fastapi.responses import HTMLResponse, Response

from alpie.app.exporting.reference_files import json_text
from alpie.app.page.state.library import Library
from alpie.app.page.views.link_places import question_link
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.reference_view import printed_references
from alpie.app.page.views.templates import render
from alpie.app.service.answer_record import make_record

__all__ = ["alpie_version", "record"]


def alpie_version() -> str:
    """The installed version, or that there is none."""
    try:
        return version("alpie")
    except PackageNotFoundError:  # a checkout that was not installed
        return "0"


def record(
    library: Library,
    question: str,
    turns: tuple[str, ...],
    words: Translations,
    as_json: bool,
    documents: tuple[str, ...] = (),
    each_document: bool = False,
) -> Response:
    """A page to print, or the JSON that `alpie verify --record` checks again."""
    wishes = (documents, each_document) if documents or each_document else ()
    answer = library.ask(question, turns, *wishes)
    here = question_link(question, turns=turns, documents=documents, each_document=each_document)
    made = make_record(answer, library, datetime.now(UTC), alpie_version(), words.language)
    started = perf_counter()
    shown = answer.quotes if answer.answered else answer.nearest
    page = render(
        "record",
        words,
        record=made,
        quotes=made["quotes"] if answer.answered else made.get("nearest", []),
        documents=library.documents,
        references=printed_references(shown, words),
        saved=f"record{here}&lang={words.language}&format=json",
    )
    made["stages"]["render"] = round(1000 * (perf_counter() - started), 3)
    if as_json:
        headers = {"content-disposition": 'attachment; filename="al-pie-ficha.json"'}
        return Response(json_text(made), media_type="application/json; charset=utf-8", headers=headers)
    return HTMLResponse(page)
