"""Finds the paragraphs inside a quotation that spans several of them: the new wording that one law gives another."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARKS = tuple(
    (
        opening,
        closing,
        re.compile(rf"(?:^|:\s*){opening}[^{closing}]*$"),  # a quotation opens
        re.compile(rf"{opening}[^{closing}]*{closing}\W*$"),  # all of the text is one
    )
    for opening, closing in (("«", "»"), ("“", "”"), ('"', '"'))
)


def are_quoted(texts: Sequence[str]) -> list[bool]:
    """Which of `texts`, paragraphs or sentences in order, are quoted whole.

    Their numbers count what is quoted, and nothing of the text that quotes. A quotation opens a paragraph or follows a
    colon. One that is never closed is taken for a slip, and so is one in which another opens a paragraph.
    """
    quoted = [False] * len(texts)
    for opening, closing, opens, whole in _MARKS:
        start = depth = 0
        for at, text in enumerate(texts):
            if opening == closing:
                change = text.count(opening) % 2 * (-1 if depth else 1)
            else:  # a mark that closes may stand before a paragraph too, to say that it goes on
                change = text.count(opening) - text.count(closing, 1)
            if whole.match(text) and not depth:
                quoted[at] = True
            elif opens.search(text) and (not depth or (opening != closing and text.startswith(opening))):
                start, depth = at if text.startswith(opening) else at + 1, 1
            elif depth and (depth := max(depth + change, 0)) == 0:
                quoted[start : at + 1] = [True] * (at + 1 - start)
    return quoted
