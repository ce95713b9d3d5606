"""Finds the answers to questions about a document as a whole: see `alpie.app.answering.understanding.overview`.

A search by meaning finds no answer to such a question. It is where documents of that form put it: what they
are about in the title block, the opening, the operative paragraphs and the leads of sections; what they ask for in the
operative paragraphs and the recommendations, never in the preamble, which only recalls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from alpie.app.answering.understanding.overview import Overview, OverviewKind
from alpie.index.records import BlockKind, Document, Passage, Sentence
from alpie.index.retrieval.places import Place
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.named_documents import distinctive_words
from alpie.index.spanish.number_words import SPANISH_MONTHS
from alpie.index.spanish.word_tables import any_expression, read_tables

_MAX_WORDS, _MAX_SENTENCES = 60, 2  # of an opening that is quoted: it says what a document is about, no more
_NEAR_THE_EDGES = 6  # passages at the beginning and at the end, where a date and a signature stand
_OPERATIVE_LABEL = "parte dispositiva"
_TABLES: dict[str, str] = read_tables(__file__)
_OPERATIVE = re.compile(rf"(?:[A-ZÁÉÍÓÚÑ]{{2,}}\s+){{0,5}}?{any_expression(_TABLES['operative'])}\b")
_RECOMMENDING = re.compile(rf"\b{any_expression(_TABLES['recommending'])}\b")
_DATED = re.compile(
    r"\b\d{1,2}(?:\.?\s*[ºo])?\s+(?:al?\s+\d{1,2}\s+)?de\s+[a-z]{4,10}(?:\s+del?\s+\d{4})?|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|"
    rf"\b(?:{'|'.join(SPANISH_MONTHS)})\s+(?:de\s+)?\d{{4}}\b"
)
_VERB_STEM = 4  # letters: words that begin with the same are forms of one verb («insta», «instan»)


def operative_passages(passages: Sequence[Passage]) -> list[Passage]:
    """The passages of a document that ask for something: its operative paragraphs, or its recommendations."""
    operative = [passage for passage in passages if _OPERATIVE_LABEL in (passage.label or "")]
    operative = operative or [passage for passage in passages if _OPERATIVE.match(passage.sentences[0].text)]
    return operative or [
        passage for passage in passages if _RECOMMENDING.search(fold("\n".join(passage.path)))
    ]


def overview_places(
    overview: Overview, document: Document, passages: Sequence[Passage], limit: int
) -> list[Place]:
    """Where a document answers a question about it as a whole: `limit` places at most."""
    if not passages:
        return []
    if overview.kind is OverviewKind.DEMANDS:
        asking = operative_passages(passages)
        if stem := overview.verb[:_VERB_STEM]:
            verb = re.compile(rf"\b{stem}")
            asking = [passage for passage in asking if verb.search(fold(passage.sentences[0].text))] or asking
        return [Place(passage, 0, len(passage.sentences) - 1) for passage in asking[:limit]]
    if overview.kind is OverviewKind.DATE:  # without a date in the text there is no place, and search answers
        return _first_sentence_that(_edge_passages(passages), lambda text: _is_dated(text, document.date))
    if overview.kind is OverviewKind.AUTHOR:
        names = [word for word in distinctive_words(document.publisher) if len(word) > _VERB_STEM]
        needed = min(2, len(names))
        return _first_sentence_that(
            _edge_passages(passages), lambda text: 0 < needed <= sum(word in text for word in names)
        )
    if overview.kind is OverviewKind.LIST:
        return _opening_places(passages)[:1]
    main = [passage for passage in passages if _OPERATIVE_LABEL in (passage.label or "")]
    main = main or [passage for passage in passages if passage.label == "artículo 1"]
    main = main or [passage for passage in passages if passage.kind is BlockKind.LEAD and passage.path]
    places = [*_opening_places(passages), *filter(None, map(_first_sentences, main))]
    return list(dict.fromkeys(places))[:limit]


def _opening_places(passages: Sequence[Passage]) -> list[Place]:
    """The title block, and the first sentences of the text."""
    found: list[Place] = []
    for passage in passages[:_NEAR_THE_EDGES]:
        heads = passage.kind is BlockKind.METADATA or (passage.kind is BlockKind.LEAD and not passage.path)
        if heads and len(passage.text.split()) > _MAX_SENTENCES:
            found.append(Place(passage, 0, len(passage.sentences) - 1))
        elif not heads and (place := _first_sentences(passage)):
            return [*found, place]
    return found or [Place(passages[0], 0, len(passages[0].sentences) - 1)]


def _first_sentences(passage: Passage) -> Place | None:
    """The first whole sentences of a passage; None where it holds titles only."""
    sentences = passage.sentences
    lead = passage.kind is BlockKind.LEAD  # «Las tendencias indican un «tsunami»», without a stop
    first = next(
        (
            n
            for n, sentence in enumerate(sentences)
            if sentence.text.rstrip("»”\"')")[-1:] in ".,:;!?…" or (lead and sentence.text[:1].isupper())
        ),
        None,
    )
    if first is None:
        return None
    last, words = first, _count_words(sentences[first])
    while last + 1 < len(sentences) and (
        (sentences[last].group is not None and sentences[last].group == sentences[last + 1].group)
        or (last - first + 1 < _MAX_SENTENCES and words + _count_words(sentences[last + 1]) <= _MAX_WORDS)
    ):
        last += 1
        words += _count_words(sentences[last])
    return Place(passage, first, last)


def _count_words(sentence: Sentence) -> int:
    return len(sentence.text.split())


def _edge_passages(passages: Sequence[Passage]) -> Iterator[Passage]:
    yield from passages[:_NEAR_THE_EDGES]
    yield from passages[max(_NEAR_THE_EDGES, len(passages) - _NEAR_THE_EDGES) :]


def _first_sentence_that(passages: Iterator[Passage], tells: Callable[[str], bool]) -> list[Place]:
    for passage in passages:
        for number, sentence in enumerate(passage.sentences):
            if tells(fold(sentence.text)):
                return [Place(passage, number, number)]
    return []


def _is_dated(text: str, date: str) -> bool:
    """Whether a folded text gives a date; of the document's year, where `date` says it."""
    match = _DATED.search(text)
    year = date[:4]
    return match is not None and (not year or year in match[0] or match[0][-2:] == year[-2:] or year in text)
