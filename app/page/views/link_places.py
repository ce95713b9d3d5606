"""Places in the corpus as link parameters: an address, and the spans that are quoted there.

`p=<address>` alone is the permanent link: it holds the hash of the passage's text. `s=` narrows the
highlight to the quoted words by offsets into the source, relative to the start of the passage, so that
a change elsewhere in the document does not shift them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlencode

from alpie.app.answering.quoting.omissions import widen_to_words, with_omissions, without_overlaps
from alpie.index.records import Document, Passage, Sentence, Span

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

_SPAN = re.compile(r"(-?\d{1,8})-(-?\d{1,8})")
# of a passage: far more than a passage has sentences, so a longer list is not of our making
_MAX_SPANS = 200


def spans_parameter(passage: Passage, spans: Sequence[Span]) -> str:
    """`spans` as text, offsets counted from the start of `passage`: "0-120,130-180"."""
    origin = passage.start
    return ",".join(f"{span.start - origin}-{span.end - origin}" for span in spans)


def parse_spans(text: str, passage: Passage, document_length: int) -> tuple[Span, ...]:
    """The spans `spans_parameter` wrote; what does not fit the document is ignored."""
    origin = passage.start
    found = (_SPAN.fullmatch(piece) for piece in text.split(",")[:_MAX_SPANS])
    spans = (Span(origin + int(m[1]), origin + int(m[2])) for m in found if m)
    return tuple(span for span in spans if 0 <= span.start < span.end <= document_length)


class ChosenWords(NamedTuple):
    """The spans that a link chooses, none for the whole passage, and the words there."""

    spans: tuple[Span, ...]
    text: str


def words_at(text: str, passage: Passage, document: Document, corpus: Corpus) -> ChosenWords:
    """What `text`, the `s` of a link, chooses near `passage`; the whole passage where it chooses nothing.

    Anybody can choose the spans of a link, so they are put in order and widened to whole words, what they
    leave out is marked, and those that belong to another passage are passed over.
    """
    chosen = without_overlaps(parse_spans(text, passage, len(document.text)))
    if not chosen:
        return ChosenWords((), passage.text)
    sentences: Sequence[Sentence] = passage.sentences
    start, end = chosen[0].start, chosen[-1].end
    if start < passage.start or end > passage.end:  # a heading, or words of several passages
        of_document = corpus.passages.of_document(document.id)
        sentences = [sentence for passage in of_document for sentence in passage.sentences]
        low, high = (end, passage.start) if end <= passage.start else (passage.end, start)
        if any(sentence.start < high and sentence.end > low for sentence in sentences):
            return ChosenWords((), passage.text)
    spans = widen_to_words(document.text, chosen, sentences)
    if not spans:  # nothing but white space
        return ChosenWords((), passage.text)
    return ChosenWords(spans, with_omissions(document.text, spans, sentences))


def passage_link(passage: Passage, spans: Sequence[Span] = ()) -> str:
    """Relative link that opens `passage` with `spans` highlighted; all of it when there are none."""
    query = {"p": passage.address}
    if spans:
        query["s"] = spans_parameter(passage, spans)
    return "?" + urlencode(query, quote_via=quote, safe="/,-")


def question_link(
    question: str,
    *,
    turns: Sequence[str] = (),
    documents: Sequence[str] = (),
    each_document: bool = False,
    anew: bool = False,
) -> str:
    """Relative link that asks `question`: after earlier questions, of some documents, or of each one separately.

    `anew`: in the place of the answer before it, and without what stands before that.
    """
    query: list[tuple[str, str]] = [("q", question), *(("t", turn) for turn in turns)]
    query += [("in", document) for document in documents]
    query += [(name, "1") for name, wanted in (("each", each_document), ("anew", anew)) if wanted]
    return "?" + urlencode(query, quote_via=quote)
