"""Answers, hits and checks as rows: what `--json` prints, and what the predictions file holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from alpie.app.answering.answer_types import Answer, Citation, Part, Quote
from alpie.app.answering.quoting.citation import cite, full_citation
from alpie.app.checking.verification import (
    MatchedPlace,
    Verification,
    verification_warnings,
    warning_sentences,
)
from alpie.app.service.people_at_risk import Risk
from alpie.app.service.row_schemas import (
    AnswerRow,
    DocumentRow,
    FoundRow,
    HitRow,
    LocationRow,
    PartRow,
    PassageRow,
    PlaceRow,
    QuoteRow,
    RecognitionRow,
    TextRow,
    VerificationRow,
)
from alpie.app.translations import translations_for
from alpie.index.records import Document, Hit, Passage, Span

REFUSAL = translations_for("es")("ask.none")
_PASSAGES = 10  # as many as the evaluation looks at (recall@10, mrr@10)


def answer_row(answer: Answer, language: str = "es", at_risk: Risk | None = None) -> AnswerRow:
    """A row of the predictions file, with the question, the statement of search and the writer's sentences.

    Quotes also carry their exact `spans` and the full `citation`; a refusal carries the `nearest`. `at_risk`: who seems to
    be in danger.
    """
    row: AnswerRow = {
        "id": "",
        "question": answer.question,
        "answered": answer.answered,
        "answer": "\n".join(quote.text for quote in answer.quotes) if answer.answered else _refusal(answer),
        "quotes": [quote_row(quote, language) for quote in answer.quotes] if answer.answered else [],
        "passages": [found_row(hit) for hit in answer.hits[:_PASSAGES]],
        "confidence": float(answer.confidence),
        "tentative": answer.tentative,
        "ms": float(answer.milliseconds.get("total", 0.0)),
        "stages": {stage: round(ms, 3) for stage, ms in answer.milliseconds.items() if stage != "total"},
        "search": {
            "documents": answer.search.documents,
            "passages": answer.search.passages,
            "above_threshold": answer.search.above_threshold,
            "threshold": float(answer.search.threshold),
        },
        "writer": None
        if answer.writer is None
        else [{"text": sentence.text, "quotes": list(sentence.quotes)} for sentence in answer.writer],
    }
    _add_occasional_fields(row, answer, language)
    if at_risk:
        row["at_risk"] = at_risk.value
    return row


def _add_occasional_fields(row: AnswerRow, answer: Answer, language: str) -> None:
    """Add to a row what only some answers have."""
    if answer.writer_report:
        report = answer.writer_report
        row["writer_report"] = {
            "model": report.model,
            "dropped": report.dropped_count,
            "reasons": dict(report.dropped),
            "failure": report.failure or "",
        }
    if answer.absent:
        row["absent"] = answer.absence_sentences(translations_for(language))
    if answer.parts:
        numbers = {(quote.document_id, quote.spans): n for n, quote in enumerate(answer.quotes, start=1)}
        row["parts"] = [_part_row(part, numbers) for part in answer.parts]
    if answer.follows:
        row["follows"] = list(answer.follows)
    if answer.limited_to:
        row["limited_to"] = list(answer.limited_to)
    if answer.small_talk:
        row["small_talk"] = True
    if not answer.answered:
        row["nearest"] = [quote_row(quote, language) for quote in answer.nearest]


def _part_row(part: Part, numbers: Mapping[tuple[str, tuple[Span, ...]], int]) -> PartRow:
    row: PartRow = {
        "role": part.role.value,
        "heading": part.heading,
        "question": part.question,
        "quotes": [numbers[quote.document_id, quote.spans] for quote in part.quotes],
    }
    if part.tentative:
        row["tentative"] = True
    if part.shown_elsewhere:
        row["elsewhere"] = True
    return row


def _refusal(answer: Answer) -> str:
    if answer.small_talk:
        return translations_for("es")("ask.small_talk")
    return " ".join(answer.absence_sentences(translations_for("es"))) or REFUSAL


def quote_row(quote: Quote, language: str = "es") -> QuoteRow:
    """A quotation: its words, where they are cut from, and its citation."""
    return {
        **_text_row(quote),
        "page": quote.citation.page,
        "last_page": quote.citation.last_page,
        "path": list(quote.citation.path),
        "address": quote.citation.address,
        "score": float(quote.score),
        "spans": _span_pairs(quote.spans),
        "citation": full_citation(quote.citation, language),
        **_recognition_fields(quote.citation),
    }


def hit_row(hit: Hit, documents: Mapping[str, Document], language: str = "es") -> HitRow:
    """A passage found by `alpie search`, with its place, its citation and the reasons."""
    citation = cite(documents[hit.passage.document_id], hit.passage)
    return {
        **found_row(hit),
        **_place_fields(citation),
        "citation": full_citation(citation, language),
        "terms": list(hit.terms),
        "ranks": dict(hit.ranks),
        "verbatim": hit.verbatim,
    }


def passage_row(passage: Passage, document: Document, language: str = "es") -> PassageRow:
    """A passage with its place, its citation and its sentences, each with its offsets."""
    citation = cite(document, passage)
    return {
        **_text_row(passage),
        "address": passage.address,
        **_place_fields(citation),
        "citation": full_citation(citation, language),
        "sentences": [
            {"text": sentence.text, "spans": _span_pairs(sentence.spans)} for sentence in passage.sentences
        ],
    }


def document_row(document: Document, passages: int) -> DocumentRow:
    """What `sources.toml` says of a document; `passages`: how many it was laid out into."""
    facts = {name: getattr(document, name) for name in DocumentRow.__annotations__ if name != "passages"}
    return cast(DocumentRow, {**facts, "passages": passages})


def verification_row(verification: Verification, language: str = "es") -> VerificationRow:
    """The outcome of `alpie verify`."""
    return {
        "text": verification.text,
        "verdict": verification.verdict.value,
        "similarity": round(verification.similarity, 4),
        "occurrences": verification.occurrences,
        "with_omissions": verification.with_omissions,
        "only_signs": verification.only_signs,
        "warnings": verification_warnings(verification, translations_for(language)),
        "quoted": list(verification.quoted),
        "places": [_place_row(place, language) for place in verification.places],
        "differences": [
            {"kind": difference.kind.value, "pasted": difference.pasted, "source": difference.source}
            for difference in verification.differences
        ],
        "sentences": [
            {
                "text": sentence.text,
                "verdict": sentence.verdict.value,
                "only_signs": sentence.only_signs,
                "places": [_place_row(place, language) for place in sentence.places],
            }
            for sentence in verification.sentences
        ],
    }


def found_row(hit: Hit) -> FoundRow:
    """A "passages" entry of the predictions contract."""
    return {**_text_row(hit.passage), "address": hit.passage.address, "score": float(hit.score)}


def _text_row(words: Passage | Quote) -> TextRow:
    """What stands in a document, and where."""
    return {"doc": words.document_id, "text": words.text, "start": words.start, "end": words.end}


def _place_row(place: MatchedPlace, language: str) -> PlaceRow:
    row: PlaceRow = {
        "doc": place.document_id,
        "text": place.text,
        "shown": place.shown,
        "start": place.start,
        "end": place.end,
        "spans": _span_pairs(place.spans),
        "address": place.address,
        "citation": "",
        "sentence": place.cut.text,
        "marked": _span_pairs(place.cut.marked),
        "warnings": warning_sentences(place.cut.warnings, translations_for(language)),
    }
    if place.citation:
        row = {**row, **_place_fields(place.citation), "citation": full_citation(place.citation, language)}
    return row


def _recognition_fields(citation: Citation) -> RecognitionRow:
    """How sure the words of a scanned page are; nothing for others."""
    if citation.recognised is None:
        return {}
    return {"recognised": citation.recognised / 100, "doubtful": list(citation.doubtful)}


def _place_fields(citation: Citation) -> LocationRow:
    return {
        "path": list(citation.path),
        "box": citation.box,
        "label": citation.label,
        "page": citation.page,
        "last_page": citation.last_page,
        **_recognition_fields(citation),
    }


def _span_pairs(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]
