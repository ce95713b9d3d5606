"""Chooses which passages, and how many, are read together with the question.

Reading one passage takes as long as all the steps before it. So the first few passages are read, and the others only
if the first ones do not settle the matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from alpie.index.reader import Reader, ReaderInput, Reading
from alpie.index.records import Document, Hit, Passage
from alpie.index.system.latest_entries import LatestEntries

# How many passages are read at each stage, and from which log-odds of an answer among them no more are read: the first
# three settle it if an answer is nearly three times as likely as none, the next three if it is as likely as none.
_STAGES = ((3, 1.0), (6, 0.0), (10, 0.0))
MAX_PASSAGES_READ = _STAGES[-1][0]
_MAX_TITLE_WORDS = 40  # «…, por la que se convocan becas de movilidad» comes after date and body
_MAX_PUBLISHER_WORDS = 12  # «Ministerio de Inclusión, Seguridad Social y Migraciones» has seven
_MAX_CACHED = 400  # readings, of some kilobytes each


class ShownNames(NamedTuple):
    """The names of a document as the reader sees them; "" for one that it does not see."""

    publisher: str
    title: str


def names_shown(document: Document) -> ShownNames:
    """What the reader sees of a document's publisher and title.

    A question may go by either («… del IES Laguna?», «… en la ley de transparencia?»), which the passage need not name.
    """
    title = " ".join(document.title.split()[:_MAX_TITLE_WORDS])
    publisher = " ".join(document.publisher.split()[:_MAX_PUBLISHER_WORDS])
    return ShownNames("" if publisher in title else publisher, title)


def reader_input(passage: Passage, document: Document | None = None) -> ReaderInput:
    """The passage as the reader sees it, under the names of its document and the heading that it stands under."""
    publisher, title = names_shown(document) if document else ("", "")
    heading = passage.path[-1] if passage.path else ""
    names = (publisher, "" if heading.startswith(title) else title, heading)
    return ReaderInput(tuple(sentence.text for sentence in passage.sentences), ". ".join(filter(None, names)))


def read_hits(
    reader: Reader, question: str, hits: Sequence[Hit], documents: Mapping[str, Document]
) -> tuple[Reading, ...]:
    """Readings of the first hits, until they settle whether there is an answer."""
    readings: list[Reading] = []
    for most, enough in _STAGES:
        passages = [hit.passage for hit in hits[len(readings) : most]]
        readings += reader.read(
            question, [reader_input(passage, documents[passage.document_id]) for passage in passages]
        )
        if max((reading.passage_log_odds for reading in readings), default=enough) >= enough:
            break
    return tuple(readings)


class CachingReader:
    """A reader that keeps its latest readings; see `alpie.index.reader.Reader`.

    A question that is put to one document, to all or to each, or asked again for its record, meets the same passages.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.name, self.reads_each_alone = reader.name, reader.reads_each_alone
        self._readings: LatestEntries[tuple[str, ReaderInput], Reading] = LatestEntries(_MAX_CACHED)

    def read(self, question: str, passages: Sequence[ReaderInput]) -> list[Reading]:
        if not self.reads_each_alone:
            return self._reader.read(question, passages)
        keys = [(question, passage) for passage in passages]
        looked_up = ((key, self._readings.get(key)) for key in keys)
        known = {key: reading for key, reading in looked_up if reading is not None}
        new = [key for key in dict.fromkeys(keys) if key not in known]
        if new:
            known |= zip(new, self._reader.read(question, [passage for _, passage in new]), strict=True)
        self._readings.update((key, known[key]) for key in new)
        return [known[key] for key in keys]
