"""What documents, metadata and questions hold, made plain text for the files of other programs.

One function a kind of file: whatever its readers take for more than characters is made characters again.
HTML has its own in `alpie.app.page.views.markup`.
"""

from __future__ import annotations

import json
import re
import unicodedata

from alpie.index.readable import collapse

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_SIGNS = "=+-@"  # with which a formula begins, in any width
# A new cell where spreadsheets are set to «;», as in Spain. A dash after a blank is an item of a list.
_NEW_CELL = re.compile(r"""(;[\s"']*)(?=[=+@＝＋＠﹦﹢﹫])|(;["']*)(?=[-－﹣])""")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\\]+")
# Braces must balance even when escaped, hence the commands. [BibTeX reads before LaTeX does]
LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_"},
}
# What ends a <script> around the file, steers a terminal, turns the writing, or is no character of UTF-8.
_UNSAFE_IN_JSON = re.compile(r"[<\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain_line(text: str) -> str:
    """`text` on one line: control characters and runs of white space as one space each."""
    return collapse(_CONTROL.sub(" ", text))


def cell(text: str) -> str:
    """A cell no spreadsheet takes for a formula: an apostrophe stands before it where it would begin as one.

    Blanks and invisible characters do not hide the sign, nor does its width («＝»). Source: OWASP, CSV injection.
    """
    text = _NEW_CELL.sub(r"\g<0>'", plain_line(text))
    seen = (c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
    first = unicodedata.normalize("NFKC", next(seen, " "))[0]
    return f"'{text}" if first in _SIGNS else text


def markdown(text: str) -> str:
    """`text` so that Markdown shows it character by character, at the start of a line too."""
    escaped = re.sub(r"([\\`*_{}\[\]<>|~^$&@])", r"\\\1", plain_line(text))
    escaped = re.sub(r":(?=//)|(?<=\bwww)\.", r"\\\g<0>", escaped, flags=re.IGNORECASE)  # no link by itself
    return re.sub(r"^(\d+)([.)])|^([#+\-=:])", lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", escaped)


def markdown_link(address: str) -> str:
    """`address` as a link, where it is one of the web and holds nothing that would end it; else as text."""
    return f"<{address}>" if _WEB_ADDRESS.fullmatch(address) else markdown(address)


def latex(text: str) -> str:
    """`text` between the braces of a BibTeX field."""
    return "".join(LATEX.get(character, character) for character in plain_line(text))


def json_text(value: object) -> str:
    """`value` as a JSON file that can also stand in a page and be printed in a terminal: it reads back the same."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"
