"""An answer as HTML: quotations with numbered notes, or an honest no. One line, see `html`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from alpie.app.answering.absence import absence_lines
from alpie.app.answering.answers import Answer, Quote
from alpie.app.answering.citation import short_citation
from alpie.app.page.views.link_places import link, question_link
from alpie.app.page.views.markup import escape, one_line, tag
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.quote_words import quote_words
from alpie.app.page.views.reference_view import printed_references, quote_tools, reference
from alpie.app.translations import translations_for
from alpie.index.records import Document
from alpie.index.retrieval.hits import Hit

__all__ = ["render_answer", "render_quote"]

_RETRIEVERS = ("dense", "sentence", "lexical", "expansion")
_MAX_SUGGESTIONS = 3
_LONGEST_SUGGESTION = 60


def render_answer(
    answer: Answer,
    words: Translations,
    documents: Mapping[str, Document],
    turns: Sequence[str] = (),
    writing: bool = False,
    root_path: str = "",
) -> str:
    """The whole message for `answer`; `turns` are the earlier questions it was asked after.

    `writing`: a language model is still at its summary, which goes under the quotations. `root_path`: of the settings.
    """
    body = (
        _found(answer, words, documents, writing) if answer.answered else _not_found(answer, words, documents)
    )
    shown = answer.quotes if answer.answered else answer.nearest[:3]
    printed = one_line(printed_references(shown, words).strip())
    return tag(
        "div",
        [_as_searched(answer, words), *body, printed, _foot(answer, words, turns, root_path)],
        class_="answer",
    )


def _found(
    answer: Answer, words: Translations, documents: Mapping[str, Document], writing: bool
) -> list[str]:
    by_address = {hit.passage.address: hit for hit in answer.hits}
    told = absence_lines(answer, translations_for(words.language))
    parts = [tag("p", escape(line), class_="tentative") for line in told]
    if answer.tentative:
        parts.append(tag("p", words.html("answer.tentative"), class_="tentative"))
    for number, quote in enumerate(answer.quotes, start=1):
        hit = by_address.get(quote.passage.address)
        parts.append(render_quote(quote, words, documents, number=number, hit=hit))
    if writing:
        parts.append(tag("p", words.html("answer.generating"), class_="searching"))
    else:
        parts.append(_written(answer, words))
    parts.append(_suggestions(answer, words))
    return parts


def _not_found(answer: Answer, words: Translations, documents: Mapping[str, Document]) -> list[str]:
    search = answer.search
    told = absence_lines(answer, translations_for(words.language))
    statement = words.html(
        "answer.none.statement",
        documents=words.count("count.documents", search.documents),
        passages=words.count("count.passages", search.passages),
        above=words.number(search.above_threshold),
    )
    parts = [
        tag("h2", escape(" ".join(told)) or words.html("answer.none.title"), class_="none-title"),
        tag("p", statement, class_="none-statement"),
    ]
    if answer.nearest:
        parts.append(tag("h3", words.html("answer.none.nearest"), class_="nearest-title"))
        parts += [
            render_quote(quote, words, documents, number=number, nearest=True)
            for number, quote in enumerate(answer.nearest[:3], start=1)
        ]
    parts.append(tag("p", words.html("answer.none.advice"), class_="none-advice"))
    return [tag("div", parts, class_="none")]


def render_quote(
    quote: Quote,
    words: Translations,
    documents: Mapping[str, Document],
    number: int | None = None,
    hit: Hit | None = None,
    nearest: bool = False,
) -> str:
    """A quotation with its note number, short citation and what can be done with it."""
    href = link(quote.passage, quote.spans)
    document = documents.get(quote.document_id)
    language = document.language if document else "es"
    opens = words("quote.open", number=number) if number else words("quote.context")
    note = (
        tag("a", f"[{number}]", class_="cite note", href=href, title=opens) if number and not nearest else ""
    )
    shown = replace(quote, emphasis=()) if nearest else quote  # nothing there answers
    words_of_quote = tag("span", quote_words(shown), class_="words")
    source = tag(
        "a",
        escape(short_citation(quote.citation, words.language)),
        class_="cite source",
        href=href,
        title=opens,
    )
    copy, keep = quote_tools(words)
    context = tag("a", words.html("quote.context"), class_="cite act", href=href)
    actions = [copy, context, keep, _vote("wrong-quote", words)]
    return tag(
        "div",
        [
            tag("blockquote", words_of_quote + note, class_="quote", lang=language),
            tag("p", (f"{number}. " if number and not nearest else "") + source, class_="source-line"),
            tag("p", actions, class_="actions"),
            reference(words),
            _why(hit, words) if hit else "",
        ],
        class_="quote-unit nearest" if nearest else "quote-unit",
    )


def _why(hit: Hit, words: Translations) -> str:
    """Collapsible: the rank of the passage in each retriever of the search, and the words both share."""
    rows = [
        tag(
            "li",
            words.html("why.rank", retriever=words(f"why.retriever.{retriever}"), rank=hit.ranks[retriever]),
        )
        for retriever in _RETRIEVERS
        if retriever in hit.ranks
    ]
    if hit.line:  # no words of the document: never between quotation marks
        rows.append(tag("li", words.html("why.expansion") + " " + tag("i", escape(hit.line))))
    terms = ", ".join(tag("b", escape(term)) for term in hit.terms)
    rows.append(tag("li", words.html("why.terms") + " " + (terms or words.html("why.no_terms"))))
    summary = tag("summary", words.html("why.title"))
    return tag("details", [summary, tag("ul", rows)], class_="why")


def _written(answer: Answer, words: Translations) -> str:
    """Prose of a language model, marked as such and never between quotation marks."""
    report = _writer_report(answer, words)
    if not answer.writer:
        return report
    sentences: list[str] = []
    for sentence in answer.writer:
        notes = "".join(
            tag("a", f"[{n}]", class_="cite note", href=link(quote.passage, quote.spans))
            for n in sentence.quotes
            if 1 <= n <= len(answer.quotes)
            for quote in [answer.quotes[n - 1]]
        )
        sentences.append(escape(sentence.text) + notes)
    label = tag("p", words.html("answer.generated"), class_="generated-label")
    return tag("div", [label, tag("p", " ".join(sentences)), report], class_="generated")


def _writer_report(answer: Answer, words: Translations) -> str:
    """What became of the summary: sentences left out, or that there is none and the quotations stand."""
    report = answer.writer_report
    if report is None:
        return ""
    parts = [words.count("writer.dropped", report.dropped_count)] if report.dropped_count else []
    if report.failure:
        parts.append(words(f"writer.{report.failure}", model=report.model))
    return tag("p", escape(" ".join(parts)), class_="generated-label") if parts else ""


def _as_searched(answer: Answer, words: Translations) -> str:
    """Says how the question was completed or put right, when it was."""
    if answer.understood is None:
        return ""
    return tag("p", words.html("answer.searched", question=answer.understood), class_="searched-as")


def _suggestions(answer: Answer, words: Translations) -> str:
    """Headings of passages found but not quoted, as next questions."""
    quoted = {quote.passage.address for quote in answer.quotes}
    known = {heading.casefold() for quote in answer.quotes for heading in quote.passage.path}
    links: list[str] = []
    for hit in answer.hits:
        heading = hit.passage.path[-1] if hit.passage.path else ""
        usable = 8 <= len(heading) <= _LONGEST_SUGGESTION and heading.casefold() not in known
        if hit.passage.address in quoted or not usable:
            continue
        known.add(heading.casefold())
        asked = words("answer.suggestion", heading=heading)
        links.append(tag("a", escape(heading), class_="ask", href=question_link(asked), title=asked))
        if len(links) == _MAX_SUGGESTIONS:
            break
    if not links:
        return ""
    return tag("p", [tag("span", words.html("answer.related")), *links], class_="suggestions")


def _foot(answer: Answer, words: Translations, turns: Sequence[str], root_path: str) -> str:
    """What was searched and how long it took, small; the record and the link of the question."""
    search = answer.search
    total = answer.milliseconds.get("total", 0.0) / 1000
    statement = words.html(
        "answer.foot",
        passages=words.count("count.passages", search.passages),
        above=words.number(search.above_threshold),
        seconds=words.number(total, 2),
    )
    here = question_link(answer.question)
    earlier = "".join("&t=" + question_link(turn).removeprefix("?q=") for turn in turns)
    record = f"{root_path}/al/record{here}{earlier}&lang={words.language}"
    links = [
        tag("a", words.html("answer.permalink"), class_="act permalink", href=here),
        tag("a", words.html("answer.record"), class_="act record", href=record),
    ]
    votes = (_vote(verdict, words) for verdict in ("useful", "useless"))
    return tag("p", [tag("span", statement), *links, *votes], class_="answer-foot")


def _vote(verdict: str, words: Translations) -> str:
    """A verdict of the reader; hidden unless the operator keeps them."""
    return tag("button", words.html(f"vote.{verdict}"), class_=f"act vote {verdict}")
