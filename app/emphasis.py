"""The words of a quotation that answer, to be printed bold: a figure or a date the question asks for.

Marked only where the mark can be trusted: the question's words ask for a number or a date, and exactly
one expression of the quotation that was not in the question fits. In doubt nothing is marked.
"""

from __future__ import annotations

import re

from alpie.app.answer_types import FIGURES, asked_types
from alpie.index.analysis import terms

__all__ = ["emphasise"]

_MONTH = r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
_DATE = re.compile(
    rf"\b(?:\d{{1,2}} de )?{_MONTH}(?: de(?:l)? (?:19|20)\d\d)?\b|\b(?:19|20)\d\d\b|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"(?<![\w/.-])\d+(?:[.,\u00a0 ]\d{3})*(?:,\d+)?"
    r"(?: ?%| ?€| (?:mil )?mill(?:ón|ones)(?: de euros| de dólares)?| por ciento)?(?![\w/-]|[.,]\d)"
)
# «dos se han producido en España»: a number in words may be the answer, and then the figure beside it is not
_IN_WORDS = re.compile(
    r"\b(?:dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince|veinte|treinta|cuarenta|cincuenta|cien|"
    r"ninguno|ninguna|mitad|tercio|cuarta parte|docenas?|doble|triple|uno de cada|una de cada)\b",
    re.IGNORECASE,
)


def _new(pattern: re.Pattern[str], question: str, text: str) -> list[tuple[int, int]]:
    asked = {str(term) for term in terms(question)}
    return [
        match.span()
        for match in pattern.finditer(text)
        if not {str(term) for term in terms(match.group()) if term[0].isdigit()} & asked
    ]


def emphasise(question: str, text: str) -> tuple[tuple[int, int], ...]:
    """Character ranges of `text` to mark: none, or one."""
    types = asked_types(question)
    figure = bool(types & FIGURES)
    if "date" in types and not figure:
        found = _new(_DATE, question, text)
    elif figure and "date" not in types:
        dates = [match.span() for match in _DATE.finditer(text)]
        found = (
            []
            if _IN_WORDS.search(text)
            else [
                span
                for span in _new(_FIGURE, question, text)
                if not any(span[0] < end and span[1] > start for start, end in dates)
            ]
        )
    else:
        return ()
    return (found[0],) if len(found) == 1 else ()
