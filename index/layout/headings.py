"""Finds headings: numbered section titles with their leads, sub-headings, and lines that extraction glued to them."""

from __future__ import annotations

from itertools import pairwise

from alpie.index.layout.line_groups import LineGroup
from alpie.index.layout.lines import CleanLines, Line, Typesetting
from alpie.index.records import BlockKind, collapse
from alpie.index.typography.letter_widths import printed_width
from alpie.index.typography.line_forms import (
    BULLET,
    FUNCTION_WORDS,
    LEGAL_LINE,
    MARKDOWN_HEADING,
    NUMBERED,
    PLACE_AND_DATE,
    SECTION,
    STARTS_WITH_NUMBER,
    ends_in_function_word,
    ends_sentence,
    first_word,
    kind_by_form,
    opens_sentence,
)

_MAX_CHARACTERS = 160  # of a heading that is known by its form: longer lines without a stop are leads
# A heading stands above each of its passages: a page marked as one is a paragraph.
_MAX_MARKED_CHARACTERS = 500
_MAX_LINES = 3  # of a title
# A body of fewer lines may be short of its column throughout, which then counts as this share of the document's at least.
_FEW_BODY_LINES, _GUESSED_WIDTH = 3, 0.6
# What a title leaves free beside the next word, as a share of the body's width: less may be a ragged margin. If the next
# line opens with a capital article or preposition, which goes on with no title, the title may fill its line; widths are
# those of a common typeface and may be some per cent off.
_MIN_ROOM, _MIN_SURE_ROOM = 0.2, -0.02
_SHORT_TITLE = 0.4  # of the line below: a section title that is so much shorter has its lead or byline there
_MAX_LEAD_LINES = 6  # a longer paragraph below a section title is its text
_MAX_SIGNATURE_LINES = 3  # a name, an office, a body
_MAX_SIGNATURE_CHARACTERS = 80  # one printed line


def is_title_form(group: LineGroup) -> bool:
    """Whether a line group has the form of a title: short, opening like a sentence and not ending like one."""
    text = group.text
    if group.kind is not None or len(group.lines) > _MAX_LINES or not text or len(text) > _MAX_CHARACTERS:
        return False
    if group.indented or BULLET.match(text) or not opens_sentence(text) or ends_in_function_word(text):
        return False
    if PLACE_AND_DATE.match(text) or (STARTS_WITH_NUMBER.match(text) and not SECTION.match(text)):
        return False
    question = text[0] == "¿" and text[-1] == "?"
    return question or not (ends_sentence(text) or text.rstrip("»”)")[-1:] == "," or text[-1:] in "-—–")


def mark_fixed_forms(groups: list[LineGroup]) -> None:
    """Give a kind to line groups whose form alone says what they are."""
    for index, group in enumerate(groups):
        if (markdown := MARKDOWN_HEADING.match(group.text)) and len(group.text) <= _MAX_MARKED_CHARACTERS:
            group.kind, group.level = BlockKind.HEADING, len(markdown.group(1))
            group.skip = markdown.end()
            group.text = group.text[group.skip :]
        elif kind := kind_by_form(group.text):
            group.kind = kind
        elif group.indented and index and groups[index - 1].text.endswith(":"):
            group.kind = BlockKind.PULL_QUOTE


def join_title(groups: list[LineGroup]) -> list[LineGroup]:
    """Join the lines in capitals at the head of a text, one right below the other: they are its title."""
    end = 1
    while (
        end < min(_MAX_LINES, len(groups))
        and all(is_title_form(group) and group.text.isupper() for group in (groups[0], groups[end]))
        and not (groups[end].blank_before or groups[end].page_start or groups[end].row)
        and not (NUMBERED.match(groups[end].text) or LEGAL_LINE.match(groups[end].text))
    ):
        end += 1
    for group in groups[1:end]:
        groups[0].take(group)
    return [*groups[:1], *groups[end:]]


def split_glued_titles(groups: list[LineGroup], clean: CleanLines, style: Typesetting) -> list[LineGroup]:
    """Part a title from the body that follows it without a blank line.

    A title ends where its line breaks although the next word, a capital, would have fitted.
    """
    if not style.wrapped:
        return groups
    made: list[LineGroup] = []
    for group in groups:
        count = _count_title_lines(group, clean, style) if group.kind is None else 0
        if not count:
            made.append(group)
            continue
        title, body = group.lines[:count], group.lines[count:]
        group.lines, group.text = title, _join_lines(title, clean)
        made.append(group)
        made.append(LineGroup(body, _join_lines(body, clean), False, False, False))
    return made


def _join_lines(lines: list[Line], clean: CleanLines) -> str:
    return collapse(" ".join(clean[line.number] for line in lines))


