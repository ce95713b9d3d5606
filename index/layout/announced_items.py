"""Finds the items of a list that only its introduction reveals: «Son órganos del Instituto los siguientes:».

Such items carry enumerators that may be anything else («1.», «A)», «II.-»), or none at all. Without this step, an
introduction would be quoted without what it introduces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from alpie.index.layout.line_groups import LineGroup
from alpie.index.records import BlockKind
from alpie.index.spanish.number_words import ORDINAL_TENS, ORDINALS
from alpie.index.spanish.word_tables import alternatives, word_sets
from alpie.index.typography.line_forms import FUNCTION_WORDS, LAST_BUT_ONE, NUMBERED, first_word

_WORDS = word_sets(__file__)
_FIRST_TEN = (*ORDINALS, ORDINAL_TENS[0])
_ORDINALS = (*_FIRST_TEN, *(f"{ordinal[:-1]}a" for ordinal in _FIRST_TEN))
# «ñ» is a letter of some lists and not of others
ENUMERATIONS = (
    tuple("abcdefghijklmnñopqrstuvwxyz"),
    tuple("abcdefghijklmnopqrstuvwxyz"),
    tuple(str(number) for number in range(1, 100)),
    tuple("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split()),
    _ORDINALS[:10],
    _ORDINALS[10:],
)
_ENUMERATOR = re.compile(
    rf"(?P<open>\(?)(?P<enumerator>\d{{1,3}}|[A-ZÑa-zñ]|[ivxl]{{2,6}}|[IVXL]{{2,6}}|(?i:{'|'.join(_ORDINALS)}))"
    r"(?P<close>\)|\.[ºª°]|[º°ª]\.?|\.-|\.)\s+(?=\S)"
)
# «… son las siguientes:», «Corresponde al Consejo:», and what breaks off before its object, «… integrado por:»
_ANNOUNCES = re.compile(
    rf"(?i)\b(?:(?:{alternatives(_WORDS['announcing'])})(?:\s+[^\W\d_]+){{0,6}}|{alternatives(_WORDS['unfinished'])}):$"
)
# «Fracción reformada DOF 12-11-2002», «(Modificado por el Consejo)»
_AMENDED = re.compile(
    rf"(?i)(?:{alternatives(_WORDS['amended'])})\b.{{0,60}}?\b(?:{alternatives(_WORDS['amendments'])})[oa]s?\b.{{0,200}}\d{{4}}"
    rf"|\((?:{alternatives(_WORDS['amendments'])})[oa]s?\b[^()]*\)\W*$"
)
_INFINITIVE = re.compile(r"[^\W\d_]{2,}[aeií]r(?:se|l[aeo]s?)?$")
_MAX_ITEM_CHARACTERS = 200  # of an item without an enumerator
_UNCLEAR = 1.5  # times that: one a little too long, after which it is not known where the list ends
_MAX_CLAUSE_WORDS = 130  # of numbered clauses that are quoted together, as a list
_MAX_PARTED_CHARACTERS = 600  # and of one that a semicolon parts from the next
_MAX_GROUPS_BELOW = 100  # line groups from the introduction to its last item


def counting_on(counts: Iterable[tuple[str, ...]], place: int, enumerator: str) -> list[tuple[str, ...]]:
    """Those of `counts`, which are sequences of enumerators, that have `enumerator` at `place`."""
    return [count for count in counts if count[place : place + 1] == (enumerator,)]


def mark_announced_items(groups: Sequence[LineGroup]) -> None:
    """Mark what a paragraph that ends in a colon introduces as items of a list with the label of that paragraph.

    Remarks on amendments between two items, «Fracción reformada DOF 12-11-2002», become items too and divide no list.
    """
    for at, lead in enumerate(groups):
        if not lead.text.endswith(":") or lead.kind not in (None, BlockKind.PARAGRAPH):
            continue
        end = at + 1
        last = min(at + _MAX_GROUPS_BELOW, len(groups))
        while end < last and _is_in_unit(groups[end], lead):
            end += 1
        below = [group for group in groups[at + 1 : end] if not _tells_amendment(group)]
        for group in _counted_items(lead, below) or _unmarked_items(lead, below):
            group.kind, group.item, group.label = None, True, lead.label
    _mark_amendments_between(groups)


def _is_in_unit(group: LineGroup, lead: LineGroup) -> bool:
    units = [(member.label or "").partition(",")[0] for member in (group, lead)]
    return group.kind in (None, BlockKind.PARAGRAPH) and not group.level and units[0] == units[1]


def _counted_items(lead: LineGroup, below: Sequence[LineGroup]) -> list[LineGroup]:
    """The items whose enumerators count on from one, with nothing but items of their own between them.

    Clauses of an article have labels of their own and are items only where they are short enough to be quoted together.
    """
    items: list[LineGroup] = []
    style: tuple[str | bool, ...] = ()
    counts: Sequence[tuple[str, ...]] = ENUMERATIONS
    last = 0  # place of the last item
    for place, group in enumerate(below):
        found = _ENUMERATOR.match(group.text)
        here = (found["open"], found["close"], found["enumerator"].isupper()) if found else ()
        going_on = counting_on(counts, len(items), found["enumerator"].lower()) if found else []
        if going_on and here == (style or here):
            items.append(group)
            counts, style, last = going_on, here, place
        elif not items:
            break
    whole = all(_ENUMERATOR.match(group.text) or group.item or group.bulleted for group in below[:last])
    if len(items) < 2 or not whole:
        return []
    own = any(item.label != lead.label for item in items)
    words = sum(len(group.text.split()) for group in below[: last + 1])
    return [] if own and (words > _MAX_CLAUSE_WORDS or last >= len(items)) else items


def _unmarked_items(lead: LineGroup, below: Sequence[LineGroup]) -> list[LineGroup]:
    """The items without enumerators: short paragraphs of one manner, or parted by semicolons, until one ends in a full stop."""
    if not _ANNOUNCES.search(lead.text):
        return []
    items: list[LineGroup] = []
    for group in below:
        goes_on = bool(items) and _is_parted(items[-1].text)
        longest = (
            _MAX_PARTED_CHARACTERS
            if goes_on or (not items and _is_parted(group.text))
            else _MAX_ITEM_CHARACTERS
        )
        fits = _may_be_item(group) and (goes_on or not items or _manner(group.text) == _manner(items[0].text))
        if not fits or len(group.text) > longest:
            # one like them that is a little long: it is not clear where the list ends
            unclear = goes_on or (fits and len(group.text) <= _UNCLEAR * _MAX_ITEM_CHARACTERS)
            return [] if unclear or len(items) < 2 else items
        items.append(group)
        if goes_on and not _is_parted(group.text):
            break
    return items if len(items) > 1 else []


def _is_parted(item: str) -> bool:
    """Whether another item follows by the way that one ends: «…;», «…, y»."""
    return item[-1] in ";," or LAST_BUT_ONE.search(item) is not None


def _may_be_item(group: LineGroup) -> bool:
    """Whether a paragraph may be an item without an enumerator: it is no quotation and no introduction."""
    text = group.text
    if group.kind or group.item or group.bulleted or NUMBERED.match(text) or _ENUMERATOR.match(text):
        return False
    return text[0] not in '«“"' and text[-1] != ":"


def _manner(text: str) -> tuple[str, bool]:
    """What the items of a list have in common: an infinitive or a function word that each begins with, and how each ends."""
    word = first_word(text).casefold().strip(",.;:")
    opening = "infinitive" if _INFINITIVE.match(word) else word if word in FUNCTION_WORDS else "noun"
    return "noun" if word in _WORDS["determiners"] else opening, text[-1] == "." or bool(_is_parted(text))


def _mark_amendments_between(groups: Sequence[LineGroup]) -> None:
    at = 0
    while at < len(groups):
        end = at
        while end < len(groups) and _tells_amendment(groups[end]):
            end += 1
        if at and at < end < len(groups) and groups[end].item:
            before = groups[at - 1]
            if before.item or before.text.endswith(":"):
                for remark in groups[at:end]:
                    remark.kind, remark.item, remark.label = None, True, groups[end].label
        at = max(end, at + 1)


def _tells_amendment(group: LineGroup) -> bool:
    return not group.level and _AMENDED.match(group.text) is not None
