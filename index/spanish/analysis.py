"""Spanish analysis: from text to the terms that the lexical retriever compares.

Documents and questions go through the same steps: join numbers («105 047» → 105047), lower case, fold accents and ñ, drop
function words, stem (Snowball Spanish). Folding comes before stemming, so that a missing accent costs nothing. The words
`no`, `sin` and `contra` are kept, because they reverse a statement.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import Stemmer

from alpie.index.records import Span
from alpie.index.spanish.word_tables import word_sets

_PORTION = 1_000  # characters
_UNSEEN = re.compile(r"\u00ad[ \t]*\r?\n[ \t]*(?=[^\W\d_])|[\u00ad\u200b\u2060\ufeff]")
_LETTER = re.compile(r".[\u0300-\u036f]{0,9}", re.DOTALL)  # with its accents
_SAFE_CUT = re.compile(r"[\x00-\x7f]")  # an ASCII character never composes with what stands before it


def normalize(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """`unicodedata.normalize` in portions, cut before an ASCII character; a long run without one is cut anywhere."""
    if len(text) <= _PORTION:
        return unicodedata.normalize(form, text)
    if text.isascii():
        return text
    return "".join(unicodedata.normalize(form, portion) for portion in _portions(text))


class ComposedText(NamedTuple):
    """A text whose accents are composed with their letters."""

    text: str
    offsets: Sequence[int]  # in the text as it was, where each character begins; the last one is its length


def compose(text: str) -> ComposedText:
    """`text` with each accent composed with its letter."""
    if unicodedata.is_normalized("NFC", text):
        return ComposedText(text, range(len(text) + 1))
    composed: list[str] = []
    begins: list[int] = []
    for match in _LETTER.finditer(text):
        letter = unicodedata.normalize("NFC", match[0])
        composed.append(letter)
        begins += [match.start()] * len(letter)
    return ComposedText("".join(composed), [*begins, len(text)])


def invisible_ranges(text: str) -> tuple[Span, ...]:
    """The ranges of soft hyphens, with the line end after them, and of other characters without width."""
    return tuple(Span(*match.span()) for match in _UNSEEN.finditer(text)) if not text.isascii() else ()


def _portions(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = start + _PORTION
        safe = _SAFE_CUT.search(text, end, end + _PORTION)
        end = safe.start() if safe else end
        yield text[start:end]
        start = end


ANALYSIS_VERSION = 1  # stamped into the index: raise it whenever the terms of a text change

STOP_WORDS = word_sets(__file__)["stop_words"]  # function words, folded
_PARTED_NUMBER = re.compile(r"(?<![\w.,/-])(\d{1,3})((?:[.\u00a0\u202f ]\d{3})+)(?![\d])")
_PARTED = re.compile(r"[.\u00a0\u202f ]")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
# a word or a number with decimals
_WORD = re.compile(r"\d+(?:\.\d+)?|[^\W_](?:[^\W_]|[\u0300-\u036f])*", re.UNICODE)  # with combining accents
# Where none of these is found, a text holds words and plain numbers only.
_JOINED = re.compile(r"\d[.,\u00a0\u202f ]\d|[/-]")
# A code, whose parts are joined by / or -. The quantifiers are possessive, and a match begins at the first letter of a word
# only: so a word of a megabyte is tried once, and not once a letter.
_CODE = re.compile(r"(?<![^\W_])[^\W_]++(?:[/-][^\W_]++)++", re.UNICODE)

_stemmer = Stemmer.Stemmer("spanish")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The Snowball stem of a folded word; numbers and words of one or two letters as they are."""
    return word if len(word) < 3 or word[0].isdigit() else str(_stemmer.stemWord(word))


def stems_of(words: Sequence[str]) -> list[str]:
    """The stems of many folded words, past the cache of `stem`, which they would fill."""
    return list(_stemmer.stemWords(words))


