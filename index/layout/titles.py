"""What is left once lists, figures and boxes are known: sub-headings, subtitles, signatures."""

from __future__ import annotations

from itertools import pairwise

from alpie.index.layout.headings import LONGEST_HEADING, is_title_form
from alpie.index.layout.lines import Manner
from alpie.index.layout.units import Unit
from alpie.index.records import BlockKind

_BODY = (
    BlockKind.PARAGRAPH,
    BlockKind.LIST,
    BlockKind.TABLE,
    BlockKind.KEY_DATA,
    BlockKind.CALLOUT,
    BlockKind.LEAD,
)
_LONGEST_SUBTITLE = 600  # characters


def mark_signatures(units: list[Unit]) -> list[Unit]:
    """Short lines that end a section or the document, a name and an office: metadata of level -1."""
    made: list[Unit] = []
    index = 0
    while index < len(units):
        end = index
        while end < len(units) and end - index < 3 and _may_sign(units[end], end == index):
            end += 1
        following = units[end] if end < len(units) else None
        closes = following is None or following.page_start or following.level == 1
        if end > index and closes and (end - index > 1 or following is None) and index:
            units[index].lines = [line for unit in units[index:end] for line in unit.lines]
            units[index].text = " ".join(unit.text for unit in units[index:end])
            units[index].kind, units[index].level = BlockKind.METADATA, -1
            made.append(units[index])
            index = end
            continue
        made.append(units[index])
        index += 1
    return made


def _may_sign(unit: Unit, first: bool) -> bool:
    return (
        is_title_form(unit)
        and len(unit.lines) == 1
        and len(unit.text) <= 80
        and not unit.page_start
        and unit.blank_before == first
    )


def mark_subtitles(units: list[Unit]) -> None:
    """Long lines without a full stop before the text begins: leads."""
    for index, unit in enumerate(units):
        if unit.kind is BlockKind.METADATA or unit.kind is BlockKind.HEADING:
            continue
        opening = unit.kind is None and len(unit.lines) == 1 and unit.open_ended and unit.text[-1] not in ",;"
        if (
            not opening
            or not LONGEST_HEADING < len(unit.text) <= _LONGEST_SUBTITLE
            or index + 1 == len(units)
        ):
            return
        unit.kind = BlockKind.LEAD


def mark_sub_headings(units: list[Unit], manner: Manner) -> None:
    """Every title form left that has a text to head."""
    after_signature = False
    for unit, following in pairwise(units):
        if unit.kind is BlockKind.METADATA:
            after_signature = after_signature or unit.level == -1
            continue
        if unit.kind is BlockKind.HEADING and unit.level == 1:
            after_signature = False
        if unit.kind is not None or unit.box is not None or not is_title_form(unit):
            continue
        if not (following.kind in _BODY or _is_text(following) or _heads(following)):
            continue
        unit.kind = BlockKind.HEADING
        unit.level = 1 if after_signature or unit is units[0] else 2
        after_signature = False


def _is_text(unit: Unit) -> bool:
    return unit.kind is None and (not is_title_form(unit) or len(unit.lines) > 2)


def _heads(unit: Unit) -> bool:
    return unit.kind is BlockKind.HEADING or is_title_form(unit)
