"""The words of a quotation as HTML, a list or a table line by line."""

from __future__ import annotations

from alpie.app.answering.answers import Quote
from alpie.app.page.views.markup import emphasised, tag
from alpie.index.records import SentenceRole

__all__ = ["quote_words"]

_LINES = {SentenceRole.ITEM: "item", SentenceRole.HEADER: "row header", SentenceRole.ROW: "row"}


def quote_words(quote: Quote) -> str:
    """`quote.text`, not a character more or less, with emphasis.

    List items and table rows are in elements of their own, and then so is what stands between them.
    """
    lines = _lines(quote)
    if not lines:
        return _cut(quote, 0, len(quote.text))
    pieces: list[str] = []
    position = 0
    for start, end, style in [*lines, (len(quote.text), len(quote.text), "")]:
        if position < start:
            pieces.append(tag("span", _cut(quote, position, start), class_="run"))
        if start < end:
            pieces.append(tag("span", _cut(quote, start, end), class_=style))
        position = end
    return "".join(pieces)


def _lines(quote: Quote) -> list[tuple[int, int, str]]:
    """Where the list items and table rows of the passage stand in the text of the quote, in order, and their class.

    Each with the white space after it: between two lines that would be shown as an empty one.
    """
    found: list[tuple[int, int, str]] = []
    position = 0
    for sentence in quote.passage.sentences:
        style = _LINES.get(sentence.role)
        start = quote.text.find(sentence.text, position) if style else -1
        if style and start >= 0:
            position = start + len(sentence.text)
            position += len(quote.text[position:]) - len(quote.text[position:].lstrip())
            found.append((start, position, style))
    return found


def _cut(quote: Quote, start: int, end: int) -> str:
    inside = [
        (max(a, start) - start, min(b, end) - start) for a, b in quote.emphasis if a < end and b > start
    ]
    return emphasised(quote.text[start:end], inside)