def fold(text: str) -> str:
    """Lower case without accents; ñ becomes n. Changes the length only where a character folds to several."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def slug_of(text: str) -> str:
    """`text` as part of an address: a-z, 0-9 and single hyphens between them; "" where no such character is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _table() -> dict[int, str]:
    """One folded character for each letter of the Latin, Greek and Cyrillic blocks and full-width forms."""
    table: dict[int, str] = {}
    for code in (*range(0x80, 0x530), *range(0x1E00, 0x2000), *range(0xFF00, 0xFF5F)):
        folded = fold(chr(code))
        if folded and folded != chr(code):
            table[code] = folded[0]
    return table


_FOLDED = _table()


def fold_in_place(text: str) -> str:
    """Lower case without accents, as by `fold`, but one character for one, so that offsets into `text` stay true."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a capital that lowers to two characters, such as İ
        lowered = "".join(c.lower()[0] for c in text)
    return lowered if lowered.isascii() else lowered.translate(_FOLDED)


def join_thousands(text: str) -> str:
    """`text` with numbers without separators of thousands: 105047 for «105 047» and «105.047»."""
    return _PARTED_NUMBER.sub(lambda number: _PARTED.sub("", number.group()), text)


class Token(str):
    """A folded word as a `str` with the offsets ``start`` and ``end`` of the word in its text."""

    start: int
    end: int

    def __new__(cls, value: str, start: int = 0, end: int = 0) -> Token:
        token = super().__new__(cls, value)
        token.start, token.end = start, end
        return token


def _as_folded(word: str) -> str:
    """A word of `fold_in_place` folded to the end: combining accents and ligatures do not fold one for one."""
    return word if word.isascii() else fold(word)


def tokens(text: str) -> Iterator[Token]:
    """All folded words, numbers and codes of `text` in order, function words included.

    A code such as AGN/65/RES/10 comes as a whole first, then in parts.
    """
    folded = fold_in_place(text)
    if not any(character.isdigit() for character in set(folded)):  # neither numbers nor codes: most texts
        for word in _WORD.finditer(folded):
            yield Token(_as_folded(word.group()), word.start(), word.end())
        return
    joined = {m.start(): m for m in _PARTED_NUMBER.finditer(folded)}
    codes = {m.start(): m for m in _CODE.finditer(folded) if any(c.isdigit() for c in m.group())}
    position = 0
    while match := _WORD.search(folded, position):
        start = match.start()
        if number := joined.get(start):
            yield Token(re.sub(r"\D", "", number.group()), start, number.end())
            position = number.end()
            continue
        if code := codes.get(start):
            yield Token(code.group(), start, code.end())
        end = match.end()
        decimal = _DECIMAL_COMMA.match(folded, end) if match.group().isdigit() else None
        if decimal and (rest := re.compile(r"\d+").match(folded, end + 1)):
            yield Token(f"{match.group()}.{rest.group()}", start, rest.end())
            position = rest.end()
            continue
        yield Token(_as_folded(match.group()), start, end)
        position = end


def terms(text: str) -> list[Token]:
    """Stems of the content words of `text`, each with its offsets; numbers and codes as they stand."""
    return [Token(stem(token), token.start, token.end) for token in tokens(text) if token not in STOP_WORDS]


@lru_cache(maxsize=8_192)
def stems(text: str) -> frozenset[str]:
    """The set of `terms`, cached, because the same sentences are compared with one question after another."""
    return frozenset(str(term) for term in terms(text))


class StemmedWord(NamedTuple):
    """A word in lower case, and its stem."""

    stem: str
    word: str


@lru_cache(maxsize=4_096)
def stemmed_words(text: str) -> tuple[StemmedWord, ...]:
    """The words of `text` with their stems, in order of appearance, each once; cached as `stems` is."""
    words = (StemmedWord(str(term), text[term.start : term.end].lower()) for term in terms(text))
    return tuple(dict.fromkeys(words))


def content_words(text: str) -> list[str]:
    """The folded words, numbers and codes of `text` that are not function words, in order."""
    folded = fold_in_place(text)
    if _JOINED.search(folded):
        return [str(token) for token in tokens(text) if token not in STOP_WORDS]
    words = map(_as_folded, _WORD.findall(folded))  # most texts, and three times as fast
    return [word for word in words if word not in STOP_WORDS]
