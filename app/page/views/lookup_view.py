"""The look-up view: its form, and its results grouped by document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from alpie.app.answering.quoting.citation import cite, short_citation
from alpie.app.page.views.link_places import passage_link
from alpie.app.page.views.page_words import PageTranslations
from alpie.app.page.views.templates import Markup, mark_ranges, render
from alpie.index.records import Document, Hit, Passage
from alpie.index.retrieval.word_search import MAX_WEIGHED, WordMatch, WordQuery
from alpie.index.spanish.analysis import STOP_WORDS, fold
from alpie.index.spanish.query import parse_question
from alpie.index.spanish.references import parse_reference

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

SORTS = ("relevance", "newest", "oldest")
STEP = 40  # passages shown at first, and so many more each time more are asked for
MAX_SHOWN = 400
LONGEST = 300  # characters of a field
_RANKED = 40  # asked of the search by meaning before filtering
_MAX_RELATED = 10
_USUAL_CHARACTERS = 700  # of a passage
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class LookupQuery:
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
    def from_query(cls, query: Mapping[str, str]) -> LookupQuery:
        """The search that request parameters ask for, anything in them."""
        given = {one.name: query.get(one.name, "").strip()[:LONGEST] for one in fields(cls)}
        shown, sort = given.pop("shown"), given.pop("sort")
        most = int(shown) if shown.isascii() and shown.isdecimal() else STEP
        chosen = sort if sort in SORTS else SORTS[0]
        return cls(**given, sort=chosen, shown=min(max(most, STEP), MAX_SHOWN))

    def address(self, shown: int = STEP) -> str:
        """Relative link that makes this search."""
        usual = asdict(LookupQuery())
        query = {
            name: value for name, value in {**asdict(self), "shown": shown}.items() if value != usual[name]
        }
        return f"?{urlencode(query, errors='replace')}#buscar"

    @cached_property
    def query(self) -> WordQuery:
        """The words to look up. Function words count where nothing else is asked for, and in phrases."""
        query = WordQuery.of(self.text)
        content = " ".join(word for word in _WORD.findall(self.text) if fold(word) not in STOP_WORDS)
        return query if query.is_literal or not content else WordQuery.of(content)

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
    """A passage with the character ranges of its text that were searched for."""

    passage: Passage
    ranges: tuple[tuple[int, int], ...]

    @property
    def weight(self) -> float:
        """How much of the passage is about the words: as BM25 has it, where every passage holds all of them."""
        marks = len(self.ranges)
        return marks / (marks + 0.3 + 0.9 * len(self.passage.text) / _USUAL_CHARACTERS)


@dataclass(frozen=True)
class Results:
    """What a search found: the first of the passages with the words, in the order wanted, and related ones, best first.

    `counts`: how many passages with the words each document has in all. `none_held`: not one of the words stands in
    any passage. `is_cited`: the text names a place («artículo 22»), and the first of `related` is what stands there.
    """

    found: tuple[MarkedPassage, ...] = ()
    related: tuple[MarkedPassage, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    none_held: bool = False
    is_cited: bool = False


def look_up(corpus: Corpus, lookup: LookupQuery) -> Results:
    """The results of a search; none where there are no words in it."""
    query = lookup.query
    documents = corpus.documents
    if not query.clauses or lookup.document not in ("", *documents):
        return Results()
    matches = [
        one for one in corpus.word_matches(query) if lookup.admits(documents[one.document], one.section)
    ]
    counts = Counter(one.document for one in matches)
    found = _first_passages(matches, counts, corpus, lookup)
    if query.is_literal:
        return Results(found, counts=counts)

    def admits(hit: Hit) -> bool:
        passage = hit.passage
        return lookup.admits(documents[passage.document_id], passage.path[0] if passage.path else "")

    document = lookup.document or None
    hits = [hit for hit in corpus.search(lookup.text, _RANKED, document=document) if admits(hit)]
    related = [
        MarkedPassage(hit.passage, _matched_ranges(hit))
        for hit in hits
        if not _holds_all_words(hit.passage.text, query)
    ]
    return Results(
        found,
        tuple(related[:_MAX_RELATED]),
        counts,
        none_held=bool(hits) and not found and corpus.holds_none_of(lookup.text, document, admits),
        is_cited=parse_reference(parse_question(lookup.text).typed) is not None,
    )


def _first_passages(
    matches: Sequence[WordMatch], counts: Mapping[str, int], corpus: Corpus, lookup: LookupQuery
) -> tuple[MarkedPassage, ...]:
    """The passages that are shown, document by document: the best first, or by date, undated ones last."""

    def read(one: WordMatch) -> MarkedPassage:
        passage = corpus.passages[one.row]
        return MarkedPassage(passage, lookup.query.ranges(passage.text))

    if lookup.sort != "relevance":
        dates = {document: corpus.documents[document].date.split("/")[-1] for document in counts}
        order = sorted(counts, key=lambda document: dates[document], reverse=lookup.sort == "newest")
        order.sort(key=lambda document: not dates[document])
    elif len(matches) > MAX_WEIGHED:
        order = sorted(counts, key=lambda document: -counts[document])
    else:
        weighed = sorted(map(read, matches), key=lambda item: -item.weight)
        place = {
            one: number
            for number, one in enumerate(dict.fromkeys(item.passage.document_id for item in weighed))
        }
        weighed.sort(key=lambda item: place[item.passage.document_id])
        return tuple(weighed[: lookup.shown])
    place = {document: number for number, document in enumerate(order)}
    return tuple(map(read, sorted(matches, key=lambda one: place[one.document])[: lookup.shown]))


def _holds_all_words(text: str, query: WordQuery) -> bool:
    """Whether a text has all the words of a query without operators."""
    return all(WordQuery((clause,), has_operators=False).ranges(text) for clause in query.clauses)


def _matched_ranges(hit: Hit) -> tuple[tuple[int, int], ...]:
    """Where the words that question and passage share stand."""
    return WordQuery.of(" ".join(f"«{word}»" for word in hit.terms)).ranges(hit.passage.text)


def _is_within_dates(date: str, since: str, until: str) -> bool:
    first, last = date.split("/")[0], date.split("/")[-1]
    return (not since or last[: len(since)] >= since[: len(last)]) and (
        not until or first[: len(until)] <= until[: len(first)]
    )


_MAX_EXCERPT = 420


def render_results(corpus: Corpus, lookup: LookupQuery, translations: PageTranslations) -> Markup:
    """Results grouped by document, those with the words apart from those that are only related."""
    results = look_up(corpus, lookup)
    groups: dict[str, list[dict[str, object]]] = {}
    for item in results.found:
        groups.setdefault(item.passage.document_id, []).append(_passage_values(item, corpus, translations))
    every = sum(results.counts.values())
    return render(
        "search_results",
        translations,
        lookup=lookup,
        results=results,
        every=every,
        groups=[(corpus.documents[document], items) for document, items in groups.items()],
        related=[_passage_values(item, corpus, translations) for item in results.related],
        more=lookup.address(lookup.shown + STEP) if len(results.found) < min(every, MAX_SHOWN) else "",
    )


def _passage_values(item: MarkedPassage, corpus: Corpus, translations: PageTranslations) -> dict[str, object]:
    passage = item.passage
    document = corpus.documents[passage.document_id]
    labels = (*passage.path, passage.label) if passage.label else passage.path
    return {
        "document": document,
        "where": " › ".join(labels) or document.title,
        "href": passage_link(passage),
        "excerpt": _excerpt(passage.text, item.ranges),
        "text": passage.text,  # all of it, which is copied
        "source": short_citation(cite(document, passage), translations.language),
    }


def _excerpt(text: str, ranges: Sequence[tuple[int, int]]) -> Markup:
    """The part of a long passage around the first range, cut between words."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    begin, end = 0, len(text)
    if len(text) > _MAX_EXCERPT:
        first = merged[0][0] if merged else 0
        begin = 0 if first < _MAX_EXCERPT // 2 else text.find(" ", first - _MAX_EXCERPT // 3) + 1
        end = text.find(" ", begin + _MAX_EXCERPT)
        end = len(text) if end < 0 else end
    inside = [(a - begin, b - begin) for a, b in merged if a >= begin and b <= end]
    return ("… " if begin else "") + mark_ranges(text[begin:end], inside) + (" …" if end < len(text) else "")


def render_search_form(corpus: Corpus, translations: PageTranslations) -> Markup:
    """The search form; its choices are what the corpus holds."""
    documents = corpus.documents.values()
    sections = dict.fromkeys(filter(None, corpus.passages.values("section")))
    choices = {
        "document": [(one.id, one.title) for one in documents],
        "kind": [(one, one) for one in sorted({one.kind for one in documents})],
        "publisher": [(one, one) for one in sorted({one.publisher for one in documents})],
        "section": [(one, one) for one in sections],
    }
    return render("search_form", translations, sorts=SORTS, choices=choices, longest=LONGEST)
