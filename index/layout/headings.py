"""Headings: numbered section titles and their leads, sub-headings, and what was glued below them."""

from __future__ import annotations

from itertools import pairwise

from alpie.index.layout.forms import (
    ADMINISTRATIVE,
    BULLET,
    CAPTION,
    DATE_LINE,
    FUNCTION_WORDS,
    MARKDOWN_HEADING,
    NUMBERED,
    SECTION,
    STARTS_WITH_FIGURE,
    ends_sentence,
    first_word,
    opens_sentence,
)
from alpie.index.layout.lines import Line, Manner, printed_width
from alpie.index.layout.units import Unit, ends_in_function_word
from alpie.index.readable import collapse
from alpie.index.records import BlockKind

LONGEST_HEADING = 160  # characters
_LONGEST_MARKED = 500  # a heading stands above each of its passages: a page marked as one is a paragraph
_MAX_LINES = 3


def is_title_form(unit: Unit) -> bool:
    """Whether a unit has the form of a title: short, opening like a sentence and not ending like one."""
    text = unit.text
    if unit.kind is not None or len(unit.lines) > _MAX_LINES or not text or len(text) > LONGEST_HEADING:
        return False
    if unit.indented or BULLET.match(text) or not opens_sentence(text) or ends_in_function_word(text):
        return False
    if STARTS_WITH_FIGURE.match(text) and not SECTION.match(text):
        return False
    question = text[0] == "¿" and text[-1] == "?"
    return question or not (ends_sentence(text) or text.rstrip("»”)")[-1:] == "," or text[-1:] in "-—–")


def mark_fixed_forms(units: list[Unit]) -> None:
    """Give a kind to units whose form alone says what they are."""
    for index, unit in enumerate(units):
        markdown = MARKDOWN_HEADING.match(unit.text)
        if markdown and len(unit.text) <= _LONGEST_MARKED:
            unit.kind, unit.level = BlockKind.HEADING, len(markdown.group(1))
            unit.skip = markdown.end()
            unit.text = unit.text[unit.skip :]
        elif CAPTION.match(unit.text):
            unit.kind = BlockKind.CAPTION
        elif len(unit.text) <= 200 and (DATE_LINE.fullmatch(unit.text) or ADMINISTRATIVE.match(unit.text)):
            unit.kind = BlockKind.METADATA
        elif unit.indented and index and units[index - 1].text.endswith(":"):
            unit.kind = BlockKind.PULL_QUOTE


def split_glued_titles(units: list[Unit], clean: dict[int, str], manner: Manner) -> list[Unit]:
    """Part a title from the body that follows it without a blank line.

    A title ends where its line breaks although the next word, a capital, would have fitted.
    """
    if not manner.wrapped:
        return units
    made: list[Unit] = []
    for unit in units:
        count = _title_lines(unit, clean, manner) if unit.kind is None else 0
        if not count:
            made.append(unit)
            continue
        title, body = unit.lines[:count], unit.lines[count:]
        unit.lines, unit.text = title, _joined(title, clean)
        made.append(unit)
        made.append(Unit(body, _joined(body, clean), False, False, False))
    return made


def _joined(lines: list[Line], clean: dict[int, str]) -> str:
    return collapse(" ".join(clean[line.number] for line in lines))


def _title_lines(unit: Unit, clean: dict[int, str], manner: Manner) -> int:
    lines = unit.lines
    if len(lines) < 2 or unit.bulleted or not opens_sentence(unit.text):
        return 0
    if STARTS_WITH_FIGURE.match(unit.text) and not SECTION.match(unit.text):
        return 0
    numbered = NUMBERED.match(unit.text)
    for count in range(1, min(_MAX_LINES, len(lines) - 1) + 1):
        last, following = clean[lines[count - 1].number], clean[lines[count].number]
        if not last or not following or ends_sentence(last) or last[-1] in ",(-":
            return 0
        body = lines[count:]
        if count == 1 and unit.page_start and _is_section_line(lines, following):
            return count
        if not opens_sentence(following) or ends_in_function_word(last):
            continue
        if NUMBERED.match(following) or (numbered and not numbered.group("mark")[0].isdigit()):
            continue
        width = max(max(line.width for line in body), 0.6 * manner.column if len(body) < 3 else 0.0)
        room = width - lines[count - 1].width - printed_width(" " + first_word(following))
        sure = first_word(following).strip("«“¿¡(").casefold() in FUNCTION_WORDS
        if room < (-0.02 if sure else 0.2) * width:
            continue
        if len(_joined(lines[:count], clean)) <= LONGEST_HEADING:
            return count
    return 0


def _is_section_line(lines: list[Line], following: str) -> bool:
    """Whether the first of `lines` is a numbered section title with its lead or byline below."""
    if not SECTION.match(lines[0].text) or ends_in_function_word(lines[0].text):
        return False
    return opens_sentence(following) or lines[0].width < 0.4 * lines[1].width


def mark_sections(units: list[Unit]) -> None:
    """Find section titles whose numbers run 1, 2, 3 … and the leads under them."""
    candidates = [
        (index, int(match.group(1)))
        for index, unit in enumerate(units)
        if is_title_form(unit)
        and (unit.blank_before or unit.page_start)
        and (match := SECTION.match(unit.text))
        and not NUMBERED.match(unit.text)
    ]
    expected = 1
    found: list[int] = []
    for index, number in candidates:
        padded = units[index].text[0] == "0" and expected < number <= expected + 2
        if number == expected or padded:
            found.append(index)
            expected = number + 1
    if len(found) < 2:
        return
    for index in found:
        units[index].kind, units[index].level = BlockKind.HEADING, 1
        following = index + 1
        # The lead: what stands right under the title, with a blank line after it.
        while (
            following < len(units)
            and not units[following].blank_before
            and not units[following].page_start
            and units[following].kind is None
            and len(units[following].lines) <= 6
            and (
                following + 1 == len(units)
                or units[following + 1].blank_before
                or not units[following + 1].page_start
            )
        ):
            units[following].kind = BlockKind.LEAD
            following += 1


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
