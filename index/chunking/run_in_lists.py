"""Lists that run on inside a paragraph: «Queda prohibido: a) fumar; b) beber.»

Laws and contracts write them so, and so does whatever loses the lines of a list. Cut by its stops alone, such a list
would be quoted without its further items, as if the first were all: so its items are told apart, and quoted together
as those of any list are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_MARK = re.compile(
    r"(?:(?<=: )|(?<=[;.,] )|(?<=[;.,] [yeou] ))"
    r"(?:(?P<sign>[-–—•])|(?P<before>\(?)(?P<mark>[a-zñ]|\d{1,2}|[ivx]{2,5})(?P<after>\.?[ºª]?\)|\.-|\.))(?= [^\W_])",
    re.IGNORECASE,
)
# «ñ» is a letter of some lists and not of others
_SERIES = (
    tuple("abcdefghijklmnñopqrstuvwxyz"),
    tuple("abcdefghijklmnopqrstuvwxyz"),
    tuple(str(number) for number in range(1, 100)),
    ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv"),
    *((sign,) * 100 for sign in "-–—•"),
)


def run_in_lists(text: str) -> Iterator[list[int]]:
    """For each list in a text, where its items begin: the first after a colon, two at least, counting on in one form."""
    marks = [*_MARK.finditer(text)]
    taken = 0
    for number, first in enumerate(marks):
        if number < taken or text[first.start() - 2] != ":":
            continue
        items, series = [first], [one for one in _SERIES if one[0] == _said(first)]
        for further, mark in enumerate(marks[number + 1 :], number + 1):
            counting = [one for one in series if one[len(items) : len(items) + 1] == (_said(mark),)]
            if counting and _form(mark) == _form(first):
                items.append(mark)
                series, taken = counting, further + 1
        if len(items) > 1:
            yield [mark.start() for mark in items]


def _said(mark: re.Match[str]) -> str:
    return (mark["sign"] or mark["mark"]).lower()


def _form(mark: re.Match[str]) -> tuple[str | bool | None, ...]:
    return mark["before"], mark["after"], (mark["mark"] or "").isupper()
