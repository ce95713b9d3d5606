"""What is known of a unit that may answer: one row of numbers a sentence, or a list as a whole.

All similarities are absolute, so that a weight table fitted on one collection serves another. Nothing
here knows a document, a subject or a language beyond Spanish and English question words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alpie.app.units import UnitSpan, asks_for_list, unit_spans
from alpie.index.analysis import fold, stems
from alpie.index.hits import Hit
from alpie.index.records import BlockKind, SentenceRole
from alpie.index.search import Retrieval, SearchIndex

__all__ = ["UNIT_FEATURES", "Candidates", "asked_types", "candidates_of"]

UNIT_FEATURES = (
    "tokens",  # MaxSim: mean over question tokens of the best cosine in the unit
    "tokens_weighted",  # the same, weighted by the rarity of the words
    "tokens_low",  # mean of the worst quarter of the matches: what the unit does not speak of
    "tokens_window",  # MaxSim with the sentences before and after
    "late",  # cosine of the mean token vectors, in context
    "cosine",  # of the sentence encoded by itself, the best of the unit
    "coverage",  # share of the question's term weight that stands in the unit
    "coverage_window",  # … in it or its neighbours
    "bm25",  # of the sentence, normalised, the best of the unit
    "passage_cosine",
    "passage_sentence",  # best sentence cosine of the passage
    "passage_tokens",  # best MaxSim of the passage
    "passage_lexical",
    "passage_grams",
    "number",  # the question asks for a number and a figure not in the question stands here
    "date",
    "person",
    "place",
    "reason",
    "definition",
    "short",  # under six words
    "long",  # over forty words
    "list",  # several list items or table rows
    "list_asked",  # … and the question asks for several things
    "item",  # a list item or table row by itself
    "lead_in",  # a lead-in by itself
    "caption",
    "metadata",
    "first",  # of its passage
)

_NUMBER = re.compile(
    r"\d|\b(?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|docena|veinte|cien(?:to)?s?|mil|"
    r"millon(?:es)?|mitad|tercio|cuarta|doble|triple)\b"
)
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
    r"diciembre)\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b"
)
_NAME = re.compile(r"(?<![.!?:«(] )(?<!^)\b[A-ZÁÉÍÓÚÑ][\wÁÉÍÓÚÑáéíóúñ]+")
_REASON = re.compile(
    r"\b(?:porque|debido|ya que|a causa|por ello|por lo que|puesto que|dado|dados|con el fin|para)\b"
)
_DEFINITION = re.compile(
    r"\b(?:es (?:un|una|la|el)|son|se refiere|hace referencia|consiste|siglas|denomin|conocid|significa)"
)

# What a question asks for, by its question words; Spanish folded, and English.
_ASKS = {
    "number": re.compile(
        r"\b(?:cuant[oa]s?|numero|cifra|porcentaje|proporcion|how (?:many|much|old|long|often)|number|percentage|"
        r"share|cuanta|edad|precio|coste|cuesta|costo|por ciento)\b"
    ),
    "date": re.compile(
        r"\b(?:cuando|fecha|que (?:ano|mes|dia)|en que (?:ano|mes|dia)|when|what (?:year|date|month))\b"
    ),
    "person": re.compile(
        r"\b(?:quien(?:es)?|who|whom|whose|que (?:persona|organismo|organizacion|entidad|empresa)s?)\b"
    ),
    "place": re.compile(
        r"\b(?:donde|dnd|where|en que (?:pais|paises|ciudad|provincias?|lugar|localidad)|que (?:pais|paises|provincias?)|"
        r"(?:which|what) (?:country|countries|city|province|provinces))\b"
    ),
    "reason": re.compile(r"\b(?:por que|porque|why|para que|motivos?|razon(?:es)?|causas?)\b"),
    "definition": re.compile(
        r"\b(?:que (?:es|son|significa|se entiende)|what (?:is|are|does \w+ (?:mean|stand))|definicion|define|siglas)\b"
    ),
}
_PATTERNS = {
    "number": _NUMBER,
    "date": _DATE,
    "person": _NAME,
    "place": _NAME,
    "reason": _REASON,
    "definition": _DEFINITION,
}


@dataclass(frozen=True)
class Candidates:
    """The units of the best passages, each with its numbers."""

    hit: NDArray[np.int64]  # (candidates,): index into the retrieval's hits
    spans: tuple[UnitSpan, ...]  # (candidates,): which sentences of that passage
    features: NDArray[np.float32]  # (candidates, len(UNIT_FEATURES))

    def __len__(self) -> int:
        return len(self.spans)


@dataclass(frozen=True)
class _Asked:
    """The question's side of every comparison, computed once."""

    weights: dict[str, float]  # of its terms
    total: float
    types: frozenset[str]
    words: frozenset[str]  # its terms, as a set
    lists: bool
    mean_tokens: NDArray[np.float32]  # (dimension,), unit length


@dataclass(frozen=True)
class _Read:
    """A passage's side: one row a sentence."""

    hit: Hit
    matches: NDArray[np.float32]  # (sentences, question tokens)
    token_sums: NDArray[np.float32]  # (sentences, dimension)
    cosines: NDArray[np.float32]  # (sentences,)
    bm25: NDArray[np.float32]  # (sentences,)
    found: list[frozenset[str]]  # terms of the question in each sentence


def asked_types(question: str) -> frozenset[str]:
    """Which kinds of answer the question words ask for: any of the keys of the type features."""
    # inside a sentence «cuando» without an accent joins clauses; it asks only at the start
    folded = fold(re.sub(r"(?<=\w )cuando\b", " ", question))
    return frozenset(kind for kind, pattern in _ASKS.items() if pattern.search(folded))


