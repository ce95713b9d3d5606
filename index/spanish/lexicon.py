"""The words of a language, as sorted arrays: a tenth of the memory of sets, and read in a millisecond.

They are pyspellchecker's dictionaries. Folding, stemming and sorting one takes half a second, so it is
done once and kept in the user's cache.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpie.index.errors import EncoderError
from alpie.index.model_cache import is_intact, read_fingerprint, seal, settle
from alpie.index.spanish.analysis import ANALYSIS_VERSION, fold, stem, stems_of

__all__ = ["LONGEST_WORD", "Lexicon", "Lexicons", "lexicon_of"]

LONGEST_WORD = 24  # bytes: what is longer is no word, and trying it out would take long

_LOCK_SECONDS = 5.0  # a question waits: some ten times what making them takes

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lexicon:
    """Words of a language, folded."""

    words: NDArray[np.bytes_]  # ascending, UTF-8: a tenth of the memory of a set
    stems: NDArray[np.bytes_]  # an inflected form whose stem is here is a word too

    @classmethod
    def of(cls, words: Iterable[str], spanish: bool = True) -> Lexicon:
        folded = set(fold("\n".join(words)).split("\n"))
        return cls(_ascending(folded), _ascending(set(stems_of(list(folded)))) if spanish else _ascending([]))

    def __contains__(self, word: str) -> bool:
        singular = (word.removesuffix("s"), word.removesuffix("es"))  # which the stemmer may stem otherwise
        return (
            _holds(self.words, word)
            or _holds(self.stems, stem(word))
            or any(_holds(self.words, one) for one in singular)
        )

    def save(self, folder: Path) -> None:
        """Write the arrays into `folder`."""
        np.save(folder / "words.npy", self.words)
        np.save(folder / "stems.npy", self.stems)

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        """What `save` wrote."""
        return cls(_read(folder / "words.npy"), _read(folder / "stems.npy"))

    def has(self, word: str) -> bool:
        """Whether `word` itself is listed."""
        return _holds(self.words, word)


def _ascending(words: Iterable[str]) -> NDArray[np.bytes_]:
    """Those of at most `LONGEST_WORD` bytes; the longer ones are never looked up."""
    spelled = (word.encode() for word in words)
    return np.array(sorted(one for one in spelled if len(one) <= LONGEST_WORD), dtype=f"S{LONGEST_WORD}")


def _holds(words: NDArray[np.bytes_], word: str) -> bool:
    spelled = word.encode("utf-8", "replace")
    place = int(np.searchsorted(words, np.bytes_(spelled)))
    return place < len(words) and words[place] == spelled


def _read(path: Path) -> NDArray[np.bytes_]:
    with path.open("rb") as file:  # np.load guesses the kind of file
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))


Lexicons = Callable[[str], Lexicon]
"""The lexicon of "es" or "en"."""


@lru_cache(maxsize=4)
def lexicon_of(language: str, cache: Path | None = None) -> Lexicon:
    """The dictionary of pyspellchecker for "es" or "en", kept in the folder `cache` if there is one."""
    if cache is None:
        return _made(language)
    made_of = {
        "pyspellchecker": version("pyspellchecker"),
        "PyStemmer": version("PyStemmer"),
        "analysis": ANALYSIS_VERSION,
    }
    folder = cache / f"words-{language}"
    for anew in (False, True):
        try:
            return _kept(folder, language, made_of, anew)
        except (EncoderError, OSError) as error:  # nowhere to keep them: that costs time, no answer
            _logger.info("The words of «%s» are not kept in %s: %s", language, folder, error)
            break
        except ValueError as error:  # damaged: made anew, once
            _logger.info("The words of «%s» in %s cannot be read: %s", language, folder, error)
    return _made(language)


def _kept(folder: Path, language: str, made_of: Mapping[str, Any], anew: bool) -> Lexicon:
    settle(
        folder,
        lambda there: not anew and _is_current(there, made_of),
        lambda new: _build(new, language, made_of),
        _LOCK_SECONDS,
    )
    return Lexicon.load(folder)


def _made(language: str) -> Lexicon:
    from spellchecker import SpellChecker

    words = SpellChecker(language=language, distance=1).word_frequency.words()
    return Lexicon.of(words, spanish=language == "es")


def _is_current(folder: Path, made_of: Mapping[str, Any]) -> bool:
    facts = read_fingerprint(folder)
    return facts is not None and facts.get("made of") == made_of and is_intact(folder)


def _build(folder: Path, language: str, made_of: Mapping[str, Any]) -> None:
    _made(language).save(folder)
    seal(folder, {"made of": made_of})
