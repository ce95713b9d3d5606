"""Whether a sentence of a language model may be shown: does it say no more than the quotes it names?

1. It names quotes, and they exist.
2. Its figures, percentages, dates and codes stand in them.
3. Its proper names stand in them.
4. Not asked of every sentence, but cheap and telling: a figure keeps the company it has in the quote
   («33 detenciones» is no reading of «25 detenciones y 33 registros»), a denial needs one in the quotes,
   and a Spanish sentence shares some of its words with them.

What passes can still be wrong: words are compared, not meanings. It is therefore shown as written by
a model, beside the quotations and never in their place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from alpie.app.writer.names import Evidence, unsupported_names
from alpie.app.writer.stated_figures import Figure, Figures, figures_of, is_year, unsupported_figures
from alpie.app.writer.written_sentences import Draft, clean
from alpie.index.spanish.analysis import STOP_WORDS, fold, stem, tokens
from alpie.index.spanish.query import language_of

_LONGEST = 600  # characters of a sentence
_NEAR_IN_SENTENCE, _NEAR_IN_QUOTE = 3, 6  # content words either side of a figure
_PREFIX = 5  # letters that «detenidos» and «detenciones» share
_MIN_SHARED = 0.4  # of a Spanish sentence's content words
_DENIALS = frozenset(
    """no ni nunca jamas tampoco sin nadie nada ningun ninguno ninguna ningunos ningunas not never none
    nobody nothing without neither nor cannot""".split()
)
_CONTRACTED_DENIAL = re.compile(r"n['’]t\b")
_MARKUP = re.compile(r"://|\bwww\.|[<>`{}|\\]|\]\(|&#|&\w+;|[@#]\w|\*|\$\$|__")


class Reason(StrEnum):
    """Why a sentence is not shown."""

    UNCITED = "uncited"  # names no quote
    NO_SUCH_QUOTE = "no_such_quote"
    FORM = "form"  # markup, a link, too long
    FIGURE = "figure"
    NAME = "name"
    COMPANY = "company"  # the figure stands in the quote, but counts something else
    DENIAL = "denial"
    UNRELATED = "unrelated"


@dataclass(frozen=True)
class _Source:
    text: str
    figures: Figures


class Support:
    """The check against the quotes of one answer; `found` is the text of all that the search found."""

    def __init__(self, quotes: Sequence[str], question: str = "", found: str = "") -> None:
        self._quotes = [clean(quote) for quote in quotes]
        self._question, self._found = clean(question), clean(found)

    def reason_against(self, draft: Draft) -> Reason | None:
        """Why `draft` may not be shown; None when it may."""
        if not draft.quotes:
            return Reason.UNCITED
        if any(not 1 <= number <= len(self._quotes) for number in draft.quotes):
            return Reason.NO_SUCH_QUOTE
        if len(draft.text) > _LONGEST or _MARKUP.search(draft.text) or not any(map(str.isalpha, draft.text)):
            return Reason.FORM
        texts = [self._quotes[number - 1] for number in draft.quotes]
        sources = [_Source(text, figures_of(text)) for text in texts]
        together = figures_of(" \n ".join(texts))
        figures = figures_of(draft.text)
        if unsupported_figures(figures, together):
            return Reason.FIGURE
        if unsupported_names(draft.text, Evidence.of(" . ".join(texts), self._found)):
            return Reason.NAME
        if _denies(draft.text) and not any(map(_denies, texts)):
            return Reason.DENIAL
        if language_of(draft.text) == "en":  # other words than the quotes': nothing left to compare
            return None
        return self._words_against(figures, sources)

    def _words_against(self, figures: Figures, sources: list[_Source]) -> Reason | None:
        own = set(_words(figures.without_figures))
        known = set(_words(" ".join(source.text for source in sources) + " " + self._question))
        if own and len(own & known) < _MIN_SHARED * len(own):
            return Reason.UNRELATED
        counted = (one for one in figures.figures if one.kind in ("number", "percent") and not is_year(one))
        if not all(_keeps_company(figure, figures, sources) for figure in counted):
            return Reason.COMPANY
        return None


def _keeps_company(figure: Figure, figures: Figures, sources: list[_Source]) -> bool:
    """Whether a word near the figure is also near it in a quote."""
    own = _near(figures, figure, _NEAR_IN_SENTENCE)
    if not own:
        return True
    return any(
        own & _near(source.figures, other, _NEAR_IN_QUOTE)
        for source in sources
        for other in source.figures.figures
        if other.key == figure.key
    )


def _near(figures: Figures, figure: Figure, reach: int) -> set[str]:
    """Beginnings of the content words within `reach` content words of a figure."""
    before = _words(figures.folded[: figure.start])[-reach:]
    after = _words(figures.folded[figure.end :])[:reach]
    return {*before, *after}


def _words(text: str) -> list[str]:
    return [
        stem(token)[:_PREFIX] for token in tokens(text) if token not in STOP_WORDS and not token[0].isdigit()
    ]


def _denies(text: str) -> bool:
    folded = fold(text)
    return bool(_CONTRACTED_DENIAL.search(folded)) or any(t in _DENIALS for t in tokens(folded))
