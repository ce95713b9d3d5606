"""Whether two texts are the same words: accents, capitals, spaces and punctuation aside.

A letter is never aside: ñ is not n. Nor is anything of a figure: «92,7» is not «927», and the sign before
a number, or the one for percent after it, is a word.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["find_same_words"]

_NUMBER = r"(?:(?<![\w.,])[-−+±])?\d+(?:[.,:/–-]\d+)*"  # with its sign and what parts its digits
_LETTERS = r"(?:[^\W\d][\u0300-\u036f]*)+"
_SIGN = r"[^\w\s\u0300-\u036f.,;:¿?¡!()\[\]{}\"'«»“”„‘’‚‹›`´*…·•–—-]"
_TOKEN = re.compile(f"{_NUMBER}|{_LETTERS}|{_SIGN}")
_N_WITH_TILDE = "\ue000"  # of the private use area: no letter loses its marks here but by `_folded`


def find_same_words(pasted: str, source: str) -> tuple[int, int] | None:
    """Where `source` first has the words of `pasted`: offsets of the first word's start and the last's end."""
    wanted = [_folded(match.group()) for match in _TOKEN.finditer(pasted)]
    if not wanted:
        return None
    found = list(_TOKEN.finditer(source))
    words = "".join(f"\n{_folded(match.group())}" for match in found) + "\n"
    at = words.find("".join(f"\n{word}" for word in wanted) + "\n")
    if at < 0:
        return None
    first = words.count("\n", 0, at)
    return found[first].start(), found[first + len(wanted) - 1].end()


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    kept = unicodedata.normalize("NFC", word).casefold().replace("ñ", _N_WITH_TILDE)
    return "".join(c for c in unicodedata.normalize("NFD", kept) if unicodedata.category(c) != "Mn")
