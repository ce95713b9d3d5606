"""Writes the words at chosen spans of a document, with «[…]» wherever words between two spans were left out.

Spans also come from links made by strangers: words that never stand together must not be shown as one quotation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from alpie.index.records import Sentence, SentenceRole, Span, collapse

OMISSION = "[…]"
OMISSION_MARK = re.compile(r"\s*[\[(](?:\.\.\.|…)[\])]\s*")  # as people write it
# An omission may also be bare dots between words.
OMISSION_OR_DOTS = re.compile(r"\s*(?:[\[(](?:\.\.\.|…)[\])]|(?<=[\w\s,;:])(?:\.\.\.|…)(?=\s*\w))\s*")
_OVER_OTHERS = (SentenceRole.HEADER, SentenceRole.LEAD_IN)  # each row or item below continues them


def without_overlaps(spans: Sequence[Span]) -> tuple[Span, ...]:
    """`spans` without those that begin before another one given earlier ends."""
    kept: list[Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)


def widen_to_words(source: str, spans: Sequence[Span], sentences: Sequence[Sentence]) -> tuple[Span, ...]:
    """`spans`, which ascend, widened to whole words; never over the edge of one of `Sentence.spans`.

    Such an edge may lie within a word of the file: in «abuso19» the call of a footnote is not part of the word. A span of
    white space stays only between two spans that continue each other.
    """
    edges = {edge for sentence in sentences for own in sentence.spans for edge in (own.start, own.end)}
    widened: list[Span] = []
    for start, end in ((span.start, span.end) for span in spans):
        while start > 0 and start not in edges and source[start - 1].isalnum() and source[start].isalnum():
            start -= 1
        while end < len(source) and end not in edges and source[end - 1].isalnum() and source[end].isalnum():
            end += 1
        widened.append(Span(start, end))
    ordered = without_overlaps(widened)
    return tuple(
        span
        for before, span, after in zip([None, *ordered], ordered, [*ordered[1:], None], strict=False)
        if not source[span.start : span.end].isspace()
        or (
            before
            and after
            and not _leaves_out(source, before, span, sentences)
            and not _leaves_out(source, span, after, sentences)
        )
    )


def with_omissions(source: str, spans: Sequence[Span], sentences: Sequence[Sentence]) -> str:
    """The readable text of `spans`, which ascend; «[…]» where words of `sentences` lie between two of them.

    Headers, footers and calls of footnotes are in no sentence, so leaving them out is not marked. Nor is it marked where a
    row follows the header of its table, or an item the sentence that introduces its list.
    """
    pieces: list[str] = []
    for before, span in zip([None, *spans], spans, strict=False):
        joint = ""  # within a sentence, where the end of a line may divide a word
        if before and _leaves_out(source, before, span, sentences):
            joint = f" {OMISSION} "
        elif before and _sentence_at(before, sentences) is not _sentence_at(span, sentences):
            joint = " " if any(map(str.isspace, source[before.end : span.start])) else ""
        pieces += [joint, source[span.start : span.end]]
    return collapse("".join(pieces))


def _leaves_out(source: str, before: Span, after: Span, sentences: Sequence[Sentence]) -> bool:
    between = [
        sentence
        for sentence in sentences
        for own in sentence.spans
        if source[max(own.start, before.end) : max(before.end, min(own.end, after.start))].strip()
    ]
    if not between:
        return False
    over = _sentence_at(before, sentences)
    group = over.group if over and over.role in _OVER_OTHERS and before.end >= over.end else None
    first = _sentence_at(after, sentences)
    ends_well = (
        group is not None and first is not None and first.group == group and after.start <= first.start
    )
    return not ends_well or any(sentence.group != group for sentence in between)


def _sentence_at(span: Span, sentences: Sequence[Sentence]) -> Sentence | None:
    return next(
        (s for s in sentences if any(p.start < span.end and span.start < p.end for p in s.spans)), None
    )
