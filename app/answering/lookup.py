"""Looks words up: lists every passage that holds them, and separately what is only related in meaning.

A question gets the best few passages (`Corpus.search`); somebody who looks words up wants every passage with them,
counted document by document and filtered by what is known about the documents. Both put passages that hold the words
in the same order, that of `Corpus.best_of_rows`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Literal

from alpie.index.records import Document, Hit, Passage, Span
from alpie.index.retrieval.word_search import MAX_WEIGHED, WordMatch, WordQuery
from alpie.index.spanish.analysis import STOP_WORDS, fold
from alpie.index.spanish.citation_questions import parse_citation_question
from alpie.index.spanish.query import parse_question

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

LookupOrder = Literal["relevance", "newest", "oldest"]
_RANKED = 40  # asked of the search by meaning, so that enough are left when filters have gone over them
_MAX_RELATED = 10  # shown below what holds the words: they are near at best
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class LookupQuery:
    """Words to look up, which documents and sections to look in, and in what order the documents come."""

    text: str = ""
    sort: LookupOrder = "relevance"
    document: str = ""
    kind: str = ""
    publisher: str = ""
    section: str = ""
    since: str = ""  # a year or ISO date
    until: str = ""
    shown: int = 40  # passages with the words that are given at most

    @cached_property
    def query(self) -> WordQuery:
        """The words to look up. Function words count where nothing else is asked for, and in phrases."""
        query = WordQuery.parse(self.text)
        content = " ".join(word for word in _WORD.findall(self.text) if fold(word) not in STOP_WORDS)
        return query if query.is_literal or not content else WordQuery.parse(content)

    def admits(self, document: Document, section: str) -> bool:
        """Whether the filters let a passage through; `section` is its outermost heading."""
        return (
            self.document in ("", document.id)
            and self.kind in ("", document.kind)
            and self.publisher in ("", document.publisher)
            and self.section in ("", section)
            and _is_within_dates(document.date, self.since, self.until)
        )


@dataclass(frozen=True)
class MarkedPassage:
    """A passage with the ranges of its text that were searched for."""

    passage: Passage
    marked: tuple[Span, ...]


@dataclass(frozen=True)
class LookupResults:
    """What a look-up found: the first of the passages with the words, in the order wanted, and related ones, best first.

    `counts`: how many passages with the words each document has in all. `none_held`: not one of the words stands in
    any passage. `is_cited`: the text names a place («artículo 22»), and the first of `related` is what stands there.
    """

    found: tuple[MarkedPassage, ...] = ()
    related: tuple[MarkedPassage, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    none_held: bool = False
    is_cited: bool = False


def look_up(corpus: Corpus, lookup: LookupQuery) -> LookupResults:
    """The results of a look-up; none where its text has no words."""
    query = lookup.query
    documents = corpus.documents
    if not query.clauses or lookup.document not in ("", *documents):
        return LookupResults()
    held = corpus.word_matches(query)
    matches = [match for match in held if lookup.admits(documents[match.document], match.section)]
    counts = Counter(match.document for match in matches)
    passages = _first_passages(matches, counts, corpus, lookup)

    def admits_passage(passage: Passage) -> bool:
        return lookup.admits(documents[passage.document_id], passage.path[0] if passage.path else "")

    if query.is_literal:
        titled = () if passages else filter(admits_passage, corpus.openings(lookup.text))
        return LookupResults(passages, tuple(MarkedPassage(one, ()) for one in titled), counts)

    def admits(hit: Hit) -> bool:
        return admits_passage(hit.passage)

    document = lookup.document or None
    hits = [hit for hit in corpus.search(lookup.text, _RANKED, document=document) if admits(hit)]
    related = [
        MarkedPassage(hit.passage, _matched_ranges(hit))
        for hit in hits
        if not _holds_all_words(hit.passage.text, query)
    ]
    return LookupResults(
        passages,
        tuple(related[:_MAX_RELATED]),
        counts,
        none_held=bool(hits) and not passages and corpus.holds_none_of(lookup.text, document, admits),
        is_cited=parse_citation_question(parse_question(lookup.text).typed) is not None,
    )


def _first_passages(
    matches: Sequence[WordMatch], counts: Counter[str], corpus: Corpus, lookup: LookupQuery
) -> tuple[MarkedPassage, ...]:
    """The passages that are shown, document by document: the document of the best passage first, or by date."""
    rows = [match.row for match in matches]
    order = [document for document, _ in counts.most_common()]
    if lookup.sort != "relevance":
        dates = {document: corpus.documents[document].date.split("/")[-1] for document in counts}
        order = sorted(counts, key=dates.__getitem__, reverse=lookup.sort == "newest")
        order.sort(key=lambda document: not dates[document])  # undated ones last
    elif rows and len(rows) <= MAX_WEIGHED:
        by_document: dict[str, list[Passage]] = {}
        for hit in corpus.best_of_rows(corpus.index.encode(parse_question(lookup.text)), rows):
            by_document.setdefault(hit.passage.document_id, []).append(hit.passage)
        return _marked(list(chain.from_iterable(by_document.values()))[: lookup.shown], lookup.query)
    place = {document: number for number, document in enumerate(order)}
    first = sorted(matches, key=lambda match: place[match.document])[: lookup.shown]
    return _marked([corpus.passages[match.row] for match in first], lookup.query)


def _marked(passages: Sequence[Passage], query: WordQuery) -> tuple[MarkedPassage, ...]:
    return tuple(MarkedPassage(passage, query.ranges(passage.text)) for passage in passages)


def _holds_all_words(text: str, query: WordQuery) -> bool:
    return all(WordQuery((clause,), has_operators=False).ranges(text) for clause in query.clauses)


def _matched_ranges(hit: Hit) -> tuple[Span, ...]:
    """Where the words that question and passage share stand."""
    return WordQuery.parse(" ".join(f"«{word}»" for word in hit.terms)).ranges(hit.passage.text)


def _is_within_dates(date: str, since: str, until: str) -> bool:
    first, last = date.split("/")[0], date.split("/")[-1]
    return (not since or last[: len(since)] >= since[: len(last)]) and (
        not until or first[: len(until)] <= until[: len(first)]
    )
