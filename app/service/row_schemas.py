"""The form of the rows that programs get, from `--json`, over HTTP and over MCP alike: declared once, here.

A row is a plain dictionary. `docs/schema.json` is generated from these declarations (`endpoints.schema_document`).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from alpie.app.answering.answer_types import Role, WriterFailure
from alpie.app.checking.verification import Verdict
from alpie.app.service.people_at_risk import Risk


def _doc(description: str, **limits: Any) -> Any:
    return Field(description=description, **limits)


_Count = Annotated[int, Field(ge=0)]
_FromOne = Annotated[int, Field(ge=1)]
_Probability = Annotated[float, Field(ge=0, le=1)]
_Range = Annotated[list[_Count], Field(min_length=2, max_length=2)]
_Spans = Annotated[
    list[_Range], _doc("[start, end] pairs; what lies between two of them the layout left out")
]
_Path = Annotated[list[str], _doc("headings, outermost first")]
_PageName = int | str | None
_FirstPage = Annotated[
    _PageName, _doc("of the first word, as the document calls it («iv»); null where it has none")
]
_LastPage = Annotated[_PageName, _doc("page of the last word, where that is another; else null")]
_Address = Annotated[str, _doc("permanent address of the passage")]
_Warnings = Annotated[list[str], _doc("what a quotation cut short leaves out that may change its meaning")]
_VerdictName = Annotated[
    str,
    _doc(
        "cut: exact, but with warnings; joined: exact sentences that do not follow one another",
        json_schema_extra={"enum": [*Verdict]},
    ),
]


class TextRow(TypedDict):
    """Words of a document, and where they stand in it."""

    doc: Annotated[str, _doc("document id")]
    text: str
    start: Annotated[_Count, _doc("character offset into the document's text, included")]
    end: Annotated[_Count, _doc("character offset, excluded")]


class AddressedTextRow(TextRow):
    """Words of a passage, with its permanent address."""

    address: _Address


class RecognitionRow(TypedDict, total=False):
    """How text was recognised, in rows of text that was read off a picture of the page only."""

    recognised: Annotated[
        _Probability, _doc("how sure the words are that were read off a picture of the page")
    ]
    doubtful: Annotated[list[str], _doc("those of its words that are doubtful")]


class LocationRow(RecognitionRow):
    """The place within the document."""

    path: _Path
    box: str | None
    label: str | None
    page: _FirstPage
    last_page: _LastPage


class QuoteRow(AddressedTextRow, RecognitionRow):
    """A quotation: its words, where they are cut from, and its citation."""

    page: _FirstPage
    last_page: _LastPage
    path: _Path
    score: Annotated[_Probability, _doc("probability that this quotation answers")]
    spans: _Spans
    citation: str


class FoundRow(AddressedTextRow):
    """A passage that was found."""

    score: float


class HitRow(FoundRow, LocationRow):
    """A passage found by `alpie search`, with its place, its citation and the reasons."""

    citation: str
    terms: Annotated[list[str], _doc("words of the question that the passage holds")]
    ranks: Annotated[dict[str, _FromOne], _doc("rank of the passage in each retriever of the search")]
    verbatim: Annotated[
        bool | None, _doc("whether it holds what was asked for as it stands; null: nothing was")
    ]


class WrittenRow(TypedDict):
    """A sentence of a language model, no quotation, with the numbers of its quotes, from 1."""

    text: str
    quotes: Annotated[list[_FromOne], Field(min_length=1)]


class WriterReportRow(TypedDict):
    """What became of the writer's sentences."""

    model: str
    dropped: Annotated[_Count, _doc("sentences left out because the quotes do not support them")]
    reasons: dict[str, _Count]
    failure: Annotated[str, Field(json_schema_extra={"enum": ["", *WriterFailure]})]


class SearchRow(TypedDict):
    """What was searched."""

    documents: _Count
    passages: _Count
    above_threshold: _Count
    threshold: _Probability


class _OptionalPartFields(TypedDict, total=False):
    tentative: Annotated[bool, _doc("its quotations come nearest and may not answer all that was asked")]
    elsewhere: Annotated[bool, _doc("empty: what answers here is a quotation of another part")]


class PartRow(_OptionalPartFields):
    """Some of the quotations, which are shown apart: a side of a comparison, what one document says."""

    role: Annotated[str, Field(json_schema_extra={"enum": [*Role]})]
    heading: Annotated[str, _doc("what was compared, as typed, or a title; empty where the role says it")]
    question: Annotated[str, _doc("as it was put to this part alone")]
    quotes: Annotated[list[_FromOne], _doc("numbers of its quotes, from 1; empty where it says nothing")]


