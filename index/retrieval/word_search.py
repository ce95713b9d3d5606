"""Looks words up: finds the passages with exactly what is asked for, ignoring accents and capitals.

    menor internet          both words, or forms of them up to two letters longer («menores»)
    "abuso de menores"      the phrase as it is; so is a code, AGN/65/RES/10
    105 047                 the number, however its thousands are parted
    niño OR menor           one or the other (also «O»)
    explota*                words that begin so
    abuso NEAR/5 internet   within five words of each other (also «CERCA»; ten without a number)

The query for the database consists of the words alone, in quotation marks: nothing that somebody typed can act as
SQLite's query language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from alpie.index.database.text_database import StoredPassages
from alpie.index.records import Span

MAX_WEIGHED = 2_000  # matches among which the best are looked for
_NEAR_WORDS = 10  # as SQLite has it
_MAX_MORE_LETTERS = 2  # that a word may have beyond those that are asked for
_PIECES = re.compile(
    r'["«“„](?P<phrase>[^"»”“]{2,200})["»”“]'
    r"|(?<!\w)(?P<operator>OR|O|(?:NEAR|CERCA)(?:/(?P<distance>\d{1,2}))?)(?!\S)"
    r"|(?<!\w)(?P<code>(?=[\w/.-]*\d)[\w.]+(?:[/-][\w.]+)+"  # AGN/65/RES/10, GA-2021-89-RES-09
    r"|(?!\d{1,3}(?:\.\d{3})+(?!\.?\w))\d+(?:\.\d+){2,})(?!\w)"  # 08.02.3341.480, not 1.250.000
    r"|(?<![\w.,])(?P<number>\d{1,3}(?:[.\u00a0\u202f ]\d{3})+|\d{4,})(?![\w*]|[.,]\d)"
    r"|(?P<word>\w+)(?P<prefix>\*?)"
)
_KINDS = ("phrase", "code", "number", "word")  # of a piece, by the group that found it
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=20_000)
def fold_as_stored(text: str) -> str:
    """Lower case without accents, one character for one, as SQLite folds its words: º and ² stay.

    `alpie.index.spanish.analysis.fold_in_place` would make o and 2 of them, and find nothing.
    """
    return "".join(_fold_character(character) for character in text)


def _fold_character(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


@dataclass(frozen=True)
class _Term:
    text: str
    kind: str  # "phrase", "code", "number", "word" or "prefix"

    @property
    def words(self) -> list[str]:
        if self.kind == "number":  # its thousands
            return f"{int(self.digits):,}".split(",") if self.digits[0] != "0" else [self.digits]
        return _WORD.findall(fold_as_stored(self.text))

    @property
    def digits(self) -> str:
        return "".join(filter(str.isdigit, self.text))

    @property
    def quoted(self) -> str:
        return f'"{" ".join(self.words)}"' + ("*" if self.kind == "prefix" else "")

    @property
    def pattern(self) -> str:
        """A regular expression for the term in a folded text, the signs within a phrase included."""
        if self.kind == "number":
            return r"(?<![\w.,])" + r"[.\s]?".join(self.words) + r"(?![\w]|[.,]\d)"
        pieces = self.words if self.kind in ("word", "prefix") else fold_as_stored(self.text).split()
        ending = {"word": rf"\w{{0,{_MAX_MORE_LETTERS}}}", "prefix": r"\w*"}.get(self.kind, "")
        return r"(?<!\w)" + r"\s+".join(map(re.escape, pieces)) + ending + r"(?!\w)"


@dataclass(frozen=True)
class _Near:
    terms: tuple[_Term, ...]
    distance: int = _NEAR_WORDS

    @property
    def is_literal(self) -> bool:
        return len(self.terms) > 1 or self.terms[0].kind in ("phrase", "prefix")


@dataclass(frozen=True)
class WordQuery:
    """A parsed text to look up: a passage matches that holds one alternative of every clause."""

    clauses: tuple[tuple[_Near, ...], ...]
    has_operators: bool

    @classmethod
    def parse(cls, text: str) -> WordQuery:
        """Parse `text`; without words, there are no clauses."""
        clauses: list[list[_Near]] = []
        pending, has_operators = None, False
        for piece in _PIECES.finditer(text):
            if piece["operator"]:
                pending = piece if clauses else None
                continue
            kind = "prefix" if piece["prefix"] else next(name for name in _KINDS if piece[name])
            term = _Term(piece[kind if kind in _KINDS else "word"], kind)
            if not term.words:
                continue
            has_operators |= pending is not None or kind == "prefix"
            if pending is None:
                clauses.append([_Near((term,))])
            elif pending["operator"].startswith("O"):
                clauses[-1].append(_Near((term,)))
            else:
                before = clauses[-1][-1]
                clauses[-1][-1] = _Near((*before.terms, term), int(pending["distance"] or _NEAR_WORDS))
            pending = None
        return cls(tuple(dict.fromkeys(map(tuple, clauses))), has_operators)

    @property
    def is_literal(self) -> bool:
        """Whether the query can only mean words as they stand: it has a phrase, a code or an operator."""
        return self.has_operators or self.has_phrases or any(term.kind == "code" for term in self.terms)

    @property
    def has_phrases(self) -> bool:
        """Whether a part of the query stands between quotation marks."""
        return any(term.kind == "phrase" for term in self.terms)

    @property
    def literal(self) -> WordQuery:
        """The part of the query that can only mean words as they stand: phrases and operators, or numbers and codes alone."""
        if all(term.kind in ("number", "code") for term in self.terms):
            return self
        clauses = (clause for clause in self.clauses if len(clause) > 1 or clause[0].is_literal)
        return WordQuery(tuple(clauses), self.has_operators)

    @property
    def terms(self) -> tuple[_Term, ...]:
        return tuple(term for clause in self.clauses for near in clause for term in near.terms)

    def ranges(self, text: str) -> tuple[Span, ...]:
        """Where the terms stand in a text, in order."""
        folded = fold_as_stored(text)
        found = (match for term in self.terms for match in re.finditer(term.pattern, folded))
        return tuple(sorted({Span(*match.span()) for match in found}))

    @property
    def exact(self) -> tuple[re.Pattern[str], ...]:
        """Patterns of the numbers and of phrases with signs, which SQLite cannot look up: its index has words only."""
        alone = [clause[0].terms[0] for clause in self.clauses if len(clause) == len(clause[0].terms) == 1]
        signs = [term for term in alone if term.kind == "number" or re.search(r"[^\w\s]|_", term.text)]
        return tuple(re.compile(term.pattern) for term in signs)


_HOLDING = """
    SELECT passages.number, documents.id, section FROM words JOIN passages ON passages.number = words.rowid
    JOIN documents ON documents.number = passages.document WHERE words MATCH ?