def _type_columns(asked: _Asked, text: str) -> list[float]:
    """For each kind of answer that is asked for: whether one stands in `text` that the question did not give."""
    columns: list[float] = []
    for kind in _PATTERNS:
        if kind not in asked.types:
            columns.append(0.0)
            continue
        haystack = text if kind in ("person", "place") else text.lower()
        new = any(not stems(match.group()) & asked.words for match in _PATTERNS[kind].finditer(haystack))
        columns.append(float(new))
    return columns


def candidates_of(index: SearchIndex, retrieval: Retrieval, passages: int = 20) -> Candidates:
    """All units of the first `passages` hits."""
    asked = _asked(index, retrieval)
    bm25 = index.sentence_terms(retrieval.encoded, retrieval.rows[:passages])
    weights = retrieval.encoded.token_weights
    rows: list[list[float]] = []
    hits: list[int] = []
    spans: list[UnitSpan] = []
    sums = index.token_sums(retrieval.rows[:passages])
    for number, row in enumerate(retrieval.rows[:passages]):
        read = _read(index, retrieval, number, int(row), bm25[number], sums[number], asked)
        for span in unit_spans(read.hit.passage.sentences, asked.lists):
            rows.append(_row(read, span, asked, weights))
            hits.append(number)
            spans.append(span)
    features = np.array(rows, dtype=np.float32).reshape(len(rows), len(UNIT_FEATURES))
    return Candidates(np.array(hits, dtype=np.int64), tuple(spans), features)


def _asked(index: SearchIndex, retrieval: Retrieval) -> _Asked:
    encoded = retrieval.encoded
    weights = dict(zip(map(str, encoded.terms), index.lexical.idfs(encoded.terms), strict=True))
    mean = encoded.tokens.mean(axis=0) if len(encoded.tokens) else np.zeros(index.dense.dimension, np.float32)
    text = encoded.question.searched
    return _Asked(
        weights=weights,
        total=sum(weights.values()) or 1.0,
        types=asked_types(text),
        words=stems(text),
        lists=asks_for_list(text),
        mean_tokens=np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32),
    )


def _read(
    index: SearchIndex,
    retrieval: Retrieval,
    number: int,
    row: int,
    bm25: NDArray[np.float32],
    token_sums: NDArray[np.float32],
    asked: _Asked,
) -> _Read:
    hit = retrieval.hits[number]
    first, last = int(index.sentence_bounds[row]), int(index.sentence_bounds[row + 1])
    return _Read(
        hit=hit,
        matches=retrieval.matches[number],
        token_sums=token_sums,
        cosines=index.sentence_vectors.rows(np.arange(first, last)) @ retrieval.encoded.vector,
        bm25=bm25,
        found=[stems(sentence.text) & asked.weights.keys() for sentence in hit.passage.sentences],
    )


def _row(read: _Read, span: UnitSpan, asked: _Asked, token_weights: NDArray[np.float32]) -> list[float]:
    """The numbers of one unit. A borrowed lead-in counts as if it stood in the unit."""
    sentences = read.hit.passage.sentences
    members = list(range(span.first, span.last + 1)) + ([] if span.context is None else [span.context])
    window = range(max(0, span.first - 1), min(len(sentences), span.last + 2))
    match = read.matches[members].max(axis=0) if read.matches.size else np.zeros(1, dtype=np.float32)
    around = np.maximum(match, read.matches[list(window)].max(axis=0)) if read.matches.size else match
    weighted = float(match @ token_weights) if len(match) == len(token_weights) else 0.0
    summed = read.token_sums[members].sum(axis=0)
    text = " ".join(sentence.text for sentence in sentences[span.first : span.last + 1])
    words = len(text.split())
    role = sentences[span.first].role
    grouped = role is not SentenceRole.SENTENCE
    return [
        _mean(match),
        weighted,
        _mean(np.sort(match)[: max(1, len(match) // 4)]),
        _mean(around),
        float(summed @ asked.mean_tokens / max(float(np.linalg.norm(summed)), 1e-9)),
        float(read.cosines[members].max()),
        _covered(read, members, asked),
        _covered(read, [*members, *window], asked),
        float(read.bm25[members].max()),
        read.hit.legs["dense"],
        read.hit.legs["sentence"],
        read.hit.legs["tokens"],
        read.hit.legs["lexical"],
        read.hit.legs["grams"],
        *_type_columns(asked, text),
        float(words < 6),
        float(words > 40 and not grouped),
        float(grouped and span.last > span.first),
        float(grouped and span.last > span.first and asked.lists),
        float(grouped and span.last == span.first and role is not SentenceRole.LEAD_IN),
        float(role is SentenceRole.LEAD_IN and span.last == span.first),
        float(read.hit.passage.kind is BlockKind.CAPTION),
        float(read.hit.passage.kind is BlockKind.METADATA),
        float(span.first == 0),
    ]


def _mean(values: NDArray[np.float32]) -> float:
    """As `values.mean()`, which takes three times as long for a few dozen numbers."""
    return float(np.add.reduce(values) / np.float32(len(values)))


def _covered(read: _Read, positions: Sequence[int], asked: _Asked) -> float:
    """Share of the question's term weight that these sentences hold."""
    held = frozenset().union(*(read.found[position] for position in positions))
    return sum(asked.weights[term] for term in held) / asked.total
