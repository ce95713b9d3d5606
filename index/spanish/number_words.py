"""Words that count: the cardinals that Spanish writes as one word, ordinals, months."""

from __future__ import annotations

from alpie.index.spanish.word_tables import read_tables

_WORDS: dict[str, list[str]] = {name: words.split() for name, words in read_tables(__file__).items()}
# with their accents, by their value
CARDINALS = dict(enumerate(_WORDS["cardinals"], start=1)) | dict(
    zip(range(40, 100, 10), _WORDS["tens"], strict=True)
)
ORDINALS = _WORDS["ordinals"]  # from the first to the ninth
ORDINAL_TENS = _WORDS["ordinal_tens"]  # from the tenth to the ninetieth
SPANISH_MONTHS = _WORDS["months"]
MONTHS = {
    name: number
    for names in ("months", "english_months")
    for number, name in enumerate(_WORDS[names], start=1)
}  # in Spanish and English
