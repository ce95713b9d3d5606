"""Numbers written in words, Spanish and English: «treinta y tres», "one hundred and five thousand"."""

from __future__ import annotations

import re
from collections.abc import Iterator

_UNITS = {
    word: value
    for value, words in {
        0: "cero zero", 1: "un uno una one", 2: "dos two", 3: "tres three", 4: "cuatro four",
        5: "cinco five", 6: "seis six", 7: "siete seven", 8: "ocho eight", 9: "nueve nine", 10: "diez ten",
        11: "once eleven", 12: "doce twelve", 13: "trece thirteen", 14: "catorce fourteen",
        15: "quince fifteen", 16: "dieciseis sixteen", 17: "diecisiete seventeen",
        18: "dieciocho eighteen", 19: "diecinueve nineteen", 20: "veinte twenty",
        21: "veintiun veintiuno veintiuna", 22: "veintidos", 23: "veintitres", 24: "veinticuatro",
        25: "veinticinco", 26: "veintiseis", 27: "veintisiete", 28: "veintiocho", 29: "veintinueve",
        30: "treinta thirty", 40: "cuarenta forty", 50: "cincuenta fifty", 60: "sesenta sixty",
        70: "setenta seventy", 80: "ochenta eighty", 90: "noventa ninety", 100: "cien ciento",
        200: "doscientos doscientas", 300: "trescientos trescientas", 400: "cuatrocientos cuatrocientas",
        500: "quinientos quinientas", 600: "seiscientos seiscientas", 700: "setecientos setecientas",
        800: "ochocientos ochocientas", 900: "novecientos novecientas",
    }.items()
    for word in words.split()
}  # fmt: skip
_SCALES = {"mil": 1_000, "thousand": 1_000, "millon": 10**6, "millones": 10**6, "million": 10**6}
_ARTICLES = {"un", "uno", "una", "one"}  # a figure only as part of a longer one
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = re.compile(r"\b(?:the|of|and|was|were|is)\b")

# Translations that count without a number; each with the name that stands for it and its translation.
_QUANTITIES = {
    word: name
    for name, words in {
        "1/2": "mitad half", "1/3": "tercio third", "2/3": "tercios thirds", "1/4": "cuarta quarter",
        "x2": "doble duplico duplicado double doubled", "x3": "triple triplico triplicado tripled",
        "x4": "cuadruple quadruple", "12s": "docena docenas dozen dozens", "10s": "decena decenas tens",
        "100s": "centenar centenares cientos hundreds", "1000s": "miles millar millares thousands",
        "1000000s": "millones millions", "1st": "primer primero primera first",
        "2nd": "segundo segunda", "3rd": "tercer tercero tercera",
        "4th": "cuarto fourth", "5th": "quinto quinta fifth", "6th": "sexto sexta sixth",
        "7th": "septimo septima seventh", "8th": "octavo octava eighth", "9th": "noveno novena ninth",
        "10th": "decimo decima tenth",
    }.items()
    for word in words.split()
}  # fmt: skip
_NO_QUANTITY = re.compile(r"\b(?:primer|segundo|tercer) (?:lugar|termino)\b|\bfirst of all\b")


def spelled_numbers(folded: str) -> Iterator[tuple[int, int, int]]:
    """(value, start, end) of each number in words in a folded text."""
    words = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(folded)]
    english = bool(_ENGLISH.search(folded))
    position = 0
    while position < len(words):
        value, after = _number_at(words, position, folded, english)
        if after == position:
            position += 1
            continue
        yield value, words[position][1], words[after - 1][2]
        position = after


def quantities(folded: str) -> Iterator[tuple[str, int, int]]:
    """(name, start, end) of each word that counts without a number: «mitad», «miles», «tercera»."""
    text = _NO_QUANTITY.sub(lambda match: " " * len(match.group()), folded)
    for match in _WORD.finditer(text):
        name = _QUANTITIES.get(match.group())
        if name:
            yield name, match.start(), match.end()


def _number_at(words: list[tuple[str, int, int]], first: int, text: str, english: bool) -> tuple[int, int]:
    """The number that begins at word `first` and the word after it; `first` again when there is none."""
    total, group, after = 0, 0, first
    taken: list[str] = []
    position = first
    while position < len(words):
        word = words[position][0]
        if position > first and not _joined(text, words[position - 1][2], words[position][1]):
            break
        if word in ("y", "and") and taken and _continues(words, position, group, text, word):
            position += 1
            continue
        if word == "hundred" and 0 < group < 10:
            group *= 100
        elif word in _SCALES and (taken or word == "mil"):
            total, group = _scaled(total, group, word, taken), 0
        elif word in _UNITS and not (word == "once" and english) and _fits(group, _UNITS[word]):
            group += _UNITS[word]
        else:
            break
        taken.append(word)
        position += 1
        after = position
    if not taken or (len(taken) == 1 and taken[0] in _ARTICLES):
        return 0, first
    return total + group, after


def _scaled(total: int, group: int, scale: str, taken: list[str]) -> int:
    if taken and taken[-1] == "mil" and not group:  # «cincuenta mil millones»
        return total * _SCALES[scale]
    return total + max(group, 1) * _SCALES[scale]


def _joined(text: str, end: int, start: int) -> bool:
    return text[end:start].strip(" -") == ""


def _continues(words: list[tuple[str, int, int]], position: int, group: int, text: str, word: str) -> bool:
    """Whether the «y» of «treinta y tres» stands here, and not one between two numbers."""
    if position + 1 >= len(words) or not _joined(text, words[position][2], words[position + 1][1]):
        return False
    following = _UNITS.get(words[position + 1][0], 0)
    if word == "y":
        return 30 <= group % 100 <= 90 and group % 10 == 0 and 0 < following < 10
    return group >= 100 and group % 100 == 0 and 0 < following < 100


def _fits(group: int, value: int) -> bool:
    """Whether `value` may be said after `group`: «ciento» «cinco», «treinta» «tres», not «dos» «tres»."""
    if group == 0:
        return True
    if group % 100 == 0:
        return 0 < value < 100
    return group % 100 >= 20 and group % 10 == 0 and 0 < value < 10
