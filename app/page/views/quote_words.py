"""The words of a quotation in runs, a list or a table line by line: what the template `quote` sets."""

from __future__ import annotations

from dataclasses import dataclass

from alpie.app.answering.answers import Quote
from alpie.index.records import SentenceRole

__all__ = ["Line", "quote_lines"]

_LINES = {SentenceRole.ITEM: "item", SentenceRole.HEADER: "row header", SentenceRole.ROW: "row"}


@dataclass(frozen=True)
class Line:
    """A list item, a table row, or what stands between them; of a quotation without either, all of it."""

    style: str  # class of its element; "": no element of its own
    runs: tuple[tuple[str, bool], ...]  # text, and whether it answers


def quote_lines(quote: Quote) -> list[Line]:
    """The lines whose runs are `quote.text`, not a character more or less."""
    lines = _lines(quote)
    if not lines:
        return [Line("", _runs(quote, 0, len(quote.text)))]
    pieces: list[Line] = []
    position = 0
    for start, end, style in [*lines, (len(quote.text), len(quote.text), "")]:
        if position < start:
            pieces.append(Line("run", _runs(quote, position, start)))
        if start < end:
            pieces.append(Line(style, _runs(quote, start, end)))
        position = end
    return pieces


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


def _runs(quote: Quote, start: int, end: int) -> tuple[tuple[str, bool], ...]:
    runs: list[tuple[str, bool]] = []
    position = start
    for first, last in sorted(quote.emphasis):
        first, last = max(first, start), min(last, end)
        if position <= first < last:
            runs += [(quote.text[position:first], False), (quote.text[first:last], True)]
            position = last
    runs.append((quote.text[position:end], False))
    return tuple(run for run in runs if run[0])
