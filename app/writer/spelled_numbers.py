"""Reads numbers that a text writes in words, Spanish or English, and words that count without a number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from alpie.index.spanish.analysis import fold
from alpie.index.spanish.number_words import CARDINALS
from alpie.index.spanish.word_tables import read_tables


def _by_word(table: dict[str, str]) -> dict[str, str]:
    return {word: value for value, words in table.items() for word in words.split()}


_TABLES = read_tables(__file__)
_UNITS = {fold(word): value for value, word in CARDINALS.items()} | {
    word: int(value) for word, value in _by_word(_TABLES["units"]).items()
}
_MULTIPLIERS = {word: int(value) for word, value in _by_word(_TABLES["multipliers"]).items()}
_ARTICLES = frozenset(_TABLES["articles"].split())  # a number only as part of a longer one
_QUANTITIES = _by_word(_TABLES["quantities"])
_NO_QUANTITY = re.compile(rf"\b(?:{'|'.join(_TABLES['no_quantity'])})\b")
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = re.compile(r"\b(?:the|of|and|was|were|is)\b")


class SpelledNumber(NamedTuple):
    """A number that a text writes in words, and where it stands."""

    value: int
    start: int
    end: int


def spelled_numbers(folded: str) -> Iterator[SpelledNumber]:
    """The numbers written in words in a folded text."""
    words = list(_WORD.finditer(folded))
    english = bool(_ENGLISH.search(folded))
    position = 0
    while position < len(words):
        value, after = _number_at(words, position, folded, english)
        if after == position:
            position += 1
            continue
        yield SpelledNumber(value, words[position].start(), words[after - 1].end())
        position = after


class CountingWord(NamedTuple):
    """A word that counts without a number, and where it stands; `name` is the same in both languages: «1/2»."""

    name: str
    start: int
    end: int


def counting_words(folded: str) -> Iterator[CountingWord]:
    """The words of a folded text that count without a number: «mitad», «miles», «tercera»."""
    text = _NO_QUANTITY.sub(lambda match: " " * len(match.group()), folded)
    for match in _WORD.finditer(text):
        name = _QUANTITIES.get(match.group())
        if name:
            yield CountingWord(name, *match.span())


def _number_at(words: list[re.Match[str]], first: int, text: str, english: bool) -> tuple[int, int]:
    """The number that begins at word `first` and the word after it; `first` again when there is none."""
    total, group, after = 0, 0, first
    taken: list[str] = []
    position = first
    while position < len(words):
        word = words[position].group()
        if position > first and not _are_joined(text, words[position - 1].end(), words[position].start()):
            break
        if word in ("y", "and") and taken and _continues(words, position, group, text, word):
            position += 1
            continue
        if word == "hundred" and 0 < group < 10:
            group *= 100
        elif word in _MULTIPLIERS and (taken or word == "mil"):
            total, group = _scale(total, group, word), 0
        elif word in _UNITS and not (word == "once" and english) and _fits(group, _UNITS[word]):
            group += _UNITS[word]
        else:
            break
        taken.append(word)
        position += 1
        after = position
    if not taken or (len(taken) == 1 and taken[0] in _ARTICLES):
        return 0, first
    return total + group, after


def _scale(total: int, group: int, scale: str) -> int:
    """`total` with `group` counted in `scale`; of millions the thousands before are counted too: «mil quinientos millones»."""
    thousands = total % 1_000_000 if _MULTIPLIERS[scale] >= 1_000_000 else 0
    return total - thousands + max(thousands + group, 1) * _MULTIPLIERS[scale]


def _are_joined(text: str, end: int, start: int) -> bool:
    return text[end:start].strip(" -") == ""


def _continues(words: list[re.Match[str]], position: int, group: int, text: str, word: str) -> bool:
    """Whether the «y» of «treinta y tres» stands here, and not one between two numbers."""
    if position + 1 >= len(words) or not _are_joined(
        text, words[position].end(), words[position + 1].start()
    ):
        return False
    following = _UNITS.get(words[position + 1].group(), 0)
    if word == "y":
        return 30 <= group % 100 <= 90 and group % 10 == 0 and 0 < following < 10
    return group >= 100 and group % 100 == 0 and 0 < following < 100


def _fits(group: int, value: int) -> bool:
    """Whether `value` may be said after `group`: «ciento» «cinco», «treinta» «tres», not «dos» «tres»."""
    if group == 0:
        return True
    if group % 100 == 0:
        return 0 < value < 100
    return group % 100 >= 20 and group % 10 == 0 and 0 < value < 10
