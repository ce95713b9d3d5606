"""Accents that a PDF sets as signs of their own, as TeX does in its old fonts: «Art´ıculo», «espa˜nol»."""

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
_LONG = 6  # letters: «máximo» is a word nevertheless
_LONGEST = 40  # letters looked at on either side


def compose_accents(characters: list[Character | None]) -> list[Character | None]:
    """Compose accents with their letters, where both stand in one place or make a word; others are signs, as in «l´Alfàs»."""
    signs = [
        at
        for at, character in enumerate(characters)
        if character is not None and character.text in _COMBINING
    ]
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
    over = min(sign.x1, base.x1) - max(sign.x0, base.x0) > 0.5 * min(sign.x1 - sign.x0, base.x1 - base.x0)
    sure = over or (other > at and (base.text in _DOTLESS or letter in "ñÑ"))
    if len(letter) > 1 or not (
        sure or (other > at and letter.lower() in "áéíóúü" and _makes_word(characters, at))
    ):
        return None
    blank = sign.blank if other > at else base.blank
    return replace(
        base,
        text=letter,
        x0=min(sign.x0, base.x0),
        x1=max(sign.x1, base.x1) if over else base.x1,
        blank=blank,
    )


def _makes_word(characters: Sequence[Character | None], at: int) -> bool:
    """Whether the letters around an accent are a word, and what stands before it is none that an apostrophe follows."""
    start, end = at, at + 1
    while (
        start > max(at - _LONGEST, 0)
        and not _follows_blank(characters[start])
        and _is_of_word(characters[start - 1])
    ):
        start -= 1
    while (
        end < min(at + _LONGEST, len(characters))
        and _is_of_word(characters[end])
        and not _follows_blank(characters[end])
    ):
        end += 1
    before, after = (_letters(part) for part in (characters[start:at], characters[at + 1 : end]))
    if _ELIDED.match(before) and len(before + after) < _LONG:
        return False
    return len(before + after) > 2 and fold(before + after) in lexicon_of("es")


def _follows_blank(character: Character | None) -> bool:
    return character is not None and character.blank


def _is_of_word(character: Character | None) -> bool:
    return character is not None and (character.text.isalpha() or character.text in _COMBINING)


def _letters(part: Sequence[Character | None]) -> str:
    texts = (
        character.text for character in part if character is not None and character.text not in _COMBINING
    )
    return "".join(_DOTLESS.get(text, text) for text in texts)
