"""Writes the numbers of list items as a page shows them, and raised ones as they are read; those that call a note are not."""

from __future__ import annotations

import re

from alpie.index.spanish.number_words import CARDINALS, ORDINAL_TENS, ORDINALS

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_FIGURES = {"01": "{:02d}", "1º": "{}º", "- 1 -": "- {} -"}


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


_SIGN = r"(?:\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*|[a-zñ]|\*{1,4}|[†‡§])"
_BRACKETED = re.compile(rf"[\[(]\s*(?:nota\s+)?{_SIGN}\s*[\])]|\*{{1,4}}|[†‡]", re.IGNORECASE)
_BARE = re.compile(r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*")
# not after «m», «km» or a figure
_AFTER_A_WORD = re.compile(r"(?:[^\W\d_]{3,}[»”\")]*|[.,;:!?»”\")\]%])\s*$")


def is_note_call(raised: str, before: str, linked: bool) -> bool:
    """Whether raised text calls a note; `before` is what it follows, `linked` that it leads somewhere."""
    raised = raised.strip()
    if linked and re.fullmatch(rf"[\[(]?{_SIGN}[\])]?", raised, re.IGNORECASE):
        return True
    if _BRACKETED.fullmatch(raised):
        return True
    return _BARE.fullmatch(raised) is not None and _AFTER_A_WORD.search(before) is not None


RAISED, LOWERED = "\x0e", "\x0f"  # around raised text until all of it is known; no document holds these
_EXPONENTS = str.maketrans("0123456789+-−–n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻ⁿ")
_ORDINALS = str.maketrans("oa", "ºª")


def raised_text(raised: str, before: str) -> str:
    """Write raised text, which follows `before`, so that it says the same on the line: «10⁶», «s⁻¹», «nº», «m2»."""
    bare = raised.strip()
    power = re.search(r"[\d)]$", before) and re.fullmatch(r"\d{1,4}|n", bare)
    if power or (re.search(r"[\w)]$", before) and re.fullmatch(r"[+\-−–]\d{1,3}", bare)):
        return bare.translate(_EXPONENTS)  # 10⁶ is not 106
    if re.fullmatch("[oa]s?", bare) and re.search(r"[\d.]$|\b[nN]$", before):
        return bare.translate(_ORDINALS)  # nº 3 is not «no 3»
    return raised


def write_raised(text: str) -> str:
    """`text` with what stands between `RAISED` and `LOWERED` as `raised_text`, without calls of notes."""
    shown: list[str] = []
    parts = re.split(f"{RAISED}([^{RAISED}{LOWERED}]*){LOWERED}", text.replace(LOWERED + RAISED, ""))
    for number, part in enumerate(parts):
        before = "".join(shown[-4:])[-40:]
        if number % 2 and not is_note_call(part, before, False):
            shown.append(raised_text(part, before))
        elif number % 2 == 0:
            shown.append(part)
    return "".join(shown)
