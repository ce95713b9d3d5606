"""Which of the passages found are read together with the question, and how many.

Reading one costs as much as everything before it, so the first few are read, and the rest only where these do not
settle the matter.
"""

from __future__ import annotations

from collections.abc import Sequence

from alpie.index.reader import Reader, Reading, ReadPassage
from alpie.index.records import Passage
from alpie.index.retrieval.hits import Hit

__all__ = ["MAX_READ", "read_hits", "read_passage_of"]

MAX_READ = 6
_FIRST = 3
# Log-odds of an answer among the first from which on the rest is not read: so for three questions in ten, of which one
# in two hundred then lost the right sentence (n = 1,065, fitting and held-out questions).
_CERTAIN = 1.0


def read_passage_of(passage: Passage) -> ReadPassage:
    """The passage as the reader sees it, under the heading that it stands under."""
    return ReadPassage(
        tuple(sentence.text for sentence in passage.sentences), passage.path[-1] if passage.path else ""
    )


def read_hits(
    reader: Reader, question: str, hits: Sequence[Hit], most: int = MAX_READ
) -> tuple[Reading, ...]:
    """Readings of the first hits, `most` of them at most."""
    first = reader.read(question, [read_passage_of(hit.passage) for hit in hits[:_FIRST]])
    rest = hits[_FIRST:most]
    if not rest:
        return tuple(first)
    if max(reading.answers for reading in first) >= _CERTAIN:
        return tuple(first)
    return (*first, *reader.read(question, [read_passage_of(hit.passage) for hit in rest]))
