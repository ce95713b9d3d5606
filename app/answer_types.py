"""Kinds of answer: which a question asks for, and whether a text holds one that the question did not give."""

from __future__ import annotations

import re
from functools import lru_cache

from alpie.index.analysis import fold, stems

__all__ = ["ANSWER_TYPES", "asked_types", "holds_new"]

ANSWER_TYPES = ("number", "date", "person", "place", "reason", "definition")

_NUMBER = re.compile(
    r"\d+(?:[.,\u00a0\u202f ]\d+)*|"
    r"\b(?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|docena|veinte|cien(?:to)?s?|mil|"
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
_HOLDS = {
    "number": _NUMBER,
    "date": _DATE,
    "person": _NAME,
    "place": _NAME,
    "reason": _REASON,
    "definition": _DEFINITION,
}


def asked_types(question: str) -> frozenset[str]:
    """Which kinds of answer the question words ask for: any of `ANSWER_TYPES`."""
    # inside a sentence «cuando» without an accent joins clauses; it asks only at the start
    folded = fold(re.sub(r"(?<=\w )cuando\b", " ", question))
    return frozenset(kind for kind, pattern in _ASKS.items() if pattern.search(folded))


def holds_new(kind: str, text: str, question_stems: frozenset[str]) -> bool:
    """Whether `text` holds an answer of this kind whose words are not the question's own."""
    return any(not found & question_stems for found in _found(kind, text))


@lru_cache(maxsize=4_096)
def _found(kind: str, text: str) -> tuple[frozenset[str], ...]:
    """The stems of each answer of this kind in `text`; kept, as the same sentences are read again and again."""
    haystack = text if kind in ("person", "place") else text.lower()
    return tuple(dict.fromkeys(stems(match.group()) for match in _HOLDS[kind].finditer(haystack)))
