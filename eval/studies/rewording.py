"""The same question as people in a hurry type it: without accents, in lower case, with typing or spelling errors.

Every rewording is a function of the text alone (and of a seed), so that a run can be repeated exactly.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["REWORDINGS", "Rewording", "misspelt_by_sound", "with_typos", "without_accents", "without_care"]

_SHORTEST = 4  # letters: a typing error in «de» leaves nothing to guess from
_WORDS_A_TYPO = 10
_WORD = re.compile(r"[^\W\d_]+")
_MARKS = re.compile(r"[¿?¡!]")
# Spellings that schools correct most, in Spain or in America: a pattern in lower case and what is written instead.
_BY_SOUND = (
    ("b", "v"), ("v", "b"), ("g(?=[eiéí])", "j"), ("j(?=[eiéí])", "g"), ("ll", "y"), ("^h", ""), ("z", "s"),
    ("c(?=[eiéí])", "s"), ("qu(?=[eiéí])", "k"), ("c(?=[aouáóú])", "k"), ("(?<=[aeiou])x(?=[pt])", "s"), ("cc", "c"),
)  # fmt: skip
_ROWS = ("qwertyuiop", "asdfghjklñ", "zxcvbnm")


@dataclass(frozen=True)
class Rewording:
    """A way to write a question down differently."""

    name: str
    says: str
    apply: Callable[[str, int], str]  # text and seed; the seed changes nothing where nothing is by chance


def without_accents(text: str) -> str:
    """No accents, no diaeresis, n for ñ."""
    plain = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in plain if not unicodedata.combining(c)))


def without_care(text: str) -> str:
    """Lower case, without question and exclamation marks."""
    return _MARKS.sub("", text.lower()).strip()


def with_typos(text: str, seed: int) -> str:
    """One typing error in ten words, at least one: letters swapped, left out, doubled, or hit beside.

    Only words of four letters and more, no word twice, and never their first letter, which people
    seldom miss. Names in capitals are spared: «IWF» mistyped is another name.
    """
    chance = random.Random(f"{seed} {text}")
    words = [m for m in _WORD.finditer(text) if len(m[0]) >= _SHORTEST and not m[0].isupper()]
    wanted = max(1, round(len(text.split()) / _WORDS_A_TYPO))
    for match in sorted(chance.sample(words, min(wanted, len(words))), key=lambda m: -m.start()):
        text = text[: match.start()] + _mistyped(match[0], chance) + text[match.end() :]
    return text


def misspelt_by_sound(text: str, seed: int) -> str:
    """One word in ten as it sounds, at least one where any can be: «bíktima», «ospital», «yamada».

    Only words of five letters and more, no word twice, names in capitals spared.
    """
    chance = random.Random(f"{seed} {text}")
    words = [(m, made) for m in _WORD.finditer(text) if not m[0].isupper() and (made := _as_it_sounds(m[0]))]
    wanted = max(1, round(len(text.split()) / _WORDS_A_TYPO))
    for match, made in sorted(chance.sample(words, min(wanted, len(words))), key=lambda one: -one[0].start()):
        text = text[: match.start()] + chance.choice(made) + text[match.end() :]
    return text


def _as_it_sounds(word: str) -> list[str]:
    """A word of five letters and more with one sound spelled otherwise."""
    if len(word) <= _SHORTEST:
        return []
    places = [(m, other) for sound, other in _BY_SOUND for m in re.finditer(sound, word.lower())]
    made = [word[: m.start()] + other + word[m.end() :] for m, other in places]
    return [one.capitalize() for one in made] if word[0].isupper() else made


def _mistyped(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    letter, after = word[place], word[place + 1]
    made = {
        "swap": word[:place] + after + letter + word[place + 2 :],
        "drop": word[:place] + word[place + 1 :],
        "double": word[:place] + letter + word[place:],
        "beside": word[:place] + chance.choice(_beside(letter)) + word[place + 1 :],
    }
    kind = chance.choice(list(made))
    return made[kind] if made[kind] != word else made["drop"]  # two equal letters swapped


def _beside(letter: str) -> str:
    """The keys left and right of a letter's key on a Spanish keyboard."""
    plain = letter.lower() if letter.lower() == "ñ" else without_accents(letter.lower())
    for row in _ROWS:
        if (at := row.find(plain)) >= 0:
            return row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    return "e"


REWORDINGS = (
    Rewording("no accents", "accents, diaeresis and tilde removed", lambda text, _: without_accents(text)),
    Rewording("no care", "lower case, without ¿ ? ¡ !", lambda text, _: without_care(text)),
    Rewording("by sound", "one word in ten, at least one, with a sound spelled otherwise", misspelt_by_sound),
    Rewording("typos", "one typing error in ten words, at least one", with_typos),
    Rewording(
        "all three",
        "typing errors, then no accents, then no care",
        lambda text, seed: without_care(without_accents(with_typos(text, seed))),
    ),
)
