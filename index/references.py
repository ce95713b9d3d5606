"""A question that is a citation: «artículo 22», «art. 22.1.b)», «disposición final segunda», «considerando 14»,
«párrafo 3 de la resolución», «AGN/65/RES/10».

Such a question names a place and asks for what stands there: meaning has no say in it. `read_reference`
says which place is named, `Places` finds the passages that stand there by their labels and headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from alpie.index.analysis import fold
from alpie.index.records import Document, Passage

__all__ = ["Place", "Places", "Reference", "places_with", "read_reference"]

_LONGEST = 160  # characters: a longer question says more than a citation
_FRAME = re.compile(
    r"\s*(?:[¿¡]\s*)?(?:(?:que|cual)\s+(?:dice|dispone|establece|regula|ordena|senala|prescribe|recoge|es el texto de|"
    r"es el contenido de|says?)\s+(?:en\s+)?|what\s+does\s+|texto\s+de\s+|ver\s+|dime\s+|cita\s+)?(?:(?:el|la|los|las|the)\b\s*)?"
)
_END = re.compile(r"\s*(?:say|dice)?\s*[?!.]*\s*")
_JOIN = re.compile(r"\s*(?:,|y|of)?\s*(?:del?\b)?\s*(?:(?:el|la|los|las|the|este|esta|dicha?)\b)?\s*")
_SPELT = (
    "primer[oa]?", "segund[oa]", "tercer[oa]?", "cuart[oa]", "quint[oa]", "sext[oa]", "septim[oa]", "octav[oa]", "noven[oa]",
    "decim[oa]", "undecim[oa]", "duodecim[oa]", "decimotercer[oa]?", "decimocuart[oa]", "decimoquint[oa]", "decimosext[oa]",
    "decimoseptim[oa]", "decimoctav[oa]", "decimonoven[oa]", "vigesim[oa]",
)  # fmt: skip
_ORDINALS = "|".join(sorted(_SPELT, key=len, reverse=True))
_NUMBER = rf"(?:\d{{1,4}}(?:\s*(?:bis|ter|quater|quinquies))?|unic[oa]|{_ORDINALS})"
_UNITS = {
    "article": re.compile(
        rf"(?:articulos?|arts?\.?|article)\s*(?P<number>{_NUMBER})"
        r"(?:\s*[.,]\s*(?P<clause>\d{1,3})(?!\d))?(?:\s*[.,]?\s*(?P<letter>[a-zñ])\)|\s*\.(?P<bare>[a-zñ])\b)?"
    ),
    "provision": re.compile(
        rf"disposicion(?:es)?\s+(?P<sort>adicional|transitoria|derogatoria|final)(?:es)?(?:\s+(?P<number>{_NUMBER}))?"
    ),
    "recital": re.compile(rf"(?:considerandos?|cdo\.?|recital)\s*\(?(?P<number>{_NUMBER})\)?"),
    "clause": re.compile(rf"(?:apartado|apdo\.?|numero|paragraph)\s*(?P<number>{_NUMBER})"),
    "letter": re.compile(r"(?:letra|letter)\s*(?P<number>[a-zñ])\b\)?"),
    "paragraph": re.compile(
        rf"(?:parrafo|parr\.?)\s*(?P<number>{_NUMBER})(?:\s*(?:de\s+la\s+|del\s+)(?P<part>parte\s+dispositiva|preambulo))?"
    ),
    "division": re.compile(
        rf"(?P<sort>libro|titulo|capitulo|seccion|subseccion|anexo)\s+(?P<number>[ivxlc]{{1,8}}(?![a-zñ])|{_NUMBER}|[a-z]\b)"
    ),
}
_CODE = re.compile(
    r"(?:(?:resolucion|decision|documento|recomendacion|directiva|reglamento)\s+)?"
    r"(?P<code>(?=[\w/.-]*\d)\w[\w.]*(?:[/-][\w.]+){2,})(?!\w)"
)
_DIVISION = _UNITS["division"]
_ORDINAL_MARK = re.compile(r"(?<=\d)\.?[ºª°]")
_STOP = frozenset("de del la el los las y en n num numero que a esta este".split())
_WORD = re.compile(r"[\w/.-]*\w")
_MOST_PLACES = 40
_BARE_CODE_WORDS = 4


@dataclass(frozen=True)
class Reference:
    """A place in a document, as far as somebody named it; folded words."""

    units: tuple[tuple[str, str], ...]  # ("article", "22"), ("clause", "1"), ("titulo", "ii"), …
    code: str = ""
    document: tuple[str, ...] = ()  # words that name the document

    def get(self, unit: str) -> str:
        """The number given for a kind of unit; "" for none."""
        return next((number for kind, number in self.units if kind == unit), "")


@dataclass(frozen=True)
class Place:
    """A passage that was named, and which of its sentences: `first` … `last`, both included."""

    passage: Passage
    first: int
    last: int


def read_reference(text: str) -> Reference | None:
    """The citation that `text` is; None for every other question."""
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST:
        return None
    folded = fold(_ORDINAL_MARK.sub("", text))
    start = _FRAME.match(folded)
    position = start.end() if start else 0
    code = _CODE.match(folded, position)
    if code and _END.fullmatch(folded, code.end()):
        return Reference((), code=code["code"])
    units: list[tuple[str, str]] = []
    while position < len(folded):
        found = _unit_at(folded, position)
        if found is None:
            break
        named, position = found
        units += named
        join = _JOIN.match(folded, position)
        following = join.end() if join else position
        if _unit_at(folded, following) is None:
            break
        position = following
    if not units:
        return None
    rest = folded[position:]
    if _END.fullmatch(rest):
        return Reference(tuple(units))
    tail = re.fullmatch(r"\s*,?\s*(?:del?|of)\s+(.+?)[?!.\s]*", rest)
    words = tuple(w for w in _WORD.findall(tail[1]) if w not in _STOP) if tail else ()
    return Reference(tuple(units), document=words) if words else None


def _unit_at(folded: str, position: int) -> tuple[list[tuple[str, str]], int] | None:
    """The unit that stands at `position` with its number, and where it ends."""
    for kind, pattern in _UNITS.items():
        match = pattern.match(folded, position)
        if match is None or (match.end() < len(folded) and folded[match.end()].isalnum()):
            continue
        given = match.groupdict()
        number = _number(given["number"]) if given["number"] else ""
        if kind == "provision":
            return [("provision", f"{given['sort']} {number}".strip())], match.end()
        if kind == "division":
            return [(given["sort"], number)], match.end()
        if kind == "paragraph":
            part = " ".join(given["part"].split()) if given["part"] else ""
            return [("paragraph", number), *([("part", part)] if part else [])], match.end()
        units = [(kind, number)]
        if given.get("clause"):
            units.append(("clause", given["clause"]))
        if letter := given.get("letter") or given.get("bare"):
            units.append(("letter", letter))
        return units, match.end()
    return None


def _number(text: str) -> str:
    """«primera», «1.ª», «1» are one number."""
    bare = text.strip()
    for number, spelt in enumerate(_SPELT, start=1):
        if re.fullmatch(spelt, bare):
            return str(number)
    if re.fullmatch(r"unic[oa]", bare):
        return "unico"
    return re.sub(r"\s*(bis|ter|quater|quinquies)$", r" \1", bare)


def places_with(code: str, passages: Sequence[Passage]) -> tuple[Place, ...]:
    """Those of `passages` in whose words or headings `code` stands as it is, with its first sentence."""
    pattern = re.compile(rf"(?<![\w/-]){re.escape(code)}(?![\w/-])")
    found: list[Place] = []
    for passage in passages:
        at = next((n for n, one in enumerate(passage.sentences) if pattern.search(fold(one.text))), None)
        if at is not None:
            # a line that is little but the code names what the next one tells of
            bare = len(passage.sentences[at].text.split()) <= _BARE_CODE_WORDS
            found.append(Place(passage, at, min(at + bare, len(passage.sentences) - 1)))
        elif pattern.search(fold(" ".join([*passage.path, passage.label or ""]))):
            found.append(Place(passage, 0, len(passage.sentences) - 1))
    return tuple(found)


class Places:
    """The citable units of a corpus. The first citation looked up reads the labels of all passages."""

    def __init__(self, passages: Sequence[Passage], documents: Mapping[str, Document]) -> None:
        self._passages, self._documents = passages, documents

    def find(self, reference: Reference, document: str | None = None) -> tuple[Place, ...]:
        """The passages at a place, in order; none when the documents have no such place.

        `document`: an id, to look in that one only.
        """
        allowed = self._named(reference.document)
        if document is not None:
            allowed &= {document}
        wanted = dict(reference.units)
        if not wanted:
            return ()
        letter = wanted.pop("letter", "")
        rows = self._rows(wanted, allowed)
        if not rows and "clause" in wanted:
            # an article of one paragraph that carries no number
            without = {kind: number for kind, number in wanted.items() if kind != "clause"}
            numbered = any("clause" in units for units, _ in self._units.values() if _within(without, units))
            rows = [] if numbered or not without else self._rows(without, allowed)
        places = [self._place(row, letter) for row in rows[:_MOST_PLACES]]
        return tuple(place for place in places if place is not None)

    @cached_property
    def _units(self) -> dict[int, tuple[dict[str, str], str]]:
        """Of each passage that stands at a citable place: its units, and its document."""
        found: dict[int, tuple[dict[str, str], str]] = {}
        for row, passage in enumerate(self._passages):
            units = dict(_units_of(passage))
            if units:
                found[row] = units, passage.document_id
        return found

    def _rows(self, wanted: Mapping[str, str], allowed: set[str]) -> list[int]:
        return [
            row
            for row, (units, document) in self._units.items()
            if document in allowed and _within(wanted, units)
        ]

    def _named(self, words: tuple[str, ...]) -> set[str]:
        """Ids of the documents that all of `words` fit."""
        return {id_ for id_, names in self._names.items() if all(_fits(word, names) for word in words)}

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        """By its id, the words that may name each document."""
        return {id_: _names_of(document) for id_, document in self._documents.items()}

    def _place(self, row: int, letter: str) -> Place | None:
        passage = self._passages[row]
        if not letter:
            return Place(passage, 0, len(passage.sentences) - 1)
        mark = re.compile(rf"{letter}\s*[).]", re.IGNORECASE)
        for number, sentence in enumerate(passage.sentences):
            if mark.match(sentence.text):
                return Place(passage, number, number)
        return None


def _names_of(document: Document) -> frozenset[str]:
    said = (document.title, document.kind, document.publisher, document.short_publisher, document.date)
    return frozenset(_WORD.findall(fold(" ".join([*said, document.id.replace("-", " ")]))))


def _within(wanted: Mapping[str, str], units: Mapping[str, str]) -> bool:
    for kind, number in wanted.items():
        own = units.get(kind, "")
        if own != number and not (kind == "provision" and own.startswith(f"{number} ")):
            return False
    return True


def _fits(word: str, names: frozenset[str]) -> bool:
    return word in names or (len(word) > 4 and any(name.startswith(word[:-1]) for name in names))


def _units_of(passage: Passage) -> Iterator[tuple[str, str]]:
    for heading in passage.path:
        if match := _DIVISION.match(fold(heading)):
            yield match["sort"], _number(match["number"])
    named = read_reference(passage.label) if passage.label else None
    if named:
        yield from named.units
