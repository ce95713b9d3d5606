"""Makes one answer of several: the sides of a comparison, several questions in one, or an answer from each document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from alpie.app.answering.answer_types import Answer, Part, Quote, SearchStatement
from alpie.app.answering.quoting.quote_policy import MAX_PART_QUOTES, QuotePolicy
from alpie.app.answering.routing.answer_pipeline import REPORTED_HITS
from alpie.app.answering.routing.quoted_places import quotes_at
from alpie.index.records import Document
from alpie.index.retrieval.places import Place
from alpie.index.spanish.query import Question

_MIN_LEFT = 0.01  # of probability, taken to be left of a side: no division by zero
# Quotations that have this part of their characters in common say the same, as in `quotes`: the rest is a clause or two.
_MAX_COMMON = 0.7


def join_answers(
    question: Question, answers: Sequence[Answer | None], parts: Sequence[Part], searched: SearchStatement
) -> Answer:
    """One answer of several, as sure as the best of them; `searched`: the documents and passages in all."""
    given = [answer for answer in answers if answer]
    quotes = {(quote.document_id, quote.spans): quote for part in parts for quote in part.quotes}
    best = max(given, key=lambda answer: (answer.answered, answer.confidence))
    hits = {hit.passage.address: hit for answer in given for hit in answer.hits}
    return replace(
        best,
        question=question.typed,
        searched=question.searched,
        quotes=tuple(quotes.values()),
        hits=tuple(sorted(hits.values(), key=lambda hit: -hit.score))[:REPORTED_HITS],
        search=replace(
            best.search,
            documents=searched.documents,
            passages=searched.passages,
            above_threshold=sum(answer.search.above_threshold for answer in given),
        ),
        language=question.language,
        follows=(),
        absent=(),
        parts=tuple(parts) if quotes else (),
    )


def fill_parts(
    parts: Iterable[Part], quotes: Sequence[Sequence[Quote]], answers: Sequence[Answer | None]
) -> list[Part]:
    """The `parts` with their quotations, each with those of its answer; an empty one with what comes nearest.

    What comes nearest is a quotation that no other part shows.
    """
    shown = {quote.text for of_part in quotes for quote in of_part}
    filled = []
    for part, of_part, answer in zip(parts, quotes, answers, strict=True):
        near = (*answer.nearest, *answer.quotes) if answer and not of_part else ()
        filled.append(
            replace(
                part,
                quotes=tuple(of_part),
                nearest=tuple(quote for quote in near if quote.text not in shown)[:1],
                tentative=bool(answer and answer.tentative),
                shown_elsewhere=bool(answer and answer.answered and not of_part),
            )
        )
    return filled


def distribute_quotes(
    answers: Sequence[Answer | None], policy: QuotePolicy, documents: Mapping[str, Document]
) -> list[list[Quote]]:
    """The quotations of each side; a sentence that answers several sides is left where it answers best.

    The quotations that are left to a side share the probability of those taken away, and are shown if that is enough.
    """
    sides = [answer.quotes if answer and answer.answered else () for answer in answers]
    of_all = [quote for quotes in sides for quote in quotes]
    distributed = []
    for quotes, answer in zip(sides, answers, strict=True):
        kept = [quote for quote in quotes if not any(_is_better(other, quote) for other in of_all)]
        taken = sum(quote.score for quote in quotes if quote not in kept)
        if answer and kept and taken:
            left = (
                kept[0].score / max(answer.confidence - taken, kept[0].score, _MIN_LEFT) * answer.confidence
            )
            kept = kept if left >= answer.search.threshold else []
        kept = [quote for quote in kept if quote.score >= policy.min_ratio * kept[0].score]
        distributed.append(kept[:MAX_PART_QUOTES])
    of_all = [quote for quotes in distributed for quote in quotes]
    return [
        [one for quote in quotes if (one := _without_shown(quote, of_all, documents))]
        for quotes in distributed
    ]


def _without_shown(quote: Quote, of_all: Sequence[Quote], documents: Mapping[str, Document]) -> Quote | None:
    """`quote` without the sentences at its edges that a better quotation shows; None where there are no others."""
    better = [other for other in of_all if other.score > quote.score and _common_characters(other, quote)]
    sentences = list(enumerate(quote.passage.sentences))
    own = [number for number, one in sentences if quote.start <= one.start < quote.end]
    shown = {
        number for number in own for other in better if other.start <= sentences[number][1].start < other.end
    }
    while own and (own[0] in shown or own[-1] in shown):
        own.remove(own[0] if own[0] in shown else own[-1])
    if not better or not shown:
        return quote
    left = quotes_at([Place(quote.passage, own[0], own[-1])], documents, 1) if own else []
    return replace(left[0], score=quote.score) if left else None


def _is_better(one: Quote, other: Quote) -> bool:
    return (
        _common_characters(one, other) >= _MAX_COMMON * (other.end - other.start) and one.score > other.score
    )


def _common_characters(one: Quote, other: Quote) -> int:
    if one.document_id != other.document_id:
        return 0
    return max(0, min(one.end, other.end) - max(one.start, other.start))
