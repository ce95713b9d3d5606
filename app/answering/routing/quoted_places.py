"""Answers with what stands at places that are known: those of a citation, of a mention, of a document as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import perf_counter

from alpie.app.answering.answer_types import Answer, MissingSource, Quote
from alpie.app.answering.judging.candidates import CandidateSpan
from alpie.app.answering.judging.judgement import Candidate
from alpie.app.answering.quoting.quotes import are_adjacent, quote_candidate
from alpie.app.answering.routing.answer_pipeline import REPORTED_HITS, AnswerPipeline
from alpie.index.records import Document, Hit
from alpie.index.retrieval.places import Place
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.query import Question

_NAMED_LEAD = 1.0  # of score: by this a passage that was named is ahead of the best that was not


def hits_at(places: Sequence[Place], others: Sequence[Hit], limit: int) -> tuple[Hit, ...]:
    """The hits at the places that a question names, then the other hits by their scores, without repeating one."""
    top = max((hit.score for hit in others), default=0.0) + _NAMED_LEAD
    by_address = {hit.passage.address: hit for hit in others}
    named: dict[str, Hit] = {}
    for place in places:
        address = place.passage.address
        if address not in named:
            found = by_address.get(address) or Hit(place.passage, top)
            named[address] = replace(found, passage=place.passage, score=top)
    rest = [hit for hit in others if hit.passage.address not in named]
    return (*named.values(), *rest)[:limit]


def answer_from_places(
    pipeline: AnswerPipeline,
    question: Question,
    groups: Sequence[Sequence[Place]],
    absent: Sequence[MissingSource] = (),
) -> Answer | None:
    """The answer made of `groups` of places; None where no place can be proved, which an intact index excludes.

    The confidence is 1, because it is certain what stands at the places. Every group gets one quotation at least, even
    where these are more than the policy allows. `absent`: what was asked for besides and is missing.
    """
    started = perf_counter()
    places = tuple(dict.fromkeys(place for group in groups for place in group))
    limit = pipeline.policy.max_quotes
    found = [quotes_at(group, pipeline.documents, limit) for group in groups]
    shown = _distribute([len(quotes) for quotes in found], limit)
    quotes = [quote for quotes, number in zip(found, shown, strict=True) for quote in quotes[:number]]
    if not quotes:
        return None
    total = 1000 * (perf_counter() - started)
    return Answer(
        question=question.typed,
        searched=question.searched,
        answered=True,
        confidence=1.0,
        quotes=tuple(quotes),
        hits=hits_at(places, (), REPORTED_HITS),
        search=pipeline.search_statement(len(places)),
        milliseconds={"quote": total, "total": total},
        language=question.language,
        absent=tuple(absent),
    )


def quotes_at(places: Sequence[Place], documents: Mapping[str, Document], limit: int) -> list[Quote]:
    """The quotations of some places, `limit` at most; every document that has one of the places is quoted."""
    by_document: dict[str, list[Quote]] = {}
    for rank, place in enumerate(places):
        quotes = by_document.setdefault(place.passage.document_id, [])
        for span in _adjacent_runs(place, documents[place.passage.document_id].text):
            candidate = Candidate(
                hit=Hit(place.passage, 1.0), rank=rank, span=span, number=0, score=0.0, probability=1.0
            )
            quote = quote_candidate(candidate, 1.0, documents) if len(quotes) < limit else None
            if quote is not None and not _is_name_alone(quote):
                quotes.append(quote)
    found = [quotes for quotes in by_document.values() if quotes][:limit]
    shown = _distribute([len(quotes) for quotes in found], limit)
    return [quote for quotes, number in zip(found, shown, strict=True) for quote in quotes[:number]]


def _is_name_alone(quote: Quote) -> bool:
    """Whether a quotation is only the name of a unit: «Artículo 7-A.», without the text of the article."""
    return fold(quote.text.strip(" .:-–—")) == fold(quote.passage.label or "")


def _distribute(wanted: Sequence[int], limit: int) -> list[int]:
    """How many quotations of each group are shown: one at least, then one more each in turn, `limit` in all."""
    shown = [min(1, number) for number in wanted]
    while sum(shown) < limit and shown != list(wanted):
        for group, number in enumerate(wanted):
            if shown[group] < number and sum(shown) < limit:
                shown[group] += 1
    return shown


def _adjacent_runs(place: Place, source: str) -> list[CandidateSpan]:
    """The sentences of a place, in runs between which more than white space lies; a list is never cut.

    Without its items the introduction of a list says nothing, so a list is quoted over the end of a page.
    """
    sentences = place.passage.sentences
    runs: list[CandidateSpan] = []
    first = place.first
    for number in range(place.first, place.last + 1):
        goes_on = number < place.last and (
            (sentences[number].group is not None and sentences[number].group == sentences[number + 1].group)
            or are_adjacent(sentences, number, source)
        )
        if not goes_on:
            runs.append(CandidateSpan(first, number))
            first = number + 1
    return runs
