"""Look up: a phrase in quotation marks, all words in any order, a code, or by meaning; with filters.

Quoted phrases, codes, operators and «all words» are looked up word for word (`alpie.index.retrieval.word_search`), so
that what is found is all that was asked for and nothing else; other texts are searched by meaning and words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alpie.app.answering.unfound_words import holds_none_of
from alpie.app.page.state.library import Library
from alpie.index.records import Document, Passage
from alpie.index.retrieval.hits import Hit
from alpie.index.retrieval.word_search import WordQuery

__all__ = ["Found", "Results", "Wanted", "find", "look_up"]

_MAX_RESULTS = 60
_RANKED = 40  # asked of the fused search before filtering


@dataclass(frozen=True)
class Wanted:
    """A search as the form states it."""

    text: str = ""
    order: str = "meaning"  # "meaning" | "words"
    document: str = ""
    kind: str = ""
    publisher: str = ""
    section: str = ""
    since: str = ""  # a year or ISO date
    until: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Wanted:
        """From request parameters, anything in them."""
        order = "words" if query.get("order") == "words" else "meaning"
        fields = ("document", "kind", "publisher", "section", "since", "until")
        return cls(
            text=query.get("text", "").strip()[:300],
            order=order,
            **{name: query.get(name, "").strip()[:300] for name in fields},
        )

    @property
    def query(self) -> WordQuery | None:
        """The words to look up as they stand; None for a search by meaning."""
        query = WordQuery.of(self.text)
        return query if query.is_literal or self.order == "words" else None

    def admits(self, document: Document, section: str) -> bool:
        """Whether the filters let a passage through; `section` is its outermost heading."""
        return (
            self.document in ("", document.id)
            and self.kind in ("", document.kind)
            and self.publisher in ("", document.publisher)
            and self.section in ("", section)
            and _within(document.date, self.since, self.until)
        )


@dataclass(frozen=True)
class Found:
    """A passage with the character ranges of its text that were searched for."""

    passage: Passage
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Results:
    """What a search found. `only_near`: no passage holds any of the words; `more`: the list was cut off."""

    found: tuple[Found, ...] = ()
    total: int = 0  # passages, those of the list included
    documents: int = 0  # that they are of
    only_near: bool = False
    more: bool = False


def find(library: Library, wanted: Wanted) -> tuple[Found, ...]:
    """Passages for a search: in document order when exact, best first when by meaning."""
    return look_up(library, wanted).found


def look_up(library: Library, wanted: Wanted) -> Results:
    """The same, with how many there are, and whether they are only near in meaning."""
    if not wanted.text:
        return Results()
    if (query := wanted.query) is not None:
        held = [
            one
            for one in library.holding(query)
            if wanted.admits(library.documents[one.document], one.section)
        ]
        shown = (library.passages[one.row] for one in held[:_MAX_RESULTS])
        found = tuple(Found(passage, query.ranges(passage.text)) for passage in shown)
        return Results(found, len(held), len({one.document for one in held}), more=len(held) > len(found))

    def admits(hit: Hit) -> bool:
        passage = hit.passage
        return wanted.admits(library.documents[passage.document_id], passage.path[0] if passage.path else "")

    document = wanted.document or None
    hits = library.search(wanted.text, limit=_RANKED, document=document)
    near = tuple(
        Found(hit.passage, WordQuery.of(" ".join(f"«{word}»" for word in hit.terms)).ranges(hit.passage.text))
        for hit in filter(admits, hits)
    )
    only_near = bool(near) and holds_none_of(wanted.text, library, document, admits)
    documents = len({one.passage.document_id for one in near})
    return Results(near, len(near), documents, only_near, more=len(hits) == _RANKED < len(library.passages))


def _within(date: str, since: str, until: str) -> bool:
    first, last = date.split("/")[0], date.split("/")[-1]
    return (not since or last[: len(since)] >= since[: len(last)]) and (
        not until or first[: len(until)] <= until[: len(first)]
    )
