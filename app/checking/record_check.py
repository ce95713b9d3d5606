"""Re-check a saved answer record: do its quotations still stand where it says?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from alpie.app.answering.citation import cite, full_citation
from alpie.app.checking.verify import QuotationChecker, Searchable, Verdict, Verification
from alpie.app.translations import LANGUAGES
from alpie.index.errors import AlpieError
from alpie.index.readable import proves
from alpie.index.records import Passage, Span

RECORD_FORMAT = "alpie-record"
RECORD_VERSION = 1  # raise it whenever a field changes its meaning
_MAX_QUOTES = 100  # of a record; ours hold at most ten


class RecordError(AlpieError):
    """A file that is no answer record, or one of a later version."""


class QuoteState(StrEnum):
    """What became of a quotation since the record was made."""

    UNCHANGED = "unchanged"  # word for word at the same place
    MOVED = "moved"  # word for word, but elsewhere
    ALTERED = "altered"  # the documents now say something close
    ABSENT = "absent"


@dataclass(frozen=True)
class QuoteCheck:
    """One quotation of the record. `verification`: where its words are now, unless unchanged."""

    text: str
    state: QuoteState
    citation_unchanged: bool  # the address exists and is cited as it was then
    verification: Verification | None = None


@dataclass(frozen=True)
class RecordCheck:
    """The outcome for a whole record."""

    question: str
    date: str
    same_corpus: bool  # the very same documents, passages included
    quotes: tuple[QuoteCheck, ...]

    @property
    def holds(self) -> bool:
        """Whether every quotation is still word for word in the documents."""
        return all(quote.state in (QuoteState.UNCHANGED, QuoteState.MOVED) for quote in self.quotes)


def verify_record(record_json: str, corpus: Searchable) -> RecordCheck:
    """Check every quotation of a saved record; raises `RecordError` for a file that is none."""
    record = _parsed(record_json)
    checker = QuotationChecker(corpus)
    passages = {passage.address: passage for passage in corpus.passages}
    saved = record["corpus"]
    return RecordCheck(
        question=str(record["question"]),
        date=str(record["date"]),
        same_corpus=isinstance(saved, Mapping) and saved.get("fingerprint") == corpus.fingerprint,
        quotes=tuple(_check(quote, checker, passages) for quote in record["quotes"]),
    )


def _check(
    quote: Mapping[str, Any], checker: QuotationChecker, passages: Mapping[str, Passage]
) -> QuoteCheck:
    text = quote["text"]
    document = checker.corpus.documents.get(str(quote.get("doc")))
    spans = _spans(quote, len(document.text)) if document else ()
    passage = passages.get(str(quote.get("address")))
    same_citation = passage is not None and quote.get("citation") in _citations(
        checker.corpus, passage, spans
    )
    if document and proves(document.text, spans, text):
        return QuoteCheck(text, QuoteState.UNCHANGED, same_citation)
    found = checker.check_whole(text)
    state = {
        Verdict.EXACT: QuoteState.MOVED,
        Verdict.CUT: QuoteState.MOVED,
        Verdict.JOINED: QuoteState.ALTERED,
        Verdict.ALTERED: QuoteState.ALTERED,
        Verdict.ABSENT: QuoteState.ABSENT,
    }[found.verdict]
    return QuoteCheck(text, state, same_citation, found)


def _citations(corpus: Searchable, passage: Passage, spans: Sequence[Span]) -> set[str]:
    """The full citation of the words at `spans` of `passage`, in every language a record may be in."""
    citation = cite(corpus.documents[passage.document_id], passage, spans)
    return {full_citation(citation, language) for language in LANGUAGES}


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"No es JSON ({error}); se espera un registro guardado por Al Pie.") from error
    if not isinstance(record, Mapping) or record.get("format") != RECORD_FORMAT:
        raise RecordError(f"No es un registro de respuesta de Al Pie: falta «format»: «{RECORD_FORMAT}».")
    if record.get("format_version") != RECORD_VERSION:
        raise RecordError(
            f"El registro tiene la versión {record.get('format_version')}; "
            f"esta versión de Al Pie lee la {RECORD_VERSION}."
        )
    for name in ("question", "date", "corpus", "quotes"):
        if name not in record:
            raise RecordError(f"Al registro le falta «{name}».")
    quotes = record["quotes"]
    if not isinstance(quotes, list) or len(quotes) > _MAX_QUOTES:
        raise RecordError(f"«quotes» debe ser una lista de {_MAX_QUOTES} citas como máximo.")
    for number, quote in enumerate(quotes, start=1):
        words = quote.get("text") if isinstance(quote, Mapping) else None
        if not isinstance(words, str) or not any(character.isalnum() for character in words):
            raise RecordError(f"La cita {number} del registro no tiene «text».")
    return record


def _spans(quote: Mapping[str, Any], length: int) -> tuple[Span, ...]:
    """The spans of a quote, none when they are not such: a record may have been edited by hand."""
    rows = quote.get("spans")
    if not isinstance(rows, list):
        return ()
    spans: list[Span] = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 2 or not all(type(number) is int for number in row):
            return ()
        start, end = row
        if not 0 <= start < end <= length:
            return ()
        spans.append(Span(start, end))
    return tuple(spans)
