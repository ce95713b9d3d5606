"""Finds what documents say about a norm that is not among them: «artículo 22 del Convenio de Lanzarote».

A report quotes a convention, a law amends another law. What they say is not the text of that norm, and the answer
makes that clear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter

from alpie.index.layout.quotations import are_quoted
from alpie.index.records import Passage
from alpie.index.retrieval.place_matching import matches_place
from alpie.index.retrieval.places import Place
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.citation_parser import parse_label, units_in
from alpie.index.spanish.named_documents import find_law_number, first_noun, mentions_name
from alpie.index.spanish.unit_kinds import Units
from alpie.index.spanish.word_tables import word_sets

_MAX_NAME = 160  # characters after an article in which the name of its norm stands: names of laws are long
_WORDS_AFTER = 3  # an article, in which the document itself is named: «de esta ley»
_BESIDE = 2  # words that may stand within a name besides its own
# A norm with its name: «Código Penal», «Ley 9/2001», and not «el Convenio define».
_NAMED = re.compile(r"(?:(?:el|la)\s+)?\w+(?:\s+(?:de|del|la|el|los|las|sobre))*\s+[«“]?[A-ZÁÉÍÓÚÑ\d]")
_OWN = word_sets(__file__)["own"]


def mentions_of(name: str, units: Units, passages: Sequence[Passage]) -> tuple[Place, ...]:
    """Where `passages` speak of a place of the norm `name`, with the words that they quote; quoted words come first.

    A passage speaks of a norm if it names the norm, or stands under a heading which does.
    """
    found = [
        (not _opens(passage.sentences[place.first].text), place)
        for passage in passages
        if mentions_name(passage.text, name) or mentions_name(" ".join(passage.path), name)
        for place in _mentions_in(passage, name, units)
    ]
    return tuple(place for _, place in sorted(found, key=itemgetter(0)))


def _mentions_in(passage: Passage, name: str, wanted: Units) -> Iterator[Place]:
    texts = [sentence.text for sentence in passage.sentences]
    quoted = are_quoted([*texts, " »”"])  # a quotation may go on in the next passage
    last = -1
    for first, text in enumerate(texts):
        before = " ".join([*passage.path, *texts[:first]])
        if first <= last or not any(
            matches_place(wanted, units)
            and _is_of(text[end : end + _MAX_NAME], f"{before} {text[:end]}", name, passage)
            for units, end in units_in(text)
        ):
            continue
        last = first
        while last + 1 < len(texts) and quoted[last + 1] and not _opens(texts[last + 1], wanted):
            last += 1
        yield Place(passage, first, last)


def _opens(text: str, but: Units = ()) -> bool:
    """Whether a text begins with the name of a unit that is not `but`: «Artículo 150. Plazo»."""
    units = parse_label(text.lstrip('«“"• '))
    return bool(units) and not (but and matches_place(but, units))


def _is_of(after: str, before: str, name: str, passage: Passage) -> bool:
    """Whether a place is one of the norm `name`, by the words before and after: not of another norm, nor of the document."""
    following = fold(after).split()[:_WORDS_AFTER]
    if any(word.strip(",.") in _OWN for word in following):
        return False
    named = after.lstrip(" ,(").partition(" ")[2] if following[:1] and following[0] in ("de", "del") else ""
    if named and (first_noun(named) or find_law_number(fold(named))):
        bare = first_noun(named) == first_noun(name) and not _NAMED.match(named)
        return mentions_name(named, name) or (bare and not passage.label)
    under = mentions_name(" ".join(passage.path), name)  # «Disposición final primera. Modificación de …»
    return under or (not passage.label and _is_last_named(before, name))


def _is_last_named(text: str, name: str) -> bool:
    """Whether a text names the norm `name`, and no other after it; a bare noun, «el Convenio define», names none."""
    if not first_noun(name):
        return mentions_name(text, name)
    for noun in reversed(list(re.finditer(r"\w+", text))):
        if first_noun(noun[0]):
            words = text[noun.start() :].split()
            if mentions_name(" ".join(words[: len(name.split()) + _BESIDE]), name):
                return True
            if _NAMED.match(text, noun.start()):
                return False
    return False
