"""Recognises quotations that are close to a question but about something else: another number, or the opposite.

Encoder and reader compare meanings, and so confuse the 89.ª Asamblea with the 90.ª, «edad mínima» with «edad máxima». Of the
fitting questions that are answered rightly and without reserve (n = 253), none asks for a number that is missing in
passage, headings, title and date, and none for an opposite of what its best sentence says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from alpie.app.answering.answer_types import Quote
from alpie.index.spanish.analysis import fold, tokens
from alpie.index.spanish.number_words import CARDINALS
from alpie.index.spanish.word_tables import any_expression, read_tables

_MIN_DIGITS = 2  # a single digit counts what is asked for («las 3 medidas»), which a text need not do
_PAIRS = tuple(
    tuple(re.compile(rf"\b{any_expression(pair[side])}\b") for side in ("one", "other"))
    for pair in read_tables(__file__)["opposed"]
)
_OPPOSITES = tuple(one for pair in _PAIRS for one in (pair, pair[::-1]))


def lacks_a_number(question: str, quotes: Sequence[Quote]) -> bool:
    """Whether `question` names a number that is nowhere around the quotations, neither in digits nor in words."""
    asked = {str(word) for word in tokens(question) if len(word) >= _MIN_DIGITS and word.isdecimal()}
    present = set(map(str, tokens(_words_around(quotes)))) if asked else set()
    return any(present.isdisjoint((number, fold(CARDINALS.get(int(number), number)))) for number in asked)


def says_the_opposite(question: str, quotes: Sequence[Quote]) -> bool:
    """Whether the first of `quotes` has the opposite of a word of `question` that is nowhere around any of them."""
    asked, said = fold(question), fold(quotes[0].text)
    suspected = [
        wanted
        for wanted, opposite in _OPPOSITES
        if wanted.search(asked) and not opposite.search(asked) and opposite.search(said)
    ]
    around = fold(_words_around(quotes)) if suspected else ""
    return any(not wanted.search(around) for wanted in suspected)


def _words_around(quotes: Sequence[Quote]) -> str:
    """The passages of quotations, with their headings, labels, titles and dates."""
    return " ".join(
        " ".join((quote.passage.text, *cited.path, cited.label or "", cited.title, cited.date))
        for quote in quotes
        for cited in (quote.citation,)
    )
