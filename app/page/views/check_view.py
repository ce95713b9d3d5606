"""Check a quotation: exact, altered (differences word by word), or not in the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from alpie.app.answering.citation import short_citation
from alpie.app.checking.verification import MatchedPlace, Verdict, sentence_line, warning_sentences
from alpie.app.checking.verify import QuotationChecker
from alpie.app.page.state.library import Library
from alpie.app.page.views.link_places import link
from alpie.app.page.views.markup import emphasised
from alpie.app.page.views.page_words import PageTranslations
from alpie.app.page.views.templates import Markup, render
from alpie.index.errors import QuestionError
from alpie.index.records import Document

MAX_TEXT = 10_000  # characters: two dense pages


def render_form(words: PageTranslations) -> str:
    """The form for a text to check: one field and a button."""
    return render("check_form", words, longest=MAX_TEXT)


def render_check(checker: QuotationChecker, text: str, words: PageTranslations) -> str:
    """What the corpus says about the pasted `text`."""
    if len(text) > MAX_TEXT:
        return render("problem", words, text=words("check.too_long", most=words.number(MAX_TEXT)))
    try:
        outcome = checker.check(text)
    except QuestionError:
        return render("problem", words, text=words("check.no_words"))
    library = checker.corpus
    title = {
        Verdict.EXACT: "check.exact_with_omissions" if outcome.with_omissions else "check.exact",
        Verdict.CUT: "check.cut",
        Verdict.JOINED: "check.joined",
        Verdict.ALTERED: "check.signs.title" if outcome.only_signs else "check.altered",
        Verdict.ABSENT: "check.absent",
    }[outcome.verdict]
    return render(
        "check",
        words,
        outcome=outcome,
        title=title,
        documents=len(library.documents),
        sentences=[sentence_line(n, one, words) for n, one in enumerate(outcome.sentences, 1)],
        places=[_shown(library, place, words) for place in outcome.places],
    )


@dataclass(frozen=True)
class _ShownPlace:
    """A place where the text stands, or the nearest; `href`: "" where it has no address."""

    document: Document
    shown: str | Markup
    warnings: Sequence[str]
    address: str
    source: str = ""
    href: str = ""


def _shown(library: Library, place: MatchedPlace, words: PageTranslations) -> _ShownPlace:
    document = library.documents[place.document_id]
    reading, cut = place.reading, place.reading.warnings
    # of a quotation that is cut where its meaning turns, nothing but the whole sentence is copied or kept
    shown = Markup(emphasised(reading.text, reading.marked, "mark")) if cut else place.shown
    one = _ShownPlace(document, shown, warning_sentences(cut, words), place.address)
    if place.citation is None:
        return one
    href = link(library.passage(place.citation.address), reading.spans if cut else place.spans)
    return replace(one, source=short_citation(place.citation, words.language), href=href)
