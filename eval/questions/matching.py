"""Decides whether predicted words are the gold words: by their place in the source, otherwise by the words alone.

Gold evidence is located in the canonical text, with or without what the layout left out. A word of it counts if it
lies inside the predicted piece's offsets and the piece's text has it too: between a table's header and a quoted row
lie rows that are not quoted. If one of the two has no known place, words in the same order decide.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import NamedTuple, TypedDict

from alpie.index.records import Document, Passage, Span, collapse, readable_map, readable_text, spans_between

_WORD = re.compile(r"\w+")
_MINIMUM_RUN = 2  # words: shorter common runs («de», «la») say nothing about a shared origin


def folded_text(text: str) -> str:
    """`text` without case, accents and differences of white space."""
    plain = unicodedata.normalize("NFKD", text)
    return collapse("".join(c for c in plain if not unicodedata.combining(c)).casefold())


def folded_words(text: str) -> list[str]:
    """The words of `text`, folded, in order."""
    return _WORD.findall(folded_text(text))


def contains(text: str, answer: str) -> bool:
    """Whether `answer` occurs in `text`, folded; a number is not found inside a longer number."""
    wanted = folded_text(answer)
    before = r"(?<!\d)" if wanted[:1].isdigit() else ""
    after = r"(?!\d)" if wanted[-1:].isdigit() else ""
    return bool(wanted) and re.search(before + re.escape(wanted) + after, folded_text(text)) is not None


class Word(NamedTuple):
    """A folded word and its place in the canonical text."""

    folded: str
    start: int
    end: int


@dataclass(frozen=True)
class Occurrence:
    """One place where the evidence stands; `words` is empty where the place is unknown."""

    doc: str
    quote: str
    words: tuple[Word, ...] = ()

    @property
    def located(self) -> bool:
        return bool(self.words)


class PredictedTextRow(TypedDict):
    """A quote or a passage in a row of predictions; `start` and `end` are read if they are there and whole numbers."""

    doc: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class PredictedText:
    """A predicted quote or passage: text, and its place if the pipeline gives it."""

    doc: str
    text: str
    start: int | None = None
    end: int | None = None

    @classmethod
    def from_row(cls, row: PredictedTextRow) -> PredictedText:
        """The predicted text in a "quotes" or "passages" entry of a prediction."""
        start, end = row.get("start"), row.get("end")
        placed = isinstance(start, int) and isinstance(end, int)
        return cls(row["doc"], row["text"], start if placed else None, end if placed else None)

    @cached_property
    def words(self) -> list[str]:
        return folded_words(self.text)


def coverage(piece: PredictedText, gold: Occurrence) -> float:
    """Share of the evidence's words that the predicted piece holds, 0 … 1."""
    if piece.doc != gold.doc:
        return 0.0
    if piece.start is None or piece.end is None or not gold.located:
        return _coverage_by_runs(piece.words, folded_words(gold.quote))
    available = Counter(piece.words)
    found = 0
    for word in gold.words:
        if piece.start <= word.start and word.end <= piece.end and available[word.folded] > 0:
            available[word.folded] -= 1
            found += 1
    return found / len(gold.words)


def lies_in(piece: PredictedText, gold: Occurrence) -> bool:
    """Whether the predicted piece lies wholly within the evidence."""
    if piece.doc != gold.doc or not piece.words:
        return False
    if piece.start is None or piece.end is None or not gold.located:
        return f" {' '.join(piece.words)} " in f" {' '.join(folded_words(gold.quote))} "
    # Half a word or a closing quotation mark more does not put a quotation outside its evidence.
    slack = 3
    return gold.words[0].start - slack <= piece.start and piece.end <= gold.words[-1].end + slack


def _coverage_by_runs(words: Sequence[str], wanted: Sequence[str]) -> float:
    """Share of `wanted` found in `words` in the same order, in runs of at least two words."""
    if not wanted:
        return 0.0
    least = min(_MINIMUM_RUN, len(wanted))
    blocks = SequenceMatcher(None, wanted, words, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= least) / len(wanted)


