"""Accents that a PDF sets as separate characters, as TeX does with its old fonts: «Art´ıculo», «espa˜nol»."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from alpie.index.formats.pdf.page_characters import Character
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.spelling import lexicon_of

_COMBINING = {"´": "\u0301", "`": "\u0300", "˜": "\u0303", "¨": "\u0308", "ˆ": "\u0302"}
_DOTLESS = {"ı": "i", "ȷ": "j"}
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu)$", re.IGNORECASE)  # «d´una» is no «dúna»
_OVERLAP = 0.5  # of the narrower of sign and letter: more, and both stand in one place
_LONG = 6  # letters: «máximo» is a word nevertheless
_MAX_LETTERS = 40  # looked at on either side: no word is longer


def compose_accents(characters: list[Character | None]) -> list[Character | None]:
    """Compose accents with their letters, where both stand in one place or make a word; others are signs, as in «l´Alfàs»."""
    signs = [at for at, one in enumerate(characters) if one is not None and one.text in _COMBINING]
    gone: set[int] = set()
    for at in signs:
        for letter in (at + 1, at - 1):
            if made := _compose_at(characters, at, letter):
                characters[letter] = made
                gone.add(at)
                break
    return [character for at, character in enumerate(characters) if at not in gone] if gone else characters


def _compose_at(characters: Sequence[Character | None], at: int, other: int) -> Character | None:
    """The accent `at` and the letter beside it as one, if they are."""
    sign, base = characters[at], characters[other] if 0 <= other < len(characters) else None
    if sign is None or base is None or base.rotation != sign.rotation:
        return None
    letter = unicodedata.normalize("NFC", _DOTLESS.get(base.text, base.text) + _COMBINING[sign.text])
    over = min(sign.x1, base.x1) - max(sign.x0, base.x0) > _OVERLAP * min(
        sign.x1 - sign.x0, base.x1 - base.x0
    )
    sure = over or (other > at and (base.text in _DOTLESS or letter in "ñÑ"))
    sure = sure or (other > at and letter.lower() in "áéíóúü" and _makes_word(characters, at))
    if len(letter) > 1 or not sure:
        return None
    right = max(sign.x1, base.x1) if over else base.x1
    blank = sign.blank if other > at else base.blank
    return replace(base, text=letter, x0=min(sign.x0, base.x0), x1=right, blank=blank)


def _makes_word(characters: Sequence[Character | None], at: int) -> bool:
    """Whether the letters around an accent are a word, and what stands before it is none that an apostrophe follows."""
    sign = characters[at]
    before = _letters(characters[max(at - _MAX_LETTERS, 0) : at]) + " " * (sign is not None and sign.blank)
    before = before.rpartition(" ")[2]
    after = _letters(characters[at + 1 : at + _MAX_LETTERS]).partition(" ")[0]
    if _ELIDED.match(before) and len(before + after) < _LONG:
        return False
    return len(before + after) > 2 and fold(before + after) in lexicon_of("es")


def _letters(part: Sequence[Character | None]) -> str:
    """The letters of a run without their accents, a blank for whatever parts words."""
    shown: list[str] = []
    for character in part:
        text = character.text if character is not None else " "
        shown.append(" " if character is not None and character.blank else "")
        if text not in _COMBINING:
            shown.append(_DOTLESS.get(text, text) if text.isalpha() else " ")
    return "".join(shown)
