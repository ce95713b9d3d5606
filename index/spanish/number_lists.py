"""Parses what follows the word of a unit: «22, apartado 1», «3 y 4», «14.1.c)», «5 bis a 7».

numbers = number {«,» number | «y» number | «a» number}     lists and ranges
number  = 14 | 14 bis | XIV | decimocuarto | b)  [. clause] [. letter]
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from alpie.index.spanish.numerals import UnitNumber, number_at, suffix_at
from alpie.index.spanish.unit_kinds import (
    DIVISIONS,
    FEMININE,
    UNIT_WORD,
    ParsedUnits,
    Unit,
    UnitKind,
    UnitMention,
    Units,
)

_WITH_PARTS = frozenset({  # a clause or a letter may follow
    UnitKind.ARTICLE, UnitKind.PROVISION, UnitKind.CLAUSE, UnitKind.STIPULATION, UnitKind.TRANSITORY_ARTICLE, UnitKind.ANNEX,
})  # fmt: skip
_LETTERED = (UnitKind.CLAUSE, UnitKind.LETTER, UnitKind.ITEM)  # their words may announce a letter: «inciso b»

_PRELIMINARY = re.compile(r"preliminar(?![a-z])")
_DECIMAL = re.compile(r"\d{1,2}(?:\.\d{1,2})+(?![\w/])")  # a section within another: «2.2»
_PAGE_LABEL = re.compile(r"(?:[ivxlc]{1,7}|[a-z]-?\d{1,3})(?!\w)")
_LETTER = re.compile(
    r"\(?([a-zñ]|aa|bb|cc|dd|ee|ff)\)|([a-zñ])(?=\s*(?:$|[,.;?!]|\s(?:del?|y|o|e|a|fracc\w*)\s))"
)
_OPENING = re.compile(r"(?:del?\s+(?:la\s+)?(?=\d))?\(?")
_CLAUSE = re.compile(r"\s*\.\s*(\d{1,3})(?![\d/])(?:\.?[oa](?![\w)]))?|\s*\((\d{1,2})\)")
_COMMA_CLAUSE = re.compile(r"\s*,\s*(\d{1,3})(?![\d/])(?!\s*(?:,|y|e|a)\s*\d)")
_CLAUSE_LETTER = re.compile(r"\s*[.,]?\s*\(?([a-zñ]|aa|bb|cc|dd|ee|ff)\)|\s*\.([a-zñ])(?![a-z])")
_AND = re.compile(
    r"\s*[,;]\s*(?:(?:y|e|o|and)\s+)?(?:(?:el|la|los|las)\s+)?|\s+(?:y|e|o|u|and|&)\s+(?:(?:el|la|los|las)\s+)?"
)
_TO = re.compile(r"\s*[-–—]\s*(?=[\divx])|\s+(?:a|al|hasta|to)\s+(?:(?:el|la)\s+)?")


@dataclass(frozen=True)
class NumberParser:
    """Parses the numbers that follow the word of a unit of a kind, a plural where there may be `several`.

    Needs a text and its `folded` form: capitals and ordinal signs reveal numbers, folded letters reveal words.
    """

    text: str
    folded: str
    kind: UnitKind
    several: bool = False

    def mention(self, position: int) -> UnitMention | None:
        """One number, a list or a range: every choice with the clause and the letter that belong to it."""
        first = self.number(position)
        if first is None:
            return None
        choices, end = [first.units], first.end
        while True:
            if until := self._range_end(end, choices[-1]):
                choices[-1], end = until
            elif another := self._next_choice(end, choices):
                choices.append(another.units)
                end = another.end
            else:
                return UnitMention(tuple(choices), end)

    def _range_end(self, position: int, low: Units) -> ParsedUnits | None:
        """The range that «a 5» or «-5» makes of the number before, `low`; None where no range follows."""
        to = _TO.match(self.folded, position)
        high = self.number(to.end()) if to and len(low) == 1 else None
        first = low[0].number
        if high is None or len(high.units) > 1 or not (self.several or first.split()[0].isdigit()):
            return None
        return ParsedUnits((Unit(self.kind, f"{first}…{high.units[0].number}"),), high.end)

    def _next_choice(self, position: int, choices: list[Units]) -> ParsedUnits | None:
        """The next of a list after `choices`: «, 4», «y 14 bis», «y c)»; None where the list has ended."""
        joint, last = _AND.match(self.folded, position), choices[-1]
        if joint is None or UNIT_WORD.match(self.folded, joint.end()):
            return None
        choice = self.number(joint.end())
        if choice is None and (suffix := suffix_at(self.text, joint.end())):  # «14 y bis»
            choice = ParsedUnits(
                (Unit(self.kind, f"{last[0].number.split()[0]} {suffix.canonical}"),), suffix.end
            )
        if (
            choice is None
            and last[-1].kind is UnitKind.LETTER
            and (letter := _LETTER.match(self.folded, joint.end()))
        ):
            choice = ParsedUnits((*last[:-1], Unit(UnitKind.LETTER, letter[1] or letter[2])), letter.end())
        if choice is None:
            return None
        goes_on = re.match(r"\s*(?:,|y|e)\s", self.folded[choice.end :])
        if "," in joint[0] and not (self.several or len(choices) > 1 or goes_on):
            return None
        if len(last) > 1 and len(choice.units) == 1 and not self.several and choice.units[0].number.isdigit():
            return choice._replace(
                units=(last[0], Unit(last[1].kind, choice.units[0].number))
            )  # «art. 22.1 y 2»
        return choice

    def number(self, position: int) -> ParsedUnits | None:
        """The number at `position`, with the clause and the letter that hang on it."""
        kind, folded = self.kind, self.folded
        letter = _LETTER.match(folded, position) if kind in _LETTERED else None
        if letter:
            return ParsedUnits((Unit(UnitKind.LETTER, letter[1] or letter[2]),), letter.end())
        if kind is UnitKind.LETTER:
            return None
        if kind is UnitKind.PAGE and (label := _PAGE_LABEL.match(folded, position)):
            # pages go by what they are called: «iv» is not «4»
            return ParsedUnits((Unit(kind, label[0]),), label.end())
        if kind in DIVISIONS and (preliminary := _PRELIMINARY.match(folded, position)):
            return ParsedUnits((Unit(kind, "preliminar"),), preliminary.end())
        opening = _OPENING.match(folded, position)
        if kind is UnitKind.SECTION and (decimal := _DECIMAL.match(folded, position)):
            return ParsedUnits((Unit(kind, decimal[0]),), decimal.end())
        number = number_at(self.text, opening.end() if opening else position, feminine=kind in FEMININE)
        if number is None and kind is UnitKind.ANNEX and re.match(r"[A-Z](?!\w)", self.text[position:]):
            number = UnitNumber(folded[position], position, position + 1)
        if number is None or folded[number.end : number.end + 1].isalnum():
            return None
        bracketed = folded[number.start - 1 : number.start] == "("
        end = number.end + (bracketed and folded[number.end : number.end + 1] == ")")
        return self._with_parts(number.canonical, end)

    def _with_parts(self, number: str, end: int) -> ParsedUnits:
        """The unit with the clause, the item and the letter that follow its number: «14.1.c)», «149.1.18.ª»."""
        units = [Unit(self.kind, number)]
        if self.kind not in _WITH_PARTS:
            return ParsedUnits(tuple(units), end)
        clause = None if self.kind is UnitKind.CLAUSE else _CLAUSE.match(self.folded, end)
        if self.kind is UnitKind.ARTICLE and not self.several:
            clause = clause or _COMMA_CLAUSE.match(self.folded, end)
        if clause:
            units.append(Unit(UnitKind.CLAUSE, clause[1] or clause[2]))
            end = clause.end()
            if deeper := _CLAUSE.match(self.folded, end):
                units.append(Unit(UnitKind.ITEM, deeper[1] or deeper[2]))
                end = deeper.end()
        if letter := _CLAUSE_LETTER.match(self.folded, end):
            units.append(Unit(UnitKind.LETTER, letter[1] or letter[2]))
            end = letter.end()
        return ParsedUnits(tuple(units), end)
