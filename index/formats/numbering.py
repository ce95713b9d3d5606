"""Numbers of list items as a page shows them: 1, a, A, i, I."""

from __future__ import annotations

__all__ = ["ordinal"]

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


def ordinal(number: int, sort: str) -> str:
    """`number` in the manner of HTML's list types «1», «a», «A», «i», «I»; figures for any other."""
    if number < 1 or sort not in ("a", "A", "i", "I"):
        return str(number)
    text = ""
    if sort in "aA":
        while number:
            number, rest = divmod(number - 1, 26)
            text = chr(ord("a") + rest) + text
    else:
        number = min(number, 4999)
        for value, letters in _ROMAN:
            times, number = divmod(number, value)
            text += letters * times
    return text.upper() if sort.isupper() else text
