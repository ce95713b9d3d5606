"""Readable text from spans of a canonical text, with the map back: the proof of a quotation rests on this alone.

It is the spans in order, every run of white space as one space, and nothing else changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from alpie.index.records import Span

_WHITE_SPACE = re.compile(r"\s+")


def collapse(text: str) -> str:
    """Each run of white space as one space, none at the ends."""
    return _WHITE_SPACE.sub(" ", text).strip()


def readable_map(source: str, spans: Sequence[Span]) -> tuple[str, list[int]]:
    """The readable text of `spans`, and for each of its characters the offset it came from (of a space, its run's first).

    Spans that do not touch white space at their meeting point are joined without a space: a footnote call was cut out.
    """
    characters: list[str] = []
    offsets: list[int] = []
    pending = -1  # offset of white space seen and not yet written
    for span in spans:
        for offset in range(span.start, span.end):
            character = source[offset]
            if character.isspace():
                if pending < 0:
                    pending = offset
                continue
            if pending >= 0:
                if characters:
                    characters.append(" ")
                    offsets.append(pending)
                pending = -1
            characters.append(character)
            offsets.append(offset)
    return "".join(characters), offsets


def readable_text(source: str, spans: Sequence[Span]) -> str:
    """The readable text of `spans`: see `readable_map`."""
    return collapse("".join(source[span.start : span.end] for span in spans))


def spans_between(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """The parts of `spans` that lie in ``[start, end)``, empty ones dropped."""
    cut = (Span(max(span.start, start), min(span.end, end)) for span in spans)
    return tuple(span for span in cut if span.start < span.end)


def proves(source: str, spans: Sequence[Span], text: str) -> bool:
    """Whether `text` is, word for word, what stands at `spans` of `source`."""
    return bool(spans) and readable_text(source, spans) == text
