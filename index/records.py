"""The records that travel through the pipeline: document → block → sentence → passage.

Records that stand for words of a document hold *spans*: character offsets into its canonical text. `readable_text` makes
the readable text of spans: the spans in order, every run of white space as one space, nothing else changed. The proof of
a quotation (`proves`) rests on that function alone. What lies between two spans of one record (a running footer, a
footnote call, a doubled call-out) was left out by the layout.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from alpie.index.messages import MessageText
from alpie.index.notices import NOT_MEASURED, Coverage, Notice

PageLabel = int | str  # of a page: its number, or what the file calls it («iv», «A-15»)


class RecognisedWord(NamedTuple):
    """A word of a scanned page, as a program recognised it."""

    start: int  # offset into the text of the document
    end: int
    confidence: int  # per cent: how sure the program is

    def moved(self, by: int) -> RecognisedWord:
        """The same word, `by` characters later in the text."""
        return RecognisedWord(self.start + by, self.end + by, self.confidence)


class PageStart(NamedTuple):
    """Where a page begins, and what it is called."""

    offset: int
    label: PageLabel | None


class PageRange(NamedTuple):
    """The pages from the first to the last of a run of words."""

    first: PageLabel | None
    last: PageLabel | None


class ReadableMap(NamedTuple):
    """A readable text, and for each of its characters the offset in the source."""

    text: str
    offsets: list[int]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of character offsets into a document's canonical text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """One source document: what `sources.toml` says of it, and its canonical text."""

    id: str
    title: str
    publisher: str
    date: str  # ISO 8601, as precise as the text allows: "2019", "2025-12-23", "2021-11-23/2021-11-25"
    kind: str  # Spanish term shown to people: "nota de prensa", "informe", "resolución"
    language: str  # BCP 47
    file: str  # path relative to the documents folder
    text: str = field(repr=False)
    sha256: str = ""  # of the file's bytes
    place: str = ""  # of publication
    url: str = ""
    rights: str = ""
    notes: tuple[MessageText, ...] = ()  # editorial notes, which are not part of the document's words
    editorial: tuple[str, ...] = ()  # names of fields above that the text itself does not carry
    short_publisher: str = ""  # for short citations: "WeProtect"; empty: the publisher as it is
    expansions: str = ""  # SHA-256 of the file of its expansions; "": there is none
    parser: str = ""  # name and version of the parser that made the text; "": the file is the text
    notices: tuple[Notice, ...] = ()  # what in the file is not read
    coverage: Coverage = field(default=NOT_MEASURED, compare=False)  # measured once there are passages
    structure: Structure | None = field(default=None, repr=False, compare=False)  # needed for the layout only


@dataclass(frozen=True, slots=True)
class Element:
    """A run of text with what the format of the file says about it: a paragraph, heading, list item or table."""

    start: int
    end: int
    kind: BlockKind | None = None  # None: the words decide, whether it is a paragraph, an item, a caption
    level: int = 0  # of a heading, 1 the outermost
    rows: tuple[Span, ...] = ()  # of a table
    header_rows: int = 0
    item: bool = False  # of a list, whether or not it shows a bullet or a number
    label: str | None = None  # for citations: "nota 1"


@dataclass(frozen=True, slots=True)
class Structure:
    """What the format of a file says about its canonical text; plain text has none."""

    elements: tuple[Element, ...]
    pages: tuple[PageStart, ...] = ()  # in order
    footers: tuple[Span, ...] = ()  # running heads and feet
    note_calls: tuple[Span, ...] = ()
    marks: tuple[Span, ...] = ()  # as in `Layout`
    recognised: tuple[RecognisedWord, ...] = ()
    found: str = field(default="", repr=False)  # by another extractor: what is lost is counted by it


class BlockKind(StrEnum):
    """The kind of a block."""

    HEADING = "heading"
    LEAD = "lead"  # the standfirst under a section title
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"
    KEY_DATA = "key_data"  # a number with its sentence, set apart
    CALLOUT = "callout"  # display type that only doubles other text: never quoted
    CAPTION = "caption"
    PULL_QUOTE = "pull_quote"
    CONTENTS = "contents"  # a line of a table of contents: never quoted
    METADATA = "metadata"  # a date line, a reference number, a signature


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list, table … of one document, pointing into its canonical text."""

    kind: BlockKind
    spans: tuple[Span, ...]
    path: tuple[str, ...]  # readable headings above the block, outermost first, without a heading's own text
    level: int = 0  # headings: 1 section, 2 sub-heading, 3 numbered factor or box title; else 0
    box: str | None = None  # readable title of the box around the block; "" for a box without title
    label: str | None = None  # citable unit: "considerando 3", "apartado 2", "artículo 22"
    page: PageLabel | None = None  # on which the block begins, where known
    parts: tuple[tuple[Span, ...], ...] = ()  # list items or table rows, each as spans, in order
    header_parts: int = 0  # how many of the first `parts` are a table's title or header rows


