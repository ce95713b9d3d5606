"""A document's text as one line of words, quotation marks folded, with the map back to canonical offsets.

This way a pasted sentence is found by plain string search. The map is only made where something was found.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from alpie.index.records import BlockKind, Document, Layout, Span
from alpie.index.spanish.analysis import fold_in_place

_FOLDED = {'"': "«»“”„‟〝〞＂", "'": "‘’‚‛`´′＇‹›"}  # one to one: offsets stay
_WORD = re.compile(r"\S+")


def fold_quotes(text: str) -> str:
    """`text` with each quotation mark or apostrophe as its typewriter form; the length stays."""
    for plain, marks in _FOLDED.items():
        for mark in marks:  # on megabytes this is twenty times as fast as str.translate
            text = text.replace(mark, plain)
    return text


@dataclass(frozen=True)
class TextView:
    """Spans of a document, in order, read as one line. `breaks` are the numbers of the spans that end a block."""

    document: Document
    spans: tuple[Span, ...]
    breaks: frozenset[int] = frozenset()

    @cached_property
    def text(self) -> str:
        """The words of the view with single spaces between them, quotation marks folded."""
        return " ".join(fold_quotes(self._kept).split())

    def occurrences(self, words: str, start: int = 0, folded: bool = False) -> Iterator[int]:
        """Offsets in `text` where `words` stand as whole words, from `start` on; `folded`: capitals and accents apart."""
        if not words:
            return
        text = fold_in_place(self.text) if folded else self.text
        words = fold_in_place(words) if folded else words
        first_is_word, last_is_word = words[0].isalnum(), words[-1].isalnum()
        at = text.find(words, start)
        while at >= 0:
            end = at + len(words)
            cut_before = first_is_word and at > 0 and self.text[at - 1].isalnum()
            cut_after = last_is_word and end < len(self.text) and self.text[end].isalnum()
            if not (cut_before or cut_after):
                yield at
            at = text.find(words, at + 1)

    def source_spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Where ``text[start:end]`` stands in the canonical text; neither end may be a space."""
        kept_start, kept_end = self._kept_offset(start), self._kept_offset(end - 1) + 1
        found: list[Span] = []
        number = bisect_right(self._kept_starts, kept_start) - 1
        while number < len(self.spans) and self._kept_starts[number] < kept_end:
            span, offset = self.spans[number], self._kept_starts[number]
            first = span.start + max(0, kept_start - offset)
            last = min(span.end, span.start + kept_end - offset)
            if number in self.breaks and offset + span.end - span.start < kept_end:
                last = self._with_white_space(last)
            append_span(found, Span(first, last))
            number += 1
        return tuple(found)

    def view_offset(self, source_offset: int) -> int:
        """Where the first word at or after a canonical offset begins in `text`; spans must ascend."""
        number = max(0, bisect_right(self.spans, source_offset, key=lambda span: span.start) - 1)
        span = self.spans[number]
        kept = self._kept_starts[number] + min(max(0, source_offset - span.start), span.end - span.start)
        word = max(0, bisect_right(self._word_kept, kept) - 1)
        return self._word_view[word] if self._word_view else 0

    def _with_white_space(self, end: int) -> int:
        """Past the white space that parts two blocks, so that reading the spans keeps their words apart."""
        text = self.document.text
        return end + 1 if end < len(text) and text[end].isspace() else end

    @cached_property
    def _kept(self) -> str:
        source = self.document.text
        return "".join(
            source[span.start : span.end] + ("\n" if number in self.breaks else "")
            for number, span in enumerate(self.spans)
        )

    @cached_property
    def _kept_starts(self) -> array[int]:
        sizes = (span.end - span.start + (n in self.breaks) for n, span in enumerate(self.spans))
        return array("Q", accumulate(sizes, initial=0))

    @cached_property
    def _word_kept(self) -> array[int]:
        """Offset of each word in `_kept`. `\\S` and `str.split` agree on what white space is."""
        return array("Q", (match.start() for match in _WORD.finditer(self._kept)))

    @cached_property
    def _word_view(self) -> array[int]:
        return array("Q", accumulate((len(word) + 1 for word in self.text.split(" ")), initial=0))

    def _kept_offset(self, offset: int) -> int:
        word = bisect_right(self._word_view, offset) - 1
        return self._word_kept[word] + offset - self._word_view[word]


def append_span(spans: list[Span], span: Span) -> None:
    """Add a span to a list of spans, joined to the last one where they touch."""
    if span.start >= span.end:
        return
    if spans and spans[-1].end == span.start:
        spans[-1] = Span(spans[-1].start, span.end)
    else:
        spans.append(span)


def views_of(document: Document, layout: Layout | None) -> tuple[TextView, ...]:
    """The ways in which a quotation may read the document, no two of the same words.

    1. as it stands, footers and footnote calls included: somebody may have copied them;
    2. without what the layout marks as footer or footnote call;
    3. block by block, so that a sentence with a box or a call-out in its middle is one.
    """
    whole = TextView(document, (Span(0, len(document.text)),))
    if layout is None:
        return (whole,)
    left_out = sorted((*layout.footers, *layout.note_calls, *layout.marks))
    blocks = [block for block in layout.blocks if block.kind is not BlockKind.CALLOUT and block.spans]
    spans = tuple(span for block in blocks for span in block.spans)
    breaks = frozenset(total - 1 for total in accumulate(len(block.spans) for block in blocks))
    candidates = (
        whole,
        TextView(document, subtract_spans(Span(0, len(document.text)), left_out)),
        TextView(document, spans, breaks),
    )
    distinct: dict[str, TextView] = {}
    for view in candidates:
        distinct.setdefault(view.text, view)
    return tuple(distinct.values())


def subtract_spans(whole: Span, left_out: Sequence[Span]) -> tuple[Span, ...]:
    """`whole` without the spans `left_out`, which ascend; an empty span where nothing remains."""
    kept: list[Span] = []
    position = whole.start
    for span in left_out:
        if span.start > position:
            kept.append(Span(position, span.start))
        position = max(position, span.end)
    if position < whole.end or not kept:
        kept.append(Span(position, whole.end))
    return tuple(kept)


def pieces_in_order(
    view: TextView, pieces: Sequence[str], max_between: int, max_tried: int, folded: bool = False
) -> tuple[Span, ...]:
    """Spans of `pieces` one after the other, none more than `max_between` characters from the last; () for none.

    The first `max_tried` places of the first piece are tried; `folded` leaves capitals and accents apart.
    """
    for tried, at in enumerate(view.occurrences(pieces[0], folded=folded)):
        if tried >= max_tried:
            break
        spans, end = view.source_spans(at, at + len(pieces[0])), at + len(pieces[0])
        for piece in pieces[1:]:
            following = next(view.occurrences(piece, end, folded), None)
            if following is None or following - end > max_between:
                break
            end = following + len(piece)
            spans += view.source_spans(following, end)
        else:
            return spans
    return ()
