"""Corrects misspelt words of a question where there is little doubt, using the documents and dictionaries.

1. A word that is neither in the documents nor in a dictionary is replaced by the word of the documents that is one edit
   away, or sounds the same («kolegio», «bíctima»), if there is only one. All strings one edit away are tried
   (https://norvig.com/spell-correct.html).
2. Otherwise, a word not written like a name is replaced by a dictionary word that sounds the same. A dictionary word
   that is one edit away is not used: that broke as many words as it mended.

Spanish words are the forms that hunspell's dictionaries make (`forms.xz`, 620,000) and those of pyspellchecker; English
words are pyspellchecker's. They are sorted arrays in the user's cache, memory-mapped.
"""

from __future__ import annotations

import logging
import lzma
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from itertools import product, takewhile
from pathlib import Path
from string import ascii_lowercase
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpie.index.errors import FileError
from alpie.index.spanish.analysis import ANALYSIS_VERSION, STOP_WORDS, Token, fold, stem, stems_of, tokens
from alpie.index.spanish.word_tables import read_tables
from alpie.index.system.files import build_once, is_intact, write_fingerprint

FORMS = Path(__file__).with_name("forms.xz")  # made by `eval/training/spanish_forms`; whose it is: `forms.md`

_NO_LETTERS = ord("A")  # capitals count: no word has one
_PIECE = re.compile(r"[A-Z][a-z]*")
MAX_WORD_BYTES = 24  # a longer string is not a word, and takes long to try

_MAX_WAIT_SECONDS = 5.0  # a question waits so long for another process: ten times what making a lexicon takes

_LOG = logging.getLogger(__name__)

# Pronouns written onto a verb: «denunciárselo», «resúmeme».
_PRONOUNS = re.compile(r"(?:me|te|se|nos|os)?(?:me|te|se|nos|os|la|las|lo|los|le|les)$")
_MIN_VERB_LETTERS, _MAX_PRONOUN_LETTERS = 3, 6  # «vete», «noslas»
_TAKES_PRONOUNS = re.compile(r"(?:[aei]r|ndo|[aeio]|[aei][dns])$")
_TABLES = read_tables(__file__)
_PREFIX = re.compile(rf"^(?:{'|'.join(_TABLES['prefixes'].split())})(?P<word>[a-z]{{5,}})$")
_ONE_SOUND: dict[str, list[str]] = _TABLES["sounds"]
_MIN_LETTERS = 5  # shorter words are a slip away from too many others
_MAX_UNKNOWN_WORDS = 20  # unknown words of a question that are tried

Frequencies = Callable[[Sequence[str]], Sequence[int]]
"""In how many passages each of some stems stands."""


@dataclass(frozen=True)
class Lexicon:
    """Words of a language, folded."""

    words: NDArray[np.bytes_]  # ascending, UTF-8
    inflects: bool = True  # as Spanish does: with pronouns and prefixes

    @classmethod
    def from_words(cls, words: Iterable[str], spanish: bool = True, forms: Iterable[str] = ()) -> Lexicon:
        """A lexicon of some words, and of `forms` that are folded already."""
        return cls(_sorted_array({*fold("\n".join(words)).split("\n"), *forms}), spanish)

    def __contains__(self, word: str) -> bool:
        """Whether `word` is listed, or is a listed word with a plural ending, pronouns or a prefix."""
        if any(map(self.has, (word, word.removesuffix("s"), word.removesuffix("es")))):
            return True
        if not self.inflects:
            return False
        prefixed = _PREFIX.match(word)
        return self._has_pronouns(word) or bool(prefixed and prefixed["word"] in self)

    def _has_pronouns(self, word: str) -> bool:
        """Whether `word` is a listed verb with one or two pronouns: «denunciárselo», «resúmeme»."""
        return any(
            _PRONOUNS.fullmatch(word, end) and _TAKES_PRONOUNS.search(word[:end]) and self.has(word[:end])
            for end in range(max(_MIN_VERB_LETTERS, len(word) - _MAX_PRONOUN_LETTERS), len(word) - 1)
        )

    @classmethod
    def load(cls, folder: Path, spanish: bool) -> Lexicon:
        """The lexicon in `folder`, memory-mapped: a question reads some pages of fifteen megabytes."""
        words = np.lib.format.open_memmap(folder / "words.npy", mode="r")  # np.load guesses the kind of file
        return cls(words, spanish)

    def has(self, word: str) -> bool:
        """Whether `word` itself is listed."""
        spelled = word.encode("utf-8", "replace")
        place = int(np.searchsorted(self.words, np.bytes_(spelled)))
        return place < len(self.words) and self.words[place] == spelled


def _sorted_array(words: Iterable[str]) -> NDArray[np.bytes_]:
    """The words of at most `MAX_WORD_BYTES` bytes, ascending; longer words are never looked up."""
    spelled = "\n".join(sorted(words)).encode().split(b"\n")  # UTF-8 keeps the order of characters
    return np.array([word for word in spelled if len(word) <= MAX_WORD_BYTES], dtype=f"S{MAX_WORD_BYTES}")


Lexicons = Callable[[str], Lexicon]
"""The lexicon of "es" or "en"."""


