"""Numbers as a file's attributes state them, and the numbers of list items as a page shows them."""

from __future__ import annotations

import re

from alpie.index.spanish.number_words import CARDINALS, ORDINAL_TENS, ORDINALS

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_FIGURES = {"01": "{:02d}", "1º": "{}º", "- 1 -": "- {} -"}


def parse_integer(text: str | None, default: int, *, digits: int = 6, signed: bool = False) -> int:
    """The number that an attribute says; `default` where it says none, or one of more digits than documents need."""
    told = re.fullmatch(rf"{'-?' if signed else ''}\d{{1,{digits}}}", text or "")
    return int(told[0]) if told else default


def list_number(number: int, kind: str) -> str:
    """How a list of a `kind` writes `number`; figures for an unknown kind.

    They are «- 1 -», «①», «uno», «1», «01», «1º», «a», «A» (after z: aa, ab), «aa», «AA» (after z: aa, bb), «i», «I», «primero».
    """
    if number < 1:
        return str(number)
    if kind in _FIGURES:
        return _FIGURES[kind].format(number)
    if kind == "primero":
        return _spelled_ordinal(number)
    if kind == "uno" and number < 30:
        return CARDINALS[number].capitalize()
    if kind == "①" and number <= 20:
        return chr(ord("①") + number - 1)
    if kind in ("aa", "AA"):
        text = chr(ord("a") + (number - 1) % 26) * min((number + 25) // 26, 100)
    elif kind in ("a", "A"):
        text = ""
        while number:
            number, rest = divmod(number - 1, 26)
            text = chr(ord("a") + rest) + text
    elif kind in ("i", "I"):
        text = ""
        number = min(number, 4999)
        for value, letters in _ROMAN:
            times, number = divmod(number, value)
            text += letters * times
    else:
        return str(number)
    return text.upper() if kind.isupper() else text


def _spelled_ordinal(number: int) -> str:
    if number > 99:
        return f"{number}º"
    tens, unit = divmod(number, 10)
    spelt = {11: "undécimo", 12: "duodécimo"}.get(number) or " ".join(
        [*ORDINAL_TENS[tens - 1 : tens if tens else 0], *ORDINALS[unit - 1 : unit if unit else 0]]
    )
    return spelt.capitalize()
