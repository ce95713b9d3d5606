"""The conversation as the browser keeps it, for a server that has forgotten it or never had it.

Each process remembers the conversations it holds. After a restart, or when a proxy sends a visitor to
another process, the browser brings its conversation along; so a follow-up is still understood and nothing
vanishes from the screen. What it brings is a stranger's text: only ever shown to that browser again.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

__all__ = ["MAX_REMEMBERED", "read_past"]

MAX_REMEMBERED = 20  # messages; the script of the page sends no more
_LONGEST_MESSAGE = 100_000  # characters
_ASKED = re.compile(r'<div class="asked">([^<>]*)</div>')


def read_past(past: object) -> tuple[list[dict[str, Any]], list[str]]:
    """Messages and questions in `past`, as `window.alpie.past` writes it; none of anything that is not sound."""
    try:
        rows = json.loads(past) if isinstance(past, str) and past else []
    except (ValueError, RecursionError):
        return [], []
    messages: list[dict[str, Any]] = []
    questions: list[str] = []
    for row in rows[-MAX_REMEMBERED:] if isinstance(rows, list) else ():
        if not (isinstance(row, list) and len(row) == 2 and all(isinstance(one, str) for one in row)):
            return [], []
        role, content = row
        if role not in ("user", "assistant") or len(content) > _LONGEST_MESSAGE or "\n" in content:
            return [], []
        asked = _ASKED.fullmatch(content)
        if role == "user" and asked:
            questions.append(html.unescape(asked[1]))
        messages.append({"role": role, "content": content})
    return messages, questions
