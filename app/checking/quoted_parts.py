"""What of a pasted text stands between quotation marks, the outermost ones.

1. One of Al Pie's own files is read back: see `alpie.app.checking.export_reading`.
2. Marks of one kind («», “”, "") nest; a closing one too many belongs to the stretch before it, because a
   quoted sentence may end a quotation of its document's that it does not begin.
3. Where the marks do not balance, a line that begins with one is quoted as far as the last closing mark
   that ends the line or stands before a bracket: so are copied quotations with their reference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from alpie.index.records import Span

_MARK = re.compile(r"[«»“„‟〝”〞\"＂]")
_KINDS = {"«": ("angle", 1), "»": ("angle", -1), "“": ("curly", 1), "„": ("curly", 1), "‟": ("curly", 1)}
_KINDS |= {"〝": ("curly", 1), "”": ("curly", -1), "〞": ("curly", -1)}
_BEFORE_OPENING = "([{«“„¿¡—–-/"
_QUOTED_LINE = re.compile(
    r"^[^\S\n]*(?:«(?P<angle>.+)»|[“„](?P<curly>.+)”|[\"＂](?P<straight>.+)[\"＂])(?=[.,;:]?[^\S\n]*(?:$|[(\[]))",
    re.MULTILINE,
)


def quoted_parts(text: str) -> tuple[Span, ...]:
    """The outermost quoted stretches of `text`, their marks not included; those without a word left out."""
    found = _balanced(text)
    if found is None:
        found = [Span(*match.span(match.lastgroup or 0)) for match in _QUOTED_LINE.finditer(text)]
    return tuple(one for one in found if any(map(str.isalnum, text[one.start : one.end])))


def outside(text: str, parts: Sequence[Span]) -> tuple[Span, ...]:
    """What lies before, between and after `parts`; one more than these, empty ones too."""
    edges = [0, *(edge for part in parts for edge in (part.start, part.end)), len(text)]
    return tuple(Span(edges[n], edges[n + 1]) for n in range(0, len(edges), 2))


def _balanced(text: str) -> list[Span] | None:
    """None where a quotation is opened and not closed."""
    found: list[tuple[str, int, int]] = []
    kind, start, depth = "", 0, 0
    for match in _MARK.finditer(text):
        own, step = _KINDS.get(match.group(), ("straight", 0))
        step = step or _straight_step(text, match.start())
        if depth:
            if own == kind:
                depth += step
                if not depth:
                    found.append((kind, start, match.start()))
        elif step > 0:
            kind, start, depth = own, match.end(), 1
        elif found and found[-1][0] == own:
            found[-1] = (own, found[-1][1], match.start())
    return None if depth else [Span(start, end) for _, start, end in found]


def _straight_step(text: str, at: int) -> int:
    """1 for a typewriter mark that opens, -1 for one that closes."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    opens = (not before or before.isspace() or before in _BEFORE_OPENING) and after and not after.isspace()
    return 1 if opens else -1
