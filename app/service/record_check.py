"""Checks a saved record of an answer against the documents as they are now."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import StrictInt, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from alpie.app.answering.quoting.citation import cite, full_citation
from alpie.app.checking.verification import Verdict, Verification
from alpie.app.checking.verify import QuotationChecker
from alpie.app.errors import RecordError
from alpie.app.service.answer_record import RECORD_FORMAT, RECORD_VERSION
from alpie.app.service.row_schemas import VerificationRow
from alpie.app.service.rows import verification_row
from alpie.app.translations import LANGUAGES, message
from alpie.index.records import Passage, Span, proves

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

_MAX_QUOTES = 100  # of a record; ours hold at most ten
_SPAN_PAIRS = TypeAdapter(list[tuple[StrictInt, StrictInt]])


class QuoteCheckRow(TypedDict):
    """What became of a quotation of a record; `verification`: where its words are now, if it changed."""

    text: str
    state: str
    citation_unchanged: bool
    verification: VerificationRow | None


class RecordCheckRow(TypedDict):
    """The outcome of `alpie verify --record`."""

    question: str
    date: str
    holds: bool
    same_corpus: bool
    quotes: list[QuoteCheckRow]


class QuoteState(StrEnum):
    """What became of a quotation since the record was made."""

    UNCHANGED = "unchanged"  # word for word at the same place
    MOVED = "moved"  # word for word, but elsewhere
    ALTERED = "altered"  # the documents now say something close
    ABSENT = "absent"


@dataclass(frozen=True)
class QuoteCheck:
    """One quotation of the record. If it changed, `verification` says where its words are now."""

    text: str
    state: QuoteState
    citation_unchanged: bool  # the address exists and is cited as it was then
    verification: Verification | None = None


@dataclass(frozen=True)
class RecordCheck:
    """The outcome of checking a whole record."""

    question: str
    date: str
    same_corpus: bool  # the very same documents, passages included
    quotes: tuple[QuoteCheck, ...]

    @property
    def holds(self) -> bool:
        """Whether every quotation is still word for word in the documents."""
        return all(quote.state in (QuoteState.UNCHANGED, QuoteState.MOVED) for quote in self.quotes)


def verify_record(record_json: str, corpus: Corpus) -> RecordCheck:
    """Check every quotation of a saved record; raises `RecordError` for a file that is none."""
    record = _parse_record(record_json)
    checker = QuotationChecker(corpus)
    saved = record["corpus"]
    return RecordCheck(
        question=str(record["question"]),
        date=str(record["date"]),
        same_corpus=isinstance(saved, Mapping) and saved.get("fingerprint") == corpus.fingerprint,
        quotes=tuple(_check(quote, checker) for quote in record["quotes"]),
    )


def _check(quote: Mapping[str, Any], checker: QuotationChecker) -> QuoteCheck:
    """Where a saved quotation stands now, and whether its citation is still the same."""
    text, corpus = quote["text"], checker.corpus
    document = corpus.documents.get(str(quote.get("doc")))
    spans = _spans(quote, len(document.text)) if document else ()
    row = corpus.passages.row_of(str(quote.get("address")))
    same_citation = row is not None and quote.get("citation") in _citations(
        corpus, corpus.passages[row], spans
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


def _citations(corpus: Corpus, passage: Passage, spans: Sequence[Span]) -> set[str]:
    """The full citation of the words at `spans` of `passage`, in every language a record may be in."""
    citation = cite(corpus.documents[passage.document_id], passage, spans)
    return {full_citation(citation, language) for language in LANGUAGES}


def _parse_record(text: str) -> Mapping[str, Any]:
    """The record in `text`, checked far enough that nothing after this can fail on its form."""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(message("record.not_json", error=error)) from error
    if not isinstance(record, Mapping) or record.get("format") != RECORD_FORMAT:
        raise RecordError(message("record.not_one", format=RECORD_FORMAT))
    if record.get("format_version") != RECORD_VERSION:
        raise RecordError(message("record.later", found=record.get("format_version"), own=RECORD_VERSION))
    for name in ("question", "date", "corpus", "quotes"):
        if name not in record:
            raise RecordError(message("record.lacks", name=name))
    quotes = record["quotes"]
    if not isinstance(quotes, list) or len(quotes) > _MAX_QUOTES:
        raise RecordError(message("record.list", most=_MAX_QUOTES))
    for number, quote in enumerate(quotes, start=1):
        words = quote.get("text") if isinstance(quote, Mapping) else None
        if not isinstance(words, str) or not any(character.isalnum() for character in words):
            raise RecordError(message("record.no_words", number=number))
    return record


def _spans(quote: Mapping[str, Any], length: int) -> tuple[Span, ...]:
    """The spans of a quote, none where they are no such: a record may have been edited by hand."""
    try:
        pairs = _SPAN_PAIRS.validate_python(quote.get("spans"))
    except ValidationError:
        return ()
    return tuple(Span(*pair) for pair in pairs) if all(0 <= a < b <= length for a, b in pairs) else ()


def record_check_row(check: RecordCheck, language: str = "es") -> RecordCheckRow:
    """The outcome of `alpie verify --record`."""
    return {
        "question": check.question,
        "date": check.date,
        "holds": check.holds,
        "same_corpus": check.same_corpus,
        "quotes": [
            {
                "text": quote.text,
                "state": quote.state.value,
                "citation_unchanged": quote.citation_unchanged,
                "verification": verification_row(quote.verification, language)
                if quote.verification
                else None,
            }
            for quote in check.quotes
        ],
    }
