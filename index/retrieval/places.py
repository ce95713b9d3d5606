"""Finds the passages and sentences that a citation names, by their labels, headings and marks.

Where a document has no such place, the result says so: a neighbouring place is never given instead.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from alpie.index.layout.quotations import are_quoted
from alpie.index.records import Passage, Sentence, SentenceRole
from alpie.index.retrieval.passage_units import (
    PARTS_OF_ARTICLES,
    matches_number,
    matches_units,
    passage_units,
)
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.citable_units import DIVISIONS, Units, units_in
from alpie.index.spanish.named_documents import first_noun, is_title_of
from alpie.index.spanish.references import Reference
from alpie.index.spanish.unit_numbers import number_at

_MAX_SENTENCES = 4_000  # of a place
_BARE_CODE_WORDS = 4  # at most, of a sentence that is little but a code
_MARK = re.compile(
    r"\(?(?P<digit>\d{1,3})(?:[.)]|\.?[º°]|\.?-)|\(?(?P<letter>[a-zñ][.)]|[A-ZÑ]\)|(?:aa|bb|cc)\))(?:\s|$)"
    r"|(?P<roman>[IVXLC]{1,7}|[ivxlc]{2,7})(?:[.)]|\s*[.-]+)(?:\s|$)"
    r"|(?P<word>[A-ZÁÉÍÓÚ][a-záéíóú]{2,}(?:\s[a-záéíóú]{4,})?|[A-ZÁÉÍÓÚ]{3,}(?:\s[A-ZÁÉÍÓÚ]{4,})?)\s?[.:-]"
)
_STYLES = {
    "clause": ["digit", "word"], "fraction": ["roman"], "letter": ["letter"], "item": ["digit", "roman", "letter"],
}  # fmt: skip
# Marks that end what stands under another: a letter may hold «1.º», but no «II.».
_CLOSES = {style: {"word", "roman", style} for style in ("roman", "digit", "letter")} | {"word": {"word"}}


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
        at = next((n for n, one in enumerate(passage.sentences) if pattern.search(fold(one.text))), None)
        if at is not None:
            # a line that is little but the code is a title of the next sentence
            bare = len(passage.sentences[at].text.split()) <= _BARE_CODE_WORDS
            found.append(Place(passage, at, min(at + bare, len(passage.sentences) - 1)))
        elif pattern.search(fold(" ".join([*passage.path, passage.label or ""]))):
            found.append(Place(passage, 0, len(passage.sentences) - 1))
    return tuple(found)


@dataclass(frozen=True)
class _CorpusSentence:
    row: int
    number: int
    sentence: Sentence
    quoted: bool  # of the new words of another law, whose numbers it bears

    @property
    def marks(self) -> tuple[tuple[str, str], ...]:
        """Style and number of the mark that the sentence begins with: «a)», «II.», «3.º», «Primero.-»."""
        match = None if self.quoted else _MARK.match(self.sentence.text)
        if match is None:
            return ()
        style = str(match.lastgroup)
        if style == "letter":
            letter = match["letter"].rstrip(".)").casefold()
            roman = number_at(letter) if letter in "ivx" else None
            return (("letter", letter), *([("roman", roman.canonical)] if roman else []))
        number = number_at(match[style])
        whole = number is not None and number.end == len(match[style])
        return ((style, number.canonical),) if number and whole else ()


class Places:
    """Finds the citable units of a corpus; the first citation takes longest, as it parses the labels of all passages."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages

    def find(self, reference: Reference, documents: Collection[str]) -> FoundPlaces:
        """The places of `reference` in `documents` (ids)."""
        groups: list[tuple[Place, ...]] = []
        absent: list[Units] = []
        for units in reference.places:
            lines = self._lines(dict(units), documents)
            if lines:
                groups.append(tuple(self._places(lines)))
            else:
                absent.append(units)
        return FoundPlaces(tuple(groups), tuple(absent))

    def within(self, name: str, documents: Collection[str]) -> Places | None:
        """The places of a regulation inside one of `documents`, under a heading with its name; None where there is none."""
        rows = {
            row for title, of_it in self._inner_titles.items() if is_title_of(title, name) for row in of_it
        }
        passages = [self._passages[row] for row in sorted(rows)]
        found = [passage for passage in passages if passage.document_id in documents]
        return Places(found) if found else None

    @cached_property
    def _inner_titles(self) -> dict[str, list[int]]:
        """Name of a document in headings («Reglamento de caza», in «Anexo. Reglamento de caza») → rows of the passages below."""
        found: dict[str, list[int]] = {}
        for row, passage in enumerate(self._passages):
            for heading in passage.path:
                units, end = next(units_in(heading), ((), 0))
                title = heading[end:].lstrip(" .:-–—") if units and units[0][0] in DIVISIONS else heading
                if first_noun(title):
                    found.setdefault(title, []).append(row)
        return found

    @cached_property
    def _units(self) -> dict[int, tuple[dict[str, str], str]]:
        """Row of each passage that stands in a citable unit → its units and its document."""
        found: dict[int, tuple[dict[str, str], str]] = {}
        for row, passage in enumerate(self._passages):
            units = dict(passage_units(passage))
            if units:
                found[row] = units, passage.document_id
        return found

    def _lines(self, wanted: dict[str, str], documents: Collection[str]) -> list[_CorpusSentence]:
        """The sentences at a place: those of its article or division, narrowed to the part that is asked for."""
        parts = {kind: wanted.pop(kind) for kind in PARTS_OF_ARTICLES if kind in wanted}
        if not wanted:  # «párrafo 3», «apartado 2»: the whole label
            labelled = self._rows(parts, documents)
            return self._sentences_of(labelled) or self._marked_alone(parts, documents)
        if "resolutivo" in wanted and not self._rows(wanted, documents):
            wanted = {"paragraph": wanted["resolutivo"], "part": "parte dispositiva"}
        exact = self._rows(wanted | parts, documents) if parts else []
        if exact:
            return self._sentences_of(exact)
        lines: list[_CorpusSentence] = []
        for document in documents:  # one by one, as the parts of a unit are in its document
            of_it = self._sentences_of(self._rows(wanted, (document,)))
            if page := wanted.get("page"):
                of_it = [line for line in of_it if self._is_on(page, line)]
            for kind, number in parts.items():
                of_it = self._narrow(of_it, kind, number)
            lines += of_it
        return lines

    def _marked_alone(self, parts: Mapping[str, str], documents: Collection[str]) -> list[_CorpusSentence]:
        """The sentences with a mark that is asked for without its article: «punto SEGUNDO», «letra b)»."""
        found: list[_CorpusSentence] = []
        rows = [row for row, passage in enumerate(self._passages) if passage.document_id in documents]
        for _, unit in groupby(rows, key=lambda row: (self._passages[row].document_id, self._article(row))):
            lines = self._sentences_of(list(unit))
            for kind, number in parts.items():
                lines = _sentences_with_mark(lines, kind, number)
            found += lines
        return found

    def _article(self, row: int) -> list[tuple[str, str]]:
        """The unit that a passage stands in, without the part of it."""
        units = self._units[row][0] if row in self._units else {}
        return [(kind, number) for kind, number in units.items() if kind not in (*PARTS_OF_ARTICLES, "page")]

    def _rows(self, wanted: Mapping[str, str], documents: Collection[str]) -> list[int]:
        in_documents = (
            (row, units) for row, (units, document) in self._units.items() if document in documents
        )
        return [row for row, units in in_documents if matches_units(wanted, units)]

    def _is_on(self, page: str, line: _CorpusSentence) -> bool:
        pages = self._passages[line.row].pages(line.sentence.spans)
        return any(matches_number(page, fold(str(one)), "page") for one in pages)

    def _sentences_of(self, rows: Sequence[int]) -> list[_CorpusSentence]:
        sentences = [
            (row, *numbered) for row in rows for numbered in enumerate(self._passages[row].sentences)
        ]
        quoted = are_quoted([sentence.text for _, _, sentence in sentences])
        return [_CorpusSentence(*one, inside) for one, inside in zip(sentences, quoted, strict=True)]

    def _narrow(self, lines: list[_CorpusSentence], kind: str, number: str) -> list[_CorpusSentence]:
        if kind == "clause":
            labelled = [line for line in lines if self._units[line.row][0].get("clause") == number]
            if labelled:
                return labelled
        marked = _sentences_with_mark(lines, kind, number)
        if marked or kind in ("letter", "fraction"):
            return marked
        paragraphs = _paragraphs(lines)
        if kind == "clause":  # of an article of one paragraph, that paragraph
            numbered = any(mark[0] == "digit" for line in lines for mark in line.marks)
            return lines if number == "1" and len(paragraphs) == 1 and not numbered else []
        return paragraphs[int(number) - 1] if number.isdigit() and 0 < int(number) <= len(paragraphs) else []

    def _places(self, lines: Sequence[_CorpusSentence]) -> Iterator[Place]:
        start = 0
        for at, line in enumerate(lines):
            following = lines[at + 1] if at + 1 < len(lines) else None
            if following is None or (following.row, following.number) != (line.row, line.number + 1):
                yield Place(self._passages[line.row], lines[start].number, line.number)
                start = at + 1
            if start > _MAX_SENTENCES:
                return


