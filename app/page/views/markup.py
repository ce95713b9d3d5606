"""Escaping. Every word that comes from a document or a question passes through here.

Gradio sanitises chat messages but nothing inside `gr.HTML` or our own routes, and its chat reads
Markdown. So text is escaped where it enters the HTML, and a chat message is kept on one line: a raw
HTML block without line ends is left alone by the Markdown reader, whatever characters it holds.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from markupsafe import Markup

_LINE_ENDS = {"\r": "&#13;", "\n": "&#10;", "\u2028": "&#8232;", "\u2029": "&#8233;"}


def escape(text: str) -> str:
    """`text` for element content or a quoted attribute, safe on one line."""
    return escape_line_ends(html.escape(text, quote=True))


def escape_line_ends(markup: str) -> str:
    """`markup` with its line ends as character references."""
    text = str(markup)  # `Markup.replace` would escape the references
    for character, reference in _LINE_ENDS.items():
        text = text.replace(character, reference)
    return type(markup)(text)


def split_at_ranges(text: str, ranges: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is one of the character `ranges`; those out of order or bounds are ignored."""
    pieces: list[tuple[str, bool]] = []
    position = 0
    for start, end in sorted(ranges):
        if position <= start < end <= len(text):
            pieces += [(text[position:start], False), (text[start:end], True)]
            position = end
    return [piece for piece in (*pieces, (text[position:], False)) if piece[0]]


def mark_ranges(text: str, ranges: Iterable[tuple[int, int]]) -> Markup:
    """`text` escaped, the character `ranges` of it in `mark`."""
    pieces = ((escape(piece), is_marked) for piece, is_marked in split_at_ranges(text, ranges))
    return Markup("".join(f"<mark>{piece}</mark>" if is_marked else piece for piece, is_marked in pieces))
