"""What is known of a sentence that may answer: one row of numbers a sentence.

All similarities are absolute, so that a weight table fitted on one collection serves another. Nothing
here knows a document, a subject or a language beyond Spanish and English question words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alpie.index.analysis import fold, stems, terms
from alpie.index.records import SentenceRole
from alpie.index.search import Retrieval, SearchIndex

__all__ = ["SENTENCE_FEATURES", "Candidates", "asked_types", "candidates_of", "pattern_of"]

SENTENCE_FEATURES = (
    "tokens",  # MaxSim: mean over question tokens of the best cosine in the sentence
    "tokens_weighted",  # the same, weighted by the rarity of the words
    "tokens_low",  # mean of the worst quarter of the matches: what the sentence does not speak of
    "late",  # cosine of the mean token vectors, in context
    "cosine",  # of the sentence encoded by itself
    "coverage",  # share of the question's term weight that stands in the sentence
    "coverage_window",  # … in it or its neighbours
    "bm25",  # of the sentence, normalised
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
    "grouped",  # list item or table row
    "lead_in",
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
    """The sentences of the best passages, each with its numbers."""

    hit: NDArray[np.int64]  # (candidates,): index into the retrieval's hits
    position: NDArray[np.int64]  # (candidates,): index into that passage's sentences
    features: NDArray[np.float32]  # (candidates, len(SENTENCE_FEATURES))

    def __len__(self) -> int:
        return len(self.hit)


def asked_types(question: str) -> frozenset[str]:
    """Which kinds of answer the question words ask for: any of the keys of the type features."""
    folded = fold(question)
    return frozenset(kind for kind, pattern in _ASKS.items() if pattern.search(folded))


def pattern_of(kind: str) -> re.Pattern[str]:
    """What an answer of this kind looks like in a sentence; matched on lower case but for names."""
    return _PATTERNS[kind]


def _type_columns(question: str, text: str, types: frozenset[str]) -> list[float]:
    asked_words = set(terms(question))
    columns: list[float] = []
    for kind in ("number", "date", "person", "place", "reason", "definition"):
        if kind not in types:
            columns.append(0.0)
            continue
        haystack = text if kind in ("person", "place") else text.lower()
        new = [
            m.group() for m in _PATTERNS[kind].finditer(haystack) if not set(terms(m.group())) & asked_words
        ]
        columns.append(1.0 if new else 0.0)
    return columns


def candidates_of(index: SearchIndex, retrieval: Retrieval, passages: int = 6) -> Candidates:
    """All sentences of the first `passages` hits."""
    encoded = retrieval.encoded
    asked = {str(term): index.lexical.idf(term) for term in encoded.terms}
    total = sum(asked.values()) or 1.0
    sentence_bm25 = index.sentence_lexical.scores(encoded.terms)
    types = asked_types(encoded.question.searched)
    mean_question = encoded.tokens.mean(axis=0) if len(encoded.tokens) else np.zeros(index.dense.dimension, dtype=np.float32)
    mean_question = np.asarray(mean_question / max(float(np.linalg.norm(mean_question)), 1e-9), dtype=np.float32)
    rows: list[list[float]] = []
    hits: list[int] = []
    positions: list[int] = []
    found_passages = zip(retrieval.hits[:passages], retrieval.rows, retrieval.matches, strict=False)
    for number, (hit, row, matches) in enumerate(found_passages):
        first = int(index.sentence_bounds[row])
        last = int(index.sentence_bounds[row + 1])
        late = _late_cosines(index, int(row), mean_question)
        cosines = index.sentence_vectors.rows(np.arange(first, last)) @ encoded.vector
        found = [stems(s.text) & asked.keys() for s in hit.passage.sentences]
        best_tokens = float(matches.mean(axis=1).max()) if matches.size else 0.0
        for position, sentence in enumerate(hit.passage.sentences):
            match = matches[position]
            window = set().union(*found[max(0, position - 1) : position + 2])
            words = len(sentence.text.split())
            quarter = max(1, len(match) // 4)
            rows.append(
                [
                    float(match.mean()) if len(match) else 0.0,
                    float(match @ encoded.token_weights) if len(match) else 0.0,
                    float(np.sort(match)[:quarter].mean()) if len(match) else 0.0,
                    float(late[position]),
                    float(cosines[position]),
                    sum(asked[t] for t in found[position]) / total,
                    sum(asked[t] for t in window) / total,
                    float(sentence_bm25[first + position]),
                    hit.legs["dense"],
                    hit.legs["sentence"],
                    best_tokens,
                    hit.legs["lexical"],
                    hit.legs["grams"],
                    *_type_columns(encoded.question.searched, sentence.text, types),
                    float(words < 6),
                    float(words > 40),
                    float(sentence.role in (SentenceRole.ITEM, SentenceRole.ROW, SentenceRole.HEADER)),
                    float(sentence.role is SentenceRole.LEAD_IN),
                    float(position == 0),
                ]
            )
            hits.append(number)
            positions.append(position)
    features = np.array(rows, dtype=np.float32).reshape(len(rows), len(SENTENCE_FEATURES))
    return Candidates(np.array(hits, dtype=np.int64), np.array(positions, dtype=np.int64), features)


def _late_cosines(index: SearchIndex, row: int, question: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cosine of the question's mean token vector with each sentence's, shape (sentences,)."""
    first, last = int(index.sentence_bounds[row]), int(index.sentence_bounds[row + 1])
    bounds = index.token_store.bounds[first : last + 1] - index.token_store.bounds[first]
    result = np.zeros(last - first, dtype=np.float32)
    filled = np.flatnonzero(np.diff(bounds) > 0)
    if len(filled):
        sums = np.add.reduceat(index.token_store.of_sentences(first, last), bounds[:-1][filled], axis=0)
        norms = np.maximum(np.linalg.norm(sums, axis=1), 1e-9)
        result[filled] = (sums @ question) / norms
    return result
