"""The citable units that a text names: «artículo 22, apartado 1», «DA 2.ª», «segundo transitorio», «preámbulo».

    unit      = word numbers | numbers word | word      («artículo 3», «segundo transitorio», «preámbulo»)
    numbers   = number {«,» number | «y» number | «a» number}     lists and ranges
    number    = 14 | 14 bis | XIV | decimocuarto | b)  [. clause] [. letter]

The words of units are one table, the numbers are parsed by `alpie.index.spanish.unit_numbers`. Functions that take a
text and the same `folded` need both: capitals and ordinal signs tell numbers, folded letters tell words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from alpie.index.spanish.analysis import fold_in_place
from alpie.index.spanish.unit_numbers import UnitNumber, number_at, suffix_at
from alpie.index.spanish.word_tables import read_tables

Units = tuple[tuple[str, str], ...]
"""Kinds and numbers of one place: (("article", "22"), ("clause", "1"))."""

_TABLES = read_tables(__file__)
UNIT_WORDS: dict[str, list[str]] = {kind: words.split(", ") for kind, words in _TABLES["units"].items()}
_UNIT_KINDS = {word: kind for kind, words in UNIT_WORDS.items() for word in words}
_WITHOUT_NUMBER = {words: (kind, number) for words, (kind, number) in _TABLES["without_number"].items()}
DIVISIONS, FEMININE = (frozenset(_TABLES[name].split()) for name in ("divisions", "feminine"))
# The level of a unit: units of lower levels that follow are parts of it.
_LEVELS = dict.fromkeys(DIVISIONS, 0) | {"clause": 2, "fraction": 3, "letter": 4, "item": 4, "paragraph": 3}
_ARTICLE_LEVEL = 1
_WITH_PARTS = (
    "article",
    "provision",
    "clause",
    "clausula",
    "transitorio",
    "anexo",
)  # a clause or a letter may follow
_PROVISION_TYPES = {sort[:length]: sort for sort in _TABLES["provisions"].split() for length in (1, 2)}

_WORD = re.compile(
    rf"(?P<word>{'|'.join(sorted(_UNIT_KINDS.keys() - {'p'}, key=len, reverse=True))}|p(?=\.))(?![a-z])\.?(?:o(?=\s))?\s*"
)
_ALONE_WORD = re.compile(rf"(?:{'|'.join(sorted(_WITHOUT_NUMBER, key=len, reverse=True))})(?![a-z])")
_PROVISION = re.compile(
    r"(?:disposici(?:on|ones)|disp\.?|d\.)\s*(?P<sort>adic|ad|trans|tr|derog|fin)[a-z]*\.?(?![a-z])\s*"
    r"|dd?(?P<initial>[atdf])(?P=initial)?(?![a-z])\.?\s*"
)
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
_JOIN = re.compile(
    r"\s*[,;]?\s*(?:(?:y|e|and|o)\s+)?(?:(?:del?|of|en|in)\s+)?(?:(?:el|la|los|las|the|su|sus|este|esta|dich[oa])\s+)?"
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
    def kinds(self) -> frozenset[str]:
        return frozenset(kind for kind, _ in self.choices[0])

    @property
    def is_whole(self) -> bool:
        """Whether the unit is an article or a division, and not only a part of one."""
        return min(map(_level, self.kinds)) <= _ARTICLE_LEVEL


class UnitGroups(NamedTuple):
    """Units grouped by the place that they name together, and the offset where their words end."""

    groups: list[list[UnitMention]]
    end: int


def units_in(text: str) -> Iterator[ParsedUnits]:
    """The places that a text names."""
    folded, position = fold_in_place(text), 0
    for start, _ in words_with_offsets(folded):
        if start >= position:
            groups, end = parse_units(text, folded, start)
            position = max(position, end)
            yield from (ParsedUnits(units, end) for units in places_named(groups))


@lru_cache(maxsize=8192)
def parse_label(label: str) -> Units:
    """The units of a label of a passage: «artículo 22, apartado 1»."""
    return next(places_named(parse_units(label, fold_in_place(label), 0).groups), ())


def words_with_offsets(folded: str) -> Iterator[tuple[int, str]]:
    """Each word of a text with the offset where the word begins."""
    return ((match.start(), match[0]) for match in re.finditer(r"\w+", folded))


def parse_units(text: str, folded: str, position: int) -> UnitGroups:
    """The units named from `position` on."""
    groups: list[list[UnitMention]] = []
    unit = _unit(text, folded, position)
    end, joined = position, ""
    while unit is not None:
        named_kinds = {kind for mention in groups[-1] for kind in mention.kinds} if groups else set()
        apart = bool(re.search(r"\b(?:y|e|o|and)\b|;", joined)) and not re.search(r"\bdel?\b", joined)
        if not groups or named_kinds & unit.kinds or apart:
            groups.append([unit])
        else:
            groups[-1].append(unit)
        end = unit.end
        join = _JOIN.match(folded, end)
        joined = join[0] if join else ""
        following = join.end() if join else end
        unit = _unit(text, folded, following) if following < len(folded) and following > end else None
        if (
            unit is None
            and re.search(r"\bdel\b", joined)
            and min(map(_level, named_kinds | groups[-1][-1].kinds)) > _ARTICLE_LEVEL
        ):
            unit = parse_bare_article(text, folded, following)  # «letra c) del 14.1»
    return UnitGroups(groups, end)


def parse_bare_article(text: str, folded: str, position: int) -> UnitMention | None:
    """The article that a number without a word for it names: «el 14.1.c)»; None where there is no number."""
    begins = re.compile(r"(?<![\w/.-])\d").match(text, position)
    article = _NumberParser(text, folded, "article").number(position) if begins else None
    return UnitMention((article.units,), article.end) if article else None


def _unit(text: str, folded: str, position: int) -> UnitMention | None:
    word = _WORD.match(folded, position)
    if word and word.end() > position:
        several = word[0].rstrip(". ").endswith("s")
        numbers = _NumberParser(text, folded, _UNIT_KINDS[word["word"]], several)
        if numbered := numbers.mention(word.end()):
            return _as_transitory(folded, numbered)
    if provision := _PROVISION.match(folded, position):
        return _provision(text, folded, position, provision)
    if alone := _ALONE_WORD.match(folded, position):
        return UnitMention(((_WITHOUT_NUMBER[alone[0]],),), alone.end())
    return _unit_after_number(text, folded, position)


def _unit_after_number(text: str, folded: str, position: int) -> UnitMention | None:
    """The unit whose word follows its number, an ordinal or a Roman one: «segundo párrafo», «segunda disposición adicional»."""
    number = number_at(text, position)
    if number is None or (text[position].isdigit() and not number.ordinal):
        return None
    if folded[number.end : number.end + 1] != " ":
        return None
    provision = _PROVISION.match(folded, number.end + 1)
    if provision and provision["sort"]:
        units = (("provision", f"{_PROVISION_TYPES[provision['sort'][:2]]} {number.canonical}"),)
        return UnitMention((units,), len(folded[: provision.end()].rstrip()))
    word = _WORD.match(folded, number.end + 1)
    kind = _UNIT_KINDS[word["word"]] if word else ""
    if word is None or kind in ("article", "page", "letter", *DIVISIONS):
        return None
    return UnitMention((((kind, number.canonical),),), word.start() + len(word[0].rstrip()))


def _as_transitory(folded: str, unit: UnitMention) -> UnitMention:
    """An article as a transitory one where that word follows: «Artículo segundo transitorio»."""
    passing = re.compile(r"\s+transitorios?(?![a-z])").match(folded, unit.end)
    if passing is None or unit.kinds != {"article"}:
        return unit
    return UnitMention(tuple((("transitorio", units[0][1]),) for units in unit.choices), passing.end())


def _provision(text: str, folded: str, position: int, match: re.Match[str]) -> UnitMention | None:
    """The provision of «Disposición adicional 2.ª» or «DA 2ª»; initials in capitals, or before an ordinal."""
    sort = _PROVISION_TYPES[match["sort"][:2] if match["sort"] else match["initial"]]
    number = number_at(text, match.end(), feminine=True)
    if match["initial"] and not (number and (number.ordinal or text[position].isupper())):
        return None
    several = match[0].rstrip(". ").endswith("s")
    numbered = _NumberParser(text, folded, "provision", several).mention(match.end()) if number else None
    if numbered is None:
        return UnitMention(((("provision", sort),),), len(folded[: match.end()].rstrip()))
    choices = tuple((("provision", f"{sort} {units[0][1]}"), *units[1:]) for units in numbered.choices)
    return UnitMention(choices, numbered.end)


@dataclass(frozen=True)
class _NumberParser:
    """Parses the numbers that follow the word of a unit, which is a plural where there may be `several`."""

    text: str
    folded: str
    kind: str
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
        first = low[0][1]
        if high is None or len(high.units) > 1 or not (self.several or first.split()[0].isdigit()):
            return None
        return ParsedUnits(((self.kind, f"{first}…{high.units[0][1]}"),), high.end)

    def _next_choice(self, position: int, choices: list[Units]) -> ParsedUnits | None:
        """The next of a list after `choices`: «, 4», «y 14 bis», «y c)»; None where the list has ended."""
        joint, last = _AND.match(self.folded, position), choices[-1]
        if joint is None or _WORD.match(self.folded, joint.end()):
            return None
        choice = self.number(joint.end())
        if choice is None and (suffix := suffix_at(self.text, joint.end())):  # «14 y bis»
            choice = ParsedUnits(((self.kind, f"{last[0][1].split()[0]} {suffix[0]}"),), suffix[1])
        if choice is None and last[-1][0] == "letter" and (letter := _LETTER.match(self.folded, joint.end())):
            choice = ParsedUnits((*last[:-1], ("letter", letter[1] or letter[2])), letter.end())
        if choice is None:
            return None
        goes_on = re.match(r"\s*(?:,|y|e)\s", self.folded[choice.end :])
        if "," in joint[0] and not (self.several or len(choices) > 1 or goes_on):
            return None
        if len(last) > 1 and len(choice.units) == 1 and not self.several and choice.units[0][1].isdigit():
            return choice._replace(units=(last[0], (last[1][0], choice.units[0][1])))  # «art. 22.1 y 2»
        return choice

    def number(self, position: int) -> ParsedUnits | None:
        """The number at `position`, with the clause and the letter that hang on it."""
        kind, folded = self.kind, self.folded
        letter = _LETTER.match(folded, position) if kind in ("clause", "letter", "item") else None
        if letter:
            return ParsedUnits((("letter", letter[1] or letter[2]),), letter.end())
        if kind == "letter":
            return None
        if kind == "page" and (label := _PAGE_LABEL.match(folded, position)):
            # pages go by what they are called: «iv» is not «4»
            return ParsedUnits(((kind, label[0]),), label.end())
        if kind in DIVISIONS and (preliminary := _PRELIMINARY.match(folded, position)):
            return ParsedUnits(((kind, "preliminar"),), preliminary.end())
        opening = _OPENING.match(folded, position)
        if kind == "seccion" and (decimal := _DECIMAL.match(folded, position)):
            return ParsedUnits(((kind, decimal[0]),), decimal.end())
        number = number_at(self.text, opening.end() if opening else position, feminine=kind in FEMININE)
        if number is None and kind == "anexo" and re.match(r"[A-Z](?!\w)", self.text[position:]):
            number = UnitNumber(folded[position], position, position + 1)
        if number is None or folded[number.end : number.end + 1].isalnum():
            return None
        bracketed = folded[number.start - 1 : number.start] == "("
        end = number.end + (bracketed and folded[number.end : number.end + 1] == ")")
        return self._with_parts(number.canonical, end)

    def _with_parts(self, number: str, end: int) -> ParsedUnits:
        """The unit with the clause, the item and the letter that follow its number: «14.1.c)», «149.1.18.ª»."""
        units = [(self.kind, number)]
        if self.kind not in _WITH_PARTS:
            return ParsedUnits(tuple(units), end)
        clause = None if self.kind == "clause" else _CLAUSE.match(self.folded, end)
        if self.kind == "article" and not self.several:
            clause = clause or _COMMA_CLAUSE.match(self.folded, end)
        if clause:
            units.append(("clause", clause[1] or clause[2]))
            end = clause.end()
            if deeper := _CLAUSE.match(self.folded, end):
                units.append(("item", deeper[1] or deeper[2]))
                end = deeper.end()
        if letter := _CLAUSE_LETTER.match(self.folded, end):
            units.append(("letter", letter[1] or letter[2]))
            end = letter.end()
        return ParsedUnits(tuple(units), end)


def places_named(groups: list[list[UnitMention]]) -> Iterator[Units]:
    """Every place that `groups` name; a part named without its article belongs to the unit named beside it."""
    for number, group in enumerate(groups):
        lists = [unit.choices for unit in group]
        if not any(unit.is_whole for unit in group):
            beside = (*groups[number + 1 :], *reversed(groups[:number]))
            wholes = ([unit for unit in other_group if unit.is_whole] for other_group in beside)
            nearest = next(filter(None, wholes), [])
            lists += [tuple(units[:1] for units in unit.choices) for unit in nearest]
        for chosen in product(*lists):
            yield tuple(pair for units in chosen for pair in units)


def within(units: Units, whole: Units) -> Units:
    """`units` within the larger ones of `whole`: «apartado 2», after «artículo 7.1», is «artículo 7, apartado 2»."""
    top = min(_level(kind) for kind, _ in units)
    holding = (unit for unit in whole if _ARTICLE_LEVEL <= _level(unit[0]) < top)
    return (*holding, *units)


def _level(kind: str) -> int:
    return _LEVELS.get(kind, _ARTICLE_LEVEL)
