"""Chooses which of the passages found are read together with the question, and how many.

Reading one costs as much as everything before it, so the first few are read, and the rest only where these do not
settle the matter.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from alpie.index.reader import Reader, Reading, ReadPassage
from alpie.index.records import Hit, Passage

# So many are read, unless the log-odds of an answer among them have reached what stands beside it: then that is enough.
_STAGES = ((3, 1.0), (6, 0.0), (10, 0.0))
MAX_READ = _STAGES[-1][0]
_MAX_KEPT = 400  # readings, of some kilobytes each


def read_passage_of(passage: Passage) -> ReadPassage:
    """The passage as the reader sees it, under the headings that it stands under."""
    return ReadPassage(tuple(sentence.text for sentence in passage.sentences), ". ".join(passage.path))


def read_hits(reader: Reader, question: str, hits: Sequence[Hit]) -> tuple[Reading, ...]:
    """Readings of the first hits, as many as it takes; none of no hits."""
    readings: list[Reading] = []
    for most, enough in _STAGES:
        readings += _KEPT.read(
            reader, question, [read_passage_of(hit.passage) for hit in hits[len(readings) : most]]
        )
        if max((reading.passage_log_odds for reading in readings), default=enough) >= enough:
            break
    return tuple(readings)


class _ReadingCache:
    """The latest readings: a question put to a document, to all, to each, or for its record meets the same passages."""

    def __init__(self) -> None:
        self._readings: OrderedDict[tuple[int, str, ReadPassage], tuple[Reader, Reading]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, reader: Reader, question: str, passages: Sequence[ReadPassage]) -> list[Reading]:
        if not reader.reads_each_alone:
            return reader.read(question, passages)
        keys = [(id(reader), question, passage) for passage in passages]
        with self._lock:
            known = {key: self._readings[key][1] for key in keys if key in self._readings}
        new = [key for key in dict.fromkeys(keys) if key not in known]
        if new:
            made = reader.read(question, [passage for _, _, passage in new])
            known.update(zip(new, made, strict=True))
        with self._lock:
            for key in keys:
                self._readings[key] = (reader, known[key])  # kept alive, for its id stands for it
                self._readings.move_to_end(key)
            while len(self._readings) > _MAX_KEPT:
                self._readings.popitem(last=False)
        return [known[key] for key in keys]


_KEPT = _ReadingCache()