class _CollapsedText(NamedTuple):
    """A way to read a document: text with white space collapsed, and each character's offset."""

    text: str
    offsets: list[int]


class SourceTexts:
    """Looks evidence up in the documents, as they are written and as they are shown.

    `passages` show what the layout left out; without them only the text as written is known. `verifies`
    is what `alpie verify` says of a text: whether it is exact.
    """

    def __init__(
        self,
        documents: Mapping[str, Document],
        passages: Iterable[Passage] = (),
        verifies: Callable[[str], bool] | None = None,
    ) -> None:
        self.documents = documents
        self.verifies = verifies
        self._spans: dict[str, list[tuple[Span, ...]]] = {}
        for passage in sorted(passages, key=lambda passage: (passage.document_id, passage.ordinal)):
            spans = self._spans.setdefault(passage.document_id, [])
            spans.extend(sentence.spans for sentence in passage.sentences)
        self._readings: dict[str, tuple[_CollapsedText, ...]] = {}

    def occurrences(self, doc: str, quote: str, start: int | None = None) -> tuple[Occurrence, ...]:
        """Find every place of `quote`, or only that at offset `start`; the result is empty if the quote is nowhere."""
        wanted = collapse(quote)
        if doc not in self.documents or not wanted:
            return ()
        for reading in self._document_readings(doc):
            places = [reading.text.find(wanted)]
            while places[-1] >= 0:
                places.append(reading.text.find(wanted, places[-1] + 1))
            if start is not None:
                first = bisect_left(reading.offsets, start)
                places = [place for place in places if place == first] + [-1]
            if len(places) > 1:
                return tuple(self._occurrence(doc, quote, wanted, reading, place) for place in places[:-1])
        return ()

    def gold(self, doc: str, quote: str, start: int | None = None) -> tuple[Occurrence, ...]:
        """The occurrences of a gold quote, or one without a place, so that words alone can still be compared."""
        return self.occurrences(doc, quote, start) or (Occurrence(doc, quote),)

    def proves(self, piece: PredictedText) -> bool:
        """Whether the source, cut at the offsets of a predicted piece, is that piece, but for what no sentence covers."""
        document = self.documents.get(piece.doc)
        if document is None or piece.start is None or piece.end is None:
            return False
        text = collapse(piece.text)
        if readable_text(document.text, [Span(piece.start, piece.end)]) == text:
            return bool(text)
        cut = (spans_between(spans, piece.start, piece.end) for spans in self._spans.get(piece.doc, ()))
        return collapse(" ".join(readable_text(document.text, spans) for spans in cut if spans)) == text

    def _document_readings(self, doc: str) -> tuple[_CollapsedText, ...]:
        if doc not in self._readings:
            source = self.documents[doc].text
            written = _CollapsedText(*readable_map(source, [Span(0, len(source))]))
            self._readings[doc] = (written, self._readable(doc, source))
        return self._readings[doc]

    def _readable(self, doc: str, source: str) -> _CollapsedText:
        """The sentences one after the other, as they are shown."""
        characters: list[str] = []
        offsets: list[int] = []
        for spans in self._spans.get(doc, ()):
            text, places = readable_map(source, spans)
            characters += [text, " "]
            offsets += [*places, spans[-1].end]
        return _CollapsedText("".join(characters), offsets)

    def _occurrence(
        self, doc: str, quote: str, wanted: str, reading: _CollapsedText, place: int
    ) -> Occurrence:
        words = []
        for match in _WORD.finditer(wanted):
            start = reading.offsets[place + match.start()]
            end = reading.offsets[place + match.end() - 1] + 1
            words.append(Word(folded_text(match[0]), start, end))
        return Occurrence(doc, quote, tuple(words))