class _OptionalAnsweredFields(TypedDict, total=False):
    parts: list[PartRow]
    follows: Annotated[list[str], _doc("the earlier questions it was completed with, oldest first")]
    limited_to: Annotated[list[str], _doc("ids of the documents it was put to, where not to all")]
    tentative: Annotated[
        bool, _doc("answered with reserve: the quotations come nearest and may not answer all")
    ]
    stages: Annotated[dict[str, float], _doc("milliseconds by stage")]
    absent: Annotated[
        list[str], _doc("of each document or place that is named and not there, a sentence saying so")
    ]
    nearest: Annotated[list[QuoteRow], _doc("of a refusal: the nearest passages, which are no answer")]


class AnsweredRow(_OptionalAnsweredFields):
    """A question and what was answered: what a row of an answer and its record share."""

    question: str
    answered: bool
    quotes: Annotated[list[QuoteRow], _doc("best first; empty when not answered")]
    confidence: Annotated[_Probability, _doc("probability that the documents answer")]
    search: SearchRow
    writer: list[WrittenRow] | None


class _OptionalAnswerFields(TypedDict, total=False):
    small_talk: Annotated[bool, _doc("a greeting or the like: nothing was searched")]
    at_risk: Annotated[
        str,
        _doc(
            "who seems to be in danger by what was asked: show them where to find help before the quotations",
            json_schema_extra={"enum": [*Risk]},
        ),
    ]
    writer_report: WriterReportRow


class AnswerRow(AnsweredRow, _OptionalAnswerFields):
    """A row of the predictions file, with the question, what was searched and the writer's sentences."""

    id: str
    answer: Annotated[str, _doc("the quotations, one a line, or a sentence that there is no answer")]
    passages: Annotated[list[FoundRow], Field(max_length=10)]
    ms: Annotated[float, _doc("milliseconds from question to answer")]


class SentenceRow(TypedDict):
    """A sentence of a passage."""

    text: str
    spans: _Spans


class PassageRow(AddressedTextRow, LocationRow):
    """A passage with its place, its citation and its sentences, each with its offsets."""

    citation: str
    sentences: list[SentenceRow]


class DocumentRow(TypedDict):
    """What is said of a document, and how many passages it was laid out into."""

    id: str
    title: str
    publisher: str
    date: Annotated[str, _doc("ISO 8601, as precise as known")]
    kind: str
    language: Annotated[str, _doc("BCP 47")]
    place: str
    url: str
    rights: str
    file: str
    sha256: str
    passages: _Count


class _OptionalPlaceFields(RecognitionRow, total=False):
    path: _Path
    box: str | None
    label: str | None
    page: _FirstPage
    last_page: _LastPage


class PlaceRow(TextRow, _OptionalPlaceFields):
    """Where a text, or what it was made from, stands."""

    shown: Annotated[str, _doc("the same, with «[…]» where words between them were left out")]
    spans: _Spans
    address: str
    citation: str
    sentence: Annotated[str, _doc("the whole sentences that the words stand in; empty where in none")]
    marked: Annotated[list[_Range], _doc("[start, end] of the words in `sentence`")]
    warnings: _Warnings


class DifferenceRow(TypedDict):
    """A run of words that is equal, changed, left out or added."""

    kind: str
    pasted: str
    source: str


class CheckedSentenceRow(TypedDict):
    """A sentence of a pasted text by itself."""

    text: str
    verdict: _VerdictName
    only_signs: bool
    places: list[PlaceRow]


class VerificationRow(TypedDict):
    """The outcome of `alpie verify`."""

    text: str
    verdict: _VerdictName
    similarity: _Probability
    occurrences: _Count
    with_omissions: bool
    only_signs: Annotated[bool, _doc("nothing but accents, capitals, spaces or punctuation differs")]
    warnings: _Warnings
    quoted: Annotated[
        list[str],
        _doc(
            "what stands between quotation marks, where that alone was checked and the rest was not: all of it "
            "when exact, else the first that is not; empty when the whole text was checked"
        ),
    ]
    places: list[PlaceRow]
    differences: list[DifferenceRow]
    sentences: Annotated[
        list[CheckedSentenceRow], _doc("each sentence by itself, where that tells more; else empty")
    ]
