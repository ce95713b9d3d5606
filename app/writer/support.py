"""Checks whether a sentence of a language model may be shown, because it says no more than the quotes it names.

These quotes must exist, and its figures, percentages, dates, codes and proper names must stand in them. Besides, a figure
keeps the company it has in the quote («33 detenciones» is no reading of «25 detenciones y 33 registros»), a denial
needs one in the quotes, and a Spanish sentence shares words with them. Words are compared, not meanings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from alpie.app.writer.stated_figures import (
    Figure,
    Figures,
    figures_of,
    is_year,
    spelled_numbers,
    unsupported_figures,
)
from alpie.index.characters import without_invisible
from alpie.index.spanish import word_sets
from alpie.index.spanish.analysis import STOP_WORDS, fold, stem, tokens
from alpie.index.spanish.query import detect_language

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CONNECTORS = frozenset("de del la las los el of the y e and von van da do di".split())
_VERBAL = re.compile(r"(?:aron|ieron|ciones)$")
_WORDS = word_sets(__file__)
_OPENERS, _KNOWN, _DENIALS = _WORDS["openers"], _WORDS["known"], _WORDS["denials"]


@dataclass(frozen=True)
class QuotedWords:
    """The words of the quotes a sentence names, and the names known from all that was found."""

    words: tuple[str, ...]  # folded, in order
    stems_in_lower_case: frozenset[str]
    known_names: frozenset[str]  # folded; of every quote and passage found

    @classmethod
    def of(cls, text: str, found: str = "") -> QuotedWords:
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
        or any(spelled_numbers(word))  # «Veinticinco»: checked as a figure
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
    """NFKC but for ½, ², and the like; one line; without quotation marks and what cannot be seen."""
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
    yield from (Draft(one, ()) for one in uncited)
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


_LONGEST = 600  # characters of a sentence
_NEAR_IN_SENTENCE, _NEAR_IN_QUOTE = 3, 6  # content words either side of a figure
_PREFIX = 5  # letters that «detenidos» and «detenciones» share
_MIN_SHARED = 0.4  # of a Spanish sentence's content words
_CONTRACTED_DENIAL = re.compile(r"n['’]t\b")
_MARKUP = re.compile(r"://|\bwww\.|[<>`{}|\\]|\]\(|&#|&\w+;|[@#]\w|\*|\$\$|__")


class DropReason(StrEnum):
    """Why a sentence of the model is not shown."""

    UNCITED = "uncited"  # names no quote
    NO_SUCH_QUOTE = "no_such_quote"
    FORM = "form"  # markup, a link, too long
    FIGURE = "figure"
    NAME = "name"
    COMPANY = "company"  # the figure stands in the quote, but counts something else
    DENIAL = "denial"
    UNRELATED = "unrelated"


class SupportCheck:
    """The check against the quotes of one answer; `found` is the text of all that the search found."""

    def __init__(self, quotes: Sequence[str], question: str = "", found: str = "") -> None:
        self._quotes = [comparable_text(quote) for quote in quotes]
        self._question, self._found = comparable_text(question), comparable_text(found)

    def reason_against(self, draft: Draft) -> DropReason | None:
        """Why `draft` may not be shown; None when it may."""
        if not draft.quotes:
            return DropReason.UNCITED
        if any(not 1 <= number <= len(self._quotes) for number in draft.quotes):
            return DropReason.NO_SUCH_QUOTE
        if len(draft.text) > _LONGEST or _MARKUP.search(draft.text) or not any(map(str.isalpha, draft.text)):
            return DropReason.FORM
        texts = [self._quotes[number - 1] for number in draft.quotes]
        together = figures_of(" \n ".join(texts))
        figures = figures_of(draft.text)
        if unsupported_figures(figures, together):
            return DropReason.FIGURE
        if unsupported_names(draft.text, QuotedWords.of(" . ".join(texts), self._found)):
            return DropReason.NAME
        if _denies(draft.text) and not any(map(_denies, texts)):
            return DropReason.DENIAL
        if detect_language(draft.text) == "en":  # other words than the quotes': nothing left to compare
            return None
        return self._words_against(figures, texts)

    def _words_against(self, figures: Figures, texts: Sequence[str]) -> DropReason | None:
        own = set(_words(figures.without_figures))
        known = set(_words(" ".join([*texts, self._question])))
        if own and len(own & known) < _MIN_SHARED * len(own):
            return DropReason.UNRELATED
        counted = (one for one in figures.figures if one.kind in ("number", "percent") and not is_year(one))
        sources = list(map(figures_of, texts))
        return None if all(_keeps_company(one, figures, sources) for one in counted) else DropReason.COMPANY


def _keeps_company(figure: Figure, figures: Figures, sources: Sequence[Figures]) -> bool:
    """Whether a word near the figure is also near it in a quote."""
    own = _near(figures, figure, _NEAR_IN_SENTENCE)
    if not own:
        return True
    return any(
        own & _near(source, other, _NEAR_IN_QUOTE)
        for source in sources
        for other in source.figures
        if other.key == figure.key
    )


def _near(figures: Figures, figure: Figure, reach: int) -> set[str]:
    """Beginnings of the content words within `reach` content words of a figure."""
    before = _words(figures.folded[: figure.start])[-reach:]
    after = _words(figures.folded[figure.end :])[:reach]
    return {*before, *after}


def _words(text: str) -> list[str]:
    return [
        stem(token)[:_PREFIX] for token in tokens(text) if token not in STOP_WORDS and not token[0].isdigit()
    ]


def _denies(text: str) -> bool:
    folded = fold(text)
    return bool(_CONTRACTED_DENIAL.search(folded)) or any(t in _DENIALS for t in tokens(folded))
