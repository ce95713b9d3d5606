"""The record of an answer: question, quotations, citations, and what they were taken from.

A record is printed and filed, or saved as JSON. `record_check` can check it against the documents at any later time.
Since it holds offsets and checksums, so can another version of Al Pie, or a person by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, cast

from typing_extensions import TypedDict

from alpie.app.answering.answer_types import Answer
from alpie.app.exporting.reference_files import plain_line
from alpie.app.service.row_schemas import AnsweredRow, QuoteRow
from alpie.app.service.rows import answer_row
from alpie.app.translations import Translations, translations_for

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

RECORD_FORMAT = "alpie-record"
RECORD_VERSION = 1  # raise it whenever a field changes its meaning

_KEPT = (
    "question", "follows", "limited_to", "answered", "tentative", "confidence", "quotes", "parts",
    "absent", "nearest", "search", "writer", "stages",
)  # fmt: skip


class RecordedFileRow(TypedDict):
    """A document of a record's corpus, with the checksum of its file."""

    id: str
    title: str
    file: str
    sha256: str


class RecordedCorpusRow(TypedDict):
    """The corpus that a recorded answer was made from."""

    fingerprint: str
    documents: list[RecordedFileRow]


class RecordRow(AnsweredRow):
    """The record of an answer: with the version that made it, the date, and what it was made from."""

    format: str
    format_version: int
    alpie: str
    date: str
    corpus: RecordedCorpusRow


def make_record(
    answer: Answer, corpus: Corpus, made_at: datetime, version: str, language: str = "es"
) -> RecordRow:
    """The record of `answer`; `made_at` with its time zone, `version` of Al Pie."""
    row = answer_row(answer, language=language)
    record = {
        "format": RECORD_FORMAT,
        "format_version": RECORD_VERSION,
        "alpie": version,
        "date": made_at.isoformat(timespec="seconds"),
        **{name: row[name] for name in _KEPT if name in row},  # type: ignore[literal-required]
        "corpus": {
            "fingerprint": corpus.fingerprint,
            "documents": [
                {"id": document.id, "title": document.title, "file": document.file, "sha256": document.sha256}
                for document in corpus.documents.values()
            ],
        },
    }
    return cast(RecordRow, record)


def record_text(record: RecordRow, language: str = "es") -> str:
    """A record as plain text to print."""
    translations = translations_for(language)
    lines = [
        translations("record.title"),
        "",
        translations("record.question", question=plain_line(record["question"])),
    ]
    if follows := record.get("follows"):
        lines.append(translations("ask.follows", question=" › ".join(map(plain_line, follows))))
    if chosen := record.get("limited_to"):
        titles = {document["id"]: plain_line(document["title"]) for document in record["corpus"]["documents"]}
        lines.append(translations("record.limited", documents=", ".join(titles[id_] for id_ in chosen)))
    lines.append("")
    absent = [plain_line(sentence) for sentence in record.get("absent", ())]
    if record["answered"]:
        lines += [*absent, translations.count("record.quotes", len(record["quotes"])), ""]
        lines += _answer_lines(record, translations)
    else:
        lines += [*(absent or [translations("ask.none")]), ""]
        if nearest := record.get("nearest"):
            lines += [translations("ask.nearest"), "", *_quotes(enumerate(nearest, start=1), translations)]
    for sentence in record["writer"] or ():
        notes = "".join(f" [{number}]" for number in sentence["quotes"])
        lines.append(translations("ask.written", text=plain_line(sentence["text"])) + notes)
    corpus = record["corpus"]
    lines += [translations("record.corpus", fingerprint=corpus["fingerprint"])]
    lines += [
        f"  {document['id']}  {plain_line(document['title'])}\n    SHA-256 {document['sha256']}"
        for document in corpus["documents"]
    ]
    lines += [
        "",
        translations("record.made", date=record["date"], version=record["alpie"]),
        translations("record.recheck"),
    ]
    return "\n".join(lines) + "\n"


def _answer_lines(record: RecordRow, translations: Translations) -> list[str]:
    """The quotations, part by part where there are parts, each with its reserve."""
    reserve = [translations("ask.tentative"), ""]
    if not (parts := record.get("parts")):
        return (reserve if record["tentative"] else []) + _quotes(
            enumerate(record["quotes"], start=1), translations
        )
    lines: list[str] = []
    for part in parts:
        numbers = part["quotes"]
        lines += [f"== {plain_line(part['heading']) or translations('part.' + part['role'])}", ""]
        lines += reserve if numbers and part.get("tentative") else []
        lines += _quotes(((number, record["quotes"][number - 1]) for number in numbers), translations)
        if not numbers:
            lines += [translations("part.elsewhere" if part.get("elsewhere") else "part.empty"), ""]
    return lines


def _quotes(numbered: Iterable[tuple[int, QuoteRow]], translations: Translations) -> list[str]:
    lines: list[str] = []
    for number, quote in numbered:
        lines += [
            f"{number}. {translations.quoted(plain_line(quote['text']))}",
            f"   {plain_line(quote['citation'])}",
            f"   {translations('record.place', address=quote['address'], start=quote['start'], end=quote['end'])}",
            "",
        ]
    return lines
