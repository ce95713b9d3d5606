"""The rows that the reader learns from, and the files they are kept in.

What was written for the project lies beside this module, in a checkout only:

- `own.jsonl.gz`: passages of our own, each alone, with their questions;
- `imagined.jsonl.gz`: documents of our own, of several passages on near subjects, with publisher, title and headings;
- `written.jsonl.gz`: questions on passages of public sets, which are found there by their checksum.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, NotRequired, TypedDict

from alpie.index.records import Span

OWN = Path(__file__).with_name("own.jsonl.gz")
IMAGINED = Path(__file__).with_name("imagined.jsonl.gz")
WRITTEN = Path(__file__).with_name("written.jsonl.gz")
_DocumentName = Literal["publisher", "title"]
_NEIGHBOURS = 2  # of the same imagined document, beside the passage that answers


class QuestionRow(TypedDict):
    """A written question: what `own.jsonl.gz`, `imagined.jsonl.gz` and `written.jsonl.gz` have in common."""

    question: str
    kind: str  # how it was asked
    why: NotRequired[str | None]  # why the passage does not answer


class AnsweredQuestionRow(QuestionRow):
    """A question on a passage of our own."""

    answer: str | list[str] | None  # words of the passage; several where a list or two things are asked for


class OwnPassageRow(TypedDict):
    """A line of `own.jsonl.gz`."""

    passage: str
    rows: list[AnsweredQuestionRow]


class ImaginedPassageRow(TypedDict):
    """A passage of an imagined document."""

    heading: str
    text: str
    rows: list[AnsweredQuestionRow]


class ImaginedDocumentRow(TypedDict):
    """A line of `imagined.jsonl.gz`."""

    id: str
    publisher: str
    title: str
    passages: list[ImaginedPassageRow]


class PublicQuestionRow(QuestionRow):
    """A line of `written.jsonl.gz`."""

    id: str
    source: str  # the public set
    document: str
    passage: str  # its checksum
    start: int | None  # of the answer in the passage; None where it does not answer
    end: int | None


@dataclass(frozen=True)
class ReaderRow:
    """A question, a passage, and where the passage answers it."""

    question: str
    passage: str
    answers: bool
    spans: tuple[Span, ...] = ()  # of characters; none where only the passage is known to answer
    loose: bool = False  # the spans are whole sentences, of which only a part answers
    kind: str = ""  # how it was asked, or the set: for figures by kind
    others: tuple[str, ...] = ()  # passages that do not answer, among which this one is to be the likeliest


def read_rows(path: Path) -> list[ReaderRow]:
    """Rows as `write_rows` wrote them."""
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [
        ReaderRow(
            **{
                **row,
                "spans": tuple(Span(*span) for span in row["spans"]),
                "others": tuple(row.get("others", ())),
            }
        )
        for row in rows
    ]


def write_rows(path: Path, rows: Iterable[ReaderRow]) -> None:
    """Write rows, one JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            spans = [(span.start, span.end) for span in row.spans]
            file.write(json.dumps({**asdict(row), "spans": spans}, ensure_ascii=False) + "\n")


def read_lines(path: Path) -> Iterator[Any]:
    """The objects of a gzipped JSON Lines file; whoever reads it knows their fields."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def checksum_of(passage: str) -> str:
    """The checksum by which a passage is found in the public sets."""
    return hashlib.sha256(passage.encode()).hexdigest()[:16]


def passages_of(data: Path, names: Iterable[str]) -> dict[str, str]:
    """The passages of public sets by their checksum: as they stand, and after their article's heading."""
    found: dict[str, str] = {}
    for path in (data / f"{name}.jsonl.gz" for name in names):
        for row in read_lines(path) if path.exists() else ():
            text = row.get("passage") or row.get("text") or ""
            for passage in (text, f"{row.get('title') or row.get('question')}. {text}"):
                found[checksum_of(passage)] = passage
    return found


