"""Cuts out of a text what is no part of its readable text."""

from __future__ import annotations

from bisect import bisect_left

from alpie.index.records import Span
from alpie.index.spanish.analysis import normalize


class SpanCutter:
    """Gives the spans of a text without what is left out of it: footers, footnote calls, marks."""

    def __init__(self, source: str, left_out: list[Span]) -> None:
        self._source = source
        self._left_out = sorted(left_out)
        self._starts = [span.start for span in self._left_out]

    def remaining(self, start: int, end: int) -> list[Span]:
        """The spans of ``[start, end)`` that are not left out."""
        kept: list[Span] = []
        position = start
        index = max(bisect_left(self._starts, start) - 1, 0)
        while index < len(self._left_out) and self._left_out[index].start < end:
            hole = self._left_out[index]
            if hole.end > position:
                if hole.start > position:
                    kept.append(Span(position, min(hole.start, end)))
                position = hole.end
            index += 1
        if position < end:
            kept.append(Span(position, end))
        return kept

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The spans of ``[start, end)`` that are not left out, trimmed of white space at both ends."""
        spans = self.remaining(start, end)
        texts = [self._source[span.start : span.end] for span in spans]
        with_words = [number for number, text in enumerate(texts) if text.strip()]
        if not with_words:
            return ()
        first, last = with_words[0], with_words[-1]
        spans[first] = Span(spans[first].end - len(texts[first].lstrip()), spans[first].end)
        spans[last] = Span(spans[last].start, spans[last].end - len(texts[last]) + len(texts[last].rstrip()))
        return tuple(spans[first : last + 1])

    def text(self, start: int, end: int) -> str:
        """The text of ``[start, end)`` without what is left out, trimmed, its accents composed: for rules to be tried on."""
        parts = (self._source[span.start : span.end] for span in self.spans(start, end))
        return normalize("NFC", "".join(parts))
