"""The citable units that a text names: «artículo 22, apartado 1», «DA 2.ª», «segundo transitorio», «preámbulo».

    unit = word numbers | numbers word | word      («artículo 3», «segundo transitorio», «preámbulo»)

The words of units come from a table of `unit_kinds`; what follows them is parsed by `number_lists`. Functions take a
text and its `folded` form because they need both: capitals and ordinal signs reveal numbers, folded letters reveal
words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from alpie.index.spanish.analysis import fold_in_place
from alpie.index.spanish.number_lists import NumberParser
from alpie.index.spanish.numerals import number_at
from alpie.index.spanish.unit_kinds import (
    DIVISIONS,
    KIND_OF_WORD,
    PARTS_OF_ARTICLES,
    PROVISION_SORTS,
    UNIT_WORD,
    UNNUMBERED,
    ParsedUnits,
    Unit,
    UnitKind,
    UnitMention,
    Units,
)

_NUMBER_FOLLOWS = DIVISIONS | {UnitKind.ARTICLE, UnitKind.PAGE, UnitKind.LETTER}  # never «tercer artículo»
_SORT_OF_PROVISION = {sort[:length]: sort for sort in PROVISION_SORTS for length in (1, 2)}
# How deep the parts of an article lie in it, where one may hold another.
_DEPTHS = {
    UnitKind.CLAUSE: 1, UnitKind.FRACTION: 2, UnitKind.PARAGRAPH: 2, UnitKind.LETTER: 3, UnitKind.ITEM: 3,
}  # fmt: skip

_ALONE_WORD = re.compile(rf"(?:{'|'.join(sorted(UNNUMBERED, key=len, reverse=True))})(?![a-z])")
_PROVISION = re.compile(
    r"(?:disposici(?:on|ones)|disp\.?|d\.)\s*(?P<sort>adic|ad|trans|tr|derog|fin)[a-z]*\.?(?![a-z])\s*"
    r"|dd?(?P<initial>[atdf])(?P=initial)?(?![a-z])\.?\s*"
)
_JOIN = re.compile(
    r"\s*[,;]?\s*(?:(?:y|e|and|o)\s+)?(?:(?:del?|of|en|in)\s+)?(?:(?:el|la|los|las|the|su|sus|este|esta|dich[oa])\s+)?"
)


class UnitGroups(NamedTuple):
    """Units grouped by the place that they name together, and the offset where their words end."""

    groups: list[list[UnitMention]]
    end: int


def units_in(text: str) -> Iterator[ParsedUnits]:
    """The places that a text names."""
    folded, position = fold_in_place(text), 0
    for start, _ in placed_words(folded):
        if start >= position:
            groups, end = parse_units(text, folded, start)
            position = max(position, end)
            yield from (ParsedUnits(units, end) for units in places_named(groups))


@lru_cache(maxsize=8192)
def parse_label(label: str) -> Units:
    """The units of a label of a passage: «artículo 22, apartado 1»."""
    return next(places_named(parse_units(label, fold_in_place(label), 0).groups), ())


class PlacedWord(NamedTuple):
    """A word of a text, and the offset where it begins."""

    start: int
    word: str


def placed_words(folded: str) -> Iterator[PlacedWord]:
    """The words of a text."""
    return (PlacedWord(match.start(), match[0]) for match in re.finditer(r"\w+", folded))


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
            and (named_kinds | groups[-1][-1].kinds).issubset(PARTS_OF_ARTICLES)
        ):
            unit = parse_bare_article(text, folded, following)  # «letra c) del 14.1»
    return UnitGroups(groups, end)


def parse_bare_article(text: str, folded: str, position: int) -> UnitMention | None:
    """The article that a number without a word for it names: «el 14.1.c)»; None where there is no number."""
    begins = re.compile(r"(?<![\w/.-])\d").match(text, position)
    article = NumberParser(text, folded, UnitKind.ARTICLE).number(position) if begins else None
    return UnitMention((article.units,), article.end) if article else None


def _unit(text: str, folded: str, position: int) -> UnitMention | None:
    word = UNIT_WORD.match(folded, position)
    if word and word.end() > position:
        several = word[0].rstrip(". ").endswith("s")
        numbers = NumberParser(text, folded, KIND_OF_WORD[word["word"]], several)
        if numbered := numbers.mention(word.end()):
            return _as_transitory(folded, numbered)
    if provision := _PROVISION.match(folded, position):
        return _provision(text, folded, position, provision)
    if alone := _ALONE_WORD.match(folded, position):
        return UnitMention(((UNNUMBERED[alone[0]],),), alone.end())
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
        unit = Unit(UnitKind.PROVISION, f"{_SORT_OF_PROVISION[provision['sort'][:2]]} {number.canonical}")
        return UnitMention(((unit,),), len(folded[: provision.end()].rstrip()))
    word = UNIT_WORD.match(folded, number.end + 1)
    kind = KIND_OF_WORD[word["word"]] if word else None
    if word is None or kind is None or kind in _NUMBER_FOLLOWS:
        return None
    return UnitMention(((Unit(kind, number.canonical),),), word.start() + len(word[0].rstrip()))


def _as_transitory(folded: str, unit: UnitMention) -> UnitMention:
    """An article as a transitory one where that word follows: «Artículo segundo transitorio»."""
    passing = re.compile(r"\s+transitorios?(?![a-z])").match(folded, unit.end)
    if passing is None or unit.kinds != {UnitKind.ARTICLE}:
        return unit
    choices = tuple((Unit(UnitKind.TRANSITORY_ARTICLE, units[0].number),) for units in unit.choices)
    return UnitMention(choices, passing.end())


def _provision(text: str, folded: str, position: int, match: re.Match[str]) -> UnitMention | None:
    """The provision of «Disposición adicional 2.ª» or «DA 2ª»; initials in capitals, or before an ordinal."""
    sort = _SORT_OF_PROVISION[match["sort"][:2] if match["sort"] else match["initial"]]
    number = number_at(text, match.end(), feminine=True)
    if match["initial"] and not (number and (number.ordinal or text[position].isupper())):
        return None
    several = match[0].rstrip(". ").endswith("s")
    numbered = (
        NumberParser(text, folded, UnitKind.PROVISION, several).mention(match.end()) if number else None
    )
    if numbered is None:
        return UnitMention(((Unit(UnitKind.PROVISION, sort),),), len(folded[: match.end()].rstrip()))
    choices = tuple(
        (Unit(UnitKind.PROVISION, f"{sort} {units[0].number}"), *units[1:]) for units in numbered.choices
    )
    return UnitMention(choices, numbered.end)


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
            yield tuple(unit for units in chosen for unit in units)


def within(units: Units, whole: Units) -> Units:
    """`units` within the larger ones of `whole`: «apartado 2», after «artículo 7.1», is «artículo 7, apartado 2»."""
    depth = min(_DEPTHS.get(unit.kind, 0) for unit in units)
    return (*(unit for unit in whole if _DEPTHS.get(unit.kind, 0) < depth), *units)