@dataclass(frozen=True)
class TrainingRow:
    """A written row, as its file has it, and what is known of its passage."""

    row: QuestionRow  # as it stands in the file
    name: str  # where it stands, for messages
    key: str  # its passage's checksum
    document: str
    passage: str | None = None  # None where the public set is not there
    spans: tuple[
        Span, ...
    ] = ()  # empty where it does not answer; begins at -1 what is not there exactly once
    others: tuple[str, ...] = ()  # of the same document

    def for_reader(self) -> ReaderRow | None:
        """The row that the reader learns from; None where the passage is not there."""
        if self.passage is None:
            return None
        return ReaderRow(
            self.row["question"],
            self.passage,
            bool(self.spans),
            self.spans,
            kind=self.row["kind"],
            others=self.others if self.spans else (),
        )


def own_rows(lines: Iterable[OwnPassageRow]) -> Iterator[TrainingRow]:
    """Rows on passages of our own, each of which is a document."""
    for number, line in enumerate(lines, start=1):
        passage = line["passage"]
        key = checksum_of(passage)
        for place, row in enumerate(line["rows"], start=1):
            yield TrainingRow(row, f"own {number}.{place}", key, key, passage, _answer_spans(row, passage))


def imagined_rows(lines: Iterable[ImaginedDocumentRow]) -> Iterator[TrainingRow]:
    """Rows on imagined documents, each passage under what the reader is shown of its document.

    That is mostly all there is; but many files say neither who publishes them nor what they are called, so a part of the
    questions that name neither is asked of passages without it. The same is shown of all passages of a row.
    """
    for number, document in enumerate(lines, start=1):
        for place, passage in enumerate(document["passages"], start=1):
            for turn, row in enumerate(passage["rows"], start=1):
                name = f"imagined {number}.{place}.{turn}"
                chance = random.Random(row["question"])
                names = _names_shown(row, chance)
                shown = [_under_names(document, other, names) for other in document["passages"]]
                text = shown.pop(place - 1)
                before = len(text) - len(passage["text"])
                spans = tuple(
                    Span(span.start + before, span.end + before) if span.start >= 0 else span
                    for span in _answer_spans(row, passage["text"])
                )
                others = tuple(chance.sample(shown, min(_NEIGHBOURS, len(shown))))
                key = checksum_of(passage["text"])
                yield TrainingRow(row, name, key, document["id"], text, spans, others)


def _names_shown(row: QuestionRow, chance: random.Random) -> tuple[_DocumentName, ...]:
    """What of a document's names the reader is shown with a row; a question that goes by a name needs it."""
    drawn = chance.random()
    if row["kind"] in ("publisher", "title") or row["why"] == "other" or drawn < 0.7:
        return "publisher", "title"
    return ("title",) if drawn < 0.9 else ()


def _under_names(
    document: ImaginedDocumentRow, passage: ImaginedPassageRow, names: Iterable[_DocumentName]
) -> str:
    shown = [*(document[name] for name in names), passage["heading"], passage["text"]]
    return ". ".join(filter(None, shown))


def _answer_spans(row: AnsweredQuestionRow, passage: str) -> tuple[Span, ...]:
    """The places of a row's answers; several where a list or two things are asked for."""
    given = row["answer"] or ()
    answers = (given,) if isinstance(given, str) else tuple(given)
    starts = [passage.find(answer) if passage.count(answer) == 1 else -1 for answer in answers]
    return tuple(Span(start, start + len(answer)) for start, answer in zip(starts, answers, strict=True))


def public_set_rows(lines: Sequence[PublicQuestionRow], data: Path | None) -> Iterator[TrainingRow]:
    """Rows on passages of the public sets, with their passages as far as `data` has them."""
    names = sorted({row["source"] for row in lines})
    passages = passages_of(data, [*names, "written"]) if data else {}
    for row in lines:
        start, end = row["start"], row["end"]
        spans = () if start is None or end is None else (Span(start, end),)
        passage = passages.get(row["passage"])
        yield TrainingRow(row, f"written {row['id']}", row["passage"], row["document"], passage, spans)


class LearnableRow(NamedTuple):
    """A written row that the reader can learn from, as its passage is there."""

    document: str  # by which rows are held out
    row: ReaderRow


def written_rows(data: Path) -> Iterator[LearnableRow]:
    """The rows of everything written for the project on passages that are there: of public sets, and our own."""
    for written in (
        *public_set_rows(list(read_lines(WRITTEN)), data),
        *own_rows(read_lines(OWN)),
        *imagined_rows(read_lines(IMAGINED)),
    ):
        if (row := written.for_reader()) is not None:
            yield LearnableRow(written.document, row)
