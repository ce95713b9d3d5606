"""Makes one answer of several: of the sides of a comparison, of several questions, of one answer a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from alpie.app.answering.answer_types import Answer, Part, Quote, Role
from alpie.app.answering.quoting.quotes import QuotePolicy
from alpie.app.answering.routing.answer_pipeline import REPORTED_HITS
from alpie.app.answering.routing.quoted_places import quotes_at
from alpie.index.records import Document
from alpie.index.retrieval.places import Place
from alpie.index.spanish.query import Question

PART_QUOTES = 2  # quotations of a side of a comparison, or of a document
_LEAST_LEFT = 0.01  # the least probability that is taken to be left of a side: no division by zero
_MAX_WORDS = 0.7  # quotations that share more of their characters say the same


def join_answers(
    question: Question, answers: Sequence[Answer], parts: Sequence[Part], documents: int, passages: int
) -> Answer:
    """One answer of several, as sure as the best of them; `documents` and `passages` count what was searched."""
    quotes = {(quote.document_id, quote.spans): quote for part in parts for quote in part.quotes}
    best = max(answers, key=lambda answer: (answer.answered, answer.confidence))
    hits = {hit.passage.address: hit for answer in answers for hit in answer.hits}
    above = sum(answer.search.above_threshold for answer in answers)
    statement = replace(best.search, documents=documents, passages=passages, above_threshold=above)
    return replace(
        best,
        question=question.typed,
        searched=question.searched,
        quotes=tuple(quotes.values()),
        hits=tuple(sorted(hits.values(), key=lambda hit: -hit.score))[:REPORTED_HITS],
        search=statement,
        language=question.language,
        follows=(),
        absent=(),
        parts=tuple(parts) if quotes else (),
    )


def make_parts(
    named: Iterable[tuple[str, str]],
    quotes: Sequence[Sequence[Quote]],
    answers: Sequence[Answer | None],
    role: Role = Role.SIDE,
) -> list[Part]:
    """A part for each (heading, question) in `named`, with its quotations and the answer they are of."""
    return [
        Part(role, heading, asked, tuple(of_part), tentative=bool(answer and answer.tentative))
        for (heading, asked), of_part, answer in zip(named, quotes, answers, strict=True)
    ]


def with_nearest(parts: Sequence[Part], answers: Sequence[Answer | None]) -> list[Part]:
    """The `parts` of an answer; a part without quotations gets the nearest quotation that no other part shows."""
    shown = {quote.text for part in parts for quote in part.quotes}
    completed = []
    for part, answer in zip(parts, answers, strict=True):
        near = (*answer.nearest, *answer.quotes) if answer else ()
        nearest = [quote for quote in near if quote.text not in shown]
        is_elsewhere = bool(answer and answer.answered and not part.quotes)
        completed.append(
            part if part.quotes else replace(part, nearest=tuple(nearest[:1]), shown_elsewhere=is_elsewhere)
        )
    return completed


def share_quotes(
    answers: Sequence[Answer | None], policy: QuotePolicy, documents: Mapping[str, Document]
) -> list[list[Quote]]:
    """The quotations of each side; a sentence that answers several sides is left where it answers best.

    The quotations that are left to a side share the probability of those taken away, and are shown if that is enough.
    """
    sides = [answer.quotes if answer and answer.answered else () for answer in answers]
    of_all = [quote for quotes in sides for quote in quotes]
    shared = []
    for quotes, answer in zip(sides, answers, strict=True):
        kept = [quote for quote in quotes if not any(_is_better(other, quote) for other in of_all)]
        taken = sum(quote.score for quote in quotes if quote not in kept)
        if answer and kept and taken:
            left = (
                kept[0].score / max(answer.confidence - taken, kept[0].score, _LEAST_LEFT) * answer.confidence
            )
            kept = kept if left >= answer.search.threshold else []
        kept = [quote for quote in kept if quote.score >= policy.min_ratio * kept[0].score]
        shared.append(kept[:PART_QUOTES])
    of_all = [quote for quotes in shared for quote in quotes]
    return [
        [one for quote in quotes if (one := _without_shown(quote, of_all, documents))] for quotes in shared
    ]


def _without_shown(quote: Quote, of_all: Sequence[Quote], documents: Mapping[str, Document]) -> Quote | None:
    """`quote` without the sentences at its edges that a better quotation shows; None where there are no others."""
    better = [other for other in of_all if other.score > quote.score and _shared(other, quote)]
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
    """Whether `one` holds most characters of `other`, and answers better."""
    return _shared(one, other) >= _MAX_WORDS * (other.end - other.start) and one.score > other.score


def _shared(one: Quote, other: Quote) -> int:
    """How many characters of the source two quotations share."""
    if one.document_id != other.document_id:
        return 0
    return max(0, min(one.end, other.end) - max(one.start, other.start))
