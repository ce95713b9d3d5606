"""Reads the sentences that a language model writes, with the numbers of the quotes that each of them names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from alpie.index.spanish.characters import without_invisible

# Possessive, white space from its first character only: a model that sends blanks without end costs one reading.
_NUMBERS = r"\d{1,3}(?:\s*+(?:,|;|y|e|and|&)\s*+(?:citas?\s++)?\d{1,3})*+"
_CITATION = re.compile(
    rf"(?:(?<!\s)\s++)?[\[(【]\s*+(?:(?:citas?|quotes?)\s*+)?(?P<numbers>{_NUMBERS})\s*+[\])】]",
    re.IGNORECASE,
)
_GROUP = re.compile(rf"(?:{_CITATION.pattern.replace('?P<numbers>', '')})+\s*[.!?…]?", re.IGNORECASE)
_BOUNDARY = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÁÉÍÓÚÑÜ¿¡0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:art|arts|núm|nº|n|pág|págs|p|párr|Sr|Sra|Dr|Dra|EE|UU|etc|vs|No|St|Mr|Ms|ej|[A-Z]))\.\s+$"
)
_LIST_MARK = re.compile(r"^\s*(?:[-*•–]+|#+|\d{1,2}[.)])\s+")
_QUOTATION_MARKS = re.compile(r"[«»“”„‟\"‹›「」『』]|(?<!\w)['‘’`]+|['‘’`]+(?!\w)")
_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_OPEN_THOUGHT = re.compile(r"<think(?:ing)?>(?!.*</think(?:ing)?>)", re.DOTALL | re.IGNORECASE)
_MAX_HELD = 4_000  # characters without an end of line or a citation


@dataclass(frozen=True)
class Draft:
    """A sentence of the model, cleaned. `quotes` are the numbers it names, which need not exist."""

    text: str
    quotes: tuple[int, ...]


def comparable_text(text: str) -> str:
    """`text` in a form to compare: NFKC but for ½, ² and the like, one line, no quotation marks or invisible signs."""
    text = without_invisible(unicodedata.normalize("NFC", text))
    text = "".join(c if c.isprintable() else " " for c in text)
    text = "".join(unicodedata.normalize("NFKC", c) if _is_digit_in_disguise(c) else c for c in text)
    return re.sub(r"\s+", " ", _QUOTATION_MARKS.sub("", text)).strip()


def parse_drafts(stream: Iterable[str]) -> Iterator[Draft]:
    """The sentences of a stream, each as soon as it is complete."""
    held = ""
    for piece in stream:
        held += piece
        if _OPEN_THOUGHT.search(held):
            held = "<think>" + held[-_MAX_HELD:] if len(held) > 2 * _MAX_HELD else held
            continue  # a model that thinks aloud: nothing of it is an answer
        held = _THOUGHTS.sub("", held)
        *lines, held = held.split("\n")
        for line in lines:
            yield from _drafts_of_line(line)
        if len(held) > _MAX_HELD:
            yield from _drafts_of_line(held)
            held = ""
    yield from _drafts_of_line(_THOUGHTS.sub("", held))


def _drafts_of_line(line: str) -> Iterator[Draft]:
    position = 0
    for match in _GROUP.finditer(line):
        yield from _cited_drafts(line[position : match.start()], match.group())
        position = match.end()
    yield from (Draft(text, ()) for text in _split(line[position:]))


def _cited_drafts(text: str, group: str) -> Iterator[Draft]:
    """The sentence before a group of numbers; what stands before that sentence has none of its own."""
    *uncited, last = _split(text) or [""]
    yield from (Draft(sentence, ()) for sentence in uncited)
    named = _CITATION.finditer(group)
    numbers = [int(number) for match in named for number in re.findall(r"\d+", match["numbers"])]
    end = group.strip()[-1:]
    if end in ".!?…" and last and last[-1] not in ".!?…":
        last += end
    if last:
        yield Draft(last, tuple(dict.fromkeys(numbers)))


def _split(text: str) -> list[str]:
    text = comparable_text(_LIST_MARK.sub("", text)).replace("**", "").replace("__", "")
    pieces: list[str] = []
    start = 0
    for match in _BOUNDARY.finditer(text):
        if not _ABBREVIATION.search(text[start : match.end()]):
            pieces.append(text[start : match.start()])
            start = match.end()
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if any(map(str.isalnum, piece))]


def _is_digit_in_disguise(character: str) -> bool:
    """Full-width and circled digits, fractions, letters of mathematics."""
    return (character > "\u024f" or character in "¼½¾") and unicodedata.normalize("NFKC", character)[
        :1
    ].isascii()
