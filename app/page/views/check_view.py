"""Check a quotation: exact, altered (differences word by word), or not in the corpus."""

from __future__ import annotations

from alpie.app.answering.citation import short_citation
from alpie.app.checking.verdict_words import sentence_line, warning_sentences
from alpie.app.checking.verify import DifferenceKind, Place, QuotationChecker, Verdict, Verification
from alpie.app.page.state.library import Library
from alpie.app.page.views.link_places import link
from alpie.app.page.views.markup import emphasised, escape, tag
from alpie.app.page.views.page_words import Translations
from alpie.app.page.views.reference_view import quote_tools, reference
from alpie.index.errors import QuestionError

__all__ = ["LONGEST_TEXT", "render_check", "render_form"]

LONGEST_TEXT = 10_000  # characters: two dense pages


def render_form(words: Translations) -> str:
    """The form: one field and a button."""
    # not `required`: a browser would keep an empty form back, and the verdict before it on the screen
    area = tag("textarea", "", id="check-text", name="text", rows="5", maxlength=str(LONGEST_TEXT))
    fields = [
        tag("label", words.html("check.label"), for_="check-text"),
        area,
        tag("p", tag("button", words.html("check.go"), type="submit", class_="primary")),
    ]
    return (
        tag("h2", words.html("nav.check"))
        + tag("p", words.html("check.intro"), class_="intro")
        + tag("form", fields, id="check-form", class_="form")
    )


def render_check(checker: QuotationChecker, text: str, words: Translations) -> str:
    """What the corpus says about the pasted `text`."""
    if len(text) > LONGEST_TEXT:
        return tag("p", words.html("check.too_long", most=words.number(LONGEST_TEXT)), class_="problem")
    try:
        outcome = checker.check(text)
    except QuestionError:
        return tag("p", words.html("check.no_words"), class_="problem")
    library: Library = checker.corpus  # type: ignore[assignment]  # the page gives its own
    title = {
        Verdict.EXACT: "check.exact_with_omissions" if outcome.with_omissions else "check.exact",
        Verdict.CUT: "check.cut",
        Verdict.JOINED: "check.joined",
        Verdict.ALTERED: "check.signs.title" if outcome.only_signs else "check.altered",
        Verdict.ABSENT: "check.absent",
    }[outcome.verdict]
    parts = [tag("h3", words.html(title), class_="verdict-title")]
    if outcome.quoted:
        parts.append(tag("p", words.html("verify.quoted"), class_="small unchecked"))
        if not outcome.is_found:
            failed = words.html("verify.failed", text=words.quoted(outcome.quoted[0]))
            parts.append(tag("p", failed, class_="small"))
    if outcome.only_signs:
        parts.append(tag("p", words.html("check.signs"), class_="signs"))
    if outcome.verdict is Verdict.ABSENT:
        documents = words.number(len(library.documents))
        parts.append(tag("p", words.html("check.absent.text", documents=documents)))
    if outcome.warnings:
        parts.append(tag("p", words.html("check.cut.text")))
    if outcome.sentences:
        items = [
            tag("li", escape(sentence_line(n, one, words))) for n, one in enumerate(outcome.sentences, 1)
        ]
        parts.append(tag("ul", items, class_="sentences"))
    if outcome.differences and (outcome.verdict is Verdict.ALTERED or outcome.only_signs):
        parts.append(_compared(outcome, words))
    if (
        outcome.occurrences > 1 and len(outcome.quoted) < 2 and not outcome.sentences
    ):  # of two quotations, each is in its place
        parts.append(tag("p", words.html("check.occurrences", number=outcome.occurrences), class_="small"))
    parts += [_place(library, place, words) for place in outcome.places]
    return tag("div", parts, class_=f"verdict {outcome.verdict}", role="status")


def _compared(outcome: Verification, words: Translations) -> str:
    """The document's text with what the pasted one left out struck in, and what it put in marked."""
    pieces: list[str] = []
    for run in outcome.differences:
        if run.kind is DifferenceKind.EQUAL:
            pieces.append(escape(run.source))
            continue
        if run.pasted:
            pieces.append(tag("del", _spoken(words("check.pasted")) + escape(run.pasted)))
        if run.source:
            pieces.append(tag("ins", _spoken(words("check.source")) + escape(run.source)))
    legend = [
        tag("del", words.html("check.legend.pasted")),
        " · ",
        tag("ins", words.html("check.legend.source")),
    ]
    if not outcome.only_signs:  # in capitals, no word is alike
        legend += [" · ", words.html("check.similarity", share=words.share(outcome.similarity))]
    return tag("p", " ".join(pieces), class_="compared") + tag("p", legend, class_="small")


def _spoken(text: str) -> str:
    """For screen readers, which do not announce `del` and `ins`."""
    return tag("span", escape(text) + " ", class_="spoken")


def _place(library: Library, place: Place, words: Translations) -> str:
    document = library.documents[place.document_id]
    cut = place.reading.warnings
    # of a quotation that is cut where its meaning turns, nothing but the whole sentence is copied or kept
    shown = emphasised(place.reading.text, place.reading.marked, "mark") if cut else escape(place.shown)
    quote = tag("blockquote", tag("span", shown, class_="words"), class_="quote", lang=document.language)
    quote += "".join(tag("p", escape(one), class_="cut-warning") for one in warning_sentences(cut, words))
    if place.citation is None:
        return tag(
            "div", [quote, tag("p", escape(document.title), class_="source-line")], class_="quote-unit"
        )
    href = link(library.passage(place.citation.address), place.reading.spans if cut else place.spans)
    source = tag("a", escape(short_citation(place.citation, words.language)), class_="cite source", href=href)
    copy, keep = quote_tools(words, "quote.copy_whole" if cut else "quote.copy")
    actions = [copy, tag("a", words.html("quote.context"), class_="cite act", href=href), keep]
    return tag(
        "div",
        [
            quote,
            tag("p", source, class_="source-line"),
            tag("p", tag("code", escape(place.address)), class_="source-line address"),
            tag("p", actions, class_="actions"),
            reference(words),
        ],
        class_="quote-unit",
    )
