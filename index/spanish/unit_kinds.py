"""The kinds of citable units in laws and documents, the words for them, and the record of one unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from alpie.index.spanish.word_tables import read_tables


class UnitKind(StrEnum):
    """A kind of unit that is cited; catalogues and tables of words know it by its value."""

    ARTICLE = "article"
    TRANSITORY_ARTICLE = "transitorio"
    PROVISION = "provision"  # its number begins with its sort: «final 5»
    RECITAL = "recital"
    CLAUSE = "clause"
    FRACTION = "fraction"
    LETTER = "letter"
    ITEM = "item"
    PARAGRAPH = "paragraph"
    STIPULATION = "clausula"  # of a contract
    BASIS = "base"  # of a call for applications
    RULE = "regla"
    STANDARD = "norma"
    RESOLUTION_POINT = "resolutivo"
    BOOK = "libro"
    TITLE = "titulo"
    CHAPTER = "capitulo"
    SECTION = "seccion"
    SUBSECTION = "subseccion"
    ANNEX = "anexo"
    PAGE = "page"
    PART = "part"  # its number says which: `PREAMBLE`, `OPERATIVE_PART`


class Unit(NamedTuple):
    """A unit of a law or a document: «artículo 22» is `Unit(UnitKind.ARTICLE, "22")`; "" where it has no number."""

    kind: UnitKind
    number: str


Units = tuple[Unit, ...]
"""The units that name one place together: article 22, clause 1."""

PREAMBLE, OPERATIVE_PART = "preambulo", "parte dispositiva"

_TABLES = read_tables(__file__)
UNIT_WORDS: dict[UnitKind, list[str]] = {
    UnitKind(kind): words.split(", ") for kind, words in _TABLES["units"].items()
}
UNNUMBERED = {
    words: Unit(UnitKind(kind), number) for words, (kind, number) in _TABLES["without_number"].items()
}
DIVISIONS, FEMININE = (frozenset(map(UnitKind, _TABLES[name].split())) for name in ("divisions", "feminine"))
PROVISION_SORTS: list[str] = _TABLES["provisions"].split()

# The parts of an article, from the larger to the smaller.
PARTS_OF_ARTICLES = (
    UnitKind.CLAUSE, UnitKind.FRACTION, UnitKind.LETTER, UnitKind.ITEM, UnitKind.PARAGRAPH,
)  # fmt: skip

KIND_OF_WORD = {word: kind for kind, words in UNIT_WORDS.items() for word in words}
UNIT_WORD = re.compile(  # with the blanks after it
    rf"(?P<word>{'|'.join(sorted(KIND_OF_WORD.keys() - {'p'}, key=len, reverse=True))}|p(?=\.))(?![a-z])\.?(?:o(?=\s))?\s*"
)


class ParsedUnits(NamedTuple):
    """The units of one place, and the offset where the words that name them end."""

    units: Units
    end: int


@dataclass(frozen=True)
class UnitMention:
    """A unit that a text names: the units of a list or a range as choices, and the offset where the words end."""

    choices: tuple[Units, ...]
    end: int

    @property
    def kinds(self) -> frozenset[UnitKind]:
        """Those of the unit and of the parts that are named with it."""
        return frozenset(unit.kind for unit in self.choices[0])

    @property
    def is_whole(self) -> bool:
        """Whether the unit is an article or a division, and not only a part of one."""
        return not self.kinds.issubset(PARTS_OF_ARTICLES)
