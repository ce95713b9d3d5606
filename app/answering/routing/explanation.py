"""Explains the last answer («explícamelo», «no entiendo») by the context of its quotations and by definitions.

Repeating the answer would help nobody, and Al Pie has no words of its own. So the documents explain it: the sentences
before and after a quotation, and sentences that define a term.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from alpie.app.answering.answer_types import Answer, Part, Quote, Role
from alpie.app.answering.quoting.quote_policy import MAX_DEFINITIONS, MAX_EXPLAINED
from alpie.app.answering.quoting.quotes import is_question
from alpie.app.answering.routing.quoted_places import quotes_at
from alpie.index.records import Document, Passage, SentenceRole
from alpie.index.retrieval.places import Place
from alpie.index.retrieval.search import SearchIndex
from alpie.index.spanish.analysis import fold, stem, terms
from alpie.index.spanish.word_tables import any_expression, read_tables

_AROUND = 2  # sentences before a quotation, and after it: a paragraph of usual length
_MAX_TERMS = 8  # whose definitions are looked for: the first words, which are those of the question
_MAX_SCANNED = 30  # passages with a term in which a definition is looked for, best first: it bounds the time
_TABLES: dict[str, str] = read_tables(__file__)
# «La extorsión sexual es una forma de …», «Por abuso se entiende …», «5. «Engaño» hace referencia a …»
_DEFINITION = re.compile(
    rf"^(?:[•–-] |\d{{1,2}}\. )?(?:{any_expression(_TABLES['before_the_term'])} )*"
    r"(?:(?:termino|expresion) )?[«\"“]?(?P<term>(?:[\w-]+ ){0,4}?[\w-]+)[»\"”]?"
    rf"(?: \([^)]*\))?,? {any_expression(_TABLES['defining'])}\b"
)


def explain_answer(
    answer: Answer,
    index: SearchIndex,
    documents: Mapping[str, Document],
    allowed: NDArray[np.bool_] | None,
) -> Answer:
    """`answer` with the context of its quotations, and with definitions of its words from the passages `allowed`."""
    quotes = answer.quotes[:MAX_EXPLAINED]
    around = _distinct_quotes(
        whole for quote in quotes for whole in quotes_at([_with_context(quote)], documents, 1)
    )
    words = terms(" ".join((answer.searched, *(quote.text for quote in quotes))))
    places = _definitions(list(dict.fromkeys(map(str, words)))[:_MAX_TERMS], index, allowed)
    quoted = " ".join(quote.text for quote in around)
    defined = _distinct_quotes(
        quote for place in places for quote in quotes_at([place], documents, 1) if quote.text not in quoted
    )[:MAX_DEFINITIONS]
    parts = (Part(Role.CONTEXT, quotes=around), Part(Role.DEFINITION, quotes=defined))
    shown = tuple(part for part in parts if part.quotes)
    return replace(answer, parts=shown, quotes=(*around, *defined)) if shown else answer


def _distinct_quotes(quotes: Iterable[Quote]) -> tuple[Quote, ...]:
    return tuple({quote.text: quote for quote in quotes}.values())


def _with_context(quote: Quote) -> Place:
    sentences = quote.passage.sentences
    quoted = [
        n for n, sentence in enumerate(sentences) if sentence.start < quote.end and sentence.end > quote.start
    ]
    first, last = (quoted[0], quoted[-1]) if quoted else (0, len(sentences) - 1)
    return Place(quote.passage, max(0, first - _AROUND), min(len(sentences) - 1, last + _AROUND))


def _definitions(words: Sequence[str], index: SearchIndex, allowed: NDArray[np.bool_] | None) -> list[Place]:
    """For each of some stems the first sentence that says what it means."""
    found: list[Place] = []
    for word in words:
        scores = index.lexical.scores([word]) * (1 if allowed is None else allowed)
        holding = np.flatnonzero(scores)
        for row in holding[np.argsort(-scores[holding], kind="stable")][:_MAX_SCANNED]:
            place = _definition_in(word, index.passages[int(row)])
            if place is not None:
                found.append(place)
                break
    return found


def _definition_in(word: str, passage: Passage) -> Place | None:
    for number, sentence in enumerate(passage.sentences):
        if sentence.role not in (SentenceRole.SENTENCE, SentenceRole.ITEM) or is_question(sentence):
            continue
        match = _DEFINITION.match(" ".join(fold(sentence.text).split()))
        if match and word == stem(match["term"].split()[0]):
            return Place(passage, number, number)
    return None
