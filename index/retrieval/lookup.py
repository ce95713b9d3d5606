"""Looking up words as they stand: which passages hold them, and where.

1. `read_lookup` reads what was typed: words in any form («menor» finds «menores»), "phrases" and codes as they
   are, beginnings (ciber*), alternatives (OR, O, |), and words near each other (NEAR, CERCA, NEAR/5).
   Alternatives bind loosest, as in SQLite's FTS5; function words count in phrases only.
2. `look_up` goes through passages and gives each that fits, with the characters to mark. All of them, so that
   they can be counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from alpie.index.records import Passage
from alpie.index.spanish.analysis import STOP_WORDS, fold, fold_in_place, stem

__all__ = ["Lookup", "look_up", "read_lookup"]

Range = tuple[int, int]

_NEAR_WORDS = 10  # between the two at most, where no number is given: that of FTS5
_PIECE = re.compile(
    r"""["«“„](?P<phrase>[^"»”“«„]{1,200})["»”“]
    | (?<!\S)(?P<or>OR|O|U|\|)(?!\S)
    | (?<!\S)(?P<near>NEAR|CERCA)(?:/(?P<distance>\d{1,3}))?(?!\S)
    | (?P<word>[^\W_]+(?:[./-][^\W_]+)*)(?P<prefix>\*)?""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")  # with combining accents


@dataclass(frozen=True)
class Phrase:
    """Folded words that follow each other."""

    words: tuple[str, ...]
    match: Literal["forms", "exact", "prefix"] = "exact"  # "prefix": of the last word

    @cached_property
    def needle(self) -> str:
        """Folded text that a passage with the phrase cannot lack: a stem may differ from its words in its last letter."""
        return stem(self.words[0])[:-1] if self.match == "forms" else max(self.words, key=len)

    def fits(self, words: Sequence[str]) -> bool:
        """Whether `words`, as many as it has, are it."""
        *first, last = self.words
        if self.match == "forms":
            return stem(words[-1]) == stem(last)
        ends = words[-1].startswith(last) if self.match == "prefix" else words[-1] == last
        return ends and list(words[:-1]) == first


@dataclass(frozen=True)
class Near:
    """Phrases with at most `distance` words between the first and each other; mostly one phrase alone."""

    phrases: tuple[Phrase, ...]
    distance: int = _NEAR_WORDS

    def found(self, words: Sequence[str]) -> set[Range]:
        """Where it stands, counted in words."""
        first, *others = (_places(phrase, words) for phrase in self.phrases)
        found: set[Range] = set()
        for place in first:
            near = [[one for one in those if _between(place, one) <= self.distance] for those in others]
            if all(near):
                found.update([place], *near)
        return found


@dataclass(frozen=True)
class Lookup:
    """What is looked up: one of the alternatives, and of that each part."""

    alternatives: tuple[tuple[Near, ...], ...]

    @property
    def is_literal(self) -> bool:
        """Whether it is to be found as it is written, and what is merely related is not asked for."""
        parts = [part for alternative in self.alternatives for part in alternative]
        return len(self.alternatives) > 1 or any(
            len(part.phrases) > 1 or part.phrases[0].match != "forms" for part in parts
        )

    def ranges(self, text: str) -> tuple[Range, ...]:
        """The characters of `text` that are looked for, in order; none where it does not fit."""
        folded = fold_in_place(text)
        possible = [
            alternative
            for alternative in self.alternatives
            if all(phrase.needle in folded for part in alternative for phrase in part.phrases)
        ]
        if not possible:
            return ()
        at = list(_WORD.finditer(folded))
        words = [one.group() if one.group().isascii() else fold(one.group()) for one in at]
        found: set[Range] = set()
        for alternative in possible:
            places = [part.found(words) for part in alternative]
            if all(places):
                found.update(*places)
        return tuple(sorted((at[first].start(), at[last].end()) for first, last in found))


def read_lookup(text: str) -> Lookup:
    """What `text` asks for; nothing, where there are no words in it."""
    alternatives: list[list[Near]] = [[]]
    distance: int | None = None  # of the operator just read
    for piece in _PIECE.finditer(text):
        if piece["or"]:
            alternatives.append([])
            distance = None
        elif piece["near"]:
            distance = int(piece["distance"] or _NEAR_WORDS)
        elif words := tuple(_folded_words(piece["phrase"] or piece["word"])):
            is_bare = not piece["phrase"] and len(words) == 1
            phrase = Phrase(words, "prefix" if piece["prefix"] else "forms" if is_bare else "exact")
            own = alternatives[-1]
            if distance is not None and own:
                own[-1] = Near((*own[-1].phrases, phrase), distance)
            else:
                own.append(Near((phrase,)))
            distance = None
    return Lookup(tuple(kept for own in alternatives if (kept := _without_function_words(own))))


def look_up(lookup: Lookup, passages: Iterable[Passage]) -> Iterator[tuple[Passage, tuple[Range, ...]]]:
    """Each passage that fits, in the order given, with the ranges of its text to mark."""
    for passage in passages:
        if ranges := lookup.ranges(passage.text):
            yield passage, ranges


def _without_function_words(parts: Sequence[Near]) -> tuple[Near, ...]:
    """All of them stay where there is nothing else."""
    content = [
        part
        for part in parts
        if len(part.phrases) > 1
        or part.phrases[0].match != "forms"
        or part.phrases[0].words[0] not in STOP_WORDS
    ]
    return tuple(dict.fromkeys(content or parts))


def _folded_words(text: str) -> Iterator[str]:
    return (fold(word) for word in _WORD.findall(fold_in_place(text)))


def _places(phrase: Phrase, words: Sequence[str]) -> list[Range]:
    size = len(phrase.words)
    starts = range(len(words) - size + 1)
    return [(start, start + size - 1) for start in starts if phrase.fits(words[start : start + size])]


def _between(one: Range, other: Range) -> int:
    """How many words lie between two places; none where they meet."""
    first, second = sorted((one, other))
    return second[0] - first[1] - 1
