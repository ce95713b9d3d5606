"""Places of a checked text that only the passages tell: rows under a header, the passage that is cited."""

from __future__ import annotations

from collections.abc import Sequence

from alpie.app.checking.text_view import fold_quotes
from alpie.index.records import Passage, SentenceRole, Span

_QUOTED_ROLES = (SentenceRole.HEADER, SentenceRole.LEAD_IN)


def under_header(passage: Passage, pasted: str) -> tuple[Span, ...]:
    """Spans of a row or item quoted right after the header or lead-in of its own table or list."""
    wanted = fold_quotes(pasted)
    spans: tuple[Span, ...] = ()
    position, group = 0, None
    for sentence in passage.sentences:
        text = fold_quotes(sentence.text)
        same_group = group is None or sentence.group == group
        if sentence.group is None or not same_group or not wanted.startswith(text, position):
            continue
        if position == 0 and sentence.role not in _QUOTED_ROLES:
            return ()
        group = sentence.group
        spans += sentence.spans
        position += len(text) + 1
    return spans if position == len(wanted) + 1 else ()


def passage_at(passages: Sequence[Passage], spans: tuple[Span, ...]) -> Passage | None:
    """The passage that shares most with `spans`; for a heading, the one it stands over."""

    def shared(passage: Passage) -> int:
        return sum(
            max(0, min(span.end, part.end) - max(span.start, part.start))
            for span in spans
            for sentence in passage.sentences
            for part in sentence.spans
        )

    start, end = spans[0].start, spans[-1].end
    near = [passage for passage in passages if passage.start < end and passage.end > start]
    if near:
        return max(near, key=lambda passage: (shared(passage), -abs(passage.start - start)))
    following = [passage for passage in passages if passage.start >= end]
    return min(following, key=lambda p: p.start) if following else (passages[-1] if passages else None)
