"""The record of an answer: question, quotations, citations, and what they were taken from.

To be printed and filed, or saved as JSON, which `alpie.app.checking.record_check` checks against the documents
at any later time: with this version, another one, or by hand, since it holds offsets and checksums.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from alpie.app.answering.answers import Answer
from alpie.app.checking.record_check import RECORD_FORMAT, RECORD_VERSION
from alpie.app.exporting.reference_files import plain_line
from alpie.app.service.rows import answer_row
from alpie.app.translations import Translations, translations_for
from alpie.index.records import Document

Row = dict[str, Any]


class RecordedCorpus(Protocol):
    """What a record keeps of the corpus."""

    @property
    def documents(self) -> Mapping[str, Document]: ...
    @property
    def fingerprint(self) -> str: ...


def make_record(
    answer: Answer, corpus: RecordedCorpus, made_at: datetime, version: str, language: str = "es"
) -> Row:
    """The record of `answer`; `made_at` with its time zone, `version` of Al Pie."""
    row: Row = {**answer_row(answer, language=language)}
    kept = ("question", "answered", "confidence", "quotes", "absent", "nearest", "search", "writer", "stages")
    return {
        "format": RECORD_FORMAT,
        "format_version": RECORD_VERSION,
        "alpie": version,
        "date": made_at.isoformat(timespec="seconds"),
        **{name: row[name] for name in kept if name in row},
        "corpus": {
            "fingerprint": corpus.fingerprint,
            "documents": [
                {"id": document.id, "title": document.title, "file": document.file, "sha256": document.sha256}
                for document in corpus.documents.values()
            ],
        },
    }


def record_text(record: Row, language: str = "es") -> str:
    """A record as plain text to print."""
    words = translations_for(language)
    lines = [words("record.title"), "", words("record.question", question=plain_line(record["question"])), ""]
    if record["answered"]:
        lines += [words.count("record.quotes", len(record["quotes"])), ""]
        lines += _quotes(record["quotes"], words)
    else:
        lines += [*record.get("absent", [words("ask.none")]), ""]
        if record.get("nearest"):
            lines += [words("ask.nearest"), "", *_quotes(record["nearest"], words)]
    for sentence in record["writer"] or ():
        notes = "".join(f" [{number}]" for number in sentence["quotes"])
        lines.append(words("ask.written", text=plain_line(sentence["text"])) + notes)
    corpus = record["corpus"]
    lines += [words("record.corpus", fingerprint=corpus["fingerprint"])]
    lines += [
        f"  {one['id']}  {plain_line(one['title'])}\n    SHA-256 {one['sha256']}"
        for one in corpus["documents"]
    ]
    lines += ["", words("record.made", date=record["date"], version=record["alpie"]), words("record.recheck")]
    return "\n".join(lines) + "\n"


def _quotes(rows: list[Row], words: Translations) -> list[str]:
    lines: list[str] = []
    for number, quote in enumerate(rows, start=1):
        lines += [
            f"{number}. {words.quoted(plain_line(quote['text']))}",
            f"   {plain_line(quote['citation'])}",
            f"   {words('record.place', address=quote['address'], start=quote['start'], end=quote['end'])}",
            "",
        ]
    return lines
