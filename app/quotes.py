"""From chosen units to quotations: joined where they touch, proved against the source, few, unlike.

A quotation is one to three neighbouring sentences of one passage, or a list or table whole. It is cut
where it can be understood: a sentence that leans on the one before it («Esto…», «En su lugar…») brings
that one along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from alpie.app.choice import Unit
from alpie.app.citation import cite
from alpie.app.emphasis import emphasise
from alpie.app.records import Quote
from alpie.app.weights import LinearModel, sigmoid
from alpie.index.analysis import fold, stems
from alpie.index.readable import proves
from alpie.index.records import Document, SentenceRole, Span

__all__ = ["QUOTE_FEATURES", "QuotePolicy", "quote_features", "select_quotes"]

QUOTE_FEATURES = ("score", "share", "margin", "rank", "following")
_MAX_SENTENCES = 3
_MAX_JOINED_WORDS = 90
_NEAR_DUPLICATE = 0.7  # share of common stems from which two quotations say the same
_LEANS = re.compile(
    r"^(?:esto|esta?s? (?:ultim|cifra|dato|practica|situacion|tendencia|caso|medida|distincion)|ello|eso|en su lugar|"
    r"ambos|ambas|dicho|dicha|tal(?:es)? |asi |ademas|tambien|por ello|por lo tanto|sin embargo|no obstante|"
    r"de ellas|de ellos|el mismo|la misma|este es|estos|estas|este)\b"
)


@dataclass(frozen=True)
class QuotePolicy:
    """How many quotations, and from which likelihood on. Likelihoods are 0 … 1."""

    most: int = 5
    always: int = 1  # so many are shown however unlikely
    least_likelihood: float = 0.25  # of a further quotation to be shown
    least_ratio: float = 0.4  # … and of its likelihood to that of the first


def quote_features(units: Sequence[Unit]) -> np.ndarray:
    """One row a unit, shape (units, len(QUOTE_FEATURES)): how sure its choice is."""
    rows = []
    for position, unit in enumerate(units):
        other = units[1] if position == 0 and len(units) > 1 else units[0]
        rows.append([unit.score, unit.share, unit.score - other.score, float(unit.rank), float(position)])
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(QUOTE_FEATURES))


def select_quotes(
    units: Sequence[Unit],
    question: str,
    documents: Mapping[str, Document],
    model: LinearModel,
    policy: QuotePolicy,
) -> tuple[Quote, ...]:
    """The quotations to show, best first.

    Every one is proved: a unit whose words are not at its place in the source, which an intact index
    cannot hold, is left out rather than shown.
    """
    likelihoods = [sigmoid(float(score)) for score in model.scores(quote_features(units), QUOTE_FEATURES)]
    chosen: list[tuple[Unit, float]] = []
    for unit, likelihood in zip(units, likelihoods, strict=True):
        wanted = len(chosen) < policy.always or (
            likelihood >= policy.least_likelihood and likelihood >= policy.least_ratio * likelihoods[0]
        )
        if not wanted or len(chosen) >= policy.most + _MAX_SENTENCES:
            break
        if unit.sentences[0].role is SentenceRole.LEAD_IN and unit.first == unit.last:
            continue  # «Este informe se propone:» says nothing by itself
        chosen.append((unit, likelihood))
    quotes: list[Quote] = []
    for unit, likelihood in _joined(chosen):
        quote = _quote(_understandable(unit), likelihood, question, documents)
        if quote is not None and not any(_alike(quote, other) for other in quotes):
            quotes.append(quote)
    return tuple(quotes[: policy.most])


def _joined(chosen: Sequence[tuple[Unit, float]]) -> list[tuple[Unit, float]]:
    """Neighbouring units of one passage as one, in the place of the better."""
    joined: list[tuple[Unit, float]] = []
    for unit, likelihood in chosen:
        for i, (other, other_likelihood) in enumerate(joined):
            if other.hit is unit.hit and (merged := _merge(other, unit)) is not None:
                # at least one of two that exclude each other: their likelihoods add up
                joined[i] = (merged, min(0.99, other_likelihood + likelihood * (1 - other_likelihood)))
                break
        else:
            joined.append((unit, likelihood))
    return joined


def _merge(one: Unit, other: Unit) -> Unit | None:
    first, last = min(one.first, other.first), max(one.last, other.last)
    inside = one.first <= other.first and other.last <= one.last
    gap = max(one.first, other.first) - min(one.last, other.last)
    merged = replace(one, first=first, last=last)
    short = (
        last - first < _MAX_SENTENCES
        and sum(len(s.text.split()) for s in merged.sentences) <= _MAX_JOINED_WORDS
    )
    return merged if inside or (gap <= 1 and short) else None


def _understandable(unit: Unit) -> Unit:
    """The unit, with the sentence before it when it leans on that."""
    sentences = unit.hit.passage.sentences
    first = sentences[unit.first]
    if unit.first == 0 or first.role is not SentenceRole.SENTENCE or not _LEANS.match(fold(first.text)):
        return unit
    before = sentences[unit.first - 1]
    longer = replace(unit, first=unit.first - 1)
    words = sum(len(sentence.text.split()) for sentence in longer.sentences)
    if before.role is not SentenceRole.SENTENCE or longer.last - longer.first >= _MAX_SENTENCES:
        return unit
    return longer if words <= _MAX_JOINED_WORDS else unit


def _quote(unit: Unit, likelihood: float, question: str, documents: Mapping[str, Document]) -> Quote | None:
    passage = unit.hit.passage
    document = documents[passage.document_id]
    text = " ".join(sentence.text for sentence in unit.sentences)
    spans = _contiguous([span for sentence in unit.sentences for span in sentence.spans], document.text)
    if not proves(document.text, spans, text):
        return None
    return Quote(
        text=text,
        document_id=document.id,
        spans=spans,
        passage=passage,
        citation=cite(document, passage),
        score=likelihood,
        emphasis=emphasise(question, text),
    )


def _contiguous(spans: Sequence[Span], source: str) -> tuple[Span, ...]:
    """The spans, neighbours joined where only white space lies between them."""
    joined: list[Span] = []
    for span in spans:
        if joined and not source[joined[-1].end : span.start].strip():
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return tuple(joined)


def _alike(one: Quote, other: Quote) -> bool:
    a, b = stems(one.text), stems(other.text)
    return bool(a and b) and len(a & b) / min(len(a), len(b)) >= _NEAR_DUPLICATE