def _count_title_lines(group: LineGroup, clean: CleanLines, style: Typesetting) -> int:
    """How many of the first lines are a title glued to the body below; 0 if none."""
    lines = group.lines
    if len(lines) < 2 or group.bulleted or not opens_sentence(group.text):
        return 0
    if STARTS_WITH_NUMBER.match(group.text) and not SECTION.match(group.text):
        return 0
    numbered = NUMBERED.match(group.text)
    for count in range(1, min(_MAX_LINES, len(lines) - 1) + 1):
        last, following = clean[lines[count - 1].number], clean[lines[count].number]
        if not last or not following or ends_sentence(last) or last[-1] in ",(-":
            return 0
        body = lines[count:]
        if count == 1 and group.page_start and _is_section_line(lines, following):
            return count
        if not opens_sentence(following) or ends_in_function_word(last):
            continue
        if NUMBERED.match(following) or (numbered and not numbered.group("enumerator")[0].isdigit()):
            continue
        width = max(
            max(line.width for line in body),
            _GUESSED_WIDTH * style.column if len(body) < _FEW_BODY_LINES else 0.0,
        )
        room = width - lines[count - 1].width - printed_width(" " + first_word(following))
        sure = first_word(following).strip("«“¿¡(").casefold() in FUNCTION_WORDS
        if room < (_MIN_SURE_ROOM if sure else _MIN_ROOM) * width:
            continue
        if len(_join_lines(lines[:count], clean)) <= _MAX_CHARACTERS:
            return count
    return 0


def _is_section_line(lines: list[Line], following: str) -> bool:
    """Whether the first of `lines` is a numbered section title with its lead or byline below."""
    if not SECTION.match(lines[0].text) or ends_in_function_word(lines[0].text):
        return False
    return opens_sentence(following) or lines[0].width < _SHORT_TITLE * lines[1].width


def mark_sections(groups: list[LineGroup]) -> None:
    """Find section titles whose numbers run 1, 2, 3 … and the leads under them."""
    candidates = [
        (index, int(match.group(1)))
        for index, group in enumerate(groups)
        if is_title_form(group)
        and (group.blank_before or group.page_start)
        and (match := SECTION.match(group.text))
        and not NUMBERED.match(group.text)
    ]
    expected = 1
    sections: list[int] = []
    for index, number in candidates:
        if number == expected:
            sections.append(index)
            expected = number + 1
    if len(sections) < 2:
        return
    for index in sections:
        groups[index].kind, groups[index].level = BlockKind.HEADING, 1
        following = index + 1
        # The lead: what stands right under the title, with a blank line after it.
        while (
            following < len(groups)
            and not groups[following].blank_before
            and not groups[following].page_start
            and groups[following].kind is None
            and len(groups[following].lines) <= _MAX_LEAD_LINES
            and all(after.blank_before or not after.page_start for after in groups[following + 1 :][:1])
        ):
            groups[following].kind = BlockKind.LEAD
            following += 1


_NOT_HEADED = (BlockKind.CAPTION, BlockKind.PULL_QUOTE, BlockKind.METADATA)
_MAX_SUBTITLE_CHARACTERS = 600  # a longer line is a paragraph


def join_signatures(groups: list[LineGroup]) -> list[LineGroup]:
    """Join the short lines that end a section or the document, a name and an office, as metadata."""
    made: list[LineGroup] = []
    index = 0
    while index < len(groups):
        end = index
        while (
            end < len(groups) and end - index < _MAX_SIGNATURE_LINES and _may_sign(groups[end], end == index)
        ):
            end += 1
        following = groups[end] if end < len(groups) else None
        closes = following is None or following.page_start or following.level == 1
        if end > index and closes and (end - index > 1 or following is None) and index:
            for line_below in groups[index + 1 : end]:
                groups[index].take(line_below)
            groups[index].kind, groups[index].level, groups[index].signature = BlockKind.METADATA, 0, True
            made.append(groups[index])
            index = end
            continue
        made.append(groups[index])
        index += 1
    return made


def _may_sign(group: LineGroup, first: bool) -> bool:
    is_line = is_title_form(group) and len(group.lines) == 1 and len(group.text) <= _MAX_SIGNATURE_CHARACTERS
    return is_line and not group.page_start and group.blank_before == first


def mark_subtitles(groups: list[LineGroup]) -> None:
    """Make leads of long lines without a full stop before the text begins."""
    for index, group in enumerate(groups):
        if group.kind is BlockKind.METADATA or group.kind is BlockKind.HEADING:
            continue
        is_line = group.kind is None and len(group.lines) == 1
        opening = is_line and group.open_ended and group.text[-1] not in ",;"
        is_long = _MAX_CHARACTERS < len(group.text) <= _MAX_SUBTITLE_CHARACTERS
        if not opening or not is_long or index + 1 == len(groups):
            return
        group.kind = BlockKind.LEAD


def mark_sub_headings(groups: list[LineGroup]) -> None:
    """Make headings of the titles that are left, where a text follows for them to head."""
    after_signature = False
    for group, following in pairwise(groups):
        if group.kind is BlockKind.METADATA:
            after_signature = after_signature or group.signature
            continue
        if group.kind is BlockKind.HEADING and group.level == 1:
            after_signature = False
        if group.kind is not None or group.box is not None or not is_title_form(group):
            continue
        if following.kind in _NOT_HEADED:
            continue
        group.kind = BlockKind.HEADING
        group.level = 1 if after_signature or group is groups[0] else 2
        after_signature = False
