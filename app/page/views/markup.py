"""Escaping. Every word that comes from a document or a question passes through here.

Gradio sanitises chat messages but nothing inside `gr.HTML` or our own routes, and its chat reads
Markdown. So text is escaped where it enters the HTML, and a chat message is kept on one line: a raw
HTML block without line ends is left alone by the Markdown reader, whatever characters it holds.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

_LINE_ENDS = {"\r": "&#13;", "\n": "&#10;", "\u2028": "&#8232;", "\u2029": "&#8233;"}


def escape(text: str) -> str:
    """`text` for element content or a quoted attribute, safe on one line."""
    return one_line(html.escape(text, quote=True))


def one_line(markup: str) -> str:
    """`markup` with its line ends as character references."""
    text = str(markup)  # `Markup.replace` would escape the references
    for character, reference in _LINE_ENDS.items():
        text = text.replace(character, reference)
    return type(markup)(text)


def attributes(**values: str | None) -> str:
    """Attributes as ` name="value"`; None leaves one out, `_` stands for `-`, a final `_` is dropped."""
    return "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for name, value in values.items()
        if value is not None
    )


def tag(name: str, content: str | Iterable[str] = "", /, **values: str | None) -> str:
    """An element; `content` is markup already escaped."""
    inner = content if isinstance(content, str) else "".join(content)
    return f"<{name}{attributes(**values)}>{inner}</{name}>"


def emphasised(text: str, ranges: Sequence[tuple[int, int]], element: str = "strong") -> str:
    """`text` escaped, with the character `ranges` wrapped; ranges out of order or bounds are ignored."""
    pieces: list[str] = []
    position = 0
    for start, end in sorted(ranges):
        if position <= start < end <= len(text):
            pieces += [escape(text[position:start]), tag(element, escape(text[start:end]))]
            position = end
    pieces.append(escape(text[position:]))
    return "".join(pieces)
