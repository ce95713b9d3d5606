"""Which of the passages found are read together with the question, and how many.

Reading one costs as much as everything before it, so the first few are read, and the rest only where these do not
settle the matter.
"""

from __future__ import annotations

from collections.abc import Sequence

from alpie.index.reader import Reader, Reading, ReadPassage
from alpie.index.records import Hit, Passage

__all__ = ["MAX_READ", "read_hits", "read_passage_of"]

# So many are read, unless the log-odds of an answer among them have reached what stands beside it: then that is enough.
_STAGES = ((3, 1.0), (6, 0.0), (10, 0.0))
MAX_READ = _STAGES[-1][0]


def read_passage_of(passage: Passage) -> ReadPassage:
    """The passage as the reader sees it, under the heading that it stands under."""
    return ReadPassage(
        tuple(sentence.text for sentence in passage.sentences), passage.path[-1] if passage.path else ""
    )


def read_hits(
    reader: Reader, question: str, hits: Sequence[Hit], stages: Sequence[tuple[int, float]] = _STAGES
) -> tuple[Reading, ...]:
    """Readings of the first hits, as many as it takes; none of no hits."""
    readings: list[Reading] = []
    for most, enough in stages:
        readings += reader.read(
            question, [read_passage_of(hit.passage) for hit in hits[len(readings) : most]]
        )
        if max((reading.answers for reading in readings), default=enough) >= enough:
            break
    return tuple(readings)
