"""The view for checking a quotation: its form, and the verdict with the differences word by word."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from alpie.app.answering.quoting.citation import short_citation
from alpie.app.checking.verification import (
    MatchedPlace,
    Verdict,
    sentence_line,
    verification_warnings,
    warning_sentences,
)
from alpie.app.checking.verify import QuotationChecker
from alpie.app.page.views.link_places import passage_link
from alpie.app.page.views.page_translations import PageTranslations
from alpie.app.page.views.templates import Markup, mark_ranges, render
from alpie.index.errors import ArgumentError
from alpie.index.records import Document

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

MAX_PASTED_CHARACTERS = 10_000  # characters: two dense pages


def render_check_form(translations: PageTranslations) -> Markup:
    """The form for a text to check: one field and a button."""
    return render("check_form", translations, longest=MAX_PASTED_CHARACTERS)


def render_check(checker: QuotationChecker, text: str, translations: PageTranslations) -> Markup:
    """The verdict on the pasted `text` as HTML, with what differs word by word."""
    if len(text) > MAX_PASTED_CHARACTERS:
        return render(
            "sentence",
            translations,
            style="problem",
            text=translations("check.too_long", most=translations.number(MAX_PASTED_CHARACTERS)),
        )
    try:
        outcome = checker.check(text)
    except ArgumentError:
        return render("sentence", translations, style="problem", text=translations("check.no_words"))
    corpus = checker.corpus
    title = {
        Verdict.EXACT: "check.exact_with_omissions" if outcome.with_omissions else "check.exact",
        Verdict.CUT: "check.cut",
        Verdict.JOINED: "check.joined",
        Verdict.ALTERED: "check.signs.title" if outcome.only_signs else "check.altered",
        Verdict.ABSENT: "check.absent",
    }[outcome.verdict]
    return render(
        "check",
        translations,
        outcome=outcome,
        title=title,
        documents=len(corpus.documents),
        # those about what is left out stand at their places
        misattributed=verification_warnings(replace(outcome, places=()), translations),
        sentences=[
            sentence_line(n, sentence, translations) for n, sentence in enumerate(outcome.sentences, 1)
        ],
        places=[_place_card(corpus, place, translations) for place in outcome.places],
    )


class _PlaceCard(NamedTuple):
    """A place where the text stands, or the nearest, as the template shows it."""

    document: Document
    shown: str  # or Markup, with marks
    warnings: list[str]
    address: str
    source: str
    href: str  # "" where it has no address


def _place_card(corpus: Corpus, place: MatchedPlace, translations: PageTranslations) -> _PlaceCard:
    cut, is_cut = place.cut, bool(place.cut.warnings)
    href = source = ""
    if place.citation is not None:
        href = passage_link(corpus.passage(place.citation.address), cut.spans if is_cut else place.spans)
        source = short_citation(place.citation, translations.language)
    # of a quotation that is cut where its meaning turns, nothing but the whole sentence is copied or kept
    shown = mark_ranges(cut.text, cut.marked) if is_cut else place.shown
    warnings = warning_sentences(cut.warnings, translations)
    return _PlaceCard(corpus.documents[place.document_id], shown, warnings, place.address, source, href)