"""
_FORMS = "SELECT term FROM vocabulary WHERE term >= ? AND term < ? AND length(term) <= ?"


class WordMatch(NamedTuple):
    """A passage that matches a query."""

    row: int  # its place among the passages
    document: str
    section: str  # outermost heading, "" without any


class WordIndex:
    """Looks words up in all passages."""

    def __init__(self, passages: StoredPassages) -> None:
        self._passages, self._database = passages, passages.database

    def word_matches(self, query: WordQuery, texts: Callable[[int], str]) -> list[WordMatch]:
        """All passages that match a query, in their order; `texts` gives the text of a passage by its row."""
        if not query.clauses:
            return []
        clauses = (" OR ".join(map(self._alternative, clause)) for clause in query.clauses)
        expression = " AND ".join(f"({clause})" for clause in clauses)
        postings = self._database.rows(_HOLDING, expression)
        rows = self._passages.rows_of([number for number, _, _ in postings]).tolist()
        matches = sorted(WordMatch(row, *rest) for row, (_, *rest) in zip(rows, postings, strict=True))
        if not query.exact:
            return matches
        folded = {match.row: fold_as_stored(texts(match.row)) for match in matches}
        return [match for match in matches if all(exact.search(folded[match.row]) for exact in query.exact)]

    def _alternative(self, near: _Near) -> str:
        if len(near.terms) > 1:
            return f"NEAR({' '.join(term.quoted for term in near.terms)}, {near.distance})"
        term = near.terms[0]
        if term.kind == "number":
            return f'{term.quoted} OR "{term.digits}"'
        if term.kind != "word" or len(term.words) > 1:
            return term.quoted
        word = term.words[0]
        forms = self._database.rows(_FORMS, word, word + "\U0010ffff", len(word) + _MAX_MORE_LETTERS)
        return " OR ".join(f'"{form}"' for (form,) in forms) or term.quoted
