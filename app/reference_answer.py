"""The answer to a question that is a citation: what stands at the place it names, whole and in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import perf_counter

from alpie.app.choice import Unit
from alpie.app.quotes import QuotePolicy, quote_unit, touch
from alpie.app.records import Answer, Quote, SearchStatement
from alpie.app.units import UnitSpan
from alpie.app.weights import Weights
from alpie.index.hits import Hit
from alpie.index.query import Question
from alpie.index.records import Document
from alpie.index.references import Place
from alpie.index.search import SearchIndex

__all__ = ["answer_reference", "hits_at"]

_ABOVE = 1.0  # a passage that was named scores this much more than the best that was not


def hits_at(places: Sequence[Place], others: Sequence[Hit], limit: int) -> tuple[Hit, ...]:
    """The passages named, then the others by their scores, without repeating one."""
    top = max((hit.score for hit in others), default=0.0) + _ABOVE
    by_address = {hit.passage.address: hit for hit in others}
    named: dict[str, Hit] = {}
    for place in places:
        address = place.passage.address
        if address not in named:
            found = by_address.get(address) or Hit(place.passage, top)
            named[address] = replace(found, passage=place.passage, score=top)
    rest = [hit for hit in others if hit.passage.address not in named]
    return (*named.values(), *rest)[:limit]


def answer_reference(
    index: SearchIndex,
    documents: Mapping[str, Document],
    question: Question,
    places: Sequence[Place],
    weights: Weights,
    policy: QuotePolicy,
    threshold: float | None = None,
) -> Answer | None:
    """The answer made of `places`; None should none of them be provable, which an intact index excludes.

    Its confidence is 1: that the place says what it says is no estimate.
    """
    started = perf_counter()
    quotes: list[Quote] = []
    for rank, place in enumerate(places):
        source = documents[place.passage.document_id].text
        for span in _runs(place, source):
            if len(quotes) == policy.most:
                break
            unit = Unit(Hit(place.passage, 1.0), rank, span, 0, 0.0, 1.0)
            quote = quote_unit(unit, 1.0, question.searched, documents)
            if quote is not None:
                quotes.append(quote)
    if not quotes:
        return None
    limit = weights.threshold if threshold is None else threshold
    total = 1000 * (perf_counter() - started)
    return Answer(
        question=question.typed,
        searched=question.searched,
        answered=True,
        confidence=1.0,
        quotes=tuple(quotes),
        nearest=(),
        hits=hits_at(places, (), 10),
        search=SearchStatement(
            documents=len(documents),
            passages=len(index.passages),
            above_threshold=len(places),
            threshold=limit,
            firm=max(limit, weights.firm),
        ),
        milliseconds={"quote": total, "total": total},
        language=question.language,
    )


def _runs(place: Place, source: str) -> list[UnitSpan]:
    """The named sentences in runs between which only white space lies: nothing left out is bridged."""
    sentences = place.passage.sentences
    runs: list[UnitSpan] = []
    first = place.first
    for number in range(place.first, place.last + 1):
        if number == place.last or not touch(sentences, number, source):
            runs.append(UnitSpan(first, number))
            first = number + 1
    return runs
