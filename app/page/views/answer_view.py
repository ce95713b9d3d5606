"""An answer as HTML, and its record: what the templates `answer`, `quote` and `record` are given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from fastapi.responses import HTMLResponse, Response

from alpie.app.answering.answer_types import Answer, Quote, Role
from alpie.app.answering.quoting.citation import short_citation
from alpie.app.answering.understanding.conversation import asks_for_elaboration
from alpie.app.exporting.reference_files import json_text
from alpie.app.page.views.link_places import passage_link, question_link
from alpie.app.page.views.page_translations import PageTranslations
from alpie.app.page.views.reference_view import printed_references
from alpie.app.page.views.templates import Markup, TextPart, render, split_at_ranges
from alpie.app.service.answer_record import make_record
from alpie.app.translations import translations_for
from alpie.index import package_version
from alpie.index.records import Document, Hit, SentenceRole, Span
from alpie.index.retrieval.vector_backend import BACKEND_RETRIEVERS
from alpie.index.spanish.named_documents import short_title

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

_RANKED_BY = (*BACKEND_RETRIEVERS, "expansion")
_MAX_SUGGESTIONS = 3  # further questions are a hint below an answer, not a list of their own
_MAX_SUGGESTION = 60  # characters: a longer heading does not fit on its button
_CLOSE = 1.0  # score of a passage under the best one's, from which on nothing of it is offered
_LINES = {SentenceRole.ITEM: "item", SentenceRole.HEADER: "row header", SentenceRole.ROW: "row"}


def render_answer(
    answer: Answer,
    translations: PageTranslations,
    documents: Mapping[str, Document],
    turns: Sequence[str] = (),
    writing: bool = False,
    root_path: str = "",
    page: str = "",
) -> Markup:
    """The whole message for `answer`; `turns` are the earlier questions it was asked after.

    `writing`: a language model is still at its summary, which goes under the quotations. `root_path` is the setting.
    `page` is the language of the page, where the answer is in another one.
    """
    return render(
        "answer",
        translations,
        answer=answer,
        lang=translations.language if page and page != translations.language else "",
        limited=", ".join(short_title(documents[id_].title) for id_ in answer.limited_to if id_ in documents),
        foreign=_foreign_language(answer, translations, documents),
        absent=answer.absence_sentences(translations_for(translations.language)),
        quoted=_quote_renderer(answer, translations, documents),
        near=partial(render_quote, translations=translations, documents=documents, nearest=True),
        writing=writing,
        written=_written_lines(answer),
        report=answer.writer_report.sentences(translations) if answer.writer_report else "",
        suggestions=list(_suggestions(answer, translations)) if answer.answered else [],
        again=bool(answer.follows) and asks_for_elaboration(answer.question),
        documents=translations.count("count.documents", answer.search.documents),
        passages=translations.count("count.passages", answer.search.passages),
        seconds=translations.number(answer.milliseconds.get("total", 0.0) / 1000, 2),
        printed=printed_references(answer.quotes if answer.answered else answer.nearest[:3], translations),
        **_links(answer, translations, turns, root_path),
    )


def _quote_renderer(
    answer: Answer, translations: PageTranslations, documents: Mapping[str, Document]
) -> Callable[[Quote], Markup]:
    """A function that shows a quotation of `answer` with its number and, where it was found by search, its scores."""
    numbers = {(quote.document_id, quote.spans): n for n, quote in enumerate(answer.quotes, start=1)}
    hits = {hit.passage.address: hit for hit in answer.hits}

    def quoted(quote: Quote) -> Markup:
        number = numbers[quote.document_id, quote.spans]
        return render_quote(quote, translations, documents, number, hits.get(quote.passage.address))

    return quoted


def _links(
    answer: Answer, translations: PageTranslations, turns: Sequence[str], root_path: str
) -> dict[str, str]:
    """Where the links of an answer lead: the same question again, put otherwise or in English, and the record."""
    by_document = any(part.role is Role.DOCUMENT for part in answer.parts)
    link_of = partial(question_link, answer.question, documents=answer.limited_to)
    earlier = turns if answer.follows else ()
    is_divisible = not by_document and answer.search.documents > 1
    here, record = (link_of(turns=before, each_document=by_document) for before in (earlier, turns))
    return {
        "here": here,
        "home": f"{root_path}/en/{here}",
        "anew": link_of(each_document=by_document, anew=True),
        "each": link_of(turns=earlier, each_document=True) if is_divisible else "",
        "record": f"{root_path}/al/record{record}&lang={translations.language}",
    }


def render_quote(
    quote: Quote,
    translations: PageTranslations,
    documents: Mapping[str, Document],
    number: int | None = None,
    hit: Hit | None = None,
    nearest: bool = False,
) -> Markup:
    """A quotation with its note number, short citation and what can be done with it."""
    document = documents.get(quote.document_id)
    shown = replace(quote, emphasis=()) if nearest else quote  # nothing there answers
    first = min(shown.emphasis, default=None)
    return render(
        "quote",
        translations,
        lines=_quote_lines(shown),
        answering=translations.quoted(quote.text[first.start : first.end]) if first and number == 1 else "",
        language=document.language if document else "es",
        href=passage_link(quote.passage, quote.spans),
        opens=translations("quote.open", number=number) if number else translations("quote.context"),
        number=number,
        note=number and not nearest,
        nearest=nearest,
        source=short_citation(quote.citation, translations.language),
        hit=hit,
        ranked_by=_RANKED_BY,
    )


def _foreign_language(
    answer: Answer, translations: PageTranslations, documents: Mapping[str, Document]
) -> str:
    """The language of the quotations, where it is not that of the question."""
    shown = answer.quotes or (() if answer.nothing_near else answer.nearest)
    languages = {documents[quote.document_id].language for quote in shown if quote.document_id in documents}
    if answer.language != "en" or len(languages) != 1 or languages == {answer.language}:
        return ""
    key = f"language.{next(iter(languages)).partition('-')[0]}"
    return translations(key) if key in translations.entries else ""


class _WrittenLine(NamedTuple):
    """A sentence of a language model, and the links of the notes behind it by their numbers."""

    text: str
    notes: Mapping[int, str]


def _written_lines(answer: Answer) -> list[_WrittenLine]:
    links = {n: passage_link(quote.passage, quote.spans) for n, quote in enumerate(answer.quotes, start=1)}
    return [
        _WrittenLine(sentence.text, {n: links[n] for n in sentence.quotes if n in links})
        for sentence in answer.writer or ()
    ]


class _Suggestion(NamedTuple):
    heading: str
    question: str
    link: str


def _suggestions(answer: Answer, translations: PageTranslations) -> Iterable[_Suggestion]:
    """Headings of passages nearly as near as those quoted, as next questions."""
    quoted = {quote.passage.address for quote in answer.quotes}
    known = {heading.casefold() for quote in answer.quotes for heading in quote.passage.path}
    best = max((hit.own_score for hit in answer.hits), default=0.0)
    found = 0
    for hit in answer.hits:
        heading = hit.passage.path[-1] if hit.passage.path else ""
        usable = 8 <= len(heading) <= _MAX_SUGGESTION and heading.casefold() not in known
        if hit.passage.address in quoted or not usable or hit.own_score < best - _CLOSE:
            continue
        known.add(heading.casefold())
        # Spanish in both catalogues: it is asked when clicked, and the heading in it is of a Spanish document
        question = translations("answer.suggestion", heading=heading)
        yield _Suggestion(heading, question, question_link(question))
        found += 1
        if found == _MAX_SUGGESTIONS:
            return


class _QuoteLine(NamedTuple):
    style: str  # class of the element
    runs: list[TextPart]  # inside: what answers


class _StyledRange(NamedTuple):
    start: int
    end: int
    style: str


def _quote_lines(quote: Quote) -> list[_QuoteLine]:
    """Lines whose runs are `quote.text`, not a character more or less.

    A line is a list item, a table row, or what stands between them; without either it is all, with no element of its own.
    """

    def line(style: str, start: int, end: int) -> _QuoteLine:
        inside = (Span(max(bold.start, start) - start, min(bold.end, end) - start) for bold in quote.emphasis)
        return _QuoteLine(style, split_at_ranges(quote.text[start:end], inside))

    lines, length = _lines(quote), len(quote.text)
    if not lines:
        return [line("", 0, length)]
    pieces, position = [], 0
    for start, end, style in [*lines, _StyledRange(length, length, "")]:
        pieces += [line("run", position, start), line(style, start, end)]
        position = end
    return [piece for piece in pieces if piece.runs]


def _lines(quote: Quote) -> list[_StyledRange]:
    """Where the list items and table rows of the passage stand in the text of the quote, in order, and their class.

    Each with the white space after it: between two lines that would be shown as an empty one.
    """
    found: list[_StyledRange] = []
    position = 0
    for sentence in quote.passage.sentences:
        style = _LINES.get(sentence.role)
        start = quote.text.find(sentence.text, position) if style else -1
        if style and start >= 0:
            position = start + len(sentence.text)
            position += len(quote.text[position:]) - len(quote.text[position:].lstrip())
            found.append(_StyledRange(start, position, style))
    return found


def render_record(
    corpus: Corpus,
    question: str,
    turns: tuple[str, ...],
    translations: PageTranslations,
    as_json: bool,
    documents: tuple[str, ...] = (),
    each_document: bool = False,
) -> Response:
    """The record of an answer: a page to print, or the JSON that `alpie verify --record` checks again.

    The question is asked again: the same corpus gives the same answer, and the record states the fingerprint of its corpus.
    """
    answer = corpus.ask(question, turns, documents, each_document)
    here = question_link(question, turns=turns, documents=documents, each_document=each_document)
    made = make_record(answer, corpus, datetime.now(UTC), package_version(), translations.language)
    started = perf_counter()
    shown = answer.quotes if answer.answered else answer.nearest
    quotes = made["quotes"] if answer.answered else made.get("nearest", [])
    page = render(
        "record",
        translations,
        record=made,
        quotes=quotes,
        parts=made.get("parts") or [{"quotes": range(1, len(quotes) + 1), "tentative": answer.tentative}],
        limited=", ".join(corpus.documents[document].title for document in answer.limited_to),
        documents=corpus.documents,
        references=printed_references(shown, translations),
        saved=f"record{here}&lang={translations.language}&format=json",
    )
    made["stages"]["render"] = round(1000 * (perf_counter() - started), 3)
    if as_json:
        headers = {"content-disposition": 'attachment; filename="al-pie-ficha.json"'}
        return Response(json_text(made), media_type="application/json; charset=utf-8", headers=headers)
    return HTMLResponse(page)
