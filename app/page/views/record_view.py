"""The record of an answer, to print or to keep: question, quotations, citations, fingerprint, date.

The question is asked again: the same corpus gives the same answer, and the record states the
fingerprint of the corpus it was given from.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Any

from fastapi.responses import HTMLResponse, Response

from alpie.app.page.state.library import Library
from alpie.app.page.views.link_places import question_link
from alpie.app.page.views.markup import escape, tag
from alpie.app.page.views.page_words import Translations
from alpie.app.service.answer_record import make_record, record_json

__all__ = ["alpie_version", "record"]

# relative to /al/record, wherever a proxy puts that
_STYLE = "assets/record.css"
_SCRIPT = "assets/record.js"


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
    page = _page(made, f"record{here}&lang={words.language}&format=json", words)
    made["stages"]["render"] = round(1000 * (perf_counter() - started), 3)
    if as_json:
        headers = {"content-disposition": 'attachment; filename="al-pie-ficha.json"'}
        return Response(record_json(made), media_type="application/json; charset=utf-8", headers=headers)
    return HTMLResponse(page)


def _page(made: dict[str, Any], saved: str, words: Translations) -> str:
    title = words("record.page_title")
    head = [
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        tag("title", f"{escape(title)} · Al Pie"),
        f'<link rel="stylesheet" href="{_STYLE}">',
        tag("script", "", src=_SCRIPT, defer=""),
    ]
    quotes = made["quotes"] if made["answered"] else made.get("nearest", [])
    parts = [
        tag("p", "Al Pie · " + escape(title), class_="kicker"),
        tag("h1", escape(made["question"])),
    ]
    if not made["answered"]:
        parts.append(tag("p", tag("b", words.html("answer.none.title"))))
        if quotes:
            parts.append(tag("p", words.html("answer.none.nearest")))
    parts.append(tag("ol", (_quote(quote, words) for quote in quotes)))
    search = made["search"]
    facts = [
        (words("record.date"), made["date"]),
        (words("record.version"), f"Al Pie {made['alpie']}"),
        (
            words("record.searched"),
            words(
                "record.search",
                documents=words.count("count.documents", search["documents"]),
                passages=words.count("count.passages", search["passages"]),
            ),
        ),
        (words("documents.fingerprint").rstrip(":"), made["corpus"]["fingerprint"]),
    ]
    facts += [(one["title"], "SHA-256 " + one["sha256"]) for one in made["corpus"]["documents"]]
    parts.append(tag("dl", (tag("dt", escape(k)) + tag("dd", escape(v)) for k, v in facts)))
    parts.append(tag("p", words.html("record.check"), class_="small"))
    tools = [
        tag("a", words.html("record.json"), href=saved, download=""),
        tag("button", words.html("record.print"), class_="print"),
    ]
    parts.append(tag("p", tools, class_="tools"))
    body = tag("main", parts)
    return "<!doctype html>" + tag("html", tag("head", head) + tag("body", body), lang=words.language)


def _quote(quote: dict[str, Any], words: Translations) -> str:
    return tag(
        "li",
        [
            tag("blockquote", escape(quote["text"]), lang="es"),
            tag("p", escape(quote["citation"])),
            tag(
                "p",
                [
                    tag("code", escape(quote["address"])),
                    " · ",
                    words.html("record.offsets", start=quote["start"], end=quote["end"]),
                ],
                class_="small",
            ),
        ],
    )
