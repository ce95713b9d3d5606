"""Line groups: runs of lines that belong together, before it is known what they are.

A group ends at a blank line, a page start or a closed line. Where such a break (of a column or a page) fell inside a
sentence, the groups are joined again: see `_goes_on`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from alpie.index.layout.lines import CleanLines, Line, Typesetting, find_rows
from alpie.index.layout.pages import Pages
from alpie.index.records import BlockKind, collapse
from alpie.index.typography.letter_widths import printed_width
from alpie.index.typography.line_forms import (
    ADMINISTRATIVE,
    BULLET,
    CAPTION,
    DATE_LINE,
    FUNCTION_WORDS,
    LEGAL_LINE,
    MARKDOWN_HEADING,
    NUMBERED,
    ends_in_function_word,
    ends_sentence,
    first_word,
    kind_by_form,
    opens_sentence,
    starts_lower,
)
from alpie.index.typography.unit_openings import DIVISION

_MAX_TITLE_LINES = 4  # of a division, with its name
_VALUE_LINE = re.compile(r"[A-ZÁÉÍÓÚÑ][^.:;]{1,40}: +(?=\S)")  # «Mañanas: de 7:30 a 9:30»
_FEW_SET_IN = 0.1  # share of a document's lines
_CLOSED_ROOM = 0.25  # of the column: what a closed line leaves free, beside the next word
_MIN_FULL_LINES = 3  # of a group before it is known how wide its lines are
_FULL = 0.85  # of its column: a last line so wide was broken by the column, not by its author
_MAX_STUB_LINES = 2  # on a new page, too few to distinguish continued text from a heading
# Of a number in display type and of the text that says it again; the number stands near the text's beginning.
_MAX_DISPLAY_CHARACTERS, _MAX_BEFORE_NUMBER, _MAX_REPEATED = 80, 40, 120


@dataclass(slots=True)
class LineGroup:
    """A run of lines, and what the later steps find out about it."""

    lines: list[Line]
    text: str = ""  # readable, calls left out
    blank_before: bool = False
    page_start: bool = False
    after_footer: bool = False
    indented: bool = False  # relative to the text around it
    kind: BlockKind | None = None
    level: int = 0
    closes: int = 0  # the level down to which it ends what stands above, where that is not its own
    signature: bool = False  # metadata that ends the section it signs
    box: str | None = None
    label: str | None = None
    parts: list[list[Line]] = field(default_factory=list)
    header_parts: int = 0
    skip: int = 0  # characters at the start that only double what follows
    item: bool = False  # the format of the file says that it is an item of a list
    row: bool = False  # its line is a row of a table

    @property
    def width(self) -> float:
        """Width of its widest line that is not its last: how wide the column was at least."""
        return max((line.width for line in self.lines[:-1]), default=0.0)

    @property
    def bulleted(self) -> bool:
        return BULLET.match(self.text) is not None

    @property
    def open_ended(self) -> bool:
        return not ends_sentence(self.text)

    def take(self, group: LineGroup) -> None:
        """Go on with the lines of another group."""
        self.lines.extend(group.lines)
        self.text = f"{self.text} {group.text}"


def mark_kinds_by_form(groups: Sequence[LineGroup]) -> None:
    """Give captions and what identifies a document their kind: see `kind_by_form`."""
    for group in groups:
        if group.kind is None and not group.item:
            group.kind = kind_by_form(group.text)


def group_lines(lines: list[Line], clean: CleanLines, pages: Pages, style: Typesetting) -> list[LineGroup]:
    """Cut the document into line groups and mend those that a column or page break cut in two."""
    starts = set(pages.starts)
    rows = find_rows(lines)
    # Where many lines are indented, indentation is just the style of the document and means nothing.
    sets_in = sum(1 for line in lines if line.indent and not line.blank) <= _FEW_SET_IN * len(clean)
    groups: list[LineGroup] = []
    blank = footer = False
    previous: Line | None = None
    for line in lines:
        if line.blank:
            blank = True
            continue
        if line.number in pages.footers:
            footer = True
            continue
        starts_page = line.number in starts
        text, before = clean[line.number], clean[previous.number] if previous else ""
        if (
            previous is None
            or blank
            or footer
            or starts_page
            or line.number in rows
            or previous.number in rows
            or _begins_by_form(text, before, groups[-1], style)
            or _ends_before(previous, before, text, style)
        ):
            indented = sets_in and not starts_page and line.indent > 0 and not BULLET.match(line.text)
            groups.append(LineGroup([line], "", blank, starts_page, footer, indented))
            groups[-1].row = line.number in rows
        else:
            groups[-1].lines.append(line)
        previous = line
        blank = footer = False
    for group in groups:
        group.text = collapse(" ".join(clean[line.number] for line in group.lines))
    return _join_broken_groups([group for group in groups if group.text], style)


def _begins_by_form(text: str, before: str, group: LineGroup, style: Typesetting) -> bool:
    """Whether a line begins something new by its own form, whatever stands before it."""
    if MARKDOWN_HEADING.match(text) or text.startswith("|"):
        return True
    if LEGAL_LINE.match(text) and (ends_sentence(before) or _stands_below_title(text, group, before)):
        return True
    bullet, number = BULLET.match(text), NUMBERED.match(text)
    if style.wrapped and (number or (bullet and text[0] in "–—-*+")):
        # Inside a sentence a line may begin with a dash or with «1.» by chance.
        first = group.lines[0].text
        among_items = BULLET.match(first) is not None or NUMBERED.match(first) is not None
        return not style.marks_wraps and (ends_sentence(before) or among_items)
    return bool(bullet or number)


def _stands_below_title(text: str, group: LineGroup, last: str) -> bool:
    """Whether a line that names a unit begins it below a line without a stop, the `last` of a group.

    So it does where it is the name of a division in capitals, or where the group is such a name and a title.
    """
    if ends_in_function_word(last) or len(group.lines) > _MAX_TITLE_LINES:
        return False
    return DIVISION.fullmatch(text if text.isupper() else group.lines[0].text) is not None


def _ends_before(previous: Line, before: str, after: str, style: Typesetting) -> bool:
    """Whether a paragraph ends between two lines that no blank line parts; their texts are `before` and `after`."""
    if not before or not after:
        return False
    if not style.wrapped:
        return ends_sentence(before) or not starts_lower(after)
    if starts_lower(after) or before[-1] in "-/,(":
        return False
    if style.marks_wraps:
        return not previous.carries_on
    room = style.column - previous.width - printed_width(" " + first_word(after))
    closed = ends_sentence(before) or (_VALUE_LINE.match(before) and _VALUE_LINE.match(after))
    return bool(closed) and room > _CLOSED_ROOM * style.column


@dataclass(slots=True)
class _JoinedGroup:
    """A group that others are joined to, with what must be known of it without going through all its lines."""

    group: LineGroup
    texts: list[str]
    width: float

    def take(self, group: LineGroup) -> None:
        self.width = max(self.width, self.group.lines[-1].width, group.width)
        self.group.lines.extend(group.lines)
        self.texts.append(group.text)


def _join_broken_groups(groups: list[LineGroup], style: Typesetting) -> list[LineGroup]:
    mended: list[_JoinedGroup] = []
    for group in groups:
        if mended and _goes_on(mended[-1], group, style):
            mended[-1].take(group)
        else:
            mended.append(_JoinedGroup(group, [group.text], group.width))
    for growing in mended:
        growing.group.text = " ".join(growing.texts)
    return [growing.group for growing in mended]


_INTERRUPTS = (CAPTION, MARKDOWN_HEADING, DATE_LINE, ADMINISTRATIVE)


def _goes_on(growing: _JoinedGroup, after: LineGroup, style: Typesetting) -> bool:
    """Whether the break between two groups fell inside a sentence."""
    before, ending = growing.group, growing.texts[-1]
    if ends_sentence(ending) or _stands_apart(growing, after):
        return False
    last = before.lines[-1]
    if starts_lower(after.text):
        return _goes_on_lower(growing, after, style)
    if style.marks_wraps and not last.carries_on:
        return False
    if (
        len(before.lines) < _MIN_FULL_LINES
        or not style.wrapped
        or first_word(after.text).casefold() in FUNCTION_WORDS
    ):
        return False
    full = last.width >= _FULL * growing.width and growing.width >= _FULL * style.column
    return (
        full and not (after.page_start and len(after.lines) <= _MAX_STUB_LINES) and opens_sentence(after.text)
    )


def _stands_apart(growing: _JoinedGroup, after: LineGroup) -> bool:
    """Whether one of two groups, by its form or the way it is set, is no part of a paragraph that the other is of."""
    before = growing.group
    if after.bulleted or after.indented or before.indented or before.row or after.row:
        return True
    if any(form.match(text) for form in _INTERRUPTS for text in (growing.texts[0], after.text)):
        return True
    number = NUMBERED.match(after.text)
    return number is not None and not starts_lower(after.text[number.end() :])


def _goes_on_lower(growing: _JoinedGroup, after: LineGroup, style: Typesetting) -> bool:
    """Whether a group that begins with a small letter goes on with a sentence that does not end."""
    before, opening = growing.group, growing.texts[0]
    if len(growing.texts) == 1 and repeats_number(growing.texts[-1], after.text):
        return False
    # A label under a number, or a title over a list of terms, is closed; a broken sentence is full.
    return opening[0].islower() or len(before.lines) > 1 or not style.wrapped or before.lines[-1].carries_on


_WORD = re.compile(r"\w+(?:[.,]\d+)*")
_FIRST_DIGIT = re.compile(r"\d")


def repeats_number(display: str, text: str) -> bool:
    """Whether `display`, from its first digit on, is said again at the start of `text`."""
    digit = _FIRST_DIGIT.search(display)
    if digit is None or len(display) > _MAX_DISPLAY_CHARACTERS:
        return False
    words = [word.casefold() for word in _WORD.findall(display[digit.start() :])]
    digit_again = _FIRST_DIGIT.search(text[:_MAX_BEFORE_NUMBER])
    if digit_again is None:
        return False
    again = [word.casefold() for word in _WORD.findall(text[digit_again.start() :][:_MAX_REPEATED])]
    return bool(words) and again[: len(words)] == words
