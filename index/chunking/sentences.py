"""Splits blocks into sentences, the units that are quoted, with an exact map back to the source.

Sentences are cut in the readable text of a block, where hard wraps and footnote calls are gone, and
mapped back to spans. Every character of a block that may be quoted is in exactly one sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import NamedTuple

from alpie.index.layout.announced_items import ENUMERATIONS, counting_on
from alpie.index.records import (
    Block,
    BlockKind,
    Document,
    Layout,
    Sentence,
    SentenceRole,
    Span,
    readable_map,
    readable_text,
    spans_between,
)
from alpie.index.spanish.analysis import compose, normalize
from alpie.index.spanish.numerals import suffix_at
from alpie.index.spanish.word_tables import word_sets
from alpie.index.typography.unit_openings import only_orders

_UNQUOTED = (BlockKind.HEADING, BlockKind.CALLOUT, BlockKind.CONTENTS)
_GROUPED = (BlockKind.LIST, BlockKind.TABLE)
_INTRODUCING = (BlockKind.PARAGRAPH, BlockKind.LEAD)

_BOUNDARY = re.compile(r"(?<![.!?…])[.!?…]+[»”’\"')\]]{0,3}\s(?=[«“‘\"'(\[¿¡—–]{0,3}[^\W_])")
_TOKEN_BEFORE = re.compile(r"[\w.ºª°/]{1,24}$")
_WORDS = word_sets(__file__)
# A longer «sentence» is a table without lines, data, or a script without stops. It is cut between words, or after so many
# characters where there is no blank, so that the encoder can read all of every part.
_MAX_SENTENCE_CHARACTERS = 2_000
_LETTERS_A_WORD = 40  # a longer word counts as several, so that a text without blanks fills several passages
_ENUMERATOR = re.compile(r"\(?(?:\d{1,3}|[a-zñ]|[ivxlc]{1,6}|[IVXLC]{1,6})$")

# Quotations and parentheses of up to so many characters are not cut inside: a part would not show who says it.
_MAX_WHOLE_QUOTATION = 500
_MAX_WHOLE_PARENTHESIS = 300  # an aside is shorter than what somebody is quoted as saying
_PAIRS = {"«": "»", "“": "”", "(": ")", "[": "]"}
_PAIRED = re.compile(r"[«»“”()\[\]]")


def document_sentences(document: Document, layout: Layout) -> tuple[tuple[Sentence, ...], ...]:
    """The sentences of every block, in order; introductions of lists join the group of their list.

    A heading has none, unless no text follows it.
    """
    found: list[tuple[Sentence, ...]] = []
    group = 0
    alone = _headings_without_text(document, layout.blocks)
    for number, block in enumerate(layout.blocks):
        if number in alone:
            block = replace(block, kind=BlockKind.PARAGRAPH)
        sentences = split_sentences(document.text, block, number, group)
        introduced = block.kind in _GROUPED or block.kind is BlockKind.PULL_QUOTE
        if introduced and number and _introduces(layout.blocks[number - 1], block, found[number - 1]):
            *others, last = found[number - 1]
            found[number - 1] = (*others, replace(last, role=SentenceRole.LEAD_IN, group=group))
            if block.kind is BlockKind.PULL_QUOTE:
                sentences = [replace(s, role=SentenceRole.ITEM, group=group) for s in sentences]
        group = max([group, *(sentence.group + 1 for sentence in sentences if sentence.group is not None)])
        found.append(tuple(sentences))
    return tuple(found)


def _headings_without_text(document: Document, blocks: Sequence[Block]) -> set[int]:
    """Numbers of the headings that no text follows, here or elsewhere: they are made sentences, so that no word is lost."""
    units = Counter((block.label or "").partition(",")[0] for block in blocks)
    shown = {
        normalize("NFC", document.title).casefold()
    }  # titles of the document, of text that is quoted, and of headings found
    bare: dict[int, str] = {}
    for number, (block, following) in enumerate(zip_longest(blocks, blocks[1:])):
        if block.kind is not BlockKind.HEADING:
            continue
        title = normalize("NFC", readable_text(document.text, block.spans))
        if following and (
            following.kind is not BlockKind.HEADING
            or following.level > block.level
            or not (number or block.label)
        ):
            shown.add(title.casefold())
        elif units[block.label] == 1 if block.label else not only_orders(title):
            bare[number] = title.casefold()
    found: set[int] = set()
    for number, title in bare.items():
        if blocks[number].label or title not in shown:
            found.add(number)
            shown.add(title)
    return found


def _introduces(before: Block, block: Block, sentences: tuple[Sentence, ...]) -> bool:
    announces = bool(sentences) and sentences[-1].text.rstrip().endswith(":")
    return announces and before.kind in _INTRODUCING and before.box == block.box


def split_sentences(source: str, block: Block, block_number: int, first_group: int) -> list[Sentence]:
    """Sentences of one block; `first_group` is the number its list or table gets.

    An item of a list, also of a list inside a paragraph, and a row of a table are one sentence each, whatever stops they
    hold, as they are quoted together. Headings and call-outs have no sentences, but see `document_sentences`.
    """
    if block.kind in _UNQUOTED or not block.spans:
        return []
    sentences: list[Sentence] = []
    parts = block.parts if block.kind in _GROUPED else ()
    for place, spans in enumerate(parts or (block.spans,)):
        text, offsets = readable_map(source, spans)
        composed, places = compose(text)  # rules need composed accents, offsets the text as it is
        whole = _SentenceRange(Span(0, len(composed)), _role_of_part(block, place), 0)
        for bounds, role, number in [whole] if parts else _split_around_lists(composed):
            group = None if number is None else first_group + number
            for piece in _split_long(text, Span(places[bounds.start], places[bounds.end])):
                own = spans_between(spans, offsets[piece.start], offsets[piece.end - 1] + 1)
                sentences.append(Sentence(text[piece.start : piece.end], own, role, group, block_number))
    return sentences


def _role_of_part(block: Block, place: int) -> SentenceRole:
    if block.kind is BlockKind.LIST:
        return SentenceRole.ITEM
    return SentenceRole.HEADER if place < block.header_parts else SentenceRole.ROW


class _SentenceRange(NamedTuple):
    bounds: Span
    role: SentenceRole = SentenceRole.SENTENCE
    list_number: int | None = None  # from 0, of the lists inside the text


def _split_around_lists(text: str) -> Iterator[_SentenceRange]:
    bounds = sentence_bounds(text)
    for number, items in enumerate(find_run_in_lists(text)):
        if not bounds or items[0] < bounds[0].start:
            continue  # a list inside an item of the one before
        first, last = (
            bisect_right(bounds, item, key=lambda span: span.end) for item in (items[0], items[-1])
        )
        yield from map(_SentenceRange, bounds[:first])
        begins = [bounds[first].start, *items]
        for place, (start, following) in enumerate(zip(begins, [*items, bounds[last].end + 1], strict=True)):
            role = SentenceRole.ITEM if place else SentenceRole.LEAD_IN
            pieces = _split_long(text, Span(start, following - 1))
            yield from (_SentenceRange(piece, role, number) for piece in pieces)
        bounds = bounds[last + 1 :]
    yield from map(_SentenceRange, bounds)


def sentence_bounds(text: str) -> list[Span]:
    """The ranges of the sentences of a readable text.

    Between two sentences there is a space; or nothing, where a sentence of `_MAX_SENTENCE_CHARACTERS` without a blank was cut.
    """
    whole = _unbroken_ranges(text)
    starts = [unbroken.start for unbroken in whole]
    bounds: list[Span] = []
    start = 0
    for match in _BOUNDARY.finditer(text):
        cut = match.end() - 1
        index = bisect_right(starts, cut) - 1
        if index >= 0 and cut < whole[index].end:
            continue
        if _ends_here(text, start, match.start(), match.end()):
            bounds += _split_long(text, Span(start, cut))
            start = match.end()
    return [*bounds, *_split_long(text, Span(start, len(text)))]


def _split_long(text: str, sentence: Span) -> list[Span]:
    """The sentence, in pieces where it is too long."""
    pieces: list[Span] = []
    start, end = sentence.start, sentence.end
    while end - start > _MAX_SENTENCE_CHARACTERS:
        blank = text.rfind(" ", start + 1, start + _MAX_SENTENCE_CHARACTERS + 1)
        cut = blank if blank > start else start + _MAX_SENTENCE_CHARACTERS
        pieces.append(Span(start, cut))
        start = cut + 1 if blank > start else cut
    if start < end:
        pieces.append(Span(start, end))
    return pieces


def _ends_here(text: str, start: int, stop: int, following: int) -> bool:
    """Whether the sign at `stop` ends a sentence: a full stop may belong to an abbreviation, an initial or a number."""
    first = following
    while first < len(text) and not text[first].isalnum():
        first += 1
    opener = text[first : first + 1]
    if not (opener.isupper() or opener.isdigit() or text[following] in "¿¡«“"):
        return False
    if text[stop] != ".":
        return True
    if opener.islower():
        return False
    match = _TOKEN_BEFORE.search(text, max(start, stop - 24), stop)
    token = match.group() if match else ""
    # «1. Tendencias»: a number at the beginning of a sentence; «Artículo 1o. Bis.- …»
    counts = stop - len(token) == start and _ENUMERATOR.match(token)
    if counts or (token[:1].isdigit() and suffix_at(text, first)):
        return False
    bare = token.casefold().strip(".")
    if text[stop : stop + 2] == "..":
        return True
    if bare in _WORDS["abbreviations"] and not (token.isupper() and len(bare) > 2):
        return False
    next_word = re.match(r"\w*", text[first : first + 30])
    opens = opener.isupper() and next_word is not None and next_word.group().casefold() in _WORDS["openings"]
    if bare in _WORDS["ambiguous_abbreviations"] or (len(bare) == 1 and bare.isalpha() and token.isupper()):
        return opens
    return True


def _unbroken_ranges(text: str) -> list[Span]:
    """Outermost quotations and parentheses that are short enough to stay in one piece."""
    found: list[Span] = []
    opened: list[tuple[str, int]] = []
    for match in _PAIRED.finditer(text):
        position, character = match.start(), match.group()
        if character in _PAIRS:
            opened.append((_PAIRS[character], position))
        elif opened and character == opened[-1][0]:
            start = opened.pop()[1]
            if position - start <= (_MAX_WHOLE_PARENTHESIS if character in ")]" else _MAX_WHOLE_QUOTATION):
                while found and found[-1].start > start:
                    found.pop()
                found.append(Span(start, position))
        elif opened and position - opened[-1][1] > _MAX_WHOLE_QUOTATION:
            opened.pop()
    return found


def word_count(sentences: Sequence[Sentence]) -> int:
    """The number of words of some sentences, by white space, or by length where there is none."""
    texts = (sentence.text for sentence in sentences)
    return sum(max(len(text.split()), len(text) // _LETTERS_A_WORD) for text in texts)


_RUN_IN_ENUMERATOR = re.compile(
    r"(?:(?<=: )|(?<=[;.,] )|(?<=[;.,] [yeou] ))"
    r"(?:(?P<sign>[-–—•])|(?P<open>\(?)(?P<enumerator>[a-zñ]|\d{1,2}|[ivx]{2,5})(?P<close>\.?[ºª]?\)|\.-|\.))"
    r"(?= [^\W_])",
    re.IGNORECASE,
)
_COUNTS = (*ENUMERATIONS, *((sign,) * 100 for sign in "-–—•"))  # more dashes than a paragraph has


def find_run_in_lists(text: str) -> Iterator[list[int]]:
    """For each list inside a paragraph, the offsets of its items: two at least, in sequence, the first after a colon."""
    found = [*_RUN_IN_ENUMERATOR.finditer(text)]
    taken = 0
    for number, first in enumerate(found):
        if number < taken or text[first.start() - 2] != ":":
            continue
        items = [first]
        counts: Sequence[tuple[str, ...]] = counting_on(_COUNTS, 0, _written(first))
        for further, other in enumerate(found[number + 1 :], number + 1):
            going_on = counting_on(counts, len(items), _written(other))
            if going_on and _style(other) == _style(first):
                items.append(other)
                counts, taken = going_on, further + 1
        if len(items) > 1:
            yield [item.start() for item in items]


def _written(match: re.Match[str]) -> str:
    return (match["sign"] or match["enumerator"]).lower()


def _style(match: re.Match[str]) -> tuple[str | bool | None, ...]:
    return match["open"], match["close"], (match["enumerator"] or "").isupper()
