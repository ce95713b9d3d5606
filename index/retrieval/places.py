"""Finds the passages and sentences that a citation names, by their labels, headings and enumerators.

If a document has no such place, the result says so: a neighbouring place is never given instead.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from alpie.index.layout.quotations import are_quoted
from alpie.index.records import Passage, Sentence, SentenceRole
from alpie.index.retrieval.enumerators import (
    CLOSES,
    STYLES_OF_PARTS,
    Enumerator,
    EnumeratorStyle,
    enumerators_of,
)
from alpie.index.retrieval.place_matching import matches_number, matches_units, passage_units
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.citation_parser import units_in
from alpie.index.spanish.citation_questions import CitationQuestion
from alpie.index.spanish.named_documents import first_noun, is_title_of
from alpie.index.spanish.unit_kinds import (
    DIVISIONS,
    OPERATIVE_PART,
    PARTS_OF_ARTICLES,
    ParsedUnits,
    Unit,
    UnitKind,
    Units,
)

_MAX_PLACE_SENTENCES = 4_000  # of a place
_MAX_BARE_CODE_WORDS = 4  # of a sentence that is little but a code
_WITHIN_UNITS = frozenset({*PARTS_OF_ARTICLES, UnitKind.PAGE})


@dataclass(frozen=True)
class Place:
    """The sentences `first` … `last` of a passage, both included, that a citation names."""

    passage: Passage
    first: int
    last: int


@dataclass(frozen=True)
class FoundPlaces:
    """The places that a citation names, grouped by unit, and the units that the documents do not have."""

    groups: tuple[tuple[Place, ...], ...]
    absent: tuple[Units, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """The places of all groups, each once, in the order they were asked for."""
        return tuple(dict.fromkeys(place for group in self.groups for place in group))


def places_with(code: str, passages: Sequence[Passage]) -> tuple[Place, ...]:
    """Where `code` stands in `passages`: the first sentence with it, or the whole passage where a heading has it."""
    pattern = re.compile(rf"(?<![\w/-]){re.escape(code)}(?![\w/-])")
    found: list[Place] = []
    for passage in passages:
        at = next(
            (at for at, sentence in enumerate(passage.sentences) if pattern.search(fold(sentence.text))), None
        )
        if at is not None:
            # a line that is little but the code is a title of the next sentence
            bare = len(passage.sentences[at].text.split()) <= _MAX_BARE_CODE_WORDS
            found.append(Place(passage, at, min(at + bare, len(passage.sentences) - 1)))
        elif pattern.search(fold(" ".join([*passage.path, passage.label or ""]))):
            found.append(Place(passage, 0, len(passage.sentences) - 1))
    return tuple(found)


@dataclass(frozen=True)
class _PlacedSentence:
    row: int
    number: int
    sentence: Sentence
    quoted: bool  # of the new words of another law, whose numbers it bears

    @property
    def enumerators(self) -> tuple[Enumerator, ...]:
        """The enumerator that the sentence begins with, in both readings where it has two: «i)»."""
        return () if self.quoted else enumerators_of(self.sentence.text)

    @property
    def styles(self) -> frozenset[EnumeratorStyle]:
        return frozenset(enumerator.style for enumerator in self.enumerators)


class _PassageUnits(NamedTuple):
    """The units that a passage stands in, and its document, which is not read from the index again."""

    numbers: dict[UnitKind, str]
    document_id: str


class PlaceFinder:
    """Finds the citable units of a corpus; the first citation takes longest, as it parses the labels of all passages."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages

    def find(self, citation_question: CitationQuestion, documents: Collection[str]) -> FoundPlaces:
        """The places of `citation_question` in `documents` (ids)."""
        groups: list[tuple[Place, ...]] = []
        absent: list[Units] = []
        for units in citation_question.places:
            sentences = self._sentences_at(dict(units), documents)
            if sentences:
                groups.append(tuple(self._places(sentences)))
            else:
                absent.append(units)
        return FoundPlaces(tuple(groups), tuple(absent))

    def within(self, name: str, documents: Collection[str]) -> PlaceFinder | None:
        """The places of a regulation inside one of `documents`, under a heading with its name; None where there is none."""
        rows = {
            row for title, below in self._inner_titles.items() if is_title_of(title, name) for row in below
        }
        passages = [self._passages[row] for row in sorted(rows)]
        found = [passage for passage in passages if passage.document_id in documents]
        return PlaceFinder(found) if found else None

    @cached_property
    def _inner_titles(self) -> dict[str, list[int]]:
        """Name of a document in headings («Reglamento de caza», in «Anexo. Reglamento de caza») → rows of the passages below."""
        found: dict[str, list[int]] = {}
        for row, passage in enumerate(self._passages):
            for heading in passage.path:
                units, end = next(units_in(heading), ParsedUnits((), 0))
                title = heading[end:].lstrip(" .:-–—") if units and units[0].kind in DIVISIONS else heading
                if first_noun(title):
                    found.setdefault(title, []).append(row)
        return found

    @cached_property
    def _units(self) -> dict[int, _PassageUnits]:
        """Row of each passage that stands in a citable unit → its units."""
        found: dict[int, _PassageUnits] = {}
        for row, passage in enumerate(self._passages):
            units = dict(passage_units(passage))
            if units:
                found[row] = _PassageUnits(units, passage.document_id)
        return found

    def _sentences_at(self, wanted: dict[UnitKind, str], documents: Collection[str]) -> list[_PlacedSentence]:
        """The sentences at a place: those of its article or division, narrowed to the part that is asked for."""
        parts = {kind: wanted.pop(kind) for kind in PARTS_OF_ARTICLES if kind in wanted}
        if not wanted:  # «párrafo 3», «apartado 2»: the whole label
            labelled = self._rows(parts, documents)
            return self._sentences_of(labelled) or self._enumerated_alone(parts, documents)
        if UnitKind.RESOLUTION_POINT in wanted and not self._rows(wanted, documents):
            wanted = {UnitKind.PARAGRAPH: wanted[UnitKind.RESOLUTION_POINT], UnitKind.PART: OPERATIVE_PART}
        exact = self._rows(wanted | parts, documents) if parts else []
        if exact:
            return self._sentences_of(exact)
        found: list[_PlacedSentence] = []
        for document in documents:  # one by one, as the parts of a unit are in its document
            sentences = self._sentences_of(self._rows(wanted, (document,)))
            if page := wanted.get(UnitKind.PAGE):
                sentences = [placed for placed in sentences if self._is_on(page, placed)]
            for part in parts.items():
                sentences = self._narrow(sentences, Unit(*part))
            found += sentences
        return found

    def _enumerated_alone(
        self, parts: Mapping[UnitKind, str], documents: Collection[str]
    ) -> list[_PlacedSentence]:
        """The sentences with an enumerator that is asked for without its article: «punto SEGUNDO», «letra b)»."""
        found: list[_PlacedSentence] = []
        rows = [row for row, passage in enumerate(self._passages) if passage.document_id in documents]
        for _, rows_of_unit in groupby(
            rows, key=lambda row: (self._passages[row].document_id, self._unit_around(row))
        ):
            sentences = self._sentences_of(list(rows_of_unit))
            for part in parts.items():
                sentences = _sentences_with_enumerator(sentences, Unit(*part))
            found += sentences
        return found

    def _unit_around(self, row: int) -> list[Unit]:
        """The article or division that a passage stands in, without the part of it."""
        numbers = self._units[row].numbers if row in self._units else {}
        return [Unit(kind, number) for kind, number in numbers.items() if kind not in _WITHIN_UNITS]

    def _rows(self, wanted: Mapping[UnitKind, str], documents: Collection[str]) -> list[int]:
        return [
            row
            for row, units in self._units.items()
            if units.document_id in documents and matches_units(wanted, units.numbers)
        ]

    def _is_on(self, wanted: str, placed: _PlacedSentence) -> bool:
        pages = self._passages[placed.row].pages(placed.sentence.spans)
        return any(matches_number(wanted, fold(str(page)), UnitKind.PAGE) for page in pages)

    def _sentences_of(self, rows: Sequence[int]) -> list[_PlacedSentence]:
        numbered = [
            (row, number, sentence)
            for row in rows
            for number, sentence in enumerate(self._passages[row].sentences)
        ]
        quoted = are_quoted([sentence.text for _, _, sentence in numbered])
        return [_PlacedSentence(*place, inside) for place, inside in zip(numbered, quoted, strict=True)]

    def _narrow(self, sentences: list[_PlacedSentence], part: Unit) -> list[_PlacedSentence]:
        kind, number = part
        if kind is UnitKind.CLAUSE:
            labelled = [placed for placed in sentences if self._units[placed.row].numbers.get(kind) == number]
            if labelled:
                return labelled
        enumerated = _sentences_with_enumerator(sentences, part)
        if enumerated or kind in (UnitKind.LETTER, UnitKind.FRACTION):
            return enumerated
        paragraphs = _paragraphs(sentences)
        if kind is UnitKind.CLAUSE:  # of an article of one paragraph, that paragraph
            numbered = any(EnumeratorStyle.DIGIT in placed.styles for placed in sentences)
            return sentences if number == "1" and len(paragraphs) == 1 and not numbered else []
        return paragraphs[int(number) - 1] if number.isdigit() and 0 < int(number) <= len(paragraphs) else []

    def _places(self, sentences: Sequence[_PlacedSentence]) -> Iterator[Place]:
        start = 0
        for at, placed in enumerate(sentences):
            following = sentences[at + 1] if at + 1 < len(sentences) else None
            if following is None or (following.row, following.number) != (placed.row, placed.number + 1):
                yield Place(self._passages[placed.row], sentences[start].number, placed.number)
                start = at + 1
            if start > _MAX_PLACE_SENTENCES:
                return