@lru_cache(maxsize=4)
def lexicon_of(language: str, cache: Path | None = None, wait_seconds: float = _MAX_WAIT_SECONDS) -> Lexicon:
    """The dictionary of pyspellchecker for "es" or "en", kept in the folder `cache` if there is one.

    Another process that is making it is waited for `wait_seconds` long.
    """
    if cache is None:
        return _build_lexicon(language)
    sources = {"pyspellchecker": version("pyspellchecker"), "forms": FORMS.stat().st_size}
    made_of = {"made of": {**sources, "analysis": ANALYSIS_VERSION}}
    folder = cache / f"words-{language}"
    for anew in (False, True):
        try:
            return _cached_lexicon(folder, language, made_of, anew, wait_seconds)
        except (FileError, OSError) as error:  # the cache cannot be written: that costs time only
            _LOG.info("The words of «%s» are not kept in %s: %s", language, folder, error)
            break
        except ValueError as error:  # the file is damaged: it is made anew, once
            _LOG.info("The words of «%s» in %s cannot be read: %s", language, folder, error)
    return _build_lexicon(language)


def _cached_lexicon(
    folder: Path, language: str, made_of: Mapping[str, Any], anew: bool, wait_seconds: float
) -> Lexicon:
    def build(new: Path) -> None:
        np.save(new / "words.npy", _build_lexicon(language).words)
        write_fingerprint(new, made_of)

    build_once(folder, lambda built: not anew and is_intact(built, made_of), build, wait_seconds)
    return Lexicon.load(folder, language == "es")


def _build_lexicon(language: str) -> Lexicon:
    from spellchecker import SpellChecker

    words = SpellChecker(language=language, distance=1).word_frequency.words()
    if language != "es":
        return Lexicon.from_words(words, spanish=False)
    return Lexicon.from_words(words, forms=front_decode(lzma.decompress(FORMS.read_bytes()).decode("ascii")))


def front_encode(words: Iterable[str]) -> str:
    """Ascending words of small letters as one text: for each, the number of letters shared with the last, and the rest."""
    pieces, before = [], ""
    for word in words:
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, word, strict=False)))
        pieces.append(chr(_NO_LETTERS + shared) + word[shared:])
        before = word
    return "".join(pieces)


def front_decode(text: str) -> Iterator[str]:
    """The words that `front_encode` wrote."""
    word = ""
    for piece in _PIECE.findall(text):
        word = word[: ord(piece[0]) - _NO_LETTERS] + piece[1:]
        yield word


def single_edits(word: str) -> Iterator[str]:
    """Every string that is one edit away from a folded `word`; the first letter stays, as typists seldom miss it."""
    for place in range(1, len(word)):
        before, letter, after = word[:place], word[place], word[place + 1 :]
        yield before + after
        if after:
            yield before + after[0] + letter + after[1:]
        for other in ascii_lowercase:
            yield before + other + after
            yield before + other + letter + after
    for other in ascii_lowercase:
        yield word + other


def sound_alikes(word: str) -> Iterator[str]:
    """Every string in which one sound of a folded `word`, the first as well, is written otherwise: «kolegio», «ueco»."""
    for place, (sound, others) in product(range(len(word)), _ONE_SOUND.items()):
        if word.startswith(sound, place):
            yield from (word[:place] + other + word[place + len(sound) :] for other in others)
    yield "h" + word


def correct_spelling(
    text: str, language: str, frequencies: Frequencies, lexicon: Lexicons = lexicon_of
) -> str:
    """`text` with the words corrected that are misspelt beyond much doubt; `language`: "es", "en" or "und"."""
    asked = [token for token in tokens(text) if _may_be_misspelt(token)]
    times = frequencies([stem(token) for token in asked])
    unknown = [token for token, number in zip(asked, times, strict=True) if not number]
    for token in reversed(unknown[:_MAX_UNKNOWN_WORDS]):
        words = lexicon("en" if language == "en" else "es")
        if token in words:  # most words that are in no document are spelt well
            continue
        alike = [] if language == "en" else list(dict.fromkeys(sound_alikes(token)))
        attested = _attested_words([*single_edits(token), *alike], frequencies)
        if attested:
            meant = _choose_correction(attested, words)
        elif alike and not _is_name(token, text) and not lexicon("en").has(token):
            meant = _choose_sound_alike(alike, words)
        else:
            meant = None
        if meant is not None:
            meant = meant.capitalize() if text[token.start].isupper() else meant
            text = text[: token.start] + meant + text[token.end :]
    return text


def _may_be_misspelt(word: str) -> bool:
    return _MIN_LETTERS <= len(word) <= MAX_WORD_BYTES and word.isalpha() and word not in STOP_WORDS


def _is_name(word: Token, text: str) -> bool:
    """Whether a word is written like a name: with a capital, and not as the first word."""
    return text[word.start].isupper() and any(c.isalnum() for c in text[: word.start])


class _AttestedWord(NamedTuple):
    """A word that the documents hold."""

    word: str
    stem: str


def _attested_words(tried: Sequence[str], frequencies: Frequencies) -> list[_AttestedWord]:
    tried = list(dict.fromkeys(tried))
    stems = stems_of(tried)
    rows = zip(tried, stems, frequencies(stems), strict=True)
    return [_AttestedWord(word, word_stem) for word, word_stem, times in rows if times or word in STOP_WORDS]


def _choose_correction(attested: Sequence[_AttestedWord], words: Lexicon) -> str | None:
    # A string that only shares its stem with the documents is not meant where another is a real word.
    real = [known for known in attested if known.word in STOP_WORDS or words.has(known.word)] or attested
    return real[0].word if len({known.stem for known in real}) == 1 else None


def _choose_sound_alike(alike: Sequence[str], words: Lexicon) -> str | None:
    real = [other for other in alike if words.has(other)]
    return real[0] if len({stem(other) for other in real}) == 1 else None
