"""Tells whether quotations say the opposite of what is asked: «edad máxima» is not answered by «la edad mínima es …».

Opposites stand in the same sentences, so encoder and reader take one for the other. Of the fitting questions that are
answered rightly and without reserve, none asks for an opposite of what its best sentence says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from alpie.app.answering.answer_types import Quote
from alpie.app.answering.quoting.figures_asked import words_around
from alpie.index.spanish.analysis import fold
from alpie.index.spanish.word_tables import any_expression, read_tables

_PAIRS = tuple(
    tuple(re.compile(rf"\b{any_expression(pair[side])}\b") for side in ("one", "other"))
    for pair in read_tables(__file__)["opposed"]
)
_OPPOSITES = tuple(one for pair in _PAIRS for one in (pair, pair[::-1]))


def says_the_opposite(question: str, quotes: Sequence[Quote]) -> bool:
    """Whether the first of `quotes` has the opposite of a word of `question` which stands nowhere around them all."""
    asked, said = fold(question), fold(quotes[0].text)
    suspected = [
        wanted
        for wanted, opposite in _OPPOSITES
        if wanted.search(asked) and not opposite.search(asked) and opposite.search(said)
    ]
    around = fold(words_around(quotes)) if suspected else ""
    return any(not wanted.search(around) for wanted in suspected)