@dataclass(frozen=True, slots=True)
class Layout:
    """All blocks of one document in reading order, and what was left out."""

    document_id: str
    blocks: tuple[Block, ...]
    footers: tuple[Span, ...]
    note_calls: tuple[Span, ...]
    page_starts: tuple[int, ...]  # offsets where a page begins
    marks: tuple[Span, ...] = ()  # hyphens at line ends, signs of a markup: no words of the document
    page_labels: tuple[PageLabel | None, ...] = ()  # of the pages that begin at `page_starts`

    def pages_between(self, start: int, end: int) -> tuple[PageStart, ...]:
        """The page of offset `start`, as if it began there, and the pages that begin before `end`."""
        first = bisect_right(self.page_starts, start) - 1
        here = self.page_labels[first] if 0 <= first < len(self.page_labels) else None
        later = zip(self.page_starts[first + 1 :], self.page_labels[first + 1 :], strict=False)
        return PageStart(start, here), *(PageStart(*page) for page in later if page[0] < end)


class SentenceRole(StrEnum):
    """How a sentence may be quoted."""

    SENTENCE = "sentence"
    LEAD_IN = "lead_in"  # introduces the list that follows, with the same `group` as its items
    ITEM = "item"  # of a list, which is quoted whole
    HEADER = "header"  # title or header row of a table
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, list item or table row: the unit that is quoted."""

    text: str  # readable; equals readable_text(document, spans)
    spans: tuple[Span, ...]
    role: SentenceRole = SentenceRole.SENTENCE
    group: int | None = None  # number of its list or table within the document
    block: int = 0  # number of its block within the document

    @property
    def start(self) -> int:
        return self.spans[0].start

    @property
    def end(self) -> int:
        return self.spans[-1].end


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of sentences under one heading: the unit that is retrieved and cited."""

    address: str  # permanent: "<document id>/<path slug>/<hash of its text>"
    document_id: str
    sentences: tuple[Sentence, ...]
    path: tuple[str, ...]  # section → heading, readable; a box title is in `box`
    kind: BlockKind  # of its first block
    box: str | None = None
    label: str | None = None
    page: PageLabel | None = None  # on which it begins
    paragraph: int = 0  # 1-based number of its first paragraph, see `alpie.index.chunking.passages`
    ordinal: int = 0  # 0-based position in the document
    later_pages: tuple[PageStart, ...] = ()  # that begin inside
    recognised: tuple[RecognisedWord, ...] = ()  # its words that a program recognised on a picture

    def pages(self, spans: Sequence[Span] = ()) -> PageRange:
        """The pages of `spans`, which lie in the passage; without spans, of the whole passage."""
        first = min((span.start for span in spans), default=self.start)
        last = max((span.end for span in spans), default=self.end) - 1
        return PageRange(self._page_at(first), self._page_at(last))

    def _page_at(self, offset: int) -> PageLabel | None:
        before = bisect_right(self.later_pages, offset, key=lambda page: page.offset)
        return self.later_pages[before - 1].label if before else self.page

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def start(self) -> int:
        return self.sentences[0].start

    @property
    def end(self) -> int:
        return self.sentences[-1].end


@dataclass(frozen=True)
class Hit:
    """A passage that a search found; lists of hits begin with the best."""

    passage: Passage
    score: float  # hybrid score, larger is better; comparable between questions
    retrievers: Mapping[str, float] = field(default_factory=dict)  # score of each: dense, sentence, …
    ranks: Mapping[str, int] = field(default_factory=dict)  # 1-based rank of the passage in each retriever
    own_score: float = 0.0  # without what expansions add: comparable with a collection that has none
    expansion: str = ""  # the expansion nearest to the question: searched, never quoted
    terms: tuple[str, ...] = ()  # words of the question that are in the passage, as the passage writes them
    verbatim: bool | None = None  # whether it has what quotation marks ask for; None: there were none


def collapse(text: str) -> str:
    """Each run of white space as one space, none at the ends."""
    return " ".join(text.split())


def cut_between_words(text: str, max_characters: int, sign: str = "…") -> str:
    """`text`, or as many of its first words as `max_characters` hold, and the `sign` that it goes on."""
    cut = (text[:max_characters].rpartition(" ")[0] or text[:max_characters]).rstrip(" ,;:.") + sign
    return text if len(text) <= max_characters else cut


def readable_map(source: str, spans: Sequence[Span]) -> ReadableMap:
    """The readable text of `spans`, with the offsets in `source`; that of a space is the first of its run.

    Two spans without white space between them are joined without a space, as a footnote call was cut out there.
    """
    characters: list[str] = []
    offsets: list[int] = []
    pending = -1  # offset of white space seen and not yet written
    for span in spans:
        for offset in range(span.start, span.end):
            character = source[offset]
            if character.isspace():
                pending = offset if pending < 0 else pending
                continue
            if pending >= 0 and characters:
                characters.append(" ")
                offsets.append(pending)
            pending = -1
            characters.append(character)
            offsets.append(offset)
    return ReadableMap("".join(characters), offsets)


def readable_text(source: str, spans: Sequence[Span]) -> str:
    """The readable text of `spans`: see `readable_map`."""
    return collapse("".join(source[span.start : span.end] for span in spans))


def spans_between(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """The parts of `spans` that lie in ``[start, end)``, without empty ones."""
    cut = (Span(max(span.start, start), min(span.end, end)) for span in spans)
    return tuple(span for span in cut if span.start < span.end)


def proves(source: str, spans: Sequence[Span], text: str) -> bool:
    """Whether `text` is, word for word, what stands at `spans` of `source`."""
    return bool(spans) and readable_text(source, spans) == text