def _sentences_with_enumerator(sentences: Sequence[_PlacedSentence], part: Unit) -> list[_PlacedSentence]:
    """The sentence with the enumerator asked for, and the sentences after it that belong to it."""
    for style in STYLES_OF_PARTS.get(part.kind, ()):
        enumerator = Enumerator(style, part.number)
        at = next((at for at, placed in enumerate(sentences) if enumerator in placed.enumerators), None)
        if at is None:
            continue
        end = at + 1
        while end < len(sentences) and _is_part(sentences[end], sentences[end - 1], style):
            end += 1
        return list(sentences[at:end])
    return []


def _is_part(placed: _PlacedSentence, before: _PlacedSentence, style: EnumeratorStyle) -> bool:
    """Whether a sentence belongs to the numbered one before: without one in the same paragraph, or with a lower enumerator."""
    styles = {enumerator.style for enumerator in placed.enumerators[:1]}
    if placed.quoted:  # words of another law belong to what introduces them
        return True
    if styles & CLOSES[style]:
        return False
    return bool(styles) or placed.sentence.block == before.sentence.block


def _paragraphs(sentences: Sequence[_PlacedSentence]) -> list[list[_PlacedSentence]]:
    """The sentences by paragraphs; items of lists belong to the paragraph before them."""
    found: list[list[_PlacedSentence]] = []
    for placed in sentences:
        is_enumerated = not placed.styles.isdisjoint((EnumeratorStyle.LETTER, EnumeratorStyle.ROMAN))
        item = is_enumerated or placed.sentence.role in (SentenceRole.ITEM, SentenceRole.ROW)
        new = not found or placed.sentence.block != found[-1][-1].sentence.block
        if new and not (item and found):
            found.append([])
        found[-1].append(placed)
    return found