def _sentences_with_mark(lines: Sequence[_CorpusSentence], kind: str, number: str) -> list[_CorpusSentence]:
    """The sentence with the mark asked for, and the sentences after it that belong to it."""
    for style in _STYLES.get(kind, ()):
        at = next((n for n, line in enumerate(lines) if (style, number) in line.marks), None)
        if at is None:
            continue
        end = at + 1
        while end < len(lines) and _is_part(lines[end], lines[end - 1], style):
            end += 1
        return list(lines[at:end])
    return []


def _is_part(line: _CorpusSentence, before: _CorpusSentence, style: str) -> bool:
    """Whether a sentence belongs to the numbered one before: unmarked in the same paragraph, or with a lower mark."""
    styles = {mark[0] for mark in line.marks[:1]}
    if line.quoted:  # words of another law belong to what introduces them
        return True
    if styles & _CLOSES[style]:
        return False
    return bool(styles) or line.sentence.block == before.sentence.block


def _paragraphs(lines: Sequence[_CorpusSentence]) -> list[list[_CorpusSentence]]:
    """The sentences by paragraphs; items of lists belong to the paragraph before them."""
    found: list[list[_CorpusSentence]] = []
    for line in lines:
        is_marked = any(style in ("letter", "roman") for style, _ in line.marks)
        item = is_marked or line.sentence.role in (SentenceRole.ITEM, SentenceRole.ROW)
        new = not found or line.sentence.block != found[-1][-1].sentence.block
        if new and not (item and found):
            found.append([])
        found[-1].append(line)
    return found
