"""A search of the page: passages that hold the words, all of them counted, and apart from them related ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from urllib.parse import urlencode

from alpie.app.answering.unfound_words import holds_none_of
from alpie.app.page.serving.library import Library
from alpie.index.records import Document, Passage
from alpie.index.retrieval.hits import Hit
from alpie.index.retrieval.lookup import Lookup, read_lookup
from alpie.index.retrieval.lookup import look_up as passages_with
from alpie.index.spanish.query import read_question
from alpie.index.spanish.references import read_reference

__all__ = ["SORTS", "STEP", "Found", "Results", "Wanted", "look_up"]

SORTS = ("relevance", "newest", "oldest")
STEP = 40  # passages shown at first, and so many more each time more are asked for
_MOST_SHOWN = 400
_LONGEST = 300  # characters of a field
_RANKED = 40  # asked of the search by meaning before filtering
_MOST_RELATED = 10
_USUAL_CHARACTERS = 700  # of a passage


@dataclass(frozen=True)
class Wanted:
    """A search as the form and the address of the page state it; both name the fields alike."""

    text: str = ""
    sort: str = "relevance"
    document: str = ""
    kind: str = ""
    publisher: str = ""
    section: str = ""
    since: str = ""  # a year or ISO date
    until: str = ""
    shown: int = STEP

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Wanted:
        """From request parameters, anything in them."""
        given = {one.name: query.get(one.name, "").strip()[:_LONGEST] for one in fields(cls)}
        shown, sort = given.pop("shown"), given.pop("sort")
        most = int(shown) if shown.isascii() and shown.isdecimal() else STEP
        chosen = sort if sort in SORTS else SORTS[0]
        return cls(**given, sort=chosen, shown=min(max(most, STEP), _MOST_SHOWN))

    def address(self, shown: int = STEP) -> str:
        """Relative link that makes this search."""
        usual = asdict(Wanted())
        query = {
            name: value for name, value in {**asdict(self), "shown": shown}.items() if value != usual[name]
        }
        return f"?{urlencode(query)}#buscar"

    @cached_property
    def words(self) -> Lookup:
        return read_lookup(self.text)

    def admits(self, passage: Passage, document: Document) -> bool:
        """Whether the filters let the passage through."""
        return (
            self.document in ("", document.id)
            and self.kind in ("", document.kind)
            and self.publisher in ("", document.publisher)
            and (not self.section or (bool(passage.path) and passage.path[0] == self.section))
            and _within(document.date, self.since, self.until)
        )


@dataclass(frozen=True)
class Found:
    """A passage with the character ranges of its text that were searched for."""

    passage: Passage
    ranges: tuple[tuple[int, int], ...]

    @property
    def weight(self) -> float:
        """How much of the passage is about the words: as BM25 has it, where every passage holds all of them."""
        return len(self.ranges) / (len(self.ranges) + 0.3 + 0.9 * len(self.passage.text) / _USUAL_CHARACTERS)


@dataclass(frozen=True)
class Results:
    """What a search found: every passage with the words, in the order wanted, and related ones, best first.

    `none_held`: not one of the words stands in any passage. `is_cited`: the text names a place («artículo 22»), and
    the first of `related` is what stands there.
    """

    found: tuple[Found, ...] = ()
    related: tuple[Found, ...] = ()
    none_held: bool = False
    is_cited: bool = False

    @property
    def by_document(self) -> Counter[str]:
        """How many passages with the words each document has, in the order of the results."""
        return Counter(item.passage.document_id for item in self.found)


def look_up(library: Library, wanted: Wanted) -> Results:
    """The results of a search; none where there are no words in it."""
    if not wanted.words.alternatives:
        return Results()
    admitted = (one for one in library.passages if wanted.admits(one, library.documents[one.document_id]))
    found = tuple(Found(passage, ranges) for passage, ranges in passages_with(wanted.words, admitted))
    if wanted.words.is_literal:
        return Results(_sorted(found, library, wanted))
    holding = {item.passage.address for item in found}

    def admits(hit: Hit) -> bool:
        return wanted.admits(hit.passage, library.documents[hit.passage.document_id])

    document = wanted.document or None
    hits = [hit for hit in library.search(wanted.text, _RANKED, document=document) if admits(hit)]
    related = [Found(hit.passage, _words_of(hit)) for hit in hits if hit.passage.address not in holding]
    return Results(
        _sorted(found, library, wanted),
        tuple(related[:_MOST_RELATED]),
        none_held=bool(hits) and not found and holds_none_of(wanted.text, library, document, admits),
        is_cited=read_reference(read_question(wanted.text).typed) is not None,
    )


def _sorted(found: tuple[Found, ...], library: Library, wanted: Wanted) -> tuple[Found, ...]:
    """Document by document: the best one first, or by date, and those without a date last."""
    best: dict[str, float] = {}
    for item in found:
        best[item.passage.document_id] = max(item.weight, best.get(item.passage.document_id, 0.0))
    if wanted.sort == "relevance":
        documents = sorted(best, key=lambda document: -best[document])
        found = tuple(sorted(found, key=lambda item: -item.weight))
    else:
        dates = {document: library.documents[document].date.split("/")[-1] for document in best}
        documents = sorted(best, key=lambda document: dates[document], reverse=wanted.sort == "newest")
        documents.sort(key=lambda document: not dates[document])
    place = {document: number for number, document in enumerate(documents)}
    return tuple(sorted(found, key=lambda item: place[item.passage.document_id]))


def _words_of(hit: Hit) -> tuple[tuple[int, int], ...]:
    """Where the words that question and passage share stand."""
    return tuple(
        sorted(
            place for term in set(hit.terms) for place in read_lookup(f'"{term}"').ranges(hit.passage.text)
        )
    )


def _within(date: str, since: str, until: str) -> bool:
    first, last = date.split("/")[0], date.split("/")[-1]
    return (not since or last[: len(since)] >= since[: len(last)]) and (
        not until or first[: len(until)] <= until[: len(first)]
    )
