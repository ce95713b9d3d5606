"""Kinds of answer: which a question asks for, and whether a text holds one that the question did not give."""

from __future__ import annotations

import re
from functools import lru_cache

from alpie.index.analysis import fold, stems

__all__ = ["ANSWER_TYPES", "FIGURES", "asked_term", "asked_types", "defines", "holds_new"]

ANSWER_TYPES = ("number", "age", "money", "date", "person", "place", "reason", "definition")
_SPECIAL_NUMBERS = frozenset({"age", "money"})  # who asks for one is not answered by any other number
FIGURES = _SPECIAL_NUMBERS | {"number"}

_NUMBER = re.compile(
    r"\d{1,3}(?:[.\u00a0\u202f ]\d{3})+(?!\d)|\d+(?:[.,]\d+)*|"
    r"\b(?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|docena|veinte|cien(?:to)?s?|mil|"
    r"millon(?:es)?|mitad|tercio|cuarta|doble|triple)\b"
)
_AGE = re.compile(
    r"\b(?:\d{1,2}|un|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce) (?:años|meses)\b"
)
_MONEY = re.compile(
    r"(?:[$€£] ?\d|\d[\d.,\u00a0\u202f ]*(?:mil |millones de )?(?:euros?|dólares|libras|pesos|€|\$|£|usd|eur)(?!\w))"
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
    "age": re.compile(
        r"\b(?:(?:que|a que|de que) edad(?:es)?|cuantos anos (?:tien|tenia|cumpl)\w*|how old|what age)\b"
    ),
    "money": re.compile(
        r"\b(?:precio|coste|cuesta|costo|cuanto (?:dinero|paga\w*|cobra\w*|vale)|cuant[oa]s? (?:euros|dolares)|"
        r"how much (?:money|did|does))\b"
    ),
    "date": re.compile(
        r"\b(?:cuando|fecha|que (?:ano|mes|dia)|en que (?:ano|mes|dia)|when|what (?:year|date|month))\b"
    ),
    "person": re.compile(
        r"\b(?:quien(?:es)?|who|whom|whose|como se llama\w*|nombres?|apellidos?|"
        r"que (?:persona|organismo|organizacion|entidad|empresa)s?)\b"
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
_MARKS = " ¿?¡!.,;:()[]«»\"'“”"
_MOST_TERM_WORDS = 4
_ASKS_MEANING = re.compile(
    r"\W*(?:(?:y|pero|oye|hola|dime|explica(?:me)?|sabes) )*"
    r"(?:(?:que|k|q) (?:es|son|significan?|quieren? decir)|(?:cual es )?(?:el )?(?:significado|la definicion|definicion) de|"
    r"define|what (?:is|are)|what does|(?:que significan|cuales son|de que son|what do) (?:las )?siglas)"
    r"(?: (?:las|la|el|los|lo|un|una|eso|esto|de|del|siglas|sigla|acronimo|termino|palabra|the|a|an))*\s+"
    r"(?P<term>.+?)(?: (?:mean|stand for|significan?|quieren? decir))?\W*$"
)
_HOLDS = {
    "number": _NUMBER,
    "age": _AGE,
    "money": _MONEY,
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
    kinds = frozenset(kind for kind, pattern in _ASKS.items() if pattern.search(folded))
    return kinds - {"number"} if kinds & _SPECIAL_NUMBERS else kinds


def asked_term(question: str) -> str:
    """What a question asks the meaning of («¿Qué significa CSAM?»: csam), folded; empty for any other question."""
    asked = _ASKS_MEANING.match(fold(question))
    term = asked["term"].strip(_MARKS) if asked else ""
    return term if len(term.split()) <= _MOST_TERM_WORDS else ""


def defines(term: str, text: str) -> bool:
    """Whether `text` says what a folded `term` means: «CSAM: …», «Nombre (CSAM)», «CSAM es un …», «llamado CSAM»."""
    return bool(_definition_of(term).search(fold(text)))


@lru_cache(maxsize=64)
def _definition_of(term: str) -> re.Pattern[str]:
    name = rf"[«\"“]?\b{re.escape(term)}(?:e?s)?\b[»\"”]?"
    return re.compile(
        rf"\((?:[\w ]{{0,60}}\b(?:o|u|siglas|en adelante) )?{name}\s*[,)]|"
        rf"{name}\s*(?::|\((?:por su|siglas|del ingles|en ingles|es decir|tambien|conocid|abrevia))|"
        rf"{name},? (?:es|son) (?:un|una|unos|unas|el|la|los|las|cualquier|todo|toda)\b|"
        rf"{name} (?:se refieren?|hacen? referencia|consisten?|significan?|se defin\w+|es decir)|"
        rf"(?:llamad|denominad|conocid)[oa]s? (?:como )?(?:el |la |los |las )?{name}|"
        rf"(?:termino|siglas|entiende por|se conoce como)(?: \w+){{0,3}} {name}"
    )


def holds_new(kind: str, text: str, question_stems: frozenset[str]) -> bool:
    """Whether `text` holds an answer of this kind whose words are not the question's own."""
    return any(not found & question_stems for found in _found(kind, text))


@lru_cache(maxsize=4_096)
def _found(kind: str, text: str) -> tuple[frozenset[str], ...]:
    """The stems of each answer of this kind in `text`; kept, as the same sentences are read again and again."""
    haystack = text if kind in ("person", "place") else text.lower()
    return tuple(dict.fromkeys(stems(match.group()) for match in _HOLDS[kind].finditer(haystack)))
