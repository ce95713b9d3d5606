"""Tells whether quotations hold the figures that a question names: «la 90.ª Asamblea» is not answered by the 89.ª.

The reader compares meanings and does not notice a figure that differs. Of the fitting questions that are answered rightly
and without reserve (n = 253), none names a figure that is missing in passage, headings, title and date.
"""

from __future__ import annotations

from collections.abc import Sequence

from alpie.app.answering.answer_types import Quote
from alpie.index.spanish.analysis import fold, tokens
from alpie.index.spanish.number_words import CARDINALS

_SHORTEST = 2  # digits: a single digit counts what is asked for («las 3 medidas»), which a text need not do


def lacks_a_figure(question: str, quotes: Sequence[Quote]) -> bool:
    """Whether `question` names a figure that stands nowhere around the quotations, neither in digits nor in words."""
    asked = {str(figure) for figure in tokens(question) if len(figure) >= _SHORTEST and figure.isdecimal()}
    if not asked:
        return False
    present = set(map(str, tokens(words_around(quotes))))
    return any(present.isdisjoint((figure, fold(CARDINALS.get(int(figure), figure)))) for figure in asked)


def words_around(quotes: Sequence[Quote]) -> str:
    """The passages of quotations, with their headings, labels, titles and dates."""
    return " ".join(
        " ".join((quote.passage.text, *cited.path, cited.label or "", cited.title, cited.date))
        for quote in quotes
        for cited in (quote.citation,)
    )
