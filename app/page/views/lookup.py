"""Look up: a phrase in quotation marks, all words in any order, a code, or by meaning; with filters.

Quoted phrases, codes and «all words» are read off the passages themselves, so that what is found is
exactly what was asked; without quotation marks the fused search ranks by meaning and words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from alpie.app.answering.unfound_words import holds_none_of
from alpie.app.page.state.library import Library
from alpie.index.records import Document, Passage
from alpie.index.retrieval.hits import Hit

__all__ = ["Found", "Results", "Wanted", "find", "fold", "look_up"]

_PHRASE = re.compile(r'["«“„]([^"»”“]{2,200})["»”“]')
_CODE = re.compile(r"(?<!\w)(?=[\w/.-]*\d)[\w.]+(?:[/-][\w.]+)+(?!\w)")  # AGN/65/RES/10, GA-2021-89-RES-09
_WORD = re.compile(r"\w+")
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
    def exact(self) -> tuple[str, ...]:
        """Phrases in quotation marks, and codes: each must stand in a passage as it is."""
        phrases = tuple(match[1] for match in _PHRASE.finditer(self.text))
        return phrases + tuple(_CODE.findall(_PHRASE.sub(" ", self.text)))

    @property
    def loose(self) -> tuple[str, ...]:
        """The other words."""
        rest = _CODE.sub(" ", _PHRASE.sub(" ", self.text))
        return tuple(_WORD.findall(rest))

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


@dataclass(frozen=True)
class Results:
    """What a search found. `only_near`: no passage holds any of the words; `more`: the list was cut off."""

    found: tuple[Found, ...] = ()
    only_near: bool = False
    more: bool = False


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Lower case without accents, character for character, so that offsets stay."""
    return "".join(_folded(character) for character in text)


def _folded(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


def find(library: Library, wanted: Wanted) -> tuple[Found, ...]:
    """Passages for a search: in document order when exact, best first when by meaning."""
    return look_up(library, wanted).found


def look_up(library: Library, wanted: Wanted) -> Results:
    """The same, with whether they are only near in meaning, and whether there are more."""
    if not wanted.text:
        return Results()
    if wanted.exact or wanted.order == "words":
        found = _read_off(library, wanted)
        return Results(found[:_MAX_RESULTS], more=len(found) > _MAX_RESULTS)

    def admits(hit: Hit) -> bool:
        return wanted.admits(hit.passage, library.documents[hit.passage.document_id])

    document = wanted.document or None
    hits = library.search(wanted.text, limit=_RANKED, document=document)
    near = tuple(
        Found(hit.passage, _ranges(hit.passage.text, hit.terms, whole=True)) for hit in filter(admits, hits)
    )
    only_near = bool(near) and holds_none_of(wanted.text, library, document, admits)
    return Results(near, only_near, more=len(hits) == _RANKED < len(library.passages))


def _read_off(library: Library, wanted: Wanted) -> tuple[Found, ...]:
    found: list[Found] = []
    needles = [(fold(phrase), False) for phrase in dict.fromkeys(wanted.exact) if _WORD.search(phrase)]
    needles += [(fold(word), True) for word in dict.fromkeys(wanted.loose)]
    needles.sort(key=lambda needle: -len(needle[0]))  # a long one is rare: most passages end there
    if not needles:  # nothing but signs
        return ()
    for passage in library.passages:
        if not wanted.admits(passage, library.documents[passage.document_id]):
            continue
        ranges: list[tuple[int, int]] = []
        folded = fold(passage.text)
        for needle, whole in needles:
            at = _ranges(passage.text, (needle,), whole) if needle.split(None, 1)[0] in folded else ()
            if not at:
                break
            ranges += at
        else:
            found.append(Found(passage, tuple(sorted(ranges))))
            if len(found) > _MAX_RESULTS:  # one more tells that the list is cut
                break
    return tuple(found)


def _ranges(text: str, needles: Sequence[str], whole: bool) -> tuple[tuple[int, int], ...]:
    """Where `needles` stand in `text`, accents and case aside; `whole` words, or phrases at word edges."""
    folded = fold(text)
    found: list[tuple[int, int]] = []
    for needle in needles:
        pattern = r"\s+".join(re.escape(piece) for piece in fold(needle).split())
        ending = r"\w{0,2}(?!\w)" if whole else r"(?!\w)"  # «menor» finds «menores» too
        if pattern:
            found += [match.span() for match in re.finditer(rf"(?<!\w){pattern}{ending}", folded)]
    return tuple(sorted(found))


def _within(date: str, since: str, until: str) -> bool:
    first, last = date.split("/")[0], date.split("/")[-1]
    return (not since or last[: len(since)] >= since[: len(last)]) and (
        not until or first[: len(until)] <= until[: len(first)]
    )
