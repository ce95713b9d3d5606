"""Finds the proper names of a sentence that the quotes it names do not have."""

from __future__ import annotations

import re
from dataclasses import dataclass

from alpie.app.writer.spelled_numbers import spelled_numbers
from alpie.index.spanish.analysis import STOP_WORDS, fold, stem
from alpie.index.spanish.word_tables import word_sets

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_VERBAL = re.compile(r"(?:aron|ieron|ciones)$")
_WORDS = word_sets(__file__)
_CONNECTORS, _OPENERS, _KNOWN = _WORDS["connectors"], _WORDS["openers"], _WORDS["known"]


@dataclass(frozen=True)
class QuotedWords:
    """The words of the quotes a sentence names, and the names known from all that was found."""

    words: tuple[str, ...]  # folded, in order
    stems_in_lower_case: frozenset[str]
    known_names: frozenset[str]  # folded; of every quote and passage found

    @classmethod
    def from_text(cls, text: str, found: str = "") -> QuotedWords:
        tokens = _TOKEN.findall(text)
        lower = {fold(token) for token in tokens if token == token.lower()}
        return cls(
            tuple(fold(token) for token in tokens),
            frozenset(stem(word) for word in lower),
            frozenset(_names_only(f"{text} {found}")) | _KNOWN,
        )


def unsupported_names(sentence: str, evidence: QuotedWords) -> list[str]:
    """Names of `sentence` that do not stand in the evidence."""
    missing = [" ".join(run) for run in names_of(sentence, evidence) if not _holds(evidence.words, run)]
    words = set(evidence.words)
    lower = (fold(token) for token in _TOKEN.findall(sentence) if token == token.lower())
    missing += [word for word in lower if word in evidence.known_names and word not in words]
    foreign = {token for token in _TOKEN.findall(sentence) if not _is_latin(token)}
    return missing + [token for token in foreign if fold(token) not in words]


def names_of(sentence: str, evidence: QuotedWords) -> list[tuple[str, ...]]:
    """Runs of capitalised words, folded, with the «de» and «la» between them."""
    runs: list[tuple[str, ...]] = []
    run: list[str] = []
    between: list[str] = []
    end = 0
    for number, match in enumerate(_TOKEN.finditer(sentence)):
        token, gap = match.group(), sentence[end : match.start()]
        end = match.end()
        if run and gap.strip():  # a comma or full stop ends a name
            runs, run, between = [*runs, tuple(run)], [], []
        if _is_name(token, number == 0, evidence):
            run += [*between, fold(token)]
            between = []
        elif run and fold(token) in _CONNECTORS and len(between) < 2:
            between.append(fold(token))
        elif run:
            runs, run, between = [*runs, tuple(run)], [], []
    return [*runs, tuple(run)] if run else runs


def _is_name(token: str, is_first: bool, evidence: QuotedWords) -> bool:
    if token == token.lower():
        return False
    word = fold(token)
    if not is_first or any(c.isupper() for c in token[1:]):
        return True
    ordinary = (
        word in STOP_WORDS
        or word in _OPENERS
        or stem(word) in evidence.stems_in_lower_case
        or any(spelled_numbers(word))  # «Veinticinco»: checked as a number
    )
    return not ordinary and not (_VERBAL.search(word) and len(word) > 6 and word not in evidence.known_names)


def _holds(words: tuple[str, ...], run: tuple[str, ...]) -> bool:
    """Whether `run` stands in `words`; a run joined by «y» may stand in two places."""
    size = len(run)
    if any(words[i : i + size] == run for i in range(len(words) - size + 1)):
        return True
    for joint in ("y", "e", "and"):
        if joint in run:
            at = run.index(joint)
            return _holds(words, run[:at]) and _holds(words, run[at + 1 :])
    return False


def _names_only(text: str) -> set[str]:
    """Words that `text` writes with a capital inside sentences and never in lower case."""
    lower = {fold(token) for token in _TOKEN.findall(text) if token == token.lower()}
    inside = re.finditer(rf"(?<=[a-záéíóúñ,;] )({_TOKEN.pattern})", text)
    capitalised = {fold(match.group()) for match in inside if match.group() != match.group().lower()}
    return capitalised - lower - STOP_WORDS


def _is_latin(token: str) -> bool:
    return all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 for c in token)
